"""Open tasks and waiting timers: what people and the worker may do now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy import case as sql_case
from sqlalchemy.dialects import postgresql, sqlite

from app.store.cases import Case
from app.store.lists import ALL, MOST_COUNTED, Filter, matching_at_hand
from app.store.substitutes import mine, reader
from app.store.tables import cases, companies, hands, idempotency, rights, tasks, timers
from engine.people import BARRED_BY, Person

# PostgreSQL looks nothing up that may be empty on both sides.
SEATS = (
    tasks.c.membership_id == rights.c.membership_id,
    and_(tasks.c.membership_id.is_(None), rights.c.membership_id.is_(None)),
)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that a person must do now."""

    id: UUID
    case_id: int
    key: str
    step: str
    name: str
    kind: str
    lane: str
    holder: str
    membership_id: int | None
    form: str
    opened_at: datetime
    due_at: datetime | None
    seat: str = ""
    claimed_by: int | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that waits in a case; an idle one counts from the last time that somebody saved."""

    case_id: int
    key: str
    due_at: datetime
    idle: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A task and its case, locked; timed when timers wait in the case, alone when no other task is open there."""

    task: Task
    case: Case
    timed: bool
    alone: bool = False


@dataclass(frozen=True, slots=True)
class ToDo:
    """A task in somebody's list, with the request it belongs to. behalf: the name of whoever they would do it for."""

    task: Task
    reference: str
    eservice: str
    release: str
    participant_id: str
    status: str
    about: str
    opened_by: int
    company: str = ""
    behalf: str = ""


# Statements are built once: building one costs several times what sending it does.
TIMED = exists(select(timers.c.id).where(timers.c.case_id == cases.c.id)).label("timed")
OTHER = tasks.alias("other")
ALONE = ~exists(select(OTHER.c.id).where(OTHER.c.case_id == cases.c.id, OTHER.c.id != tasks.c.id))
WITH_CASE = (
    select(tasks, cases).join_from(tasks, cases, cases.c.id == tasks.c.case_id).where(tasks.c.id == bindparam("task"))
)
LOCKED = WITH_CASE.add_columns(TIMED, ALONE.label("alone")).with_for_update(of=[cases, tasks])
OF_CASES = (
    select(tasks)
    .where(tasks.c.case_id.in_(bindparam("case_ids", expanding=True)))
    .order_by(tasks.c.opened_at, tasks.c.key)
)
CLOSED = delete(tasks).where(
    tasks.c.case_id == bindparam("case"), tasks.c.key.not_in(bindparam("kept", expanding=True))
)
TIMERS_CLEARED = delete(timers).where(timers.c.case_id == bindparam("case"))


def with_case(connection: Connection, task_id: UUID) -> tuple[Task, Case] | None:
    """An open task and its case, if it is still open."""
    row = connection.execute(WITH_CASE, {"task": task_id}).one_or_none()
    return None if row is None else (Task(*row[: len(tasks.c)]), Case(*row[len(tasks.c) :]))


def locked(connection: Connection, task_id: UUID) -> Held | None:
    """An open task and its case, held against everybody else until the transaction ends."""
    # After a wait PostgreSQL reads the two locked rows again, but neither timers nor other tasks: whoever set them in
    # the meantime also raised the case's version, so that this page is stale.
    row = connection.execute(LOCKED, {"task": task_id}).one_or_none()
    if row is None:
        return None
    task = Task(*row[: len(tasks.c)])
    return Held(task, Case(*row[len(tasks.c) : -2]), row.timed, row.alone)


def of_cases(connection: Connection, case_ids: Collection[int]) -> dict[int, list[Task]]:
    """The open tasks of these cases."""
    found: dict[int, list[Task]] = {case_id: [] for case_id in case_ids}
    for row in connection.execute(OF_CASES, {"case_ids": list(case_ids)}):
        found[row.case_id].append(Task(*row))
    return found


def with_history(
    connection: Connection, case: Case, status: str, most: int
) -> tuple[list[Task], list[tuple[date, datetime]]]:
    """The open tasks of a case, and how long the newest requests of its eService took that ended with a status.

    Each of these as the day on which it was received and when it ended; at most as many as are wanted, read at once.
    """
    newest = (
        select(cases.c.received_on, cases.c.closed_at)
        .where(cases.c.eservice == case.eservice, cases.c.status == status, cases.c.received_on.is_not(None))
        .order_by(cases.c.closed_at.desc(), cases.c.id.desc())
        .limit(most)
        .subquery()
    )
    both = select(tasks, newest).join_from(tasks, newest, true(), isouter=True).where(tasks.c.case_id == case.id)
    rows = connection.execute(both.order_by(tasks.c.opened_at, tasks.c.key)).all()
    found = {row.id: Task(*row[:-2]) for row in rows}
    took = [(row.received_on, row.closed_at) for row in rows if row.id == rows[0].id and row.closed_at]
    return list(found.values()), took


