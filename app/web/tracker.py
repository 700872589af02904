"""The tracker of a request: its steps done, now and next, when it is expected to be done, and its drawing as a text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from statistics import median, quantiles
from typing import NamedTuple

from app.store import sentences
from app.store.casts import Cast
from app.store.story import Story
from app.store.tasks import Task
from app.web import pages
from app.web.desks import desk_title
from app.web.guards import portal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.timelines import is_receipt, side_word, who_acts
from engine.drawings.ahead import ahead
from engine.drawings.outline import Part, marked, outline
from engine.forms.spoken import short_date
from engine.hours import HONG_KONG, Now, hong_kong_day
from engine.people import BROKER_LANES, DESK_LANES, EXCHANGE, NEXT, NEXT_LANES, OWN_LANES, Person, side_of_lane
from engine.running.definition import Definition
from engine.sentence import joined, named, say
from engine.statuses import RETURNED

FEWEST, MOST = 5, 40  # of fewer earlier requests nothing is told: somebody could say whose they were
LATE = 90  # per cent of the earlier requests were done by then
TEXTS_KEPT = 64


# --- steps ------------------------------------------------------------------------------------------------------------
def steps(
    told: Story, open_tasks: Sequence[Task], cast: Cast, person: Person, known: Collection[str]
) -> list[dict[str, str]]:
    """What was done, who has it now and until when, and what comes next as drawn.

    known: the places where the request is, as far as the reader's side is told of them.
    """
    past = [
        {"label": entry.label, "who": pages.who(entry), "at": pages.day_and_time(entry.at), "state": "done"}
        for entry in told.told
        if entry.status_to
    ]
    if told.case.ended:
        return [*past, *_result(told)]
    mine = {task.key for task in open_tasks if told.side == side_of_lane(task.lane)}
    return [*past, *_now(told, open_tasks, cast, person), *_next(told, mine or known)]


def _result(told: Story) -> list[dict[str, str]]:
    effective = told.last_round.get("effective_date")
    if told.case.status != told.definition.eservice.success or not effective:
        return []
    day = short_date(datetime.fromisoformat(str(effective)).date())
    return [{"label": _("Takes effect on %(day)s, 00:00 HKT", day=day), "who": "", "at": "", "state": "later"}]


def _now(told: Story, open_tasks: Sequence[Task], cast: Cast, person: Person) -> list[dict[str, str]]:
    """One line for each desk or company that has it now, whichever step of theirs it is."""
    companies = {party.membership_id: party.company for party in told.parties if party.membership_id is not None}
    companies[told.case.membership_id] = told.company.name_en
    label, moment = pages.status(told.case.status)["label"], pages.moment()
    lines = []
    for task in open_tasks:
        seats = cast.who_can(task.lane, task.holder, task.membership_id)
        who = who_acts(task, seats, companies.get(task.membership_id or 0, ""), person)
        is_own = told.side in (None, side_of_lane(task.lane))
        since = task.opened_at if is_own else _came(told, task)
        due = task.due_at if is_own or task.lane not in DESK_LANES else _promised(told, moment)
        at = joined([_("since %(at)s", at=pages.day_and_time(since)), *_left(due, moment)], " · ")
        lines.append({"label": _named(told, task, label, is_own=is_own), "who": who, "at": at, "state": "now"})
    return list({tuple(line.items()): line for line in lines}.values())


def _named(told: Story, task: Task, label: str, *, is_own: bool) -> str:
    """What is done now; the firm's own status says which of its two steps it is, but for a receipt to confirm."""
    if task.lane in OWN_LANES:
        return named(task.name) if is_receipt(told, task) else label
    return joined([label, named(task.name)], ": ") if is_own else label


def _came(told: Story, task: Task) -> datetime:
    """Since when another side has it: what it does among its own is told to nobody."""
    moves = [entry.at for entry in told.told if entry.status_to]
    return moves[-1] if moves else task.opened_at


def _promised(told: Story, now: Now) -> datetime | None:
    """Until when the exchange wants to have done with it, whichever of its people has it."""
    eservice, received = told.definition.eservice, told.case.received_on
    if received is None or not eservice.sla_days:
        return None
    return now.calendar.cutoff(now.calendar.add(received, eservice.sla_days), eservice.cutoff)


def _left(due: datetime | None, now: Now) -> list[str]:
    """How many business days are left, or how many it is late."""
    if due is None:
        return []
    today, day = hong_kong_day(now.time), hong_kong_day(due)
    if due <= now.time:
        late = now.calendar.days_between(day, today)
        if not late:
            return [_("overdue since %(time)s", time=pages.clock_time(due))]
        return [ngettext("overdue by 1 business day", "overdue by %(num)s business days", late)]
    local = due.astimezone(HONG_KONG)
    if day == today:
        return [_("due today at %(time)s", time=f"{local:%H:%M}")]
    left = ngettext("1 business day left", "%(num)s business days left", now.calendar.days_between(today, day))
    return [say("{one}, {other}", one=left, other=_("due %(day)s", day=pages.week_day(local)))]


