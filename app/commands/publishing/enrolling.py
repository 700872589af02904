"""Enrolment in an event: the eService that takes it, by what its own form offers, opened with the event filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import circumstances, opening, places, steps
from app.commands.requests.steps import By
from app.store import answered, definitions, enrolments, events, people
from app.store.cases import Case
from app.store.database import Connection
from app.store.events import Event
from app.store.people import Membership
from engine.errors import NoRight, NotFound
from engine.forms import form
from engine.forms.questions import Field
from engine.forms.spoken import typed_parts
from engine.people import Person
from engine.running.definition import Definition


def enrol(portal: Portal, by: By, code: str, membership: int | None = None) -> str:
    """Open a draft in which the event stands, with whom the firm has named before, and return its reference.

    membership: needed only where the person may enrol for several. Raises `NotFound`, `NoRight`, `KeyReused`,
    `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    digest = steps.request_digest("enrol", code, membership)
    with portal.database.write() as connection:
        person = steps.acting(connection, by, now)
        event = events.one(connection, code)
        seats = people.memberships_of(connection, person.company)
        if event is None or not event.takes_place or not event.is_for([seat.kind for seat in seats]):
            raise NotFound(f"the event {code[:8]}")
        seat, definition, question = _place(person, seats, definitions.current(connection).values(), event, membership)
        reference = opening.next_reference(connection, definition.eservice.code, now)
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        person, seat = opening.seat_for(connection, definition, person, seat.id)
        case = opening.new_case(connection, reference, definition, seat, person, now)
        opening.start(connection, portal, definition, case, steps.actor_of(person, "maker", by.address))
        _fill(connection, definition, case, question, event, now)
        return reference


def _place(
    person: Person, seats: Iterable[Membership], made: Iterable[Definition], event: Event, wanted: int | None
) -> tuple[Membership, Definition, Field]:
    known = list(made)
    for seat in enrolments.seats_for(person, seats, known, event, "maker"):
        taken = enrolments.taking(known, event, seat.kind)
        if taken and wanted in (None, seat.id):
            return (seat, *taken)
    raise NoRight("maker", "events")


def _fill(
    connection: Connection, definition: Definition, case: Case, question: Field, event: Event, now: datetime
) -> None:
    """The form as it is first opened, with the event, and what the register of enrolments says of the firm's."""
    asked, step = definition.forms[definition.main_form], definition.main_step
    facts = circumstances.facts_at(connection, definition, case, step, now, case.participant_id)
    raw = {**form.prefilled(asked, facts), question.key: event.code}
    known = (facts.register.get(places.REGISTER) or {}).get(event.code) or {}
    for entry in asked.fields:
        if entry.kind == "rows" and known.get(entry.key):
            raw = {name: text for name, text in raw.items() if name.partition(".")[0] != entry.key}
            raw |= typed_parts(entry, form.loaded(asked, {entry.key: known[entry.key]})[entry.key])
    answered.keep_draft(
        connection,
        case.id,
        step,
        round=case.round,
        answers=_answered(asked.fields, raw),
        saved_by=case.opened_by,
        saved_at=now,
    )


def _answered(fields: Iterable[Field], raw: Mapping[str, str]) -> dict[str, Any]:
    known = {entry.key: entry for entry in fields}
    return {name: text for name, text in raw.items() if form.answered_by(known, name)}
