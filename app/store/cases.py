"""Cases: the row that a step locks, what was answered, who had a hand in it, and the lists people look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, or_, select, true, update
from sqlalchemy import case as sql_case
from sqlalchemy.dialects import postgresql, sqlite

from app.store import sides
from app.store.sides import Party
from app.store.tables import (
    answers,
    cases,
    companies,
    counters,
    documents,
    hands,
    memberships,
    parties,
    people,
    remarks,
    rights,
)
from engine.people import DESK_LANES, Person, Right

SEES_EVERYTHING = sides.SEES_BOTH
ENDED = ("APPROVED", "COMPLETED", "REJECTED", "WITHDRAWN", "DISCARDED", "ABORTED")
DRAFT_ENTRY = 0


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

    @property
    def ended(self) -> bool:
        """Whether nothing changes it any more."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class Sealed:
    """Answers as they were given at one step; entry 0 is what is still being filled."""

    step: str
    entry: int
    round: int
    answers: Mapping[str, Any]
    salt: str
    saved_by: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """Answers at some steps of one case, oldest first."""

    rows: tuple[Sealed, ...]

    def draft(self, step: str) -> Mapping[str, Any]:
        """What is being filled at a step."""
        return next((row.answers for row in self.rows if row.step == step and row.entry == DRAFT_ENTRY), {})

    def newest(self, step: str) -> Mapping[str, Any] | None:
        """What was last submitted at a step."""
        rows = [row for row in self.rows if row.step == step and row.entry > DRAFT_ENTRY]
        return rows[-1].answers if rows else None


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on the whole request or on one answer."""

    round: int
    entry: int
    person: str
    person_id: int
    lane: str
    field: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Company:
    """A client firm, as pages and PDFs name it."""

    code: str
    name_en: str
    name_zh: str


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


CASE = select(cases)


# --- one case ---------------------------------------------------------------------------------------------------------
def locked(connection: Connection, case_id: int) -> Case | None:
    """The case, held against everybody else until the transaction ends."""
    row = connection.execute(CASE.where(cases.c.id == case_id).with_for_update()).one_or_none()
    return None if row is None else Case(**row._mapping)


def locked_by_reference(connection: Connection, reference: str) -> Case | None:
    """The same, by its reference."""
    row = connection.execute(CASE.where(cases.c.reference == reference).with_for_update()).one_or_none()
    return None if row is None else Case(**row._mapping)


def by_reference(connection: Connection, reference: str, person: Person | None = None) -> Case | None:
    """The case, when this person may know that it exists (anybody's when no person is given)."""
    query = CASE.where(cases.c.reference == reference)
    if person is not None:
        query = query.where(seen_by(person))
    row = connection.execute(query).one_or_none()
    return None if row is None else Case(**row._mapping)


def company_of(connection: Connection, case: Case) -> Company:
    """The firm that files the request."""
    row = connection.execute(select(companies).where(companies.c.id == case.company_id)).one()
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
        connection.execute(dialect.insert(parties).on_conflict_do_nothing(), rows)


def dismiss(connection: Connection, case_id: int, gone: Collection[Party]) -> None:
    """End the part that these take: the request has become somebody else's."""
    for party in gone:
        mine = (parties.c.case_id == case_id, parties.c.side == party.side)
        connection.execute(delete(parties).where(*mine, parties.c.participant == party.participant))


# --- answers, hands, remarks ------------------------------------------------------------------------------------------
def draft(connection: Connection, case_id: int, step: str) -> Sealed | None:
    """What is being filled at a step."""
    return next(iter(_answers(connection, case_id, answers.c.step == step, answers.c.entry == DRAFT_ENTRY)), None)


def all_answers(connection: Connection, case_id: int) -> list[Sealed]:
    """Everything ever submitted or decided, oldest first, without drafts."""
    return _answers(connection, case_id, answers.c.entry > DRAFT_ENTRY)


def answers_and_drafts(connection: Connection, case_id: int) -> list[Sealed]:
    """The same, with what is being filled at each step before it."""
    return _answers(connection, case_id)


def given_at(connection: Connection, case_id: int, steps: Collection[str]) -> Given:
    """What was submitted at these steps, and what is being filled there."""
    return Given(tuple(_answers(connection, case_id, answers.c.step.in_(steps))))


def newest_answers(connection: Connection, case_id: int, step: str) -> Sealed | None:
    """The last answers that were submitted at a step."""
    given = _answers(connection, case_id, answers.c.step == step, answers.c.entry > DRAFT_ENTRY)
    return given[-1] if given else None


def _answers(connection: Connection, case_id: int, *where: ColumnElement[bool]) -> list[Sealed]:
    rows = connection.execute(select(answers).where(answers.c.case_id == case_id, *where).order_by(answers.c.entry))
    return [Sealed(r.step, r.entry, r.round, r.answers, r.salt, r.saved_by, r.saved_at) for r in rows]


def last_saved(connection: Connection, case_id: int) -> datetime | None:
    """When somebody last saved what is being filled."""
    query = select(func.max(answers.c.saved_at)).where(answers.c.case_id == case_id, answers.c.entry == DRAFT_ENTRY)
    return connection.execute(query).scalar_one()


def keep_draft(connection: Connection, case_id: int, step: str, **columns: Any) -> None:
    """Keep what is being filled, over what was there before."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(answers).values(case_id=case_id, step=step, entry=DRAFT_ENTRY, salt="", **columns)
    connection.execute(statement.on_conflict_do_update(index_elements=["case_id", "step", "entry"], set_=columns))


def seal_answers(connection: Connection, case_id: int, step: str, entry: int, **columns: Any) -> None:
    """Keep answers for good, under the trail entry that seals them."""
    connection.execute(insert(answers).values(case_id=case_id, step=step, entry=entry, **columns))


def hands_in(connection: Connection, case_id: int) -> list[tuple[int, str]]:
    """Who did what in a case: (person, lane)."""
    rows = connection.execute(select(hands.c.person_id, hands.c.lane).where(hands.c.case_id == case_id))
    return [(row.person_id, row.lane) for row in rows]


def lend_hand(connection: Connection, case_id: int, person: int, lane: str, round_: int) -> bool:
    """Note that the person acted in that lane; false when that was known. The database refuses checking own work."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(hands).values(case_id=case_id, person_id=person, lane=lane, round=round_)
    return connection.execute(statement.on_conflict_do_nothing().returning(hands.c.lane)).first() is not None


def add_remarks(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Pin comments to the request and to its answers."""
    if rows:
        connection.execute(insert(remarks), list(rows))


def remarks_on(connection: Connection, case_id: int) -> list[Remark]:
    """Every comment on a case, oldest first."""
    rows = connection.execute(
        select(remarks, people.c.name)
        .join(people, people.c.id == remarks.c.person_id)
        .where(remarks.c.case_id == case_id)
        .order_by(remarks.c.id)
    )
    return [Remark(r.round, r.entry, r.name, r.person_id, r.lane, r.field, r.text, r.at) for r in rows]


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
    """The cases that this person may know of: own function and membership, own desk, or all for those who watch."""
    if person.kind in SEES_EVERYTHING:
        return true()
    mine = and_(
        rights.c.person_id == person.id,
        or_(
            and_(
                rights.c.membership_id == cases.c.membership_id,
                rights.c.holder == cases.c.function,
                or_(cases.c.status != "DRAFT", rights.c.lane == "maker"),
            ),
            and_(rights.c.lane.in_(DESK_LANES), rights.c.holder == cases.c.desk, cases.c.received_on.is_not(None)),
        ),
    )
    return or_(exists(select(rights.c.id).where(mine)), _takes_part(person))


def _takes_part(person: Person) -> ColumnElement[bool]:
    """Whether a company or desk of this person was let into the request."""
    seat = and_(
        rights.c.person_id == person.id,
        rights.c.holder == parties.c.holder,
        rights.c.membership_id.is_not_distinct_from(parties.c.membership_id),
    )
    return exists(select(parties.c.case_id).join(rights, seat).where(parties.c.case_id == cases.c.id))


def may_see(person: Person, case: Case, found: Collection[Party] = ()) -> bool:
    """The same rule as `seen_by`, for a case at hand with its parties."""
    if person.kind in SEES_EVERYTHING or any(_shows(right, case) for right in person.rights):
        return True
    seats = {(party.holder, party.membership_id) for party in found}
    return any((right.holder, right.membership) in seats for right in person.rights)


def _shows(right: Right, case: Case) -> bool:
    if right.lane in DESK_LANES:
        return right.holder == case.desk and case.received_on is not None
    own = (right.holder, right.membership) == (case.function, case.membership_id)
    return own and (case.status != "DRAFT" or right.lane == "maker")


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
    query = _filtered(
        select(
            cases.c.id,
            cases.c.reference,
            cases.c.eservice,
            cases.c.release,
            cases.c.participant_id,
            cases.c.status,
            _about(person),
            cases.c.changed_at,
            cases.c.opened_by,
        ),
        person,
        statuses,
        not_statuses,
        participant_id,
    )
    if before is not None:
        query = query.where(cases.c.id < before)
    return [Row(*row) for row in connection.execute(query.order_by(cases.c.id.desc()).limit(most))]


def counted(connection: Connection, person: Person, *, statuses: Collection[str] = (), participant_id: str = "") -> int:
    """How many requests a list holds."""
    query = _filtered(select(func.count()).select_from(cases), person, statuses, (), participant_id)
    return int(connection.execute(query).scalar_one())


def found(connection: Connection, person: Person, text: str, most: int = 20) -> list[Row]:
    """The requests whose reference or summary holds the text."""
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    hit = or_(
        cases.c.reference.ilike(f"%{pattern}%", escape="\\"),
        _about(person).ilike(f"%{pattern}%", escape="\\"),
    )
    query = select(
        cases.c.id,
        cases.c.reference,
        cases.c.eservice,
        cases.c.release,
        cases.c.participant_id,
        cases.c.status,
        _about(person),
        cases.c.changed_at,
        cases.c.opened_by,
    ).where(seen_by(person), hit)
    return [Row(*row) for row in connection.execute(query.order_by(cases.c.id.desc()).limit(most))]


def _about(person: Person) -> ColumnElement[str]:
    """The summary as this person may read it: others than the firm read none of a round that it has not approved."""
    if person.kind in SEES_EVERYTHING:
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


def forget_draft(connection: Connection, case_id: int) -> None:
    """Drop what was being filled when the case ends."""
    connection.execute(delete(answers).where(answers.c.case_id == case_id, answers.c.entry == DRAFT_ENTRY))
