"""Keeping promises: mail that was queued, PDFs that are due, timers that have come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.commands import letters
from app.commands.managing import shipped_forms
from app.commands.portal import Portal
from app.commands.publishing import samples
from app.commands.requests import circumstances, digests, documents, mornings, retiming, steps
from app.commands.requests.steps import Step
from app.commands.requests.telling import GROUPS
from app.commands.signing import forgotten
from app.languages import ENGLISH
from app.outside import mail
from app.outside.mail import Letter
from app.store import answered, calendars, cases, choices, definitions, jobs, people, tasks
from app.store.cases import Case
from app.store.database import Connection
from app.store.jobs import Job
from app.store.tasks import Timer
from engine.errors import TaskNotOpen
from engine.running import run
from engine.running.definition import Definition
from engine.running.outcome import Context

FIRED = "timer.fired"


def keep_promises(portal: Portal, most: int = 10) -> int:
    """Do up to `most` due jobs and return how many were tried."""
    with portal.database.write() as connection:
        claimed = jobs.claim(connection, portal.clock.now(), most)
    for job in claimed:
        _keep(portal, job)
    return len(claimed)


def fire_due_timers(portal: Portal) -> int:
    """Fire every timer that is due, each in a transaction of its own, and return how many fired."""
    with portal.database.read() as connection:
        due = jobs.due_timers(connection, portal.clock.now())
    return sum(fire_timer(portal, timer) for timer in due)


def fire_timer(portal: Portal, timer_id: UUID) -> bool:
    """Fire one waiting timer; false when another worker did, the case has moved on, or there is maintenance."""
    now = portal.clock.now()
    if calendars.published(now).in_maintenance(now):
        return False
    with portal.database.write() as connection:
        found = tasks.timer(connection, timer_id)
        case = None if found is None else cases.locked(connection, found.case_id)
        # Another worker may have fired it while this one waited for the lock.
        found = None if case is None else tasks.timer(connection, timer_id)
        if found is None or case is None or found.due_at > now:
            return False
        definition = definitions.of_release(connection, case.release)
        context = circumstances.context_at(connection, definition, case, now)
        if found.idle and (later := _not_idle(connection, portal, definition, case, found, context)):
            tasks.put_off(connection, timer_id, later)
            return False
        try:
            outcome = run.fire(definition, steps.state_of(portal, case), found.key, context)
        except TaskNotOpen:
            tasks.drop_timer(connection, timer_id)
            return False
        step = Step(
            now,
            FIRED,
            found.key.rpartition("/")[2],
            steps.SYSTEM,
            {"key": found.key, "round": case.round},
            round=case.round,
        )
        steps.write_down(connection, portal, definition, case, outcome, step)
        return True


def _not_idle(
    connection: Connection, portal: Portal, definition: Definition, case: Case, timer: Timer, context: Context
) -> datetime | None:
    """When an idle timer comes instead, because somebody has saved since it was set; None when it is due."""
    saved = answered.last_saved(connection, case.id)
    if saved is None:
        return None
    scope = replace(context.scope, now=saved)
    later = run.moment(definition, steps.state_of(portal, case), timer.key, replace(context, scope=scope))
    return later if later is not None and later > context.now else None


def _keep(portal: Portal, job: Job) -> None:
    now = portal.clock.now()
    hours = calendars.published(now)
    if _is_about_requests(job) and hours.in_maintenance(now):
        with portal.database.write() as connection:
            jobs.put_off(connection, job, hours.maintenance_end(now))
        return
    try:
        if job.kind == "mail":
            _mail(portal, job)
        elif job.kind == digests.DIGEST:
            _mail_digest(portal, job)
        elif job.kind == mornings.MORNING:
            mornings.tell_of_day(portal, date.fromisoformat(job.payload["day"]))
        elif job.kind == retiming.RETIME:
            retiming.retime_some(portal, job.payload)
        elif job.kind == forgotten.ASKED:
            forgotten.mail_link(portal, job.payload)
        elif job.kind == shipped_forms.PRINTED:
            shipped_forms.print_form(portal, job.payload["number"])
        elif job.kind == samples.SAMPLE:
            samples.publish_sample(portal, job.payload["title"])
        else:
            documents.make_trail_pdf(portal, job.payload["reference"])
    except Exception as error:  # whatever it was, the promise stands: it is tried again and becomes an incident at last
        with portal.database.write() as connection:
            jobs.postpone(connection, job, portal.clock.now(), f"{type(error).__name__}: {error}")
        return
    with portal.database.write() as connection:
        jobs.keep(connection, job, portal.clock.now())


def _is_about_requests(job: Job) -> bool:
    return job.kind == digests.DIGEST or (job.kind == "mail" and "person" in job.payload)


def _mail(portal: Portal, job: Job) -> None:
    if not _is_about_requests(job) or _is_wanted(portal, job.payload):
        to = job.payload["to"]
        with portal.database.read() as connection:
            language = people.language_of_login(connection, to)
        _send(portal, job, to, *letters.written(portal, job.payload, language or ENGLISH))


def _mail_digest(portal: Portal, job: Job) -> None:
    found = digests.digest_for(portal, job.payload["person"], date.fromisoformat(job.payload["day"]))
    if found is not None:
        _send(portal, job, *found)


def _is_wanted(portal: Portal, payload: Mapping[str, Any]) -> bool:
    """Whether a letter is still for the person: they are active, may see the request, and want each by mail."""
    with portal.database.read() as connection:
        person = people.person_for(connection, payload["person"], portal.clock.now())
        if person is None or not cases.references_seen(connection, person, [payload["reference"]]):
            return False
        return choices.of_person(connection, person.id)[GROUPS[payload["template"]]] == choices.MAIL


def _send(portal: Portal, job: Job, to: str, subject: str, text: str) -> None:
    # Stable over tries, so that a letter sent twice shows as one.
    name = hashlib.sha256(job.key.encode()).hexdigest()[:32]
    domain = portal.settings.mail_from.rpartition("@")[2]
    mail.send(Letter(to, subject, text, f"<{name}@{domain}>", portal.clock.now()), portal.settings)
