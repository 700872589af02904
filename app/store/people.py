"""Companies, their people, and what each of them may do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, select, update

from app.store.substitutes import lent_of, lent_to
from app.store.tables import companies, memberships, people, people_trail, rights
from engine.people import DESK_LANES, Person, Right


class Seat(NamedTuple):
    """Somebody who can act: enough to name and to mail them. behalf: the name of whoever they would act for."""

    id: int
    name: str
    email: str
    behalf: str = ""


class Membership(NamedTuple):
    """One participantship of a company."""

    id: int
    company: int
    kind: str
    participant_id: str


class Profile(NamedTuple):
    """What a form knows about the person who fills it, and about their company."""

    name: str
    title: str
    email: str
    phone: str
    company_code: str
    company_en: str
    company_zh: str


MAY_ACT = and_(people.c.active, people.c.locked_at.is_(None))  # a lock keeps new work away, and ends none that goes on
PERSON = (
    select(
        people.c.id,
        people.c.name,
        people.c.email,
        people.c.kind,
        people.c.language,
        people.c.company_id,
        companies.c.name_en,
        lent_to(people).label("lent"),
    )
    .join_from(people, companies)
    .where(people.c.id == bindparam("person"), people.c.active)
)
MEMBERSHIPS = (
    select(memberships.c.id, memberships.c.company_id, memberships.c.kind, memberships.c.participant_id)
    .where(memberships.c.company_id == bindparam("company"), memberships.c.ended_at.is_(None))
    .order_by(memberships.c.participant_id, memberships.c.id)
)
RIGHTS = select(rights.c.lane, rights.c.holder, rights.c.membership_id).where(rights.c.person_id == bindparam("person"))


def person_for(connection: Connection, person: int, now: datetime | None = None) -> Person | None:
    """The person with the rights of this moment, or None when inactive or unknown.

    now: also with the rights that are lent to them then; nothing is lent to whoever manages accounts and rights.
    """
    row = connection.execute(PERSON, {"person": person, "now": now}).one_or_none()
    if row is None:
        return None
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        kind=row.kind,
        company=row.company_id,
        company_name=row.name_en,
        rights=rights_of(connection, person),
        language=row.language,
        lent=lent_of(row.lent),
    )


def rights_of(connection: Connection, person: int) -> frozenset[Right]:
    """Every right the person holds now."""
    return frozenset(Right(*row) for row in connection.execute(RIGHTS, {"person": person}))


def profile_of(connection: Connection, person: int) -> Profile | None:
    """The person's own particulars, also when they may not act."""
    row = connection.execute(
        select(
            people.c.name,
            people.c.title,
            people.c.email,
            people.c.phone,
            companies.c.code,
            companies.c.name_en,
            companies.c.name_zh,
        )
        .join_from(people, companies)
        .where(people.c.id == person)
    ).one_or_none()
    return None if row is None else Profile(*row)


def language_of(connection: Connection, person: int) -> str:
    """The language that a person has chosen; empty when none was."""
    return str(connection.scalar(select(people.c.language).where(people.c.id == person)) or "")


def language_of_login(connection: Connection, login: str) -> str:
    """The same for who signs in with this address."""
    return str(connection.scalar(select(people.c.language).where(people.c.email == login)) or "")


def choose_language(connection: Connection, person: int, language: str) -> None:
    """Keep the language of a person."""
    connection.execute(update(people).where(people.c.id == person).values(language=language))


def id_of(connection: Connection, login: str) -> int | None:
    """The person who signs in with this address, also when they may not act."""
    return connection.scalar(select(people.c.id).where(people.c.email == login))


