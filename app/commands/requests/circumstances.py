"""The circumstances of a step: the time, the calendar, the facts of the case and the registers that its forms read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.store import answered, calendars, files, registers
from app.store.cases import Case
from app.store.database import Connection
from app.store.story import register_choices, register_records
from engine.errors import ServiceClosed
from engine.forms import form
from engine.forms.form import Facts
from engine.hours import Now, hong_kong_day
from engine.language.scope import Scope
from engine.people import DESK_LANES
from engine.running.definition import Definition
from engine.running.given import request_for, together
from engine.running.outcome import Context
from engine.statuses import ENDED

RECEIVED = ENDED | {"PENDING_HKEX"}  # what was returned is received anew when it comes back


def at(connection: Connection, time: datetime) -> Now:
    """A moment, with the calendar as the exchange had it then."""
    return Now(time, calendars.at(connection, time))


def require_open_service(now: datetime) -> None:
    """Raise `ServiceClosed` during maintenance, which no exception of the calendar moves."""
    hours = calendars.published(now)
    if hours.in_maintenance(now):
        raise ServiceClosed(hours.maintenance_end(now))


def scope_of(definition: Definition, now: Now) -> Scope:
    """The time and the calendar, with the eService's own cut-off."""
    return Scope(now=now.time, calendar=now.calendar, cutoff=definition.eservice.cutoff)


def case_facts(definition: Definition, case: Mapping[str, Any], now: Now) -> dict[str, Any]:
    """What expressions read as `case.x`; a request that is not with the exchange counts as received now."""
    eservice = definition.eservice
    received_on = case.get("received_on") if case.get("status") in RECEIVED else None
    received_on = received_on or now.received_on(eservice.cutoff)
    return {
        "reference": case["reference"],
        "participant_id": case["participant_id"],
        "membership": case.get("membership", ""),
        "status": case.get("status", ""),
        "sent": case.get("sent", False),
        "single_eye": eservice.single_eye,
        "next_optional": eservice.next_optional,
        "round": case.get("round", 1),
        "received_on": received_on,
        "lead_days": eservice.lead_days,
        "sla_days": eservice.sla_days,
        "cutoff": eservice.cutoff,
        "desk": eservice.desk,
        "title": eservice.title,
    }


def facts_at(
    connection: Connection, definition: Definition, case: Case, step: str, now: datetime, participant: str
) -> Facts:
    """What the form of a step may know: the case, the registers of the participant who fills it, and its files."""
    day = hong_kong_day(now)
    records = registers.of_eservice(connection, definition, participant, day)
    records = registers.with_events(connection, definition, records, participant, day)
    kept = files_at(connection, definition, case, step)
    return facts_from(records, definition, as_facts(case), at(connection, now), kept)


def facts_from(
    records: Sequence[registers.Record],
    definition: Definition,
    case: Mapping[str, Any],
    now: Now,
    kept: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    *,
    request: Mapping[str, Any] | None = None,
    desk: str = "",
) -> Facts:
    """The same, from the records of its participant.

    kept: the files of each question that asks for some. request: what the form reads of the maker's answers. desk: the
    one that fills it, if a desk does.
    """
    known, choices = register_records(records), register_choices(records)
    facts = case_facts(definition, case, now)
    facts["desk"] = desk or facts["desk"]
    return Facts(scope_of(definition, now), facts, known, choices, kept or {}, request or {})


def request_at(definition: Definition, step: str, lane: str, newest: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the form of a step reads of the maker's newest answers, of which it knows what its side may read."""
    asked = definition.form_at(step)
    if asked is None or not asked.reads_request or newest is None:
        return {}
    return request_for(definition, lane, form.loaded(definition.forms[definition.main_form], newest))


def desk_of(lane: str, holder: str) -> str:
    """The desk that holds a task, if one does."""
    return holder if lane in DESK_LANES else ""


def files_at(connection: Connection, definition: Definition, case: Case, step: str) -> dict[str, list[dict[str, Any]]]:
    """The files that were put at a step, by question; nothing is asked when its form asks for none."""
    asked = definition.form_at(step)
    if asked is None or not any(entry.kind == "file" for entry in asked.fields):
        return {}
    return files.answers_of(connection, case.id, step)


def context_of(
    definition: Definition,
    case: Mapping[str, Any],
    answers: Mapping[str, Any],
    now: Now,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> Context:
    """What the drawing of a case may know at one step: nothing that its trail does not also know."""
    return Context(scope_of(definition, now), answers, case_facts(definition, case, now), given or {})


def context_at(connection: Connection, definition: Definition, case: Case, now: datetime) -> Context:
    """The same, for a case in which nobody has just answered anything."""
    given = answered.given_at(connection, case.id, {definition.main_step, *definition.given_steps})
    answers = loaded(definition, given)
    facts, main = as_facts(case), answers.get(definition.main_step, {})
    return context_of(definition, facts, main, at(connection, now), answers)


def loaded(definition: Definition, given: answered.Given) -> dict[str, Mapping[str, Any]]:
    """The newest answers of each step that was answered, typed."""
    found = {step: _joined(definition, step, given.submitted(step)) for step in {row.step for row in given.rows}}
    return {step: answers for step, answers in found.items() if answers is not None}


def with_these(
    definition: Definition, given: answered.Given, step: str, number: int, answers: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """The same, with what has just been answered at one of them, in the round of that number."""
    before = _joined(definition, step, given.submitted(step, number)) or {}
    return {**loaded(definition, given), step: together(definition, step, before, answers)}


def _joined(definition: Definition, step: str, rows: Sequence[answered.Sealed]) -> Mapping[str, Any] | None:
    asked = definition.form_at(step)
    if asked is None or not rows:
        return None
    found: Mapping[str, Any] = {}
    for row in rows:
        found = together(definition, step, found, form.loaded(asked, row.answers))
    return found


def as_facts(case: Case) -> dict[str, Any]:
    """The columns of a case that facts are made of."""
    return {
        "reference": case.reference,
        "participant_id": case.participant_id,
        "membership": case.membership,
        "status": case.status,
        "round": case.round,
        "received_on": case.received_on,
        "sent": case.sent_at is not None,
    }


def summary(definition: Definition, facts: Facts, answers: Mapping[str, Any]) -> str:
    """The line that lists show about a request."""
    template = definition.eservice.about
    asked = definition.forms[definition.main_form]
    return form.summed_up(asked, template, facts.seen_with(answers)) if template else ""