def _next(told: Story, known: Collection[str]) -> list[dict[str, str]]:
    """What comes next by the drawings of this request, as long as everybody agrees."""
    definition, case = told.definition, told.case
    eservice = definition.eservice
    second = next((party.participant for party in told.parties if party.side == NEXT), "")
    facts = {"single_eye": eservice.single_eye, "next_optional": eservice.next_optional, "desk": case.desk}
    facts |= {"sla_days": eservice.sla_days, "agreed": False, "next": second or "?", "sent": case.sent_at is not None}
    found = ahead(definition.drawings, case.eservice, known, facts)
    return [
        {"label": _label_of(element.kind, element.name, element.properties), "who": who, "at": "", "state": "later"}
        for element in found
        for who in [_who_then(told, element.lane, element.each) if element.kind == "userTask" else ""]
    ]


def _label_of(kind: str, name: str, said: Mapping[str, str]) -> str:
    status = said.get("status", "")
    return pages.status(status)["label"] if kind == "endEvent" and status else name


def _who_then(told: Story, lane: str, each: str) -> str:
    if lane in DESK_LANES:
        desks = [party.participant for party in told.parties if party.side == EXCHANGE]
        codes = [told.case.desk, *desks] if each or desks else [told.case.desk]
        return ", ".join(dict.fromkeys(desk_title(code) for code in codes))
    if lane in NEXT_LANES:
        company = next((party.company for party in told.parties if party.side == NEXT), "") or _("second company")
        return _("%(company)s (its %(side)s)", company=company, side=side_word(lane))
    if lane in BROKER_LANES:
        return _("every broker that is named")
    return _("%(company)s (its %(side)s)", company=told.company.name_en, side=side_word(lane))


# --- when it is expected to be done -----------------------------------------------------------------------------------
class Took(NamedTuple):
    """In how many business days most of the earlier requests of an eService were done."""

    number: int
    half: int
    most: int


def took(found: Collection[tuple[date, datetime]], now: Now) -> Took | None:
    """The median and the 90th percentile of what earlier requests took from received to done; None for too few."""
    days = sorted(now.calendar.days_between(received, hong_kong_day(closed)) for received, closed in found)
    if len(days) < FEWEST:
        return None
    return Took(len(days), round(median(days)), round(quantiles(days, n=100, method="inclusive")[LATE - 1]))


def expected(told: Story, earlier: Collection[tuple[date, datetime]]) -> str:
    """In one sentence, when the request will be done; empty when nothing is known, or it has ended."""
    case, eservice, now = told.case, told.definition.eservice, pages.moment()
    if case.ended:
        return ""
    before = took(earlier, now)
    received = None if case.status in RETURNED else case.received_on
    if received is None:
        return _not_received(before, eservice.sla_days)
    if before is None and not eservice.sla_days:
        return ""
    days = before.most if before else eservice.sla_days
    day = now.calendar.add(received, days)
    late = _(" It has taken longer than that.") if hong_kong_day(now.time) > day else ""
    if before is None:
        return _("Expected by %(day)s: %(days)s after it was received.", day=short_date(day), days=_days(days)) + late
    by = {"day": short_date(day), "n": before.number, "days": _span(before)}
    return _("Usually done by %(day)s; the last %(n)s took %(days)s.", **by) + late


def _not_received(before: Took | None, sla_days: int) -> str:
    if before is not None:
        span = _span(before)
        return _("Usually done %(days)s after it is received; so were the last %(n)s.", days=span, n=before.number)
    return _("Expected %(days)s after it is received.", days=_days(sla_days)) if sla_days else ""


def _days(number: int) -> str:
    return ngettext("1 business day", "%(num)s business days", number)


def _span(before: Took) -> str:
    if before.half == before.most:
        return _days(before.most) if before.most else _("less than a business day")
    return _("%(half)s to %(most)s business days", half=before.half, most=before.most)


# --- the drawing as a text --------------------------------------------------------------------------------------------
def text_of(told: Story, open: Collection[str], done: Collection[str]) -> tuple[Part, ...]:
    """The drawings of a request as one ordered text, with what is done and where it is now."""
    return marked(_text(_Drawn(told.definition), portal().settings.exchange_name, told.case.desk), open, done)


class _Drawn:
    """A definition that is the same as every other of its name."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Drawn) and other.definition.sha256 == self.definition.sha256

    def __hash__(self) -> int:
        return hash(self.definition.sha256)


@lru_cache(TEXTS_KEPT)
def _text(drawn: _Drawn, exchange: str, desk: str) -> tuple[Part, ...]:
    made = drawn.definition
    return outline(made.drawings, made.eservice.code, exchange, sentences.lane_titles(exchange, desk))
