"""The circumstances of a step: the time, the calendar, the facts of the case and the registers that its forms read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.store import answered, files, registers
from app.store.cases import Case
from app.store.database import Connection
from app.store.story import may_read, register_choices, register_records
from engine.errors import ServiceClosed
from engine.forms import form
from engine.forms.form import Facts
from engine.hours import Calendar, exchange_calendar
from engine.language.scope import Scope
from engine.people import side_of_lane
from engine.running.definition import Definition
from engine.running.outcome import Context
from engine.statuses import ENDED

RECEIVED = ENDED | {"PENDING_HKEX"}  # what was returned is received anew when it comes back


def calendar(now: datetime) -> Calendar:
    """The exchange's calendar around a moment."""
    return exchange_calendar(now.year - 1, now.year + 3)


def require_open_service(now: datetime) -> None:
    """Raise `ServiceClosed` during maintenance."""
    hours = calendar(now)
    if hours.in_maintenance(now):
        raise ServiceClosed(hours.maintenance_end(now))


def scope_of(definition: Definition, now: datetime) -> Scope:
    """The time and the calendar, with the eService's own cut-off."""
    return Scope(now=now, calendar=calendar(now), cutoff=definition.eservice.cutoff)


def case_facts(definition: Definition, case: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What expressions read as `case.x`; a request that is not with the exchange counts as received now."""
    eservice = definition.eservice
    received_on = case.get("received_on") if case.get("status") in RECEIVED else None
    received_on = received_on or calendar(now).received_on(now, eservice.cutoff)
    return {
        "reference": case["reference"],
        "participant_id": case["participant_id"],
        "membership": case.get("membership", ""),
        "status": case.get("status", ""),
        "sent": case.get("sent", False),
        "single_eye": eservice.single_eye,
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
    records = registers.of_eservice(connection, definition, participant, calendar(now).day(now))
    kept = files_at(connection, definition, case, step)
    return facts_from(records, definition, as_facts(case), now, kept)


def facts_from(
    records: Sequence[registers.Record],
    definition: Definition,
    case: Mapping[str, Any],
    now: datetime,
    kept: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    request: Mapping[str, Any] | None = None,
) -> Facts:
    """The same, from the records of its participant.

    kept: the files of each question that asks for some. request: what the maker answered, as the filler may read it.
    """
    known, choices = register_records(records), register_choices(records)
    return Facts(
        scope_of(definition, now), case_facts(definition, case, now), known, choices, kept or {}, request or {}
    )


def request_at(definition: Definition, lane: str, answers: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the maker answered, as far as whoever does a later step in that lane may read it."""
    main, side = definition.forms.get(definition.main_form), side_of_lane(lane)
    if main is None or not answers:
        return {}
    readable = {entry.key for entry in main.fields if may_read(entry, "maker", side)}
    return {key: value for key, value in form.loaded(main, answers).items() if key in readable}


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
    now: datetime,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> Context:
    """What the drawing of a case may know at one step: nothing that its trail does not also know."""
    return Context(scope_of(definition, now), answers, case_facts(definition, case, now), given or {})


def context_at(connection: Connection, definition: Definition, case: Case, now: datetime) -> Context:
    """The same, for a case in which nobody has just answered anything."""
    given = answered.given_at(connection, case.id, {definition.main_step, *definition.given_steps})
    answers = loaded(definition, given)
    return context_of(definition, as_facts(case), answers.get(definition.main_step, {}), now, answers)


def loaded(definition: Definition, given: answered.Given) -> dict[str, Mapping[str, Any]]:
    """The newest answers of each step that was answered, typed."""
    found: dict[str, Mapping[str, Any]] = {}
    for step in {row.step for row in given.rows}:
        newest, asked = given.newest(step), definition.form_at(step)
        if newest is not None and asked is not None:
            found[step] = form.loaded(asked, newest)
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
    return form.filled(template, facts.seen_with(answers)) if template else ""
