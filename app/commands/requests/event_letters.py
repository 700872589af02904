"""What people are told of events: those who enrolled somebody, in the portal and by mail, and the attendees by mail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import telling
from app.store import attendees, jobs
from app.store.attendees import Attendee
from app.store.cases import Case
from app.store.database import Connection
from app.store.events import Event
from app.store.people import Seat
from engine.hours import hong_kong_time
from engine.sentence import Sentence, joined, say

WAITING, GIVEN, CHANGED, CANCELLED, WITHDRAWN = (
    "event.waiting",
    "event.place_given",
    "event.changed",
    "event.cancelled",
    "event.withdrawn",
)
SUBJECTS = {
    WAITING: say("On the waiting list: {event}"),
    GIVEN: say("A place from the waiting list: {event}"),
    CHANGED: say("Time or place has changed: {event}"),
    CANCELLED: say("Cancelled: {event}"),
    WITHDRAWN: say("Withdrawn by {who}: {event}"),
}
# To whoever enrolled somebody; `number` is how many.
OPENINGS = {
    WAITING: say(
        "{event} is full. Of those whom you have enrolled this many wait for a place: {number}. They move up in "
        "the order in which enrolments came."
    ),
    GIVEN: say(
        "Places have become free at {event}. Of those whom you have enrolled this many have moved up from the "
        "waiting list: {number}."
    ),
    CHANGED: say(
        "The exchange has changed when or where {event} is held, for which you have enrolled somebody. See the "
        "page of the event, and withdraw whoever cannot come."
    ),
    CANCELLED: say(
        "The exchange has cancelled {event}, for which you have enrolled somebody. You need not do anything."
    ),
    WITHDRAWN: say("{who} has withdrawn attendees of your firm from {event}. That many: {number}."),
}
# To the attendees themselves, who may never have heard of the portal.
TO_ATTENDEES = {
    GIVEN: say("A place has become free for you at this event: {event}."),
    CHANGED: say("When or where this event is held has changed: {event}."),
    CANCELLED: say("This event, for which you are enrolled, has been cancelled: {event}."),
}
ATTENDEE = "attendee"  # before the template of a letter to one of them
TEMPLATES = frozenset(OPENINGS) | {f"{ATTENDEE}.{template}" for template in TO_ATTENDEES}


# --- promising --------------------------------------------------------------------------------------------------------
def tell_of_places(connection: Connection, event: Event, moved: Sequence[Attendee], now: datetime) -> None:
    """Tell those who have moved up from the waiting list, and those who enrolled them."""
    _tell_firms(connection, event, GIVEN, moved, now)
    _tell_attendees(connection, event, GIVEN, moved, now)


def tell_of_waiting(connection: Connection, event: Event, case: Case, number: int, now: datetime) -> None:
    """Tell those who have just enrolled somebody that not all of them have a place."""
    if number:
        seats = attendees.those_who_enrolled(connection, [case.reference]).get(case.reference, [])
        letters = [_letter(event, WAITING, case.reference, seat, now, number=number) for seat in seats]
        telling.tell(connection, case, letters, now)


def tell_of_change(
    connection: Connection, event: Event, template: str, named: Sequence[Attendee], now: datetime
) -> None:
    """Tell everybody with a place or waiting for one, and those who enrolled them, what became of the event."""
    _tell_firms(connection, event, template, named, now)
    _tell_attendees(connection, event, template, named, now)


def tell_of_withdrawal(connection: Connection, event: Event, gone: Sequence[Attendee], by: Seat, now: datetime) -> None:
    """Tell colleagues who had enrolled them that somebody has withdrawn attendees."""
    _tell_firms(connection, event, WITHDRAWN, gone, now, who=by.name, but=by.id)


def _tell_firms(
    connection: Connection,
    event: Event,
    template: str,
    named: Sequence[Attendee],
    now: datetime,
    who: str = "",
    but: int = 0,
) -> None:
    references = {one.reference for one in named}
    known = attendees.cases_of(connection, references)
    seats = attendees.those_who_enrolled(connection, references)
    for reference, case in known.items():
        number = sum(one.reference == reference for one in named)
        told = [seat for seat in seats.get(reference, ()) if seat.id != but]
        letters = [_letter(event, template, reference, seat, now, number=number, who=who) for seat in told]
        telling.tell_about(connection, case, letters, now)


def _letter(
    event: Event, template: str, reference: str, seat: Seat, now: datetime, *, number: int, who: str = ""
) -> dict[str, Any]:
    payload = {
        "template": template,
        "to": seat.email,
        "person": seat.id,
        "reference": reference,
        "event": event.title_en,
        "code": event.code,
        "number": number,
        "who": who,
    }
    return {"kind": "mail", "key": f"{_key(event, template, now)}:{reference}:{seat.email}", "payload": payload}


def _tell_attendees(
    connection: Connection, event: Event, template: str, named: Iterable[Attendee], now: datetime
) -> None:
    letters = [_letter_to(event, template, one, now) for one in named]
    jobs.promise_once(connection, letters, now)


def _letter_to(event: Event, template: str, one: Attendee, now: datetime) -> dict[str, Any]:
    payload = {
        "template": f"{ATTENDEE}.{template}",
        "to": one.email,
        "name": one.name,
        "company": one.company,
        "event": event.title_en,
        "when": hong_kong_time(event.starts_at),
        "place": event.place,
    }
    return {"kind": "mail", "key": f"{_key(event, ATTENDEE, now)}:{template}:{one.email}", "payload": payload}


def _key(event: Event, template: str, now: datetime) -> str:
    """Short, for an address may be long: the same for one change of one event."""
    return hashlib.sha256(f"{event.code}:{template}:{now.isoformat()}".encode()).hexdigest()[:16]


# --- writing ----------------------------------------------------------------------------------------------------------
def event_letter(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a letter about an event."""
    words = {name: str(value) for name, value in payload.items()}
    group, _, rest = payload["template"].partition(".")
    if group == ATTENDEE:
        lines = _to_attendee(rest, words)
    else:
        rest = payload["template"]
        lines = [
            Sentence(OPENINGS[rest], words),
            "",
            say("Open it here: {base_url}/events/{code}", base_url=portal.settings.base_url, code=words["code"]),
        ]
    lines += ["", say("Client Connect, {exchange_name}", exchange_name=portal.settings.exchange_name)]
    return Sentence(SUBJECTS[rest], words), joined([*lines, ""], "\n")


def _to_attendee(template: str, words: Mapping[str, str]) -> list[str]:
    lines = [say("Dear {name},", name=words["name"]), "", Sentence(TO_ATTENDEES[template], words)]
    if template != CANCELLED:
        lines += ["", say("It begins on {when}. Place: {place}.", when=words["when"], place=words["place"])]
    return [
        *lines,
        "",
        say("You were enrolled by {company}. If you have a question, ask them first.", company=words["company"]),
    ]
