"""The outbox: what was promised in a transaction and is kept after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.tables import jobs, timers

PROMISE = insert(jobs).inline()  # nobody asks for the new number
LEASE = timedelta(seconds=60)
MOST_TRIES = 12
PROMPT = ("mail", "link")  # somebody waits for a code or a link; a document can be made a little later


@dataclass(frozen=True, slots=True)
class Job:
    """One promise, claimed by one worker until its lease ends."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    tries: int


def promise(connection: Connection, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    """Add jobs (kind, key, payload, due_at when not at once) to the outbox of this transaction."""
    if rows:
        connection.execute(PROMISE, [{"due_at": at, **row, "made_at": at} for row in rows])


def promise_once(connection: Connection, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    """The same, but what was promised under its key before, kept or not, is left as it is."""
    if rows:
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(jobs)
        connection.execute(insert.on_conflict_do_nothing(), [{"due_at": at, **row, "made_at": at} for row in rows])


def claim(connection: Connection, now: datetime, most: int = 10) -> list[Job]:
    """Take up to `most` due jobs; no other worker gets them before the lease ends.

    A job whose last try never came back, because it killed its worker, becomes an incident instead.
    """
    spent = (jobs.c.state == "waiting") & (jobs.c.due_at <= now) & (jobs.c.tries >= MOST_TRIES)
    connection.execute(update(jobs).where(spent).values(state="incident", error="The last try never came back."))
    due = (
        select(jobs.c.id)
        .where(jobs.c.state == "waiting", jobs.c.due_at <= now)
        .order_by(jobs.c.kind.not_in(PROMPT), jobs.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(due))
        .values(due_at=now + LEASE, tries=jobs.c.tries + 1)
        .returning(jobs.c.id, jobs.c.kind, jobs.c.key, jobs.c.payload, jobs.c.tries)
    )
    return [Job(row.id, row.kind, row.key, row.payload, row.tries) for row in rows]


def keep(connection: Connection, job: Job, now: datetime) -> None:
    """The promise was kept; its payload is forgotten."""
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(state="done", done_at=now, payload={}, error=""))


def postpone(connection: Connection, job: Job, now: datetime, error: str) -> bool:
    """The promise could not be kept yet; true when its tries are used up and it became an incident."""
    used_up = job.tries >= MOST_TRIES
    wait = timedelta(seconds=min(5 * 2**job.tries, 3600))
    state = "incident" if used_up else "waiting"
    connection.execute(
        update(jobs).where(jobs.c.id == job.id).values(state=state, due_at=now + wait, error=error[:500])
    )
    return used_up


def put_off(connection: Connection, job: Job, until: datetime) -> None:
    """It is not the time to keep the promise; that does not count as a try."""
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(due_at=until, tries=job.tries - 1))


def due_timers(connection: Connection, now: datetime, most: int = 50) -> list[Any]:
    """The ids of timers that are due, earliest first."""
    rows = connection.execute(select(timers.c.id).where(timers.c.due_at <= now).order_by(timers.c.due_at).limit(most))
    return [row.id for row in rows]


def waiting(connection: Connection) -> dict[str, int]:
    """How many jobs are in each state."""
    rows = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
    return {state: number for state, number in rows}
