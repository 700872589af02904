"""Calendars that people read elsewhere: the addresses, kept as digests, and the days on which changes take effect."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, insert, select

from app.store.cases import seen, who
from app.store.tables import cases, feeds, hands, registers
from engine.people import OWN_LANES, Person

SUCCESSFUL = ("APPROVED", "COMPLETED")


class Effective(NamedTuple):
    """A day on which a change of a request takes effect."""

    day: date
    reference: str
    release: str


def keep(connection: Connection, person: int, digest: str, at: datetime) -> None:
    """Keep the address of a person's calendar in place of an earlier one."""
    drop(connection, person)
    connection.execute(insert(feeds).values(person_id=person, digest=digest, made_at=at))


def drop(connection: Connection, person: int) -> bool:
    """Forget it; false when there was none."""
    return connection.execute(delete(feeds).where(feeds.c.person_id == person)).rowcount == 1


def made_at(connection: Connection, person: int) -> datetime | None:
    """When the address of a person's calendar was made."""
    return connection.scalar(select(feeds.c.made_at).where(feeds.c.person_id == person))


def owner(connection: Connection, digest: str) -> int | None:
    """Whose calendar has that address, also when they may not act."""
    return connection.scalar(select(feeds.c.person_id).where(feeds.c.digest == digest))


def effective_days(connection: Connection, person: Person, since: date, most: int) -> list[Effective]:
    """When changes take effect, since that day, that the person had a hand in for their firm and may still see."""
    mine = exists(
        select(hands.c.case_id).where(
            hands.c.case_id == cases.c.id, hands.c.person_id == person.id, hands.c.lane.in_(OWN_LANES)
        )
    )
    query = (
        select(registers.c.effective_on, cases.c.reference, cases.c.release, cases.c.id)
        .join_from(cases, registers, registers.c.reference == cases.c.reference)
        .where(cases.c.status.in_(SUCCESSFUL), registers.c.effective_on >= since, mine, seen(bool(person.lent)))
        .distinct()
        .order_by(cases.c.id.desc(), registers.c.effective_on)
        .limit(most)
    )
    return [Effective(*row[:3]) for row in connection.execute(query, who(person))]
