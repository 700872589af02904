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
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy import case as sql_case
from sqlalchemy.dialects import postgresql, sqlite

from app.store import sides
from app.store.tables import answers, cases, companies, counters, documents, hands, people, remarks, rights
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
    """The last answers at some steps of one case and its drafts, oldest first."""

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
BY_REFERENCE = CASE.where(cases.c.reference == bindparam("reference"))
LOCKED = CASE.where(cases.c.id == bindparam("case")).with_for_update()
LOCKED_BY_REFERENCE = BY_REFERENCE.with_for_update()
COMPANY = select(companies).where(companies.c.id == bindparam("company"))
MINE = answers.c.case_id == bindparam("case")
DRAFT = select(answers).where(MINE, answers.c.step == bindparam("step"), answers.c.entry == DRAFT_ENTRY)
SUBMITTED = select(answers).where(MINE, answers.c.entry > DRAFT_ENTRY).order_by(answers.c.entry)
AT_STEPS = and_(MINE, answers.c.step.in_(bindparam("steps", expanding=True)))
# Of a case that was returned two hundred times only the last round and the draft are read.
NEWEST = select(func.max(answers.c.entry)).where(AT_STEPS).group_by(answers.c.step)
GIVEN = (
    select(answers)
    .where(AT_STEPS, or_(answers.c.entry == DRAFT_ENTRY, answers.c.entry.in_(NEWEST.correlate(None))))
    .order_by(answers.c.entry)
)
DRAFT_FORGOTTEN = delete(answers).where(MINE, answers.c.entry == DRAFT_ENTRY)
REMARKS = (
    select(remarks, people.c.name)
    .join(people, people.c.id == remarks.c.person_id)
    .where(remarks.c.case_id == bindparam("case"))
    .order_by(remarks.c.id)
)
ROW = (
    cases.c.id,
    cases.c.reference,
    cases.c.eservice,
    cases.c.release,
    cases.c.participant_id,
    cases.c.status,
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
    if person is None or person.kind in SEES_EVERYTHING:
        return _case(connection, BY_REFERENCE, {"reference": reference})
    return _case(connection, _seen_by_reference(), {"reference": reference, "person": person.id})


@cache
def _seen_by_reference() -> Select[Any]:
    return BY_REFERENCE.where(_seen())


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


def note_entry(connection: Connection, case_id: int, head: str, entries: int, at: datetime, seal: str) -> None:
    """Note the newest trail entry of a locked case without making its pages stale."""
    connection.execute(
        update(cases).where(cases.c.id == case_id).values(head=head, entries=entries, changed_at=at, seal=seal)
    )


def next_number(connection: Connection, name: str) -> int:
    """The next number of a daily sequence; numbers may be skipped, never reused."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(counters).values(name=name, value=1)
    counted = statement.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1}).returning(
        counters.c.value
    )
    return int(connection.execute(counted).scalar_one())


# --- answers, hands, remarks ------------------------------------------------------------------------------------------
def draft(connection: Connection, case_id: int, step: str) -> Sealed | None:
    """What is being filled at a step."""
    return next(iter(_answers(connection, DRAFT, {"case": case_id, "step": step})), None)


def all_answers(connection: Connection, case_id: int) -> list[Sealed]:
    """Everything ever submitted or decided, oldest first, without drafts."""
    return _answers(connection, SUBMITTED, {"case": case_id})


def given_at(connection: Connection, case_id: int, steps: Collection[str]) -> Given:
    """What was last submitted at each of these steps, and what is being filled there."""
    return Given(tuple(_answers(connection, GIVEN, {"case": case_id, "steps": list(steps)})))


def newest_answers(connection: Connection, case_id: int, step: str) -> Sealed | None:
    """The last answers that were submitted at a step."""
    given = [one for one in given_at(connection, case_id, [step]).rows if one.entry > DRAFT_ENTRY]
    return given[-1] if given else None


def _answers(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> list[Sealed]:
    rows = connection.execute(query, values)
    return [Sealed(r.step, r.entry, r.round, r.answers, r.salt, r.saved_by, r.saved_at) for r in rows]


def keep_draft(connection: Connection, case_id: int, step: str, **columns: Any) -> None:
    """Keep what is being filled, over what was there before."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(answers).values(case_id=case_id, step=step, entry=DRAFT_ENTRY, salt="", **columns)
    connection.execute(statement.on_conflict_do_update(index_elements=["case_id", "step", "entry"], set_=columns))


def seal_answers(connection: Connection, case_id: int, step: str, entry: int, **columns: Any) -> None:
    """Keep answers for good, under the trail entry that seals them."""
    connection.execute(insert(answers), {"case_id": case_id, "step": step, "entry": entry, **columns})


def hands_in(connection: Connection, case_id: int) -> list[tuple[int, str]]:
    """Who did what in a case: (person, lane)."""
    rows = connection.execute(select(hands.c.person_id, hands.c.lane).where(hands.c.case_id == case_id))
    return [(row.person_id, row.lane) for row in rows]


def lend_hand(connection: Connection, case_id: int, person: int, lane: str, round_: int) -> bool:
    """Note that the person acted in that lane; false when that was known. The database refuses checking own work."""
    row = {"case_id": case_id, "person_id": person, "lane": lane, "round": round_}
    return connection.execute(_hand(connection.dialect.name, told=True), row).first() is not None


def note_hand(connection: Connection, case_id: int, person: int, lane: str, round_: int) -> None:
    """The same, when nobody asks whether it was known."""
    row = {"case_id": case_id, "person_id": person, "lane": lane, "round": round_}
    connection.execute(_hand(connection.dialect.name, told=False), row)


@cache
def _hand(dialect: str, told: bool) -> Any:
    noted = (sqlite if dialect == "sqlite" else postgresql).insert(hands).on_conflict_do_nothing()
    return noted.returning(hands.c.lane) if told else noted


def add_remarks(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Pin comments to the request and to its answers."""
    if rows:
        connection.execute(insert(remarks).inline(), list(rows))


def remarks_on(connection: Connection, case_id: int) -> list[Remark]:
    """Every comment on a case, oldest first."""
    rows = connection.execute(REMARKS, {"case": case_id})
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
    """The cases that this person may know of: own function and membership, own desk, or all for those who watch.

    A query with it is given the person's number as `person`.
    """
    return true() if person.kind in SEES_EVERYTHING else _seen()


def _seen() -> ColumnElement[bool]:
    mine = and_(
        rights.c.person_id == bindparam("person"),
        or_(
            and_(
                rights.c.membership_id == cases.c.membership_id,
                rights.c.holder == cases.c.function,
                or_(cases.c.status != "DRAFT", rights.c.lane == "maker"),
            ),
            and_(rights.c.lane.in_(DESK_LANES), rights.c.holder == cases.c.desk, cases.c.received_on.is_not(None)),
        ),
    )
    return exists(select(rights.c.id).where(mine))


def may_see(person: Person, case: Case) -> bool:
    """The same rule as `seen_by`, for a case at hand."""
    return person.kind in SEES_EVERYTHING or any(_shows(right, case) for right in person.rights)


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
    columns = (*ROW, _about(person), cases.c.changed_at, cases.c.opened_by)
    query = _filtered(select(*columns), person, statuses, not_statuses, participant_id)
    if before is not None:
        query = query.where(cases.c.id < before)
    return [Row(*row) for row in connection.execute(query.order_by(cases.c.id.desc()).limit(most), _who(person))]


def counted(connection: Connection, person: Person, *, statuses: Collection[str] = (), participant_id: str = "") -> int:
    """How many requests a list holds."""
    query = _counted(person.kind in SEES_EVERYTHING, tuple(statuses), bool(participant_id))
    return int(connection.execute(query, {**_who(person), "participant": participant_id}).scalar_one())


@cache
def _counted(everything: bool, statuses: tuple[str, ...], of_one: bool) -> Select[Any]:
    query = select(func.count()).select_from(cases).where(true() if everything else _seen())
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
    return [Row(*row) for row in connection.execute(query, _who(person))]


def _who(person: Person) -> dict[str, Any]:
    return {"person": person.id}


def _about(person: Person) -> ColumnElement[str]:
    """The summary as this person may read it: the exchange reads none of a round that its firm has not approved."""
    if sides.side_of(person) != sides.EXCHANGE:
        return cases.c.about
    return sql_case((cases.c.status.in_(sides.APPROVED_BY_FIRM), cases.c.about), else_="").label("about")


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
    connection.execute(DRAFT_FORGOTTEN, {"case": case_id})
