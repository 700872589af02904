"""A machine that lives the lives of requests in any order, and foretells from the rule book what each act leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from app.commands import jobs
from app.commands.managing import memberships
from app.commands.requests import cases as case_commands
from app.commands.requests import claims, drafts, files, nudges
from app.commands.requests import tasks as task_commands
from app.retold import retell
from engine.errors import Refused
from tests.commands.office import GIVEN, race
from tests.documents import PDF
from tests.model.rulebook import (
    BANK,
    CT027,
    DESK,
    FILLED,
    FIRM,
    LANES,
    MOVES,
    MS001,
    WITH_COMMENT,
    Answers,
    Mails,
    Page,
    Reasons,
    Request,
    Service,
    business_day,
)
from tests.model.stage import BANK_PEOPLE, DESK_PEOPLE, EVERYBODY, FIRM_PEOPLE, OPERATIONS, POSSIBLE, Stage, world

ACCOUNT = {
    "action": "SETUP",
    "clearing_house": "HKSCC",
    "currency": "HKD",
    "account_use": "HOUSE",
    "designated_bank": "D00011",
    "branch_code": "021",
    "account_name": "Harbour Bright Securities Limited",
    "debit_kind": "LIMITED",
    "debit_limit": "5,000,000",
    "declare_true": "yes",
}
AGREED = {"answer": "agree", "signature_verified": "yes", "account_exists": "yes", "bank_reference": "JGB-1"}
REASON_CODES = {"next_review": "MISMATCH", "next_confirm": "MISMATCH", "process": "LATE", "confirm_rejection": "LATE"}
WITH_CODE = {
    *((point, decision) for point in ("next_review", "next_confirm") for decision in ("return", "reject")),
    ("process", "propose_reject"),
    ("confirm_rejection", "reject"),
}
LONG, SHORT = "It names another account", "no"
DONE = "done"
MOST_REQUESTS, MOST_PAGES, MOST_PAST = 3, 4, 6


class Played:
    """A request as it should be, and where it is in the database."""

    def __init__(self, reference: str, request: Request) -> None:
        self.reference = reference
        self.request = request
        self.pages: list[tuple[Page, UUID, int]] = []  # the newest first
        self.end: Any = None

    def __repr__(self) -> str:
        return f"{self.reference} at {self.request.point}"


@dataclass(frozen=True)
class Past:
    """Something that was done with an action token."""

    who: str
    key: str
    press: Callable[[], str]
    answer: str


class Life(RuleBasedStateMachine):
    """Requests of two eServices, their people and the days."""

    def __init__(self, fresh: Callable[[], Stage]) -> None:
        super().__init__()
        self.stage = fresh()
        self.portal = self.stage.portal
        self.world = world()
        self.played: list[Played] = []
        self.past: list[Past] = []
        self.numbers = 0
        self.keys = 0
        self.failed = False

    # --- T1 -----------------------------------------------------------------------------------------------------------
    @initialize(data=st.data(), services=st.sampled_from([[MS001], [CT027], [MS001, CT027], [MS001, MS001]]))
    def begin(self, data: st.DataObject, services: list[Service]) -> None:
        for service in services:
            self._open(data.draw(st.sampled_from(["mia", "mia", "bo"])), service)
            for _ in range(data.draw(st.integers(0, 7))):
                self._go_on(data, self.played[-1])

    @precondition(lambda self: len(self.played) < MOST_REQUESTS)
    @rule(service=st.sampled_from([CT027, MS001]), who=st.sampled_from(["mia", "bo", "mia", "bo", *EVERYBODY]))
    def open(self, service: Service, who: str) -> None:
        self._open(who, service)

    def _open(self, who: str, service: Service) -> None:
        own = self.stage.membership(service.code, FIRM)
        key = self._key()
        by = self.stage.by(who, key)

        def press() -> str:
            return case_commands.open_case(self.portal, service.code, by, own)

        reference = self._attempt(press, self.world.may_open(who, service))
        if reference is None:
            return self._all_as_foretold(Counter())
        self.played.append(Played(reference, self.world.open(who, service)))
        self.past.append(Past(who, key, press, reference))
        self._all_as_foretold(Counter())

    # --- T2 -----------------------------------------------------------------------------------------------------------
    @precondition(lambda self: self._some_at(*FILLED))
    @rule(data=st.data())
    def save(self, data: st.DataObject) -> None:
        played = self._one_at(data, *FILLED)
        request, (page, task, version) = played.request, self._page(data, played)
        who, answers = self._somebody(data, request), self._answers(data, request)
        raw = {"bank_reference": "JGB-2"} if request.lane == "next_maker" else self._filled(request, answers)
        reasons = self.world.may_save(who, request, page)
        by = self.stage.by(who)
        done = self._attempt(
            lambda: drafts.save_draft(self.portal, task, version=version, raw=raw, explicit=True, by=by), reasons
        )
        self._all_as_foretold(Counter() if done is None else self.world.save(who, request))

    @precondition(lambda self: any(one.request.service is MS001 for one in self._at("submit")))
    @rule(data=st.data())
    def attach(self, data: st.DataObject) -> None:
        choice = [one for one in self._at("submit") if one.request.service is MS001]
        played = data.draw(st.sampled_from(choice))
        if played.request.has_file:
            return
        self._attach(self._somebody(data, played.request), played, self._page(data, played))

    def _attach(self, who: str, played: Played, at: tuple[Page, UUID, int]) -> None:
        request, (page, task, version) = played.request, at
        name, by = f"Supporting Document_{played.reference}_B00123.pdf", self.stage.by(who)
        done = self._attempt(
            lambda: files.add_file(
                self.portal, task, version=version, field="signed_dda", name=name, content=PDF, by=by
            ),
            self.world.may_save(who, request, page) - {"claimed"},
        )
        if done is not None:
            request.hands.add((who, request.lane))
            request.has_file = True
            request.entries += 1
        self._all_as_foretold(Counter())

    # --- T3 to T16 ----------------------------------------------------------------------------------------------------
    @precondition(lambda self: self._open_ones())
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        self._go_on(data, data.draw(st.sampled_from(self._open_ones())))

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        played = data.draw(st.sampled_from(self._open_ones()))
        self._complete(data, played, self._page(data, played))

    # Chosen as often as three rules, whichever rules an example leaves out.
    go_on_too, go_on_as_well, complete_too = go_on, go_on, complete

    def _go_on(self, data: st.DataObject, played: Played) -> None:
        """A step as it should be: by somebody who can do it, with answers that are right."""
        request = played.request
        can = sorted(self.world.who_can(request, request.lane)) if not request.ended else []
        if not can:
            return
        if request.service is MS001 and not request.has_file and request.point == "submit":
            self._attach(can[0], played, played.pages[0])
        decisions = [decision for point, decision in MOVES if point == request.point]
        forward = [one for one in decisions if one not in WITH_COMMENT]
        decision = data.draw(st.sampled_from([*forward * 3, *decisions]))
        self.numbers += 1
        later = data.draw(st.sampled_from([0, 70, 70]))
        answers = Answers(self.numbers, business_day(self.world.earliest(request.service), later))
        self._press(data.draw(st.sampled_from(can)), played, played.pages[0], decision, LONG, answers, False)

    @precondition(lambda self: any(len(one.pages) > 1 for one in self.played))
    @rule(data=st.data())
    def press_an_older_page(self, data: st.DataObject) -> None:
        played = data.draw(st.sampled_from([one for one in self.played if len(one.pages) > 1]))
        self._complete(data, played, data.draw(st.sampled_from(played.pages[1:])))

    def _complete(self, data: st.DataObject, played: Played, at: tuple[Page, UUID, int]) -> None:
        """A step as it may be tried: by anybody, on an older page, with answers that may be wrong."""
        request = played.request
        decisions = [decision for point, decision in MOVES if point == request.point]
        decision = data.draw(st.sampled_from([*decisions * 3, "vanish"]))
        comment = data.draw(st.sampled_from([LONG] * 5 + [SHORT]))
        who, answers = self._somebody(data, request), self._answers(data, request)
        confirmed = data.draw(st.sampled_from([False, False, True]))
        self._press(who, played, at, decision, comment, answers, confirmed)

    def _press(
        self,
        who: str,
        played: Played,
        at: tuple[Page, UUID, int],
        decision: str,
        comment: str,
        answers: Answers,
        confirmed: bool,
    ) -> None:
        request, (page, task, version) = played.request, at
        decision = "submit" if request.point == "submit" else decision
        raw = self._raw(request, decision, comment, answers)
        reasons = self.world.may_complete(who, request, page, decision, comment, answers, confirmed)
        key = self._key()
        by = self.stage.by(who, key)

        def press() -> str:
            return task_commands.complete_task(
                self.portal, task, version=version, raw=raw, by=by, unchanged_confirmed=confirmed
            )

        done = self._attempt(press, reasons)
        mails: Mails = Counter()
        if done is not None:
            mails = self.world.complete(who, request, decision, answers)
            self._remember(who, key, press, played)
        self._all_as_foretold(mails)

    # --- T17 to T20 ---------------------------------------------------------------------------------------------------
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        played = self._any(data)
        request = played.request
        way = data.draw(st.sampled_from(["withdraw", "discard", "abort"]))
        usual = OPERATIONS if way == "abort" else FIRM_PEOPLE
        who = data.draw(st.sampled_from([*usual * 3, *EVERYBODY]))
        reason = data.draw(st.sampled_from([LONG] * 3 + [SHORT]))
        if not self.world.must_confirm(request, way) and data.draw(st.booleans()):
            reason, who = SHORT, "karen"  # most requests are not left
        self._leave(who, played, self._page(data, played), way, reason)

    def _leave(self, who: str, played: Played, at: tuple[Page, UUID, int], way: str, reason: str) -> None:
        request, (page, _, version) = played.request, at
        key = self._key()
        by = self.stage.by(who, key)

        def press() -> str:
            return case_commands.leave_case(self.portal, played.reference, way, version=version, reason=reason, by=by)

        done = self._attempt(press, self.world.may_leave(who, request, page, way, reason))
        mails: Mails = Counter()
        if done is not None:
            mails = self.world.leave(who, request, way)
            self._remember(who, key, press, played)
        self._all_as_foretold(mails)

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data())
    def ask_to_leave(self, data: st.DataObject) -> None:
        played = data.draw(st.sampled_from(self._open_ones()))
        ways = [way for way in ("withdraw", "abort") if self.world.must_confirm(played.request, way)]
        way = data.draw(st.sampled_from(ways))
        who = data.draw(st.sampled_from(OPERATIONS if way == "abort" else FIRM_PEOPLE))
        page = data.draw(st.sampled_from([played.pages[0], *played.pages]))
        self._leave(who, played, page, way, LONG)

    @precondition(lambda self: any(one.request.proposed for one in self.played))
    @rule(data=st.data(), accept=st.booleans())
    def answer_a_proposal(self, data: st.DataObject, accept: bool) -> None:
        played = data.draw(st.sampled_from([one for one in self.played if one.request.proposed]))
        request, (page, _, version) = played.request, self._page(data, played)
        way = data.draw(st.sampled_from([*sorted(request.proposed) * 4, "discard", "withdraw", "abort"]))
        usual = OPERATIONS if way == "abort" else DESK_PEOPLE[request.service.code]
        who = data.draw(st.sampled_from([*usual * 3, *EVERYBODY]))
        comment = data.draw(st.sampled_from([LONG] * 5 + [SHORT]))
        key = self._key()
        by = self.stage.by(who, key)

        def press() -> str:
            return case_commands.answer_proposal(
                self.portal, played.reference, way, accept=accept, version=version, comment=comment, by=by
            )

        done = self._attempt(press, self.world.may_answer(who, request, page, way, accept, comment))
        mails: Mails = Counter()
        if done is not None:
            mails = self.world.answer(who, request, way, accept)
            self._remember(who, key, press, played)
        self._all_as_foretold(mails)

    answer_a_proposal_too = answer_a_proposal

    @precondition(lambda self: any(one.request.proposed for one in self.played))
    @rule(data=st.data())
    def take_a_proposal_back(self, data: st.DataObject) -> None:
        played = data.draw(st.sampled_from([one for one in self.played if one.request.proposed]))
        request = played.request
        way, asked_by = data.draw(st.sampled_from(sorted(request.proposed.items())))
        who = data.draw(st.sampled_from([asked_by, asked_by, *EVERYBODY]))
        by = self.stage.by(who)
        done = self._attempt(
            lambda: case_commands.take_back_proposal(self.portal, played.reference, way, by),
            self.world.may_take_back(who, request, way),
        )
        self._all_as_foretold(Counter() if done is None else self.world.take_back(request, way))

    @precondition(lambda self: len(self.world.ceased) < 2 and len(self.past) > 6)
    @rule(of=st.sampled_from([("CT027", FIRM), ("MS001", FIRM), ("MS001", BANK)]), really=st.integers(0, 3))
    def end_a_membership(self, of: tuple[str, str], really: int) -> None:
        if really or of in self.world.ceased:
            return
        code, side = of
        kind, participant = {
            ("CT027", FIRM): ("SEHK-EP", "B00123"),
            ("MS001", FIRM): ("HKSCC-DCP", "B00123"),
            ("MS001", BANK): ("DB", "D00011"),
        }[of]
        service = CT027 if code == "CT027" else MS001
        memberships.end_membership(self.portal, participant, kind)
        self._all_as_foretold(self.world.cease(service, side, [one.request for one in self.played]))

    # --- beside the table ---------------------------------------------------------------------------------------------
    @precondition(lambda self: self._open_ones())
    @rule(data=st.data(), take_over=st.booleans())
    def claim(self, data: st.DataObject, take_over: bool) -> None:
        played = data.draw(st.sampled_from(self._open_ones()))
        request, (page, task, _) = played.request, self._page(data, played)
        who = self._somebody(data, request)
        by = self.stage.by(who)
        done = self._attempt(
            lambda: claims.claim_task(self.portal, task, take_over=take_over, by=by),
            self.world.may_claim(who, request, page, take_over),
        )
        self._all_as_foretold(Counter() if done is None else self.world.claim(who, request, who))

    @precondition(lambda self: any(one.request.claimed_by for one in self._open_ones()))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        played = data.draw(st.sampled_from([one for one in self._open_ones() if one.request.claimed_by]))
        request, (page, task, _) = played.request, self._page(data, played)
        who = data.draw(st.sampled_from([request.claimed_by] * 3 + [*EVERYBODY]))
        by = self.stage.by(who)
        done = self._attempt(
            lambda: claims.release_task(self.portal, task, by), self.world.may_claim(who, request, page, False)
        )
        self._all_as_foretold(Counter() if done is None else self.world.claim(who, request, ""))

    @precondition(lambda self: any(one.request.service is MS001 for one in self.played))
    @rule(data=st.data())
    def nudge(self, data: st.DataObject) -> None:
        played = data.draw(st.sampled_from([one for one in self.played if one.request.service is MS001]))
        request = played.request
        who = data.draw(st.sampled_from([*FIRM_PEOPLE * 3, *EVERYBODY]))
        key = self._key()
        by = self.stage.by(who, key)

        def press() -> str:
            return nudges.nudge(self.portal, played.reference, by)

        done = self._attempt(press, self.world.may_nudge(who, request))
        mails: Mails = Counter()
        if done is not None:
            mails = self.world.nudge(who, request)
            self._remember(who, key, press, played)
        self._all_as_foretold(mails)

    # --- people -------------------------------------------------------------------------------------------------------
    @rule(data=st.data())
    def take_or_give_a_right(self, data: st.DataObject) -> None:
        possible = [held for held in POSSIBLE if (held[1], held[2]) not in self.world.ceased]
        missing = [held for held in possible if held not in self.world.rights]
        held = data.draw(st.sampled_from(possible + missing * 4 or POSSIBLE[:1]))
        if (held[1], held[2]) in self.world.ceased:
            return
        given = held not in self.world.rights
        self.stage.grant(held, given)
        (self.world.rights.add if given else self.world.rights.discard)(held)
        self._all_as_foretold(Counter())

    @rule(data=st.data(), dismisses=st.sampled_from([False, False, True]))
    def lock_or_dismiss(self, data: st.DataObject, dismisses: bool) -> None:
        those = self.world.dismissed if dismisses else self.world.locked
        who = data.draw(st.sampled_from(sorted(those) or EVERYBODY))
        if dismisses:
            self.stage.change(who, active=who in those)
        else:
            self.stage.change(who, locked_at=None if who in those else self.portal.clock.now())
        those ^= {who}
        self._all_as_foretold(Counter())

    # --- time ---------------------------------------------------------------------------------------------------------
    @rule(days=st.sampled_from([1, 1, 1, 2, 2, 3, 6, 31, 66]), workers=st.integers(0, 3))
    def days_pass(self, days: int, workers: int) -> None:
        if days > 6 and self.world.today.year > 2026:
            days = 1
        self.world.today = business_day(self.world.today, days)
        self.stage.set_day(self.world.today)
        if workers:
            self._fire(workers)
        self._all_as_foretold(Counter())

    @rule(workers=st.integers(1, 3))
    def workers_come_round(self, workers: int) -> None:
        self._fire(workers)

    def _fire(self, workers: int) -> None:
        foretold, mails = 0, Counter()
        for played in self.played:
            fired, letters = self.world.fire(played.request)
            foretold, mails = foretold + fired, mails + letters
        fired = 0
        for _ in range(20):
            each = race(*[lambda: jobs.fire_due_timers(self.portal)] * workers)
            assert all(isinstance(one, int) for one in each), each
            fired += sum(each)
            if not any(each):
                break
        assert fired == foretold, f"foretold {foretold} timers, but {fired} fired"
        self._all_as_foretold(mails)

    @rule(data=st.data())
    def try_during_maintenance(self, data: st.DataObject) -> None:
        played = self._any(data)
        _, task, version = played.pages[0]
        by = self.stage.by("mia")
        friday = self.world.today + timedelta(days=4 - self.world.today.weekday())
        self.stage.set_day(friday)
        self.stage.office.clock.move(hours=23)
        act = data.draw(
            st.sampled_from(
                [
                    lambda: case_commands.open_case(self.portal, "CT027", by),
                    lambda: task_commands.complete_task(self.portal, task, version=version, raw={}, by=by),
                    lambda: case_commands.leave_case(
                        self.portal, played.reference, "withdraw", version=version, reason=LONG, by=by
                    ),
                    lambda: claims.claim_task(self.portal, task, by=by),
                ]
            )
        )
        self._attempt(act, frozenset({"service_closed"}))
        self.stage.set_day(self.world.today)
        self._all_as_foretold(Counter())

    # --- one-time tokens ----------------------------------------------------------------------------------------------
    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def press_again(self, data: st.DataObject) -> None:
        past = data.draw(st.sampled_from(self.past))
        assert past.press() == past.answer
        self._all_as_foretold(Counter())

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def use_a_token_for_something_else(self, data: st.DataObject) -> None:
        past, played = data.draw(st.sampled_from(self.past)), self._any(data)
        _, task, version = played.pages[0]
        by = self.stage.by(past.who, past.key)
        raw = {"decision": "another"}
        self._attempt(
            lambda: task_commands.complete_task(self.portal, task, version=version, raw=raw, by=by),
            frozenset({"key_reused"}),
        )
        self._all_as_foretold(Counter())

    def _remember(self, who: str, key: str, press: Callable[[], str], played: Played) -> None:
        self.past = [*self.past, Past(who, key, press, played.reference)][-MOST_PAST:]

    # --- foretold and found -------------------------------------------------------------------------------------------
    def _attempt(self, act: Callable[[], Any], reasons: Reasons) -> Any:
        """The answer of an act that is foretold to succeed; None when it was refused as foretold."""
        try:
            answer = act()
        except Refused as refusal:
            self.failed = refusal.code not in reasons
            if refusal.code in reasons:
                return None
            foretold = ", ".join(sorted(reasons)) or DONE
            raise AssertionError(f"foretold {foretold}, but it was refused: {refusal.code}: {refusal}") from refusal
        self.failed = bool(reasons)
        assert not reasons, f"foretold {', '.join(sorted(reasons))}, but it was done"
        return answer

    def _all_as_foretold(self, mails: Mails) -> None:
        """Every request, every promise and one list of tasks is as foretold."""
        ends, self.failed = 0, True
        for played in self.played:
            if played.end is None:
                ends += self._as_foretold(played)
        found, pdfs = self.stage.promised()
        assert found == mails, f"foretold letters {dict(mails)}, but found {dict(found)}"
        assert pdfs == ends, f"foretold {ends} documents, but found {pdfs}"
        self.failed = False

    def _as_foretold(self, played: Played) -> bool:
        request, seen = played.request, self.stage.seen(played.reference)
        case, tasks = seen.case, seen.open_tasks
        foretold = (request.status, request.round, request.moves, request.entries)
        found = (case.status, case.round, case.version, case.entries)
        assert found == foretold, f"foretold {foretold}, but found {found}"
        assert sorted(one["name"] for one in case.proposed) == sorted(request.proposed)
        if request.ended:
            assert tasks == []
            played.end = case
            return True
        (task,) = tasks
        assert (task.step, task.lane) == (request.point, request.lane)
        assert task.claimed_by == (self.stage.ids[request.claimed_by] if request.claimed_by else None)
        page = Page(request.opening, request.moves)
        if not played.pages or played.pages[0][0] != page:
            played.pages = [(page, task.id, case.version), *played.pages][:MOST_PAGES]
        offered = {way["name"] for way in case.ways_out}
        ways = {way for way in ("withdraw", "discard", "abort") if self.world.offers(request, way)}
        assert offered - {"party_ceased"} == ways
        return False

    def teardown(self) -> None:
        """The lists show what each may do, an ended request has not changed, and each trail tells the same story."""
        try:
            if not self.failed:
                self._lists_as_foretold()
                self._ends_as_foretold()
        finally:
            self.portal.database.close()

    def _lists_as_foretold(self) -> None:
        for who in EVERYBODY[self.keys % 4 :: 4]:
            mine = sum(
                self.world.holds(who, one.request, one.request.lane)
                and not self.world.barred(who, one.request, one.request.lane)
                for one in self._open_ones()
                if one.request.status != "DRAFT"
            )
            if who not in self.world.dismissed:
                assert self.stage.to_do(who) == mine, who

    def _ends_as_foretold(self) -> None:
        for played in self.played[:1]:
            told: list[str] = []
            assert retell(self.portal, played.reference, told.append), told
        for played in self.played:
            if played.end is not None:
                assert self.stage.seen(played.reference).case == played.end
            self._nobody_checked_their_own(played)

    def _nobody_checked_their_own(self, played: Played) -> None:
        made: set[tuple[int, str]] = set()
        for sealed in self.stage.office.trail(played.reference):
            actor = sealed.entry["actor"]
            if sealed.entry["action"] == "task.completed":
                assert (actor["id"], LANES[actor["lane"]].barred_by) not in made
            made.add((actor["id"], actor["lane"]))

    # --- choices ------------------------------------------------------------------------------------------------------
    def _at(self, *points: str) -> list[Played]:
        return [one for one in self._open_ones() if one.request.point in points]

    def _some_at(self, *points: str) -> bool:
        return bool(self._at(*points))

    def _open_ones(self) -> list[Played]:
        return [one for one in self.played if not one.request.ended]

    def _one_at(self, data: st.DataObject, *points: str) -> Played:
        return data.draw(st.sampled_from(self._at(*points)))

    def _any(self, data: st.DataObject) -> Played:
        return data.draw(st.sampled_from(self._open_ones() * 3 + self.played))

    def _page(self, data: st.DataObject, played: Played) -> tuple[Page, UUID, int]:
        which = data.draw(st.sampled_from([0] * 9 + [1, 2]))
        return played.pages[min(which, len(played.pages) - 1)]

    def _somebody(self, data: st.DataObject, request: Request) -> str:
        """Mostly one who can do it, often one of the same side, sometimes anybody."""
        side = {FIRM: FIRM_PEOPLE, BANK: BANK_PEOPLE, DESK: DESK_PEOPLE[request.service.code]}
        own = side[LANES[request.lane].side]
        can = sorted(self.world.who_can(request, request.lane)) or own
        kind = data.draw(st.integers(0, 9))
        return data.draw(st.sampled_from(EVERYBODY if kind == 9 else own if kind > 6 else can))

    def _answers(self, data: st.DataObject, request: Request) -> Answers:
        same = data.draw(st.integers(0, 3)) == 0
        if same and request.submitted:
            return request.submitted
        self.numbers += 1
        later = data.draw(st.sampled_from([0, 0, 40, 80, 80, -1]))
        return Answers(self.numbers, business_day(self.world.earliest(request.service), later))

    def _filled(self, request: Request, answers: Answers) -> dict[str, str]:
        day = answers.effective_on.isoformat()
        if request.service is CT027:
            return {**GIVEN, "limit_hkd": str(31_000_000 + answers.number * 1000), "effective_date": day}
        return {**ACCOUNT, "account_no": f"{20_000_000 + answers.number}", "effective_date": day}

    def _raw(self, request: Request, decision: str, comment: str, answers: Answers) -> dict[str, str]:
        if request.point == "submit":
            return self._filled(request, answers)
        said = {"comment": comment} if decision in WITH_COMMENT else {}
        if request.point == "next_fill":
            if decision == "agree":
                return {**AGREED, "acceptance_date": self.world.today.isoformat()}
            return {"answer": decision, "reason_code": "SIGNATURE", **said}
        code = {"reason_code": REASON_CODES[request.point]} if (request.point, decision) in WITH_CODE else {}
        return {"decision": decision, **code, **said}

    def _key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"
