"""Telling people of a request: every letter that is promised to a person stands in the portal too, as a notice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.store import jobs, notices
from app.store.cases import Case
from app.store.choices import MOVES, REMINDERS, TASKS
from app.store.database import Connection

GROUPS = {
    "task.opened": TASKS,
    "task.returned": TASKS,
    "task.nudged": TASKS,
    "way_out.proposed": TASKS,
    "comment.added": TASKS,
    "case.moved": MOVES,
    "case.ended": MOVES,
    "case.effective": MOVES,
    "way_out.declined": MOVES,
    "task.reminder": REMINDERS,
    "task.overdue": REMINDERS,
    "task.idle": REMINDERS,
    "task.cutoff": REMINDERS,
    "task.due_moved": REMINDERS,
    "event.waiting": MOVES,
    "event.place_given": MOVES,
    "event.changed": MOVES,
    "event.cancelled": MOVES,
    "event.withdrawn": MOVES,
}
# what the sentence of a notice may name
NAMED = ("task", "due_at", "status", "who", "day", "event", "code", "number", "for")


def tell(connection: Connection, case: Case, promised: Sequence[dict[str, Any]], at: datetime) -> None:
    """Promise what a step of a case leads to, and keep a notice of each letter among it."""
    jobs.promise(connection, promised, at)
    notices.add(connection, _notices(case.id, promised, at))


def tell_about(connection: Connection, case: int, letters: Sequence[dict[str, Any]], at: datetime) -> None:
    """The same for a case of which nothing but its id is known."""
    jobs.promise_once(connection, letters, at)
    notices.add(connection, _notices(case, letters, at))


def tell_once(connection: Connection, case: Case, letters: Sequence[dict[str, Any]], at: datetime) -> None:
    """The same for letters that may have been promised before."""
    jobs.promise_once(connection, letters, at)
    notices.add(connection, _notices(case.id, letters, at))


def _notices(case: int, promised: Sequence[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "person_id": row["payload"]["person"],
            "case_id": case,
            "at": row.get("due_at", at),
            "template": row["payload"]["template"],
            "payload": {name: row["payload"][name] for name in NAMED if row["payload"].get(name)},
            "key": hashlib.sha256(row["key"].encode()).hexdigest()[:32],
        }
        for row in promised
        if row["kind"] == "mail"
    ]
