"""Places that a firm gives back, and who came: what is done to the attendees of an event beside requests."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from app.commands import administration
from app.commands.administration import doer
from app.commands.managing import acting
from app.commands.portal import Portal
from app.commands.publishing.events import keeper
from app.commands.requests import event_letters, places, steps
from app.commands.requests.steps import By
from app.store import attendees, companies, definitions, enrolments, events, people, registers
from app.store.attendees import Attendee
from app.store.database import Connection
from app.store.events import Event
from app.store.people import Seat
from engine.errors import NoRight, NotFound, Refused
from engine.hours import hong_kong_day
from engine.people import Person
from engine.running.services import RegisterChange
from engine.sentence import say

LANES = ("maker", "checker")


class NothingToWithdraw(Refused):
    """Those who were chosen were withdrawn meanwhile, or the event has begun."""

    code = "nothing_to_withdraw"

    def __init__(self) -> None:
        super().__init__(
            say("Expected attendees who can still be withdrawn, but they are gone or the event has begun.")
        )


class NotBegun(Refused):
    """Who came is not known before an event begins."""

    code = "not_begun"

    def __init__(self, code: str) -> None:
        super().__init__(
            say("Expected an event that has begun, but {code} has not: note who came once it has.", code=code)
        )


def withdraw(portal: Portal, by: By, code: str, chosen: Collection[int]) -> int:
    """Withdraw attendees of the own firm before an event begins, and return how many; their places are handed on.

    As a request that is under way is withdrawn by a maker or a checker alone, so are attendees: nobody gains by it
    what two people have to grant. Raises `NotFound`, `NoRight`, `NothingToWithdraw`.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        acting.alone(connection, by)
        person = steps.acting(connection, by, now)  # with what is lent: nobody manages an account here
        event = _event(connection, code)
        named = attendees.of_company(connection, person.company, [event.id])
        gone = [one for one in named if one.id in chosen]
        if not gone or not event.takes_place or now >= event.starts_at:
            raise NothingToWithdraw
        absent = _in_place_of(connection, person, event, {one.participant_id for one in gone})
        attendees.withdraw(connection, [one.id for one in gone], now)
        _note_those_left(connection, event, named, gone, now)
        moved = places.settle(connection, event, now)
        event_letters.tell_of_places(connection, event, moved, now)
        event_letters.tell_of_withdrawal(connection, event, gone, Seat(person.id, person.name, person.email), now)
        facts: dict[str, Any] = {
            "event": code,
            "references": ", ".join(sorted({one.reference for one in gone})),
            "attendees": ", ".join(one.name for one in gone),
            "moved_up": len(moved),
            **({"for": " and ".join(absent)} if absent else {}),
        }
        who = doer(person, by.address)
        administration.seal_change(connection, portal, person.company, who, "enrolment.withdrawn", **facts)
    return len(gone)


def attend(portal: Portal, by: By, code: str, came: Collection[int]) -> None:
    """Note which of those with a place came; nobody can say before the event begins. Raises `NotFound`, `NoRight`."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        who = keeper(connection, by)
        event = _event(connection, code)
        if event.cancelled_at is not None or now < event.starts_at:
            raise NotBegun(code)
        attendees.attend(connection, event.id, came)
        exchange = companies.exchange(connection)
        administration.seal_change(
            connection, portal, exchange, who, "event.attended", event=code, attendees=str(len(came))
        )


def _in_place_of(connection: Connection, person: Person, event: Event, participants: set[str]) -> list[str]:
    """The colleagues who are away and without whose rights somebody could not act for all of these participants."""
    absent, left = [], participants
    for one in person.selves:
        acts_for = left & _participants(connection, one, event) if left else set()
        if acts_for and one.behalf:
            absent.append(one.behalf.name)
        left = left - acts_for
    if left:
        raise NoRight(" or ".join(LANES), "events")
    return absent


def _participants(connection: Connection, person: Person, event: Event) -> set[str]:
    """The participant IDs for which somebody is maker or checker of the eService that takes the event."""
    seats = people.memberships_of(connection, person.company)
    made = definitions.current(connection).values()
    return {seat.participant_id for seat in enrolments.seats_for(person, seats, made, event, *LANES)}


def _event(connection: Connection, code: str) -> Event:
    event = events.locked(connection, code)
    if event is None or event.published_at is None:
        raise NotFound(f"the event {code[:8]}")
    return event


def _note_those_left(
    connection: Connection, event: Event, named: list[Attendee], gone: list[Attendee], now: datetime
) -> None:
    """The register of enrolments names those who are left, for every participant who gave up anybody."""
    changes = []
    for participant in sorted({one.participant_id for one in gone}):
        left = [one.answers for one in named if one.participant_id == participant and one not in gone]
        values = {"state": "ENROLLED" if left else "WITHDRAWN", "attendees": left}
        changes.append(RegisterChange(places.REGISTER, participant, event.code, values, hong_kong_day(now)))
    registers.change(connection, changes, None, now, hong_kong_day(now))
