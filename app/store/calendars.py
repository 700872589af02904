"""The exchange's calendar: what is published, and what it has decided about single days since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row, Select, bindparam, insert, select, update

from app.store.tables import calendar_exceptions as exceptions
from app.store.tables import people
from engine.hours import Calendar, DayException, exchange_calendar, holding, with_exceptions

# How long a process relies on what it has read: a decision holds only once every process has read it anew.
FRESH = timedelta(seconds=30)
KNOWN: WeakKeyDictionary[Engine, tuple[datetime, tuple[DayException, ...]]] = WeakKeyDictionary()
APPROVED, REFUSED, TAKEN_BACK = "approved", "refused", "taken_back"
HOLDING = select(exceptions.c.day, exceptions.c.kind, exceptions.c.holds_from).where(
    exceptions.c.decision == bindparam("approved")
)


class Proposed(NamedTuple):
    """An exception as it was proposed, and what came of it: its decision is empty while it waits."""

    id: int
    day: date
    kind: str
    reason: str
    proposed_by: int
    proposer: str
    proposed_at: datetime
    decision: str
    decided_by: int | None
    decider: str | None
    decided_at: datetime | None
    holds_from: datetime | None


# --- the calendar -----------------------------------------------------------------------------------------------------
def published(time: datetime) -> Calendar:
    """The calendar around a moment as it is published, without exceptions."""
    return exchange_calendar(time.year - 1, time.year + 3)


def at(connection: Connection, time: datetime) -> Calendar:
    """The calendar around a moment as the exchange had it then."""
    return changed(time, _read(connection, time))


def changed(time: datetime, approved: Collection[DayException]) -> Calendar:
    """The same, from the exceptions that were ever approved."""
    return _changed(time.year, tuple(holding(approved, time))) if approved else published(time)


def approved(connection: Connection) -> tuple[DayException, ...]:
    """Every exception that was ever approved."""
    return tuple(DayException(*row) for row in connection.execute(HOLDING, {"approved": APPROVED}))


def _read(connection: Connection, time: datetime) -> tuple[DayException, ...]:
    """The same, asked anew when what this process knows may be old."""
    known = KNOWN.get(connection.engine)
    if known is None or time >= known[0] + FRESH:
        known = KNOWN[connection.engine] = time, approved(connection)
    return known[1]


@lru_cache(maxsize=16)
def _changed(year: int, held: tuple[DayException, ...]) -> Calendar:
    return with_exceptions(exchange_calendar(year - 1, year + 3), held)


# --- exceptions -------------------------------------------------------------------------------------------------------
def add(connection: Connection, day: date, kind: str, reason: str, person: int, at: datetime) -> int:
    """Keep a proposal and return its number."""
    row = {"day": day, "kind": kind, "reason": reason, "proposed_by": person, "proposed_at": at}
    number: int = connection.execute(insert(exceptions).values(row).returning(exceptions.c.id)).scalar_one()
    return number


def decide(
    connection: Connection, number: int, decision: str, person: int, at: datetime, holds_from: datetime | None = None
) -> None:
    """Note what came of a proposal, and from when on it holds if it was approved."""
    decided = {"decision": decision, "decided_by": person, "decided_at": at, "holds_from": holds_from}
    connection.execute(update(exceptions).where(exceptions.c.id == number).values(decided))


def proposed(connection: Connection, number: int) -> Proposed | None:
    """One of them, held until the transaction ends."""
    row = connection.execute(_proposed().where(exceptions.c.id == number).with_for_update(of=exceptions)).one_or_none()
    return None if row is None else _told(row)


def waiting(connection: Connection) -> list[Proposed]:
    """Those about which nobody has decided yet, by their day."""
    query = _proposed().where(exceptions.c.decision == "")
    return [_told(row) for row in connection.execute(query.order_by(exceptions.c.day, exceptions.c.id))]


def decided(connection: Connection, since: date) -> list[Proposed]:
    """Those that were approved or refused, of days since then, the latest day first."""
    query = _proposed().where(exceptions.c.decision.in_([APPROVED, REFUSED]), exceptions.c.day >= since)
    return [_told(row) for row in connection.execute(query.order_by(exceptions.c.day.desc(), exceptions.c.id.desc()))]


PROPOSER, DECIDER = people.alias("proposer"), people.alias("decider")


def _proposed() -> Select[Any]:
    table = exceptions.c
    return (
        select(
            *(table.id, table.day, table.kind, table.reason, table.proposed_by, PROPOSER.c.name, table.proposed_at),
            *(table.decision, table.decided_by, DECIDER.c.name, table.decided_at, table.holds_from),
        )
        .join(PROPOSER, PROPOSER.c.id == table.proposed_by)
        .outerjoin(DECIDER, DECIDER.c.id == table.decided_by)
    )


def _told(row: Row[Any]) -> Proposed:
    return Proposed(*row)