def names_of(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """The names of these people by id."""
    rows = connection.execute(select(people.c.id, people.c.name).where(people.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def who_can(
    connection: Connection,
    lane: str,
    holder: str,
    membership: int | None,
    excluding: Collection[int] = frozenset(),
) -> list[Seat]:
    """Everybody who may act in that lane now, by name; membership is empty for a desk."""
    seat = None if lane in DESK_LANES else membership
    return _seats(
        connection,
        _seat()
        .join_from(people, rights)
        .where(rights.c.lane == lane, rights.c.holder == holder, rights.c.membership_id.is_not_distinct_from(seat))
        .where(people.c.id.not_in(excluding)),
    )


def ccdas_of(connection: Connection, company: int) -> list[Seat]:
    """The delegated administrators of a company who can act."""
    return _seats(connection, _seat().where(people.c.company_id == company, people.c.kind == "ccda"))


def of_kind(connection: Connection, kind: str) -> list[Seat]:
    """Everybody of a kind who can act: operations, auditors, ..."""
    return _seats(connection, _seat().where(people.c.kind == kind))


def seat_of(connection: Connection, person: int) -> Seat | None:
    """The person, when they can act."""
    return next(iter(_seats(connection, _seat().where(people.c.id == person))), None)


def memberships_of(connection: Connection, company: int) -> list[Membership]:
    """The participantships of a company, by participant id."""
    return [Membership(*row) for row in connection.execute(MEMBERSHIPS, {"company": company})]


def membership_for(connection: Connection, membership: int) -> Membership | None:
    """One participantship."""
    row = connection.execute(_membership().where(memberships.c.id == membership)).one_or_none()
    return None if row is None else Membership(*row)


def participants(connection: Connection, ids: Collection[str], kinds: Collection[str]) -> dict[str, Membership]:
    """The participantships with these participant IDs, of these kinds if any are named, that have not ended.

    None of them ends before the transaction does: whoever ends one finds every request that was sent to it.
    """
    query = _membership().where(memberships.c.participant_id.in_(ids), memberships.c.ended_at.is_(None))
    if kinds:
        query = query.where(memberships.c.kind.in_(kinds))
    query = query.order_by(memberships.c.id.desc()).with_for_update(read=True, of=memberships)
    return {row.participant_id: Membership(*row) for row in connection.execute(query)}


def goes_on(connection: Connection, membership: int) -> bool:
    """Whether a participantship has not ended; it does not end before the transaction does either."""
    query = select(memberships.c.id).where(memberships.c.id == membership, memberships.c.ended_at.is_(None))
    return connection.execute(query.with_for_update(read=True)).first() is not None


def membership_named(connection: Connection, participant_id: str, kind: str) -> Membership | None:
    """The participantship of that kind and participant ID, also when it has ended."""
    query = _membership().where(memberships.c.participant_id == participant_id, memberships.c.kind == kind)
    row = connection.execute(query).one_or_none()
    return None if row is None else Membership(*row)


def end_membership(connection: Connection, membership: int, at: datetime) -> bool:
    """End a participantship, and take away every right for it; False when it had ended already."""
    connection.execute(delete(rights).where(rights.c.membership_id == membership))
    open_one = (memberships.c.id == membership, memberships.c.ended_at.is_(None))
    return connection.execute(update(memberships).where(*open_one).values(ended_at=at)).rowcount == 1


def record(connection: Connection, at: datetime, person: int | None, action: str, **facts: Any) -> None:
    """Add one entry to the trail of people; `person` is empty when an unknown address was tried."""
    connection.execute(insert(people_trail).values(at=at, person_id=person, action=action, facts=facts))


def trail_of(connection: Connection, person: int) -> list[tuple[str, Mapping[str, Any]]]:
    """The person's trail, oldest first: action and facts."""
    rows = connection.execute(
        select(people_trail.c.action, people_trail.c.facts)
        .where(people_trail.c.person_id == person)
        .order_by(people_trail.c.id)
    )
    return [(row.action, row.facts) for row in rows]


def has_companies(connection: Connection) -> bool:
    """Whether anybody was set up yet."""
    return bool(connection.scalar(select(func.count()).select_from(companies)))


def add_company(
    connection: Connection, code: str, name_en: str, name_zh: str = "", *, is_exchange: bool = False
) -> int:
    """Set up a company and return its id."""
    row = {"code": code, "name_en": name_en, "name_zh": name_zh, "is_exchange": is_exchange}
    return _added(connection, companies, row)


def add_membership(connection: Connection, company: int, kind: str, participant_id: str) -> int:
    """Add a participantship to a company and return its id."""
    return _added(connection, memberships, {"company_id": company, "kind": kind, "participant_id": participant_id})


def add_person(connection: Connection, company: int, email: str, **particulars: Any) -> int:
    """Set up a person and return their id.

    particulars: the other columns of `people`; name and kind are required.
    """
    return _added(connection, people, {"company_id": company, "email": email.casefold(), "active": True} | particulars)


def grant(connection: Connection, person: int, granted: Iterable[Right]) -> None:
    """Give the person these rights."""
    rows = [{"person_id": person, "lane": r.lane, "holder": r.holder, "membership_id": r.membership} for r in granted]
    if rows:
        connection.execute(insert(rights), rows)


def _seat() -> Select[Any]:
    return select(people.c.id, people.c.name, people.c.email).where(MAY_ACT).order_by(people.c.name, people.c.id)


def _seats(connection: Connection, rows: Select[Any]) -> list[Seat]:
    return [Seat(*row) for row in connection.execute(rows)]


def _membership() -> Select[Any]:
    return select(
        memberships.c.id,
        memberships.c.company_id,
        memberships.c.kind,
        memberships.c.participant_id,
    )


def _added(connection: Connection, table: Any, row: dict[str, Any]) -> int:
    key: int = connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
    return key
