"""The rules of a request's life, written down a second time from the table of its transitions.

Nothing here is taken from the engine or the commands: what they do is held against what stands here. A refusal is
foretold as the set of reasons that hold; which of them is named first is the portal's own business, except where naming
another would tell a stranger that the request exists.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

FIRM, BANK, DESK = "firm", "bank", "desk"
MAKER, CHECKER = "maker", "checker"
ENDED = ("APPROVED", "COMPLETED", "REJECTED", "WITHDRAWN", "DISCARDED", "ABORTED")
SHORTEST = 5  # of a reason or comment
Reasons = frozenset[str]
NOT_FOUND, NOT_OPEN = frozenset({"not_found"}), frozenset({"task_not_open"})


# --- time -------------------------------------------------------------------------------------------------------------
MONDAY = date(2026, 11, 23)
CLOSED = {
    date(2026, 12, 25),
    date(2027, 1, 1),
    date(2027, 2, 8),
    date(2027, 2, 9),
    date(2027, 3, 26),
    date(2027, 3, 29),
    date(2027, 4, 5),
    date(2027, 5, 13),
    date(2027, 6, 9),
    date(2027, 7, 1),
    date(2027, 9, 16),
    date(2027, 10, 1),
    date(2027, 10, 8),
}


def business_day(day: date, days: int) -> date:
    """The business day that many after (or before) a day."""
    step = timedelta(days=1 if days >= 0 else -1)
    for _ in range(abs(days)):
        day += step
        while day.weekday() > 4 or day in CLOSED:
            day += step
    return day


# --- eServices --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Service:
    """One eService, as the catalogue has it; everything happens at ten in the morning, before every cut-off."""

    code: str
    success: str
    lead_days: int
    sla_days: int
    two_companies: bool


CT027 = Service("CT027", "COMPLETED", 3, 2, two_companies=False)
MS001 = Service("MS001", "APPROVED", 15, 10, two_companies=True)


# --- where a request lies, and where each decision takes it -----------------------------------------------------------
@dataclass(frozen=True)
class Lane:
    """Who acts there: on which side, with which grant, and whose work there bars from it."""

    side: str
    grant: str
    barred_by: str = ""


LANES = {
    "maker": Lane(FIRM, MAKER),
    "checker": Lane(FIRM, CHECKER, "maker"),
    "next_maker": Lane(BANK, MAKER),
    "next_checker": Lane(BANK, CHECKER, "next_maker"),
    "desk_maker": Lane(DESK, "desk_maker"),
    "desk_checker": Lane(DESK, "desk_checker", "desk_maker"),
}
LANE_AT = {
    "submit": "maker",
    "review": "checker",
    "next_fill": "next_maker",
    "next_review": "next_checker",
    "next_confirm": "next_checker",
    "process": "desk_maker",
    "approve": "desk_checker",
    "confirm_rejection": "desk_checker",
}
FILLED = ("submit", "next_fill")
DUE_IN = {"review": 1, "next_fill": 2, "next_review": 1, "next_confirm": 1, "approve": 1, "confirm_rejection": 1}
SAME, END, SUCCESS = "", "", "success"
# point and decision: the next point and status (T3 to T16)
MOVES = {
    ("submit", "submit"): ("review", "PENDING_CHECKER"),
    ("review", "approve"): ("process", "PENDING_HKEX"),
    ("review", "return"): ("submit", "RETURNED_BY_CHECKER"),
    ("next_fill", "agree"): ("next_review", SAME),
    ("next_fill", "return"): ("next_confirm", SAME),
    ("next_review", "agree"): ("process", "PENDING_HKEX"),
    ("next_review", "back"): ("next_fill", SAME),
    ("next_review", "return"): ("submit", "RETURNED_BY_NEXT_COMPANY"),
    ("next_review", "reject"): (END, "REJECTED"),
    ("next_confirm", "return"): ("submit", "RETURNED_BY_NEXT_COMPANY"),
    ("next_confirm", "back"): ("next_fill", SAME),
    ("next_confirm", "reject"): (END, "REJECTED"),
    ("process", "forward"): ("approve", SAME),
    ("process", "propose_reject"): ("confirm_rejection", SAME),
    ("process", "return"): ("submit", "RETURNED_BY_HKEX"),
    ("approve", "approve"): (END, SUCCESS),
    ("approve", "back"): ("process", SAME),
    ("approve", "return"): ("submit", "RETURNED_BY_HKEX"),
    ("confirm_rejection", "reject"): (END, "REJECTED"),
    ("confirm_rejection", "back"): ("process", SAME),
    ("confirm_rejection", "return"): ("submit", "RETURNED_BY_HKEX"),
}
WITH_COMMENT = {"return", "back", "reject", "propose_reject"}


@dataclass(frozen=True)
class Answers:
    """What a maker fills in, as far as rules look at it."""

    number: int
    effective_on: date

    @property
    def mark(self) -> str:
        """What tells two sets of answers apart."""
        return f"{self.number} from {self.effective_on}"


@dataclass
class Request:
    """One request as it should be."""

    service: Service
    opened_on: date
    status: str = "DRAFT"
    point: str = "submit"
    round: int = 1
    entries: int = 1
    moves: int = 2  # the version that its pages show
    opening: int = 1  # counts the tasks that were opened
    hands: set[tuple[str, str]] = field(default_factory=set)
    claimed_by: str = ""
    proposed: dict[str, str] = field(default_factory=dict)
    submitted: Answers | None = None
    agreed: str = ""  # the mark that the second company has agreed to
    has_file: bool = False
    left_firm: bool = False
    let_in: set[str] = field(default_factory=set)  # the sides beside the firm that may read it
    in_hand: bool = False  # the exchange has done a task since it came
    saved_on: date | None = None
    fired: set[str] = field(default_factory=set)
    nudged_on: date | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing changes it any more."""
        return self.status in ENDED

    @property
    def lane(self) -> str:
        """The lane in which it lies."""
        return LANE_AT[self.point]


