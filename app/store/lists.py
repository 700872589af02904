"""The lists of requests that people look at, each as far as they may read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select, true
from sqlalchemy import case as sql_case

from app.store import sides
from app.store.cases import seen, seen_by, who
from app.store.tables import cases, companies, parties, rights
from engine.people import Person
from engine.rights import may


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list of requests."""

    id: int
    reference: str
    eservice: str
    release: str
    participant_id: str
    status: str
    about: str
    changed_at: datetime
    opened_by: int


@dataclass(frozen=True, slots=True)
class Counterpart:
    """One request of another company, as the company sees it that takes part."""

    id: int
    reference: str
    release: str
    participant_id: str
    company: str
    status: str
    about: str


ROW = (
    cases.c.id,
    cases.c.reference,
    cases.c.eservice,
    cases.c.release,
    cases.c.participant_id,
    cases.c.status,
)


def listed(
    connection: Connection,
    person: Person,
    *,
    statuses: Collection[str] = (),
    not_statuses: Collection[str] = (),
    participant_id: str = "",
    before: int | None = None,
    most: int = 50,
) -> list[Row]:
    """The requests that a person may see, newest first; `before` is the row number to go on from."""
    columns = (*ROW, _about(person), cases.c.changed_at, cases.c.opened_by)
    query = _filtered(select(*columns), person, statuses, not_statuses, participant_id)
    if before is not None:
        query = query.where(cases.c.id < before)
    return [Row(*row) for row in connection.execute(query.order_by(cases.c.id.desc()).limit(most), who(person))]


def counted(connection: Connection, person: Person, *, statuses: Collection[str] = (), participant_id: str = "") -> int:
    """How many requests a list holds."""
    query = _counted(may(person, "read every request"), tuple(statuses), bool(participant_id))
    return int(connection.execute(query, {**who(person), "participant": participant_id}).scalar_one())


@cache
def _counted(everything: bool, statuses: tuple[str, ...], of_one: bool) -> Select[Any]:
    query = select(func.count()).select_from(cases).where(true() if everything else seen())
    query = query.where(cases.c.status.in_(statuses)) if statuses else query
    return query.where(cases.c.participant_id == bindparam("participant")) if of_one else query


def found(connection: Connection, person: Person, text: str, most: int = 20) -> list[Row]:
    """The requests whose reference or summary holds the text."""
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    hit = or_(
        cases.c.reference.ilike(f"%{pattern}%", escape="\\"),
        _about(person).ilike(f"%{pattern}%", escape="\\"),
    )
    columns = (*ROW, _about(person), cases.c.changed_at, cases.c.opened_by)
    query = select(*columns).where(seen_by(person), hit).order_by(cases.c.id.desc()).limit(most)
    return [Row(*row) for row in connection.execute(query, who(person))]


def _about(person: Person) -> ColumnElement[str]:
    """The summary as this person may read it: others than the firm read none of a round that it has not approved."""
    if may(person, "read every request"):
        return cases.c.about
    approved = cases.c.status.in_(sides.APPROVED_BY_FIRM)
    readable = (
        approved
        if person.is_staff
        else or_(cases.c.company_id == person.company, approved, cases.c.status == sides.AT_NEXT)
    )
    return sql_case((readable, cases.c.about), else_="").label("about")


def _filtered(
    query: Select[Any],
    person: Person,
    statuses: Collection[str],
    not_statuses: Collection[str],
    participant_id: str,
) -> Select[Any]:
    query = query.where(seen_by(person))
    if statuses:
        query = query.where(cases.c.status.in_(statuses))
    if not_statuses:
        query = query.where(cases.c.status.not_in(not_statuses))
    if participant_id:
        query = query.where(cases.c.participant_id == participant_id)
    return query


def counterparts(
    connection: Connection, person: Person, which: str, *, before: int | None = None, most: int = 50
) -> list[Counterpart]:
    """The requests of others in which a company of this person takes part, newest first.

    which: open (with us), passed (on to somebody else) or history.
    """
    seen = (cases.c.id, cases.c.reference, cases.c.release, cases.c.participant_id, companies.c.name_en)
    query = select(*seen, cases.c.status, _about(person)).join_from(cases, companies)
    query = query.where(_as_party(), _WHICH[which])
    if before is not None:
        query = query.where(cases.c.id < before)
    return [Counterpart(*row) for row in connection.execute(query.order_by(cases.c.id.desc()).limit(most), who(person))]


def counterparts_count(connection: Connection, person: Person, which: str) -> int:
    """How many such requests there are."""
    query = select(func.count()).select_from(cases).where(_as_party(), _WHICH[which])
    return int(connection.execute(query, who(person)).scalar_one())


def counterparts_open() -> Select[Any]:
    """How many of them are with us, as a question within another; it asks for `person`."""
    return select(func.count()).select_from(cases).where(_as_party(), _WHICH["open"])


def _as_party() -> ColumnElement[bool]:
    """Whether a company of the person was let into the request, and not only a desk."""
    seat = and_(
        rights.c.person_id == bindparam("person"),
        rights.c.holder == parties.c.holder,
        rights.c.membership_id == parties.c.membership_id,
    )
    return exists(select(parties.c.case_id).join(rights, seat).where(parties.c.case_id == cases.c.id))


_WHICH = {
    "open": cases.c.status == sides.AT_NEXT,
    "passed": and_(cases.c.status != sides.AT_NEXT, cases.c.closed_at.is_(None)),
    "history": cases.c.closed_at.is_not(None),
}
