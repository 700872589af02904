"""Places at events: given in the order in which enrolments become final, and handed on when somebody leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import event_letters
from app.store import attendees, events
from app.store.attendees import ANSWERED, Attendee
from app.store.cases import Case
from app.store.database import Connection
from app.store.events import Event
from engine.errors import Refused
from engine.running.services import Effect

REGISTER = "enrolment"  # whose records name those who attend: whatever drawing sets them takes part


class EventCancelled(Refused):
    """The exchange has cancelled the event meanwhile."""

    code = "event_cancelled"

    def __init__(self, title: str) -> None:
        super().__init__(f"Expected an event that takes place, but {title} was cancelled: withdraw or reject this.")


class TooManyNamed(Refused):
    """Two requests of one company were each right, and are too many together."""

    code = "too_many_named"

    def __init__(self, event: Event, others: int) -> None:
        super().__init__(
            f"Expected at most {event.max_per_company} attendees of one company, but {others} are enrolled under "
            "another participant ID already: name fewer."
        )


def placed(
    connection: Connection, portal: Portal, case: Case, effects: Sequence[Effect], now: datetime
) -> dict[str, Any]:
    """Give places to those whom a request enrols, and hand on the places of those whom it names no more.

    A place is given when the enrolment is final, not when it is submitted: until a firm's checker has agreed, where the
    event wants one, it is nobody's word, and a draft that lies with a checker would keep others out. Somebody is placed
    at a time: who no longer fits waits, whatever becomes of colleagues on the same list. Returns what came of it, as
    the trail tells it; nothing when the request enrols nobody. Raises `EventCancelled`, `TooManyNamed`.
    """
    facts: dict[str, Any] = {}
    for effect in (one for one in effects if one.register == REGISTER):
        event = events.locked(connection, effect.key)
        if event is not None:
            facts["places"] = _listed(connection, portal, case, event, effect, now)
    return facts


def settle(connection: Connection, event: Event, now: datetime) -> list[Attendee]:
    """Give every free place to whoever waits longest, until the event begins, and return them; its row is locked."""
    if not event.takes_place or now >= event.starts_at:
        return []
    free = event.capacity - events.full(connection, [event.id])[event.id].seated
    moved = attendees.waiting(connection, event.id)[: max(0, free)]
    attendees.seat(connection, [one.id for one in moved], now)
    return moved


def _listed(
    connection: Connection, portal: Portal, case: Case, event: Event, effect: Effect, now: datetime
) -> dict[str, Any]:
    asked = {str(row["email"]).lower(): row for row in effect.values.get("attendees") or ()}
    named = attendees.of_company(connection, case.company_id, [event.id])
    mine = {one.email: one for one in named if one.participant_id == case.participant_id}
    gone = [one for email, one in mine.items() if email not in asked]
    new = [_row(case, event, email, row, now) for email, row in asked.items() if email not in mine]
    if new:
        _require_room(event, len(named) - len(mine), len(asked))
    attendees.withdraw(connection, [one.id for one in gone], now)
    for email, one in mine.items():
        if email in asked:
            attendees.rename(connection, one.id, reference=case.reference, **_said(asked[email]))
    attendees.add(connection, new)
    moved = settle(connection, event, now)
    others = [one for one in moved if one.reference != case.reference]
    event_letters.tell_of_places(connection, event, others, now)
    kept = [one for one in attendees.of_company(connection, case.company_id, [event.id]) if one.email in asked]
    still = [one for one in kept if one.reference == case.reference and one.seated_at is None]
    event_letters.tell_of_waiting(connection, event, case, len(still), now)
    return {
        "event": event.code,
        "given": len(kept) - len(still),
        "waiting": len(still),
        "freed": sum(one.seated_at is not None for one in gone),
    }


def _require_room(event: Event, others: int, asked: int) -> None:
    if not event.takes_place:
        raise EventCancelled(event.title_en)
    if others + asked > event.max_per_company:
        raise TooManyNamed(event, others)


def _row(case: Case, event: Event, email: str, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "company_id": case.company_id,
        "participant_id": case.participant_id,
        "reference": case.reference,
        "email": email,
        "arrived_at": now,
        **_said(row),
    }


def _said(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(row.get(name) or "") for name in ANSWERED if name != "email"}