@dataclass(frozen=True)
class Page:
    """What somebody saw of a request: the task that was open, and the version."""

    opening: int
    moves: int


Mails = Counter[tuple[str, str]]


@dataclass
class World:
    """The people and the day, as they should be."""

    rights: set[tuple[str, str, str, str]]  # who, eService, side, grant
    watchers: frozenset[str]
    operations: frozenset[str]
    today: date = MONDAY
    locked: set[str] = field(default_factory=set)
    dismissed: set[str] = field(default_factory=set)
    ceased: set[tuple[str, str]] = field(default_factory=set)  # eService and side

    # --- who may what -------------------------------------------------------------------------------------------------
    def holds(self, who: str, request: Request, lane: str) -> bool:
        """Whether a right covers the lane of that request."""
        return (who, request.service.code, LANES[lane].side, LANES[lane].grant) in self.rights

    def grants(self, who: str, request: Request, side: str) -> set[str]:
        """What somebody holds on a side of a request."""
        return {
            grant for person, code, of, grant in self.rights if (person, code, of) == (who, request.service.code, side)
        }

    def sees(self, who: str, request: Request) -> bool:
        """Whether somebody may know that the request exists."""
        if who in self.dismissed:
            return False
        if who in self.watchers:
            return True
        own = self.grants(who, request, FIRM)
        if own and (request.status != "DRAFT" or MAKER in own):
            return True
        return any(self.grants(who, request, side) for side in request.let_in)

    def barred(self, who: str, request: Request, lane: str) -> bool:
        """Whether somebody would check what they prepared."""
        return (who, LANES[lane].barred_by) in request.hands

    def able(self, who: str, actor: str) -> bool:
        """Whether new work reaches somebody: a lock keeps it away, except from whoever acts at this moment."""
        return who not in self.dismissed and (who not in self.locked or who == actor)

    def who_can(self, request: Request, lane: str, actor: str = "") -> set[str]:
        """Everybody who may act in a lane."""
        people = {who for who, *_ in self.rights}
        return {
            who
            for who in people
            if self.holds(who, request, lane) and self.able(who, actor) and not self.barred(who, request, lane)
        }

    # --- T1, T2 -------------------------------------------------------------------------------------------------------
    def may_open(self, who: str, service: Service) -> Reasons:
        """T1."""
        if who in self.dismissed:
            return NOT_FOUND
        return _all(no_right=(who, service.code, FIRM, MAKER) not in self.rights)

    def open(self, who: str, service: Service) -> Request:
        """T1."""
        return Request(service, self.today, hands={(who, "maker")})

    def may_touch(self, who: str, request: Request, page: Page) -> Reasons:
        """What every act on a task asks for."""
        if request.ended or page.opening != request.opening:
            return NOT_OPEN
        if not self.sees(who, request):
            return NOT_FOUND
        return _all(
            no_right=not self.holds(who, request, request.lane),
            four_eyes=self.barred(who, request, request.lane),
        )

    def may_save(self, who: str, request: Request, page: Page) -> Reasons:
        """T2."""
        touch = self.may_touch(who, request, page)
        if touch in (NOT_OPEN, NOT_FOUND):
            return touch
        return touch | _all(
            stale_page=page.moves != request.moves,
            task_not_open=request.point not in FILLED,
            claimed=request.claimed_by not in ("", who),
        )

    def save(self, who: str, request: Request) -> Mails:
        """T2."""
        request.hands.add((who, request.lane))
        request.entries += 1
        if request.point == "submit":
            request.saved_on = self.today
        return Counter()

    # --- T3 to T16 ----------------------------------------------------------------------------------------------------
    def may_complete(
        self, who: str, request: Request, page: Page, decision: str, comment: str, answers: Answers, confirmed: bool
    ) -> Reasons:
        """T3 to T16."""
        touch = self.may_touch(who, request, page)
        if touch in (NOT_OPEN, NOT_FOUND):
            return touch
        asked = request.point, decision
        found = touch | _all(stale_page=page.moves != request.moves, claimed=request.claimed_by not in ("", who))
        if asked not in MOVES:
            return found | {"wrong_answers"}
        if asked[0] == "submit":
            found |= self._of_answers(request, answers, confirmed)
        elif decision in WITH_COMMENT:
            found |= _all(wrong_answers=len(comment.strip()) < SHORTEST)
        point, status = self._to(request, decision)
        submitted = request.submitted
        if status in ("PENDING_HKEX", "PENDING_NEXT_COMPANY") and submitted:
            found |= _all(out_of_date=submitted.effective_on < self.earliest(request.service))
        return found | self._of_next(who, request, point)

    def _of_answers(self, request: Request, answers: Answers, confirmed: bool) -> Reasons:
        before = request.submitted.mark if request.submitted else ""
        wrong = answers.effective_on < self.earliest(request.service)
        wrong = wrong or (request.service.two_companies and not request.has_file)
        return _all(wrong_answers=wrong, unchanged=answers.mark == before and not confirmed)

    def earliest(self, service: Service) -> date:
        """The earliest day on which a request of today can take effect."""
        return business_day(self.today, service.lead_days)

    def _to(self, request: Request, decision: str) -> tuple[str, str]:
        asked = request.point, decision
        point, status = MOVES[asked]
        if asked == ("review", "approve") and request.service.two_companies:
            mark = request.submitted.mark if request.submitted else ""
            if request.agreed != mark:
                return "next_fill", "PENDING_NEXT_COMPANY"
        return point, request.service.success if status == SUCCESS else status

    def _of_next(self, who: str, request: Request, point: str) -> Reasons:
        """A step that leads to a company leads to somebody."""
        if point == "next_fill" and (request.service.code, BANK) in self.ceased:
            return frozenset({"no_such_party"})
        if not point or LANES[LANE_AT[point]].side == DESK:
            return frozenset()
        hands = request.hands
        request.hands = hands | {(who, request.lane)}
        nobody = not self.who_can(request, LANE_AT[point], who)
        request.hands = hands
        return _all(nobody_can_check=nobody)

    def complete(self, who: str, request: Request, decision: str, answers: Answers) -> Mails:
        """T3 to T16, once they are allowed; who is written to."""
        point, status = self._to(request, decision)
        lane = request.lane
        request.hands.add((who, lane))
        if request.point == "submit":
            request.submitted = answers
        if (request.point, decision) == ("next_review", "agree") and request.submitted:
            request.agreed = request.submitted.mark
        request.in_hand = request.in_hand or lane in ("desk_maker", "desk_checker")
        return self._move(who, request, point, status or request.status)

    def _move(self, who: str, request: Request, point: str, status: str) -> Mails:
        changed, request.status = status != request.status, status
        request.entries += 1
        request.moves += 1
        if changed:
            request.proposed.pop("withdraw", None)
            request.in_hand = False
        if status.startswith("RETURNED") and changed:
            request.round += 1
        if status == "PENDING_NEXT_COMPANY" and changed:
            request.let_in.add(BANK)
            request.left_firm = True
        if status == "PENDING_HKEX" and changed:
            request.let_in.add(DESK)
            request.left_firm = True
        return self._end(who, request) if request.ended else self._opened(who, request, point, changed)

    def _opened(self, who: str, request: Request, point: str, changed: bool) -> Mails:
        request.point, request.claimed_by = point, ""
        request.opening += 1
        request.opened_on, request.saved_on, request.fired = self.today, None, set()
        called = self.who_can(request, request.lane, who)
        told = self._did(request, who, ("maker", "checker")) - called - {who} if changed else set()
        template = "task.returned" if request.status.startswith("RETURNED") else "task.opened"
        return _letters(template, called) + _letters("case.moved", told)

    def _did(self, request: Request, actor: str, lanes: tuple[str, ...]) -> set[str]:
        return {who for who, lane in request.hands if lane in lanes and self.able(who, actor)}

    def _end(self, actor: str, request: Request) -> Mails:
        request.proposed.clear()
        told = self._did(request, actor, tuple(LANES))
        if BANK in request.let_in:
            people = {who for who, *_ in self.rights if self.able(who, actor)}
            told |= {who for who in people if self.grants(who, request, BANK)}
        mails = _letters("case.ended", told)
        if request.status == request.service.success:
            mails += _letters("case.effective", self._did(request, actor, ("maker", "checker")))
        return mails

    # --- T17 to T20 ---------------------------------------------------------------------------------------------------
    def offers(self, request: Request, way: str) -> bool:
        """Whether a way out is open now."""
        if way == "discard":
            return request.status in ("DRAFT", "RETURNED_BY_CHECKER") and not request.left_firm
        return way == "abort" or (way == "withdraw" and request.status != "DRAFT")

    def must_confirm(self, request: Request, way: str) -> bool:
        """Whether a second person has to agree."""
        at_desk = request.status == "PENDING_HKEX" and (request.in_hand or bool(request.claimed_by))
        return way == "abort" or (way == "withdraw" and at_desk)

    def _may_ask(self, who: str, request: Request, way: str) -> bool:
        if way == "abort":
            return who in self.operations
        lanes = ("maker",) if way == "discard" else ("maker", "checker")
        return any(self.holds(who, request, lane) for lane in lanes)

    def _may_agree(self, who: str, request: Request, way: str) -> bool:
        if way == "abort":
            return who in self.operations
        return bool(self.grants(who, request, DESK))

    def may_leave(self, who: str, request: Request, page: Page, way: str, reason: str) -> Reasons:
        """T17 to T20."""
        if not self.sees(who, request):
            return NOT_FOUND
        if request.ended:
            return frozenset({"case_ended"})
        asks = self.must_confirm(request, way)
        return _all(
            stale_page=page.moves != request.moves,
            no_way_out=not self.offers(request, way),
            no_right=not self._may_ask(who, request, way),
            reason_missing=way != "discard" and len(reason.strip()) < SHORTEST,
            already_proposed=asks and way in request.proposed,
        )

    def leave(self, who: str, request: Request, way: str) -> Mails:
        """T17 to T20: taken at once, or asked for."""
        if not self.must_confirm(request, way):
            return self._leave(who, request, way)
        request.proposed[way] = who
        request.entries += 1
        request.moves += 1
        if way == "abort":
            asked = {one for one in self.operations if self.able(one, "")}
        else:
            people = {one for one, *_ in self.rights if self.able(one, "")}
            asked = {one for one in people if self.grants(one, request, DESK)}
        return _letters("way_out.proposed", asked - {who})

    def _leave(self, who: str, request: Request, way: str) -> Mails:
        ends = {"discard": "DISCARDED", "withdraw": "WITHDRAWN", "abort": "ABORTED"}
        return self._move(who, request, END, ends[way])

    def may_answer(self, who: str, request: Request, page: Page, way: str, accept: bool, comment: str) -> Reasons:
        """T19 and T20 as a second person answers them."""
        if not self.sees(who, request):
            return NOT_FOUND
        if request.ended:
            return frozenset({"case_ended"})
        return _all(
            stale_page=page.moves != request.moves,
            no_way_out=way not in request.proposed or not self.offers(request, way),
            no_right=not self._may_agree(who, request, way),
            four_eyes=request.proposed.get(way) == who,
            reason_missing=not accept and len(comment.strip()) < SHORTEST,
        )

    def answer(self, who: str, request: Request, way: str, accept: bool) -> Mails:
        """The second person agrees, or does not."""
        asked_by = request.proposed[way]
        if accept:
            return self._leave(who, request, way)
        del request.proposed[way]
        request.entries += 1
        request.moves += 1
        return _letters("way_out.declined", {asked_by} if self.able(asked_by, who) else set())

    def may_take_back(self, who: str, request: Request, way: str) -> Reasons:
        """Whoever asked may take it back."""
        if not self.sees(who, request):
            return NOT_FOUND
        if request.ended:
            return frozenset({"case_ended"})
        return _all(no_way_out=way not in request.proposed, no_right=request.proposed.get(way) != who)

    def take_back(self, request: Request, way: str) -> Mails:
        """It was not asked after all."""
        del request.proposed[way]
        request.entries += 1
        request.moves += 1
        return Counter()

    def cease(self, service: Service, side: str, requests: list[Request]) -> Mails:
        """T20: a membership ends; the firm's requests are aborted, those that wait for the second company go back."""
        self.ceased.add((service.code, side))
        self.rights = {held for held in self.rights if held[1:3] != (service.code, side)}
        mails: Mails = Counter()
        for request in requests:
            if request.service is not service or request.ended:
                continue
            if side == FIRM:
                mails += self._move("", request, END, "ABORTED")
            elif request.status == "PENDING_NEXT_COMPANY":
                mails += self._move("", request, "submit", "RETURNED_BY_NEXT_COMPANY")
        return mails

    # --- beside the table: claims, nudges, timers ---------------------------------------------------------------------
    def may_claim(self, who: str, request: Request, page: Page, take_over: bool) -> Reasons:
        """Whoever may do it may say that they do."""
        touch = self.may_touch(who, request, page)
        if touch in (NOT_OPEN, NOT_FOUND):
            return touch
        return touch | _all(claimed=request.claimed_by not in ("", who) and not take_over)

    def claim(self, who: str, request: Request, to: str) -> Mails:
        """It is claimed, or free again."""
        if request.claimed_by != to:
            request.claimed_by = to
            request.entries += 1
        return Counter()

    def may_nudge(self, who: str, request: Request) -> Reasons:
        """The firm may ask the second company once a day."""
        if not self.sees(who, request):
            return NOT_FOUND
        at_bank = not request.ended and request.status == "PENDING_NEXT_COMPANY"
        return _all(
            no_right=not self.grants(who, request, FIRM),
            case_ended=request.ended,
            nothing_to_nudge=not at_bank and not request.ended,
            nudged_already=request.nudged_on == self.today,
        )

    def nudge(self, who: str, request: Request) -> Mails:
        """They are asked."""
        request.nudged_on = self.today
        request.entries += 1
        return _letters("task.nudged", self.who_can(request, request.lane, who))

    def fire(self, request: Request) -> tuple[int, Mails]:
        """The timers that have come on this day fire, each once; how many, and who is written to."""
        fired, mails = 0, Counter()
        for kind in self._come(request):
            fired += 1
            request.fired.add(kind)
            if kind == "gone":
                mails += self._move("", request, END, "ABORTED")
            else:
                request.entries += 1
                mails += _letters(f"task.{kind}", self.who_can(request, request.lane))
        return fired, mails

    def _come(self, request: Request) -> list[str]:
        if request.ended:
            return []
        since = max(request.opened_on, request.saved_on or request.opened_on)
        if request.point == "submit":
            last = (
                since + timedelta(days=90) if request.status == "DRAFT" else business_day(since, 30) + timedelta(days=1)
            )
            come = {"idle": self.today > business_day(since, 5), "gone": self.today >= last}
        else:
            due = business_day(request.opened_on, DUE_IN.get(request.point, request.service.sla_days))
            before = business_day(due, -1)  # at nine, which is past when it opened on that very day
            come = {"reminder": self.today >= before > request.opened_on, "overdue": self.today > due}
        return [kind for kind, is_come in come.items() if is_come and kind not in request.fired]


def _all(**reasons: bool) -> Reasons:
    return frozenset(reason for reason, holds in reasons.items() if holds)


def _letters(template: str, people: set[str]) -> Mails:
    return Counter((template, who) for who in people)
