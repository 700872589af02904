"""The morning of a business day: drafts that have to leave today are reminded of, and daily digests are promised."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import circumstances, steps
from app.commands.requests.digests import DIGEST
from app.commands.requests.promises import letter
from app.commands.requests.telling import tell_once
from app.store import answered, calendars, cases, choices, definitions, jobs, tasks
from app.store.cases import Case
from app.store.database import Connection
from app.store.tasks import Task
from engine.errors import Refused, WrongAnswers
from engine.forms import form
from engine.hours import hong_kong_day
from engine.running.definition import Definition

MORNING = "morning"
CUTOFF = "task.cutoff"


def begin_day(portal: Portal) -> bool:
    """Promise what the morning of today asks for, once whoever begins it; false while it is not due.

    It is due from 09:00 in Hong Kong on a business day; a worker that comes later begins it then.
    """
    now = portal.clock.now()
    with portal.database.read() as connection:
        calendar = calendars.at(connection, now)
    day = hong_kong_day(now)
    if not calendar.is_business_day(day) or now < calendar.morning(day) or calendar.in_maintenance(now):
        return False
    with portal.database.write() as connection:
        jobs.promise_once(connection, [_promised(MORNING, day)], now)
    return True


def tell_of_day(portal: Portal, day: date) -> None:
    """Keep that promise; once the day is over there is nothing to tell of it."""
    now = portal.clock.now()
    if hong_kong_day(now) != day:
        return
    with portal.database.write() as connection:
        readers = choices.readers(connection)
        jobs.promise_once(connection, [_promised(DIGEST, day, person=person) for person in readers], now)
    with portal.database.read() as connection:
        leaving = [task for task, case in tasks.drafted(connection) if _leaves_today(connection, task, case, now)]
    for task in leaving:
        _remind(portal, task, now)


def _promised(kind: str, day: date, **facts: int) -> dict[str, Any]:
    place = "".join(f":{number}" for number in facts.values())
    return {"kind": kind, "key": f"{kind}:{day}{place}", "payload": {"day": day.isoformat(), **facts}}


def _remind(portal: Portal, task: Task, now: datetime) -> None:
    """Tell everybody who can submit a draft; not if it was submitted meanwhile."""
    with portal.database.write() as connection:
        case = cases.locked(connection, task.case_id)
        if case is None or task.id not in {each.id for each in tasks.of_cases(connection, [case.id])[case.id]}:
            return
        definition = definitions.of_release(connection, case.release)
        day = hong_kong_day(now)
        due_at = circumstances.at(connection, now).calendar.cutoff(day, definition.eservice.cutoff)
        about = {"name": task.name, "due_at": due_at, "key": day.isoformat()}
        seats = steps.cast_of(connection, definition, case, now).who_can(task.lane, task.holder, task.membership_id)
        tell_once(connection, case, [letter(case, definition, CUTOFF, seat, about, seq=0) for seat in seats], now)


# --- what leaves today or not at all ----------------------------------------------------------------------------------
def _leaves_today(connection: Connection, task: Task, case: Case, now: datetime) -> bool:
    """Whether an answer of a draft is right if the exchange receives it today, and wrong from tomorrow on."""
    definition = definitions.of_release(connection, case.release)
    moment = circumstances.at(connection, now)
    today = hong_kong_day(now)
    if moment.received_on(definition.eservice.cutoff) != today:
        return False
    tomorrow = moment.calendar.morning(moment.calendar.next_business_day(today))
    draft = answered.draft(connection, case.id, task.step)
    raw = draft.answers if draft else {}
    later = _wrong(connection, definition, case, task, raw, tomorrow)
    return bool(later) and bool(later - _wrong(connection, definition, case, task, raw, now))


def _wrong(
    connection: Connection, definition: Definition, case: Case, task: Task, raw: Any, at: datetime
) -> frozenset[str]:
    """The names of answers that would be wrong at a moment; none when the form cannot tell."""
    asked = definition.forms[task.form]
    facts = circumstances.facts_at(connection, definition, case, task.step, at, case.participant_id)
    try:
        form.check(asked, form.clean(asked, raw), facts)
    except WrongAnswers as error:
        return frozenset(name for name in error.fields if raw.get(name))
    except Refused:  # one odd draft keeps nobody else's reminder back
        return frozenset()
    return frozenset()
