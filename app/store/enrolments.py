"""Which eService takes an event, by what its own form offers, and for which memberships somebody acts in it."""

from __future__ import annotations

from collections.abc import Iterable

from app.store import events
from app.store.events import Event
from app.store.people import Membership
from engine.forms import offers
from engine.forms.questions import Field
from engine.people import Person
from engine.running.definition import Definition


def taking(made: Iterable[Definition], event: Event, kind: str) -> tuple[Definition, Field] | None:
    """The eService in which a member of that kind enrols, and its question for the event; None when there is none."""
    record = events.record_of(event)
    for definition in made:
        asked = definition.forms[definition.main_form]
        if kind in definition.eservice.memberships and event.is_for([kind]):
            question = offers.question_for(asked, events.REGISTER, event.code, record, kind)
            if question is not None:
                return definition, question
    return None


def seats_for(
    person: Person, seats: Iterable[Membership], made: Iterable[Definition], event: Event, *lanes: str
) -> list[Membership]:
    """The memberships for which somebody acts in one of these lanes of the eService that takes the event."""
    found, known = [], list(made)
    for seat in seats:
        taken = taking(known, event, seat.kind)
        if taken and any(person.may(lane, taken[0].eservice.function, seat.id) for lane in lanes):
            found.append(seat)
    return found
