"""Exceptions of the exchange's calendar: one proposes, another approves, and what is open is counted anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from app.commands import administration
from app.commands.administration import Doer, doer
from app.commands.managing import accounts, acting
from app.commands.portal import Portal
from app.commands.requests.retiming import promise_retiming
from app.commands.requests.steps import By
from app.store import calendars, companies
from app.store.calendars import Proposed
from app.store.database import Connection
from engine.errors import FourEyes, NoRight, NotFound, Refused
from engine.hours import CLOSED, HALF, KINDS, NO_COUNTER, OF_COUNTERS, OPEN, USUAL, Calendar, hong_kong_day
from engine.people import Person
from engine.rights import may
from engine.sentence import say

LONGEST_REASON = 200
FURTHEST = timedelta(days=2 * 366)
MINUTE = timedelta(minutes=1)


class WrongException(Refused):
    """A day, a kind or a reason that cannot be used; `fields` says which and why."""

    code = "wrong_exception"

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class DecidedAlready(Refused):
    """Somebody else was faster."""

    code = "decided_already"

    def __init__(self, who: str) -> None:
        super().__init__(
            say("Expected a proposal that waits, but {who} has decided about this one: look at the calendar.", who=who)
        )


def propose(portal: Portal, by: By, day: date | None, kind: str, reason: str) -> int:
    """Propose an exception for a day and return its number; raises `WrongException`, `NoRight`."""
    now, reason = portal.clock.now(), accounts.plain(reason)
    wrong = _wrong_words(hong_kong_day(now), day, kind, reason)
    if wrong or day is None:
        raise WrongException(**wrong)
    with portal.database.write() as connection:
        who = _keeper(connection, by)
        of_counters = kind in OF_COUNTERS
        waiting = [one for one in calendars.waiting(connection) if one.day == day]
        if any((one.kind in OF_COUNTERS) == of_counters for one in waiting):
            raise WrongException(day=say("Somebody has proposed something for this day: decide about that first."))
        if _is_so(calendars.changed(now, calendars.approved(connection)), calendars.published(now), day, kind):
            raise WrongException(
                kind=say("That is how the calendar has this day already: choose another, or another day.")
            )
        number = calendars.add(connection, day, kind, reason, who.id, now)
        _seal(connection, portal, doer(who, by.address), "calendar.proposed", day, kind, reason)
    return number


def decide(portal: Portal, by: By, number: int, *, accept: bool) -> None:
    """Approve what somebody else has proposed, or refuse it.

    Raises `NotFound`, `NoRight`, `FourEyes`, `DecidedAlready`, and `WrongException` when its day is over.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        who, found = _held(connection, by, number)
        if found.proposed_by == who.id:
            raise FourEyes(who.id)
        if accept and found.day < hong_kong_day(now):
            raise WrongException(
                day=say("{day:%d %b %Y} is over: refuse this, since nothing can be changed for it.", day=found.day)
            )
        decision, holds_from = (calendars.APPROVED, from_when(now)) if accept else (calendars.REFUSED, None)
        calendars.decide(connection, number, decision, who.id, now, holds_from)
        if holds_from is not None and found.kind not in OF_COUNTERS:
            promise_retiming(connection, number, found.day, now, holds_from)
        _seal_about(connection, portal, doer(who, by.address), decision, found)


def take_back(portal: Portal, by: By, number: int) -> None:
    """Take back what I have proposed myself; raises `NotFound`, `NoRight`, `DecidedAlready`."""
    with portal.database.write() as connection:
        who, found = _held(connection, by, number)
        if found.proposed_by != who.id:
            raise NoRight("take back", "what somebody else has proposed")
        calendars.decide(connection, number, calendars.TAKEN_BACK, who.id, portal.clock.now())
        _seal_about(connection, portal, doer(who, by.address), calendars.TAKEN_BACK, found)


def from_when(now: datetime) -> datetime:
    """From when on what is approved now holds: a full minute, by which every process has read of it."""
    begun = now.astimezone(UTC).replace(second=0, microsecond=0)
    return begun + 2 * MINUTE


# --- who, and what ----------------------------------------------------------------------------------------------------
def _keeper(connection: Connection, by: By) -> Person:
    person = acting.alone(connection, by)
    if not may(person, "keep the calendar"):
        raise NoRight("keep", "the calendar")
    return person


def _held(connection: Connection, by: By, number: int) -> tuple[Person, Proposed]:
    """Whoever acts, and a proposal that waits."""
    who, found = _keeper(connection, by), calendars.proposed(connection, number)
    if found is None:
        raise NotFound("the proposal")
    if found.decision:
        raise DecidedAlready(found.decider or "somebody")
    return who, found


def _wrong_words(today: date, day: date | None, kind: str, reason: str) -> dict[str, str]:
    wrong = {}
    if day is None:
        wrong["day"] = say("Enter a day, such as 26/11/2026.")
    elif not today <= day <= today + FURTHEST:
        wrong["day"] = say("Enter a day from today, {today:%d/%m/%Y}, and within two years.", today=today)
    if kind not in KINDS:
        wrong["kind"] = say("Choose what the day is to be.")
    if not accounts.can_be_read(reason) or len(reason) > LONGEST_REASON:
        wrong["reason"] = say(
            "Say why, in at most {longest_reason} characters: everybody reads it.", longest_reason=LONGEST_REASON
        )
    return dict(wrong)


def _is_so(calendar: Calendar, published: Calendar, day: date, kind: str) -> bool:
    """Whether the calendar has a day so without another exception."""
    if kind in OF_COUNTERS:
        return (day in calendar.no_counter) == (kind == NO_COUNTER)
    return state(calendar, day) == (state(published, day) if kind == USUAL else kind)


def state(calendar: Calendar, day: date) -> str:
    """What a day is: closed, half or open."""
    if not calendar.is_business_day(day):
        return CLOSED
    return HALF if day in calendar.half else OPEN


# --- sealing ----------------------------------------------------------------------------------------------------------
def _seal_about(connection: Connection, portal: Portal, who: Doer, decision: str, found: Proposed) -> None:
    _seal(connection, portal, who, f"calendar.{decision}", found.day, found.kind, found.reason)


def _seal(connection: Connection, portal: Portal, who: Doer, action: str, day: date, kind: str, reason: str) -> None:
    exchange = companies.exchange(connection)
    administration.seal_change(
        connection, portal, exchange, who, action, day=day.isoformat(), day_kind=kind, reason=reason
    )
