"""Somebody's calendar at a secret address: made and revoked by themselves, and read by whoever knows the address."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.commands.portal import Portal
from app.commands.signing import own_acts, proving
from app.commands.signing.tries import Origin
from app.outside.ical import Entry, calendar_text
from app.store import attendees, definitions, enrolments, events, feeds, people, tasks
from app.store.database import Connection
from app.store.signins import Signin
from engine.hours import hong_kong_day
from engine.people import Person

TOKEN_BYTES = 32
MOST = 200
KEPT = timedelta(days=31)  # how long a day that has passed stays in it


def make(portal: Portal, signin: Signin, password: str, origin: Origin) -> str:
    """Make a new address and return its token, this once; an earlier one ends. Raises WrongPassword, AccountLocked."""
    token = secrets.token_urlsafe(TOKEN_BYTES)

    def keep(connection: Connection) -> str:
        feeds.keep(connection, signin.person.id, _digest(token), portal.clock.now())
        own_acts.note(connection, portal, signin.person, origin, action="feed.made")
        return token

    return proving.by_password(portal, signin, password, origin, keep)


def revoke(portal: Portal, signin: Signin, origin: Origin) -> bool:
    """Let the address lead nowhere any more; false when there was none. Raises `SignInOver`."""
    with portal.database.write() as connection:
        own_acts.hold(connection, signin.person)
        proving.require_going_on(connection, signin)
        if not feeds.drop(connection, signin.person.id):
            return False
        own_acts.note(connection, portal, signin.person, origin, action="feed.revoked")
        return True


def made_at(portal: Portal, person: int) -> datetime | None:
    """When a person's address was made, if they have one."""
    with portal.database.read() as connection:
        return feeds.made_at(connection, person)


def read(portal: Portal, token: str) -> str | None:
    """The calendar behind a token as its owner may see it now; None when it is nobody's, or of somebody not active."""
    with portal.database.read() as connection:
        owner = feeds.owner(connection, _digest(token))
        person = None if owner is None else people.person_for(connection, owner, portal.clock.now())
        if person is None:
            return None
        entries = [*_due(connection, portal, person), *_effective(connection, portal, person)]
        entries += [] if person.is_staff else _events(connection, portal, person)
    return calendar_text(entries, portal.clock.now(), urlsplit(portal.settings.base_url).hostname or "portal")


def _due(connection: Connection, portal: Portal, person: Person) -> list[Entry]:
    found = tasks.to_do(connection, person, most=MOST)
    return [
        Entry(
            f"{one.reference}-{_short(one.task.key)}",
            one.task.due_at,
            f"Due: {one.task.name}, {_title(connection, one.release)} ({one.reference})",
            _address(portal, one.reference),
        )
        for one in found
        if one.task.due_at
    ]


def _effective(connection: Connection, portal: Portal, person: Person) -> list[Entry]:
    since = hong_kong_day(portal.clock.now() - KEPT)
    return [
        Entry(
            f"{one.reference}-{one.day}",
            one.day,
            f"Takes effect: {_title(connection, one.release)} ({one.reference})",
            _address(portal, one.reference),
        )
        for one in feeds.effective_days(connection, person, since, MOST)
    ]


def _events(connection: Connection, portal: Portal, person: Person) -> Iterator[Entry]:
    """What the firm comes to, and until when the person can enrol in what it does not come to yet."""
    now, base = portal.clock.now(), portal.settings.base_url
    coming = [event for event in events.coming(connection, now) if event.takes_place][:MOST]
    mine = {one.event_id for one in attendees.of_company(connection, person.company, [event.id for event in coming])}
    seats, made = people.memberships_of(connection, person.company), definitions.current(connection).values()
    for event in coming:
        url = f"{base}/events/{event.code}"
        if event.id in mine:
            yield Entry(event.code, event.starts_at, event.title_en, url, event.ends_at, event.place)
        elif event.is_open(now) and enrolments.seats_for(person, seats, made, event, "maker"):
            yield Entry(f"{event.code}-closes", event.closes_at, f"Enrolment closes: {event.title_en}", url)


def _title(connection: Connection, release: str) -> str:
    return definitions.of_release(connection, release).eservice.short_title


def _address(portal: Portal, reference: str) -> str:
    return f"{portal.settings.base_url}/requests/{reference}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
