"""Counting anew when open requests are due, because the exchange has changed its calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import circumstances, steps, telling
from app.commands.requests.promises import letter
from app.commands.requests.steps import SYSTEM, Step
from app.store import calendars, cases, definitions, jobs, tasks
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.tasks import Task
from engine.people import DESK_LANES
from engine.running import run
from engine.running.definition import Definition
from engine.running.outcome import Outcome
from engine.running.replay import RETIMED

RETIME = "retime"
AT_ONCE = 100  # cases in one promise: it must be kept long before its lease ends


def promise_retiming(connection: Connection, exception: int, day: date, at: datetime, due_at: datetime) -> None:
    """Promise that everything which falls due on a day or later is counted anew, once the exception holds."""
    jobs.promise(connection, [_job(exception, day, 0, due_at)], at)


def retime_some(portal: Portal, payload: dict[str, Any]) -> None:
    """Count some requests anew, each in a transaction of its own, and promise the others.

    One that was counted already comes out as it is: a promise that is kept twice changes nothing.
    """
    day, now = date.fromisoformat(payload["day"]), portal.clock.now()
    with portal.database.read() as connection:
        since = calendars.published(now).begin(day)
        found = tasks.waiting_on(connection, since, payload["after"], AT_ONCE)
    for case in found:
        retime(portal, case)
    if len(found) == AT_ONCE:
        with portal.database.write() as connection:
            jobs.promise_once(connection, [_job(payload["exception"], day, found[-1], now)], now)


def retime(portal: Portal, case_id: int) -> bool:
    """Count one request anew; false when nothing comes out otherwise."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        case = cases.locked(connection, case_id)
        if case is None or case.ended:
            return False
        definition = definitions.of_release(connection, case.release)
        context = circumstances.context_at(connection, definition, case, now)
        state = steps.state_of(portal, case)
        outcome = run.retime(definition, state, context)
        if outcome.state == state:
            return False
        cast = steps.cast_of(connection, definition, case, now)
        was = {task.key: task for task in tasks.of_cases(connection, [case.id])[case.id]}
        due = {task.key: task.due_at for task in outcome.tasks if task.due_at != was[task.key].due_at}
        facts = {"due": {key: at.isoformat() if at else None for key, at in due.items()}, "round": case.round}
        steps.write_down(
            connection, portal, definition, case, outcome, Step(now, RETIMED, "", SYSTEM, facts, round=case.round)
        )
        tasks.set_due(connection, case.id, due)
        telling.tell(connection, case, _letters(definition, case, cast, outcome, was, due), now)
        return True


def _job(exception: int, day: date, after: int, due_at: datetime) -> dict[str, Any]:
    payload = {"exception": exception, "day": day.isoformat(), "after": after}
    return {"kind": RETIME, "key": f"{RETIME}:{exception}:{after}", "payload": payload, "due_at": due_at}


def _letters(
    definition: Definition,
    case: Case,
    cast: Cast,
    outcome: Outcome,
    was: dict[str, Task],
    due: dict[str, datetime | None],
) -> list[dict[str, Any]]:
    """Whoever can do a task that is due at another time hears of it."""
    found = []
    for task in outcome.tasks:
        if task.key in due:
            row = was[task.key]
            seats = cast.who_can(row.lane, row.holder, None if row.lane in DESK_LANES else row.membership_id)
            about = {"name": task.name, "due_at": task.due_at, "key": task.key}
            found += [letter(case, definition, "task.due_moved", seat, about) for seat in seats]
    return found
