"""Cases: the row that a step locks, what was answered, who had a hand in it, and the lists people look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.store import words
from app.store.sides import Party
from app.store.substitutes import mine, reader
from app.store.tables import (
    cases,
    companies,
    counters,
    documents,
    memberships,
    parties,
    rights,
)
from engine.people import DESK_LANES, EXCHANGE, NEXT, Person, Right
from engine.rights import may

ENDED = ("APPROVED", "COMPLETED", "REJECTED", "WITHDRAWN", "DISCARDED", "ABORTED")


@dataclass(frozen=True, slots=True)
class Case:
    """One request."""

    id: int
    reference: str
    eservice: str
    release: str
    function: str
    desk: str
    company_id: int
    membership_id: int
    participant_id: str
    opened_by: int
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    received_on: date | None
    status: str
    round: int
    version: int
    about: str
    state: bytes
    ways_out: Sequence[Mapping[str, Any]]
    head: str
    entries: int
    seal: str | None = None
    membership: str = ""
    sent_at: datetime | None = None
    proposed: Sequence[Mapping[str, Any]] = ()
    words: str = ""
    about_words: str = ""
    opened_for: str = ""
    seats: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing changes it any more."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class Company:
    """A client firm, as pages and PDFs name it."""

    code: str
    name_en: str
    name_zh: str


CASE = select(cases)
BY_REFERENCE = CASE.where(cases.c.reference == bindparam("reference"))
LOCKED = CASE.where(cases.c.id == bindparam("case")).with_for_update()
LOCKED_BY_REFERENCE = BY_REFERENCE.with_for_update()
COMPANY = select(companies).where(companies.c.id == bindparam("company"))
OTHER = companies.alias("other")
COMPANY_AND_PARTIES = (
    select(
        companies.c.code,
        companies.c.name_en,
        companies.c.name_zh,
        parties.c.side,
        parties.c.participant,
        parties.c.holder,
        parties.c.membership_id,
        OTHER.c.name_en.label("party"),
    )
    .select_from(companies)
    .outerjoin(parties, parties.c.case_id == bindparam("case"))
    .outerjoin(memberships, memberships.c.id == parties.c.membership_id)
    .outerjoin(OTHER, OTHER.c.id == memberships.c.company_id)
    .where(companies.c.id == bindparam("company"))
    .order_by(parties.c.side, parties.c.participant)
)


# --- one case ---------------------------------------------------------------------------------------------------------
def locked(connection: Connection, case_id: int) -> Case | None:
    """The case, held against everybody else until the transaction ends."""
    return _case(connection, LOCKED, {"case": case_id})


def locked_by_reference(connection: Connection, reference: str) -> Case | None:
    """The same, by its reference."""
    return _case(connection, LOCKED_BY_REFERENCE, {"reference": reference})


def by_reference(connection: Connection, reference: str, person: Person | None = None) -> Case | None:
    """The case, when this person may know that it exists (anybody's when no person is given)."""
    if person is None or may(person, "read every request"):
        return _case(connection, BY_REFERENCE, {"reference": reference})
    return _case(connection, _seen_by_reference(bool(person.lent)), {"reference": reference, **who(person)})


def versions(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """At which version these cases are."""
    query = select(cases.c.id, cases.c.version).where(cases.c.id.in_(ids))
    return {row.id: row.version for row in connection.execute(query)} if ids else {}


def references_seen(connection: Connection, person: Person, named: Collection[str]) -> frozenset[str]:
    """Those of these requests that exist and that the person may know of."""
    query = select(cases.c.reference).where(cases.c.reference.in_(named), seen_by(person))
    return frozenset(connection.scalars(query, who(person))) if named else frozenset()


@cache
def _seen_by_reference(lent: bool) -> Select[Any]:
    return BY_REFERENCE.where(seen(lent))


def _case(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> Case | None:
    row = connection.execute(query, values).one_or_none()
    return None if row is None else Case(*row)


def company_of(connection: Connection, case: Case) -> Company:
    """The firm that files the request."""
    row = connection.execute(COMPANY, {"company": case.company_id}).one()
    return Company(row.code, row.name_en, row.name_zh)


def add(connection: Connection, **columns: Any) -> int:
    """Add a case and return its row number."""
    return int(connection.execute(insert(cases).values(**columns).returning(cases.c.id)).scalar_one())


def save(connection: Connection, case: Case, *, moved: bool, **columns: Any) -> bool:
    """Write a step down; false when the case is no longer at the version that was read.

    moved: whether pages that are open now are stale from here on; a mere reminder leaves them fresh.
    """
    changed = connection.execute(
        update(cases)
        .where(cases.c.id == case.id, cases.c.version == case.version)
        .values(version=case.version + 1 if moved else case.version, **columns)
    )
    return bool(changed.rowcount == 1)


def note_entry(connection: Connection, case_id: int, **columns: Any) -> None:
    """Note the newest trail entry of a locked case without making its pages stale."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(**columns))


def next_number(connection: Connection, name: str) -> int:
    """The next number of a daily sequence; numbers may be skipped, never reused."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(counters).values(name=name, value=1)
    counted = statement.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1}).returning(
        counters.c.value
    )
    return int(connection.execute(counted).scalar_one())


# --- parties ----------------------------------------------------------------------------------------------------------
def parties_of(connection: Connection, case_id: int) -> tuple[Party, ...]:
    """The companies and desks that take part beside the firm that files and the first desk."""
    rows = connection.execute(
        select(parties.c.side, parties.c.participant, parties.c.holder, parties.c.membership_id, companies.c.name_en)
        .outerjoin(memberships, memberships.c.id == parties.c.membership_id)
        .outerjoin(companies, companies.c.id == memberships.c.company_id)
        .where(parties.c.case_id == case_id)
        .order_by(parties.c.side, parties.c.participant)
    )
    return tuple(Party(row.side, row.participant, row.holder, row.membership_id, row.name_en or "") for row in rows)


def company_and_parties(connection: Connection, case: Case) -> tuple[Company, tuple[Party, ...]]:
    """The firm that files the request, and those who take part beside it, read at once."""
    rows = connection.execute(COMPANY_AND_PARTIES, {"case": case.id, "company": case.company_id}).all()
    found = tuple(Party(r.side, r.participant, r.holder, r.membership_id, r.party or "") for r in rows if r.side)
    return Company(rows[0].code, rows[0].name_en, rows[0].name_zh), found


def admit(connection: Connection, case_id: int, found: Collection[Party], at: datetime) -> None:
    """Let these take part from now on; who takes part already goes on."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    rows = [
        {
            "case_id": case_id,
            "side": party.side,
            "participant": party.participant,
            "holder": party.holder,
            "membership_id": party.membership_id,
            "since_at": at,
        }
        for party in found
    ]
    if rows:
        known = {
            name: select(cases.c[name]).where(cases.c.id == case_id) for name in ("eservice", "closed_at", "status")
        }
        values = {name: query.scalar_subquery() for name, query in known.items()}
        connection.execute(dialect.insert(parties).values(values).on_conflict_do_nothing(), rows)


def dismiss(connection: Connection, case_id: int, gone: Collection[Party]) -> None:
    """End the part that these take: the request has become somebody else's."""
    for party in gone:
        mine = (parties.c.case_id == case_id, parties.c.side == party.side)
        connection.execute(delete(parties).where(*mine, parties.c.participant == party.participant))


def let_find(connection: Connection, case_id: int, found: Collection[Party]) -> None:
    """Let a request be found by the words of those who take part, and by these alone beside its firm and desk."""
    seats = (
        words.desk_word(party.holder)
        if party.membership_id is None
        else words.seat_word(party.membership_id, party.holder)
        for party in found
    )
    kept = " ".join(dict.fromkeys(seats))
    connection.execute(update(cases).where(cases.c.id == case_id, cases.c.seats != kept).values(seats=kept))


def open_of_membership(connection: Connection, membership: int) -> tuple[list[str], list[str]]:
    """The open requests of a membership: its own, and those of others in which it takes part."""
    query = select(cases.c.reference).where(cases.c.closed_at.is_(None)).order_by(cases.c.id)
    part = select(parties.c.case_id).where(parties.c.membership_id == membership, parties.c.side == NEXT)
    own = connection.execute(query.where(cases.c.membership_id == membership)).scalars()
    others = connection.execute(query.where(cases.c.id.in_(part))).scalars()
    return list(own), list(others)


def open_at_desk(connection: Connection, desk: str) -> str | None:
    """An open request that a desk leads or has a part in."""
    part = select(parties.c.case_id).where(parties.c.participant == desk, parties.c.side == EXCHANGE)
    query = select(cases.c.reference).where(
        cases.c.closed_at.is_(None), or_(cases.c.desk == desk, cases.c.id.in_(part))
    )
    return connection.scalar(query.order_by(cases.c.id).limit(1))


# --- answers, hands, remarks ------------------------------------------------------------------------------------------


# --- documents --------------------------------------------------------------------------------------------------------
def document(connection: Connection, case_id: int, kind: str) -> str | None:
    """The SHA-256 of a document that was made of the case."""
    query = select(documents.c.sha256).where(documents.c.case_id == case_id, documents.c.kind == kind)
    return connection.execute(query).scalar_one_or_none()


def keep_document(connection: Connection, case_id: int, kind: str, sha256: str, size: int, at: datetime) -> None:
    """Note a document once; a second one of its kind changes nothing."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"case_id": case_id, "kind": kind, "sha256": sha256, "size": size, "made_at": at}
    connection.execute(dialect.insert(documents).values(**row).on_conflict_do_nothing())


# --- lists ------------------------------------------------------------------------------------------------------------
def seen_by(person: Person) -> ColumnElement[bool]:
    """The cases that this person may know of: own function and membership, own desk, or all for those who watch.

    A query with it is given `who`.
    """
    return true() if may(person, "read every request") else seen(bool(person.lent))


def seen(lent: bool) -> ColumnElement[bool]:
    """The same, for everybody but those who watch; a query with it is given `who`. lent: whether rights are lent."""
    shows = and_(
        mine(lent),
        or_(
            and_(
                rights.c.membership_id == cases.c.membership_id,
                rights.c.holder == cases.c.function,
                or_(cases.c.status != "DRAFT", rights.c.lane == "maker"),
            ),
            and_(rights.c.lane.in_(DESK_LANES), rights.c.holder == cases.c.desk, cases.c.received_on.is_not(None)),
        ),
    )
    return or_(exists(select(rights.c.id).where(shows)), _takes_part(lent))


def _takes_part(lent: bool) -> ColumnElement[bool]:
    """Whether a company or desk of this person was let into the request."""
    seat = and_(
        mine(lent),
        rights.c.holder == parties.c.holder,
        rights.c.membership_id.is_not_distinct_from(parties.c.membership_id),
    )
    return exists(select(parties.c.case_id).join_from(parties, rights, seat).where(parties.c.case_id == cases.c.id))


def may_see(person: Person, case: Case, found: Collection[Party] = ()) -> bool:
    """The same rule as `seen_by`, for a case at hand with its parties."""
    if may(person, "read every request") or any(_shows(right, case) for right in person.held):
        return True
    seats = {(party.holder, party.membership_id) for party in found}
    return any((right.holder, right.membership) in seats for right in person.held)


def _shows(right: Right, case: Case) -> bool:
    if right.lane in DESK_LANES:
        return right.holder == case.desk and case.received_on is not None
    own = (right.holder, right.membership) == (case.function, case.membership_id)
    return own and (case.status != "DRAFT" or right.lane == "maker")


def who(person: Person) -> dict[str, Any]:
    """The person, for a query with `seen`."""
    return reader(person)