def open_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Open tasks."""
    if rows:
        connection.execute(insert(tasks), list(rows))


def become(connection: Connection, task_id: UUID, row: dict[str, Any]) -> None:
    """Close a task and open the next in its place, in one statement; its old id leads nowhere from here on."""
    fresh = {"claimed_by": None, "claimed_at": None, **row}
    connection.execute(update(tasks).where(tasks.c.id == task_id).values(fresh))


def claim(connection: Connection, task_id: UUID, person: int | None, at: datetime | None) -> None:
    """Note who alone does a task from now on; nobody in particular when `person` is empty."""
    connection.execute(update(tasks).where(tasks.c.id == task_id).values(claimed_by=person, claimed_at=at))


def close(connection: Connection, case_id: int, *, but: Collection[str]) -> None:
    """Close the tasks of a case but those at these places."""
    connection.execute(CLOSED, {"case": case_id, "kept": list(but)})


def set_due(connection: Connection, case_id: int, due: Mapping[str, datetime | None]) -> None:
    """Let the open tasks at these places be due at other times."""
    for key, at in due.items():
        connection.execute(update(tasks).where(tasks.c.case_id == case_id, tasks.c.key == key).values(due_at=at))


def waiting_on(connection: Connection, since: datetime, after: int, most: int) -> list[int]:
    """The cases, by their number and after one, in which anything falls due at that time or later."""
    found = select(tasks.c.case_id).where(tasks.c.due_at >= since)
    timed = select(timers.c.case_id).where(timers.c.due_at >= since)
    both = found.union(timed).subquery()
    query = select(both.c.case_id).where(both.c.case_id > after).order_by(both.c.case_id).limit(most)
    return list(connection.scalars(query))


def clear_timers(connection: Connection, case_id: int) -> None:
    """Forget the timers of a case."""
    connection.execute(TIMERS_CLEARED, {"case": case_id})


def set_timers(connection: Connection, case_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Add timers to a case."""
    if rows:
        connection.execute(insert(timers), [{"case_id": case_id, **row} for row in rows])


def drop_timer(connection: Connection, timer_id: UUID) -> None:
    """Forget a timer whose place in the drawing no longer waits."""
    connection.execute(delete(timers).where(timers.c.id == timer_id))


def timer(connection: Connection, timer_id: UUID) -> Timer | None:
    """One waiting timer."""
    row = connection.execute(select(timers).where(timers.c.id == timer_id)).one_or_none()
    return None if row is None else Timer(row.case_id, row.key, row.due_at, row.idle)


def put_off(connection: Connection, timer_id: UUID, due_at: datetime) -> None:
    """Let a timer come later: what it waits for was not idle that long."""
    connection.execute(update(timers).where(timers.c.id == timer_id).values(due_at=due_at))


def drafted(connection: Connection) -> list[tuple[Task, Case]]:
    """What the makers of every firm still have to submit, each with its request."""
    query = select(tasks, cases).join_from(tasks, cases, cases.c.id == tasks.c.case_id)
    rows = connection.execute(query.where(tasks.c.kind == "fill", tasks.c.lane == "maker").order_by(cases.c.id))
    return [(Task(*row[: len(tasks.c)]), Case(*row[len(tasks.c) :])) for row in rows]


# --- idempotency ------------------------------------------------------------------------------------------------------
def earlier_answer(connection: Connection, person: int, key: str) -> tuple[str, str] | None:
    """What this action token led to before: the digest of its request and the answer."""
    row = connection.execute(
        select(idempotency.c.digest, idempotency.c.answer).where(
            idempotency.c.person_id == person, idempotency.c.key == key
        )
    ).one_or_none()
    return None if row is None else (row.digest, row.answer)


def claim_key(connection: Connection, person: int, key: str, digest: str, answer: str, at: datetime) -> bool:
    """Note what an action token is about to lead to; false when it led somewhere before."""
    row = {"person_id": person, "key": key, "digest": digest, "answer": answer, "at": at}
    return connection.execute(_claim(connection.dialect.name), row).first() is not None


@cache
def _claim(dialect: str) -> Any:
    insert_here = (sqlite if dialect == "sqlite" else postgresql).insert(idempotency)
    return insert_here.on_conflict_do_nothing().returning(idempotency.c.key)


# --- lists ------------------------------------------------------------------------------------------------------------
def to_do(connection: Connection, person: Person, wanted: Filter = ALL, *, most: int = 50) -> list[ToDo]:
    """What this person may do now, the most urgent first."""
    ways = _ways(lent=True) if person.lent else _most_urgent(connection.dialect.name, wanted, most)
    seen = (cases.c.reference, cases.c.eservice, cases.c.release, cases.c.participant_id, cases.c.status)
    query = _mine(select(tasks, *seen, cases.c.about, cases.c.opened_by, companies.c.name_en, ways.c.lender), ways)
    query = matching_at_hand(query.join(companies, companies.c.id == cases.c.company_id), wanted, tasks.c.membership_id)
    urgent = tasks.c.due_at.is_(None), tasks.c.due_at, tasks.c.opened_at
    rows = connection.execute(query.order_by(*urgent).limit(most), reader(person))
    names = {one.id: one.name for one in person.lent}
    return [
        ToDo(
            Task(*row[: len(tasks.c)]),
            *row[len(tasks.c) : -1],
            behalf=(names.get(row.claimed_by) or names[row.lender]) if row.lender else "",
        )
        for row in rows
    ]


