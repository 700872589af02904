"""Everybody who is named for a place at an event: with one, waiting for one, or withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, insert, select, update

from app.store.people import MAY_ACT, Seat
from app.store.tables import attendees, cases, companies, hands, people
from engine.people import OWN_LANES


class Attendee(NamedTuple):
    """Somebody named for a place. seated_at: none while they wait. attended: none before anybody has said."""

    id: int
    event_id: int
    company_id: int
    participant_id: str
    reference: str
    name: str
    title: str
    email: str
    phone: str
    mode: str
    dietary: str
    arrived_at: datetime
    seated_at: datetime | None
    attended: bool | None
    company: str
    company_zh: str

    @property
    def answers(self) -> dict[str, str | None]:
        """What a form said of them, as the register of enrolments keeps it."""
        said = {name: getattr(self, name) for name in ("name", "title", "email", "phone", "mode", "dietary")}
        return {name: value or None for name, value in said.items()}


ANSWERED = ("name", "title", "email", "phone", "mode", "dietary")
OWN = Attendee._fields[:-2]


# --- looking ----------------------------------------------------------------------------------------------------------
def of_event(connection: Connection, event: int) -> list[Attendee]:
    """Everybody with a place, then everybody who waits, in the order in which they came."""
    query = _named().where(attendees.c.event_id == event)
    return _listed(connection, query.order_by(attendees.c.seated_at.is_(None), attendees.c.id))


def of_company(connection: Connection, company: int, ids: Collection[int]) -> list[Attendee]:
    """Whom a company has named for these events, in the order in which they came."""
    query = _named().where(attendees.c.company_id == company, attendees.c.event_id.in_(ids))
    return _listed(connection, query.order_by(attendees.c.id))


def waiting(connection: Connection, event: int) -> list[Attendee]:
    """Those who wait for a place, in the order in which they came."""
    query = _named().where(attendees.c.event_id == event, attendees.c.seated_at.is_(None))
    return _listed(connection, query.order_by(attendees.c.id))


def places_in_line(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """Of everybody who waits for these events, by their own ids, the how manieth they are."""
    named = (attendees.c.event_id.in_(ids), attendees.c.withdrawn_at.is_(None), attendees.c.seated_at.is_(None))
    counts: dict[int, int] = {}
    found = {}
    for row in connection.execute(select(attendees.c.id, attendees.c.event_id).where(*named).order_by(attendees.c.id)):
        counts[row.event_id] = found[row.id] = counts.get(row.event_id, 0) + 1
    return found


def those_who_enrolled(connection: Connection, references: Collection[str]) -> dict[str, list[Seat]]:
    """Those of the firm who had a hand in each of these requests and may still act."""
    query = (
        select(cases.c.reference, people.c.id, people.c.name, people.c.email)
        .join_from(people, cases, MAY_ACT)
        .where(
            cases.c.reference.in_(references),
            exists(
                select(hands.c.case_id).where(
                    hands.c.case_id == cases.c.id, hands.c.person_id == people.c.id, hands.c.lane.in_(OWN_LANES)
                )
            ),
        )
        .order_by(people.c.id)
    )
    found: dict[str, list[Seat]] = {}
    for row in connection.execute(query):
        found.setdefault(row.reference, []).append(Seat(row.id, row.name, row.email))
    return found


def cases_of(connection: Connection, references: Collection[str]) -> dict[str, int]:
    """The ids of the requests with these references."""
    query = select(cases.c.reference, cases.c.id).where(cases.c.reference.in_(references))
    return {row.reference: row.id for row in connection.execute(query)}


def _listed(connection: Connection, query: Select[Any]) -> list[Attendee]:
    return [Attendee(*row) for row in connection.execute(query)]


def _named() -> Select[Any]:
    """All who were not withdrawn, with their companies."""
    query = select(*(attendees.c[name] for name in OWN), companies.c.name_en, companies.c.name_zh)
    return query.join_from(attendees, companies).where(attendees.c.withdrawn_at.is_(None))


# --- changing ---------------------------------------------------------------------------------------------------------
def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Let these wait at the end of the line, one after the other."""
    for row in rows:  # ids are the order in which they came, which no database promises for many rows at once
        connection.execute(insert(attendees).values(row))


def rename(connection: Connection, attendee: int, **said: Any) -> None:
    """Note what a newer list says of somebody who keeps their place."""
    connection.execute(update(attendees).where(attendees.c.id == attendee).values(**said))


def seat(connection: Connection, ids: Collection[int], at: datetime) -> None:
    """Give these a place."""
    if ids:
        connection.execute(update(attendees).where(attendees.c.id.in_(ids)).values(seated_at=at))


def withdraw(connection: Connection, ids: Collection[int], at: datetime) -> None:
    """Take these out of an event, or out of its line."""
    if ids:
        connection.execute(update(attendees).where(attendees.c.id.in_(ids)).values(withdrawn_at=at))


def attend(connection: Connection, event: int, ids: Collection[int]) -> None:
    """Note which of those with a place came; the others did not."""
    seated = (
        attendees.c.event_id == event,
        attendees.c.withdrawn_at.is_(None),
        attendees.c.seated_at.is_not(None),
    )
    connection.execute(update(attendees).where(*seated).values(attended=attendees.c.id.in_(ids)))