def to_do_count(connection: Connection, person: Person, wanted: Filter = ALL) -> int:
    """How many things this person may do now; at most 100, which then means that many or more."""
    return int(connection.scalar(_counted(connection.dialect.name, bool(person.lent), wanted), reader(person)) or 0)


def to_do_counted(dialect: str, lent: bool) -> Select[Any]:
    """The same, unfiltered, as a question within another; it asks for `reader`. lent: whether rights are lent."""
    return _counted(dialect, lent, ALL)


def _counted(dialect: str, lent: bool, wanted: Filter) -> Select[Any]:
    if lent or dialect == "sqlite":
        query = matching_at_hand(_mine(select(tasks.c.id), _ways(lent)), wanted, tasks.c.membership_id)
    else:  # of each right no more than are counted
        each = (_beside_each_right(seat, wanted, MOST_COUNTED, ordered=False) for seat in SEATS)
        query = select(union_all(*each).subquery().c.id)
    return select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())


def _mine(query: Select[Any], ways: FromClause) -> Select[Any]:
    query = query.select_from(ways).join(tasks, tasks.c.id == ways.c.id).join(cases, cases.c.id == tasks.c.case_id)
    return query.where(cases.c.status != "DRAFT")


def _ways(lent: bool) -> FromClause:
    """From somebody's rights to the tasks that they open: however many tasks there are, only those are looked at.

    lender: the colleague who lends the right; 0 where it is the person's own.
    """
    seat = and_(
        rights.c.lane == tasks.c.seat,
        rights.c.holder == tasks.c.holder,
        rights.c.membership_id.is_not_distinct_from(tasks.c.membership_id),
    )
    own = literal(0, Integer)
    if not lent:
        query = select(tasks.c.id, own.label("lender"))
    else:
        lender = sql_case((rights.c.person_id == bindparam("person"), own), else_=rights.c.person_id)
        query = select(tasks.c.id, func.min(lender).label("lender")).group_by(tasks.c.id)
    return query.select_from(rights).join(tasks, seat).where(mine(lent), ~_own_work(lent)).subquery("ways")


def _most_urgent(dialect: str, wanted: Filter, most: int) -> FromClause:
    """The same for one's own rights alone: of each right the most urgent tasks, so that few are put in order."""
    found = _of_each_right if dialect == "sqlite" else _beside_each_right
    every = union_all(*(found(seat, wanted, most) for seat in SEATS)).subquery()
    first = select(every.c.id, literal(0, Integer).label("lender"))
    return first.order_by(every.c.due_at.nulls_last(), every.c.opened_at).limit(most).subquery("ways")


def _beside_each_right(seat: ColumnElement[bool], wanted: Filter, most: int, *, ordered: bool = True) -> Select[Any]:
    query = _of_right(seat, wanted, most)
    some = (query if ordered else query.order_by(None)).add_columns(tasks.c.due_at, tasks.c.opened_at).lateral()
    return select(some).select_from(rights.join(some, true())).where(mine(lent=False))


def _of_each_right(seat: ColumnElement[bool], wanted: Filter, most: int) -> Select[Any]:
    """The same for SQLite, in which nothing is joined that depends on what stands before it."""
    chosen = tasks.alias("chosen")
    some = select(chosen.c.id, chosen.c.due_at, chosen.c.opened_at)
    return some.select_from(rights.join(chosen, chosen.c.id.in_(_of_right(seat, wanted, most)))).where(mine(lent=False))


def _of_right(seat: ColumnElement[bool], wanted: Filter, most: int) -> Select[Any]:
    query = select(tasks.c.id).join_from(tasks, cases, cases.c.id == tasks.c.case_id)
    query = query.where(tasks.c.seat == rights.c.lane, tasks.c.holder == rights.c.holder, seat)
    query = query.where(cases.c.status != "DRAFT", ~_own_work(lent=False))
    query = matching_at_hand(query, wanted, tasks.c.membership_id).correlate(rights)
    # The membership is one and the same, but without it PostgreSQL does not see that a desk's tasks lie in order.
    return query.order_by(tasks.c.membership_id, tasks.c.due_at.nulls_last(), tasks.c.opened_at).limit(most)


def _own_work(lent: bool) -> ColumnElement[bool]:
    """Whether the task checks what the person prepared, or whoever lends them the right to it."""
    pairs = [and_(tasks.c.lane == checker, hands.c.lane.in_(makers)) for checker, makers in BARRED_BY.items()]
    either = pairs[0]
    for pair in pairs[1:]:
        either = either | pair
    whose = hands.c.person_id == bindparam("person")
    if lent:
        whose = whose | (hands.c.person_id == rights.c.person_id)
    return exists(select(hands.c.case_id).where(hands.c.case_id == tasks.c.case_id, whose, either))
