"""Events of the exchange: written, published, changed, closed early and cancelled by those who keep them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from app.commands import administration
from app.commands.administration import Doer, doer
from app.commands.managing import acting
from app.commands.managing.accounts import can_be_read, plain
from app.commands.portal import Portal
from app.commands.requests import event_letters, places
from app.commands.requests.steps import By
from app.store import attendees, companies
from app.store import events as kept
from app.store.database import Connection
from app.store.events import Event
from engine.errors import NoRight, NotFound, Refused
from engine.forms import typed
from engine.functions import MEMBERSHIPS
from engine.hours import HONG_KONG, hong_kong_day
from engine.rights import may
from engine.sentence import say

KEEP = "publish events"
PREFIXES = {
    "SEMINAR": "SE",
    "BRIEFING": "BR",
    "TRAINING": "TR",
    "REHEARSAL": "MR",
    "PRACTICE": "PS",
    "CONNECTIVITY": "CT",
}
CHECKED = ("REHEARSAL", "PRACTICE", "CONNECTIVITY")  # they reach into a firm's systems: two of its people agree
MODES = ("IN_PERSON", "ONLINE")
LONGEST_EN, LONGEST_ZH, LONGEST_PLACE, LONGEST_TEXT = 120, 80, 160, 2000
MOST_PLACES, MOST_PER_COMPANY = 9999, 50
FURTHEST = timedelta(days=3 * 366)
WHOLE = re.compile(r"[0-9]{1,5}")
MOVED = ("starts_at", "ends_at", "place", "modes")  # of what has changed, that which attendees have to know


class WrongEvent(Refused):
    """Something that is said of an event cannot be used; `fields` says what and why."""

    code = "wrong_event"

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class EventMoved(Refused):
    """Somebody has changed the event since the page was shown, or time has."""

    code = "event_moved"

    def __init__(self, code: str) -> None:
        super().__init__(
            say(
                "Expected event {code} as your page showed it, but it was changed, cancelled or is over meanwhile.",
                code=code,
            )
        )


class Said(NamedTuple):
    """What is said of an event, as a page sends it. audience: none is everybody. checker: yes or no."""

    title_en: str
    title_zh: str
    kind: str
    modes: tuple[str, ...]
    place: str
    starts_on: str
    starts: str
    ends: str
    opens_on: str
    closes_on: str
    closes: str
    capacity: str
    max_per_company: str
    audience: tuple[str, ...]
    checker: str
    description: str = ""


# --- keeping ----------------------------------------------------------------------------------------------------------
def write(portal: Portal, by: By, said: Said) -> str:
    """Write down an event, which nobody finds before it is published, and return its code; raises `WrongEvent`."""
    columns = _columns(said, portal.clock.now())
    with portal.database.write() as connection:
        who = keeper(connection, by)
        code = _next_code(connection, columns["kind"], columns["starts_at"])
        kept.add(connection, code=code, **columns)
        _seal(connection, portal, who, "event.written", code, **_facts(columns))
    return code


def change(portal: Portal, by: By, code: str, seen: int, said: Said) -> None:
    """Let an event say something else; seen: the changes that the page knew of.

    Who has a place keeps it: there are never fewer places than are given away, and new ones go to those who wait.
    Raises `WrongEvent`, `EventMoved`, `NotFound`.
    """
    now = portal.clock.now()
    columns = _columns(said, now)
    with portal.database.write() as connection:
        who = keeper(connection, by)
        event = _as_seen(connection, code, seen, now)
        if event.published_at is not None and event.starts_at <= now:
            raise EventMoved(code)
        _require_kept(connection, event, columns)
        news = {name: value for name, value in columns.items() if value != getattr(event, name)}
        if not news:
            return
        kept.change(connection, event, **news)
        changed = _known(connection, code)
        moved = places.settle(connection, changed, now)
        event_letters.tell_of_places(connection, changed, moved, now)
        if changed.takes_place and any(name in news for name in MOVED):
            named = attendees.of_event(connection, event.id)
            event_letters.tell_of_change(connection, changed, event_letters.CHANGED, named, now)
        _seal(connection, portal, who, "event.changed", code, **_facts(news), moved_up=len(moved))


def publish(portal: Portal, by: By, code: str, seen: int) -> None:
    """Let everybody in its audience find an event; raises `WrongEvent`, `EventMoved`, `NotFound`."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        who = keeper(connection, by)
        event = _as_seen(connection, code, seen, now)
        if event.published_at is not None:
            raise EventMoved(code)
        if event.closes_at <= now:
            raise WrongEvent(closes_on=say("Enter a close that is still to come, and publish the event then."))
        kept.change(connection, event, published_at=now)
        _seal(connection, portal, who, "event.published", code, title_en=event.title_en)


def close(portal: Portal, by: By, code: str, seen: int) -> None:
    """End the enrolment now, before its time; raises `EventMoved`, `NotFound`."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        who = keeper(connection, by)
        event = _as_seen(connection, code, seen, now)
        if event.published_at is None or event.closes_at <= now:
            raise EventMoved(code)
        kept.change(connection, event, closes_at=now)
        _seal(connection, portal, who, "event.closed", code, title_en=event.title_en)


def cancel(portal: Portal, by: By, code: str, seen: int) -> None:
    """Cancel an event for good, and tell everybody who has a place or waits; raises `EventMoved`, `NotFound`."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        who = keeper(connection, by)
        event = _as_seen(connection, code, seen, now)
        kept.change(connection, event, cancelled_at=now)
        named = attendees.of_event(connection, event.id)
        event_letters.tell_of_change(connection, event, event_letters.CANCELLED, named, now)
        _seal(connection, portal, who, "event.cancelled", code, title_en=event.title_en, attendees=len(named))


def keeper(connection: Connection, by: By) -> Doer:
    """Who keeps events, with nobody changing their rights meanwhile; raises `NoRight` for anybody else."""
    person = acting.alone(connection, by)
    if not may(person, KEEP):
        raise NoRight("publish", "events")
    return doer(person, by.address)


# --- what must hold ---------------------------------------------------------------------------------------------------
def _known(connection: Connection, code: str) -> Event:
    event = kept.locked(connection, code)
    if event is None:
        raise NotFound(f"the event {code[:8]}")
    return event


def _as_seen(connection: Connection, code: str, seen: int, now: datetime) -> Event:
    event = _known(connection, code)
    if event.changes != seen or event.cancelled_at is not None or event.ends_at <= now:
        raise EventMoved(event.code)
    return event


def _require_kept(connection: Connection, event: Event, columns: dict[str, Any]) -> None:
    if event.published_at is None:
        return
    if columns["kind"] != event.kind:
        raise WrongEvent(kind=say("Leave the kind as it was published: cancel this event and write another instead."))
    seated = kept.full(connection, [event.id])[event.id].seated
    if columns["capacity"] < seated:
        raise WrongEvent(capacity=say("Enter {seated} or more: so many places are given away.", seated=seated))


def _next_code(connection: Connection, kind: str, starts: datetime) -> str:
    """The kind and the year in two signs each, and a number; whoever keeps events writes them one after the other."""
    prefix = f"{PREFIXES[kind]}{starts.astimezone(HONG_KONG):%y}"
    newest = kept.newest_code(connection, prefix)
    return f"{prefix}{int(newest[len(prefix) :]) + 1 if newest else 1:02d}"


# --- reading what was said --------------------------------------------------------------------------------------------
def _columns(said: Said, now: datetime) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    columns = {
        **_words(said, wrong),
        **_choices(said, wrong),
        **_times(said, now, wrong),
        **_numbers(said, wrong),
    }
    if wrong:
        raise WrongEvent(**wrong)
    return columns


def _words(said: Said, wrong: dict[str, str]) -> dict[str, Any]:
    text = "\n".join(plain(line) for line in said.description.replace("\r\n", "\n").split("\n")).strip()
    found = {"title_en": plain(said.title_en), "title_zh": plain(said.title_zh), "place": plain(said.place)}
    if not can_be_read(found["title_en"]) or len(found["title_en"]) > LONGEST_EN:
        wrong["title_en"] = say("Enter the English title, at most {longest_en} characters.", longest_en=LONGEST_EN)
    if not can_be_read(found["title_zh"]) or len(found["title_zh"]) > LONGEST_ZH:
        wrong["title_zh"] = say(
            "Enter the Traditional Chinese title, at most {longest_zh} characters.", longest_zh=LONGEST_ZH
        )
    if not can_be_read(found["place"]) or len(found["place"]) > LONGEST_PLACE:
        wrong["place"] = say(
            "Enter where it is held, or how to join online, in at most {longest_place} characters.",
            longest_place=LONGEST_PLACE,
        )
    if len(text) > LONGEST_TEXT:
        wrong["description"] = say("Use at most {longest_text} characters.", longest_text=LONGEST_TEXT)
    return {**found, "description": text}


def _choices(said: Said, wrong: dict[str, str]) -> dict[str, Any]:
    if said.kind not in PREFIXES:
        wrong["kind"] = say("Choose what kind of event it is.")
    modes = [mode for mode in MODES if mode in said.modes]
    if not modes:
        wrong["modes"] = say("Choose how people take part: in person, online, or both.")
    if said.checker not in ("yes", "no"):
        wrong["checker"] = say("Choose whether a checker of the firm has to approve.")
    elif said.checker == "no" and said.kind in CHECKED:
        wrong["checker"] = say("Choose yes: rehearsals, practice sessions and connectivity tests are always checked.")
    if any(kind not in MEMBERSHIPS for kind in said.audience):
        wrong["audience"] = say("Choose memberships of the list, or none for everybody.")
    audience = [kind for kind in MEMBERSHIPS if kind in said.audience]
    return {"kind": said.kind, "modes": modes, "audience": audience, "checker_required": said.checker == "yes"}


def _times(said: Said, now: datetime, wrong: dict[str, str]) -> dict[str, Any]:
    starts = _moment(said, "starts_on", "starts", wrong)
    ends = _moment(said, "starts_on", "ends", wrong)
    closes = _moment(said, "closes_on", "closes", wrong)
    opens = typed.day(said.opens_on.strip()[:20])
    if opens is None:
        wrong["opens_on"] = say("Enter the day as day/month/year, such as 26/11/2026.")
    if starts and not now < starts <= now + FURTHEST:
        wrong["starts_on"] = say("Enter a day and time that are still to come, within three years.")
    if starts and ends and ends <= starts:
        wrong["ends"] = say("Enter an end that is later than the start.")
    if starts and closes and closes > starts:
        wrong["closes_on"] = say("Enter a close that is not later than the start of the event.")
    if opens and closes and opens > hong_kong_day(closes):
        wrong["opens_on"] = say("Enter a day that is not later than the close.")
    return {"starts_at": starts, "ends_at": ends, "closes_at": closes, "opens_on": opens}


def _moment(said: Said, day: str, at: str, wrong: dict[str, str]) -> datetime | None:
    found, hour = typed.day(getattr(said, day).strip()[:20]), _time(getattr(said, at))
    if found is None:
        wrong[day] = say("Enter the day as day/month/year, such as 26/11/2026.")
    if hour is None:
        wrong[at] = say("Enter the time as hours and minutes, such as 14:30.")
    return None if found is None or hour is None else datetime.combine(found, hour, HONG_KONG)


def _time(said: str) -> time | None:
    with suppress(ValueError):
        return datetime.strptime(said.strip()[:5], "%H:%M").time()
    return None


def _numbers(said: Said, wrong: dict[str, str]) -> dict[str, Any]:
    found = {}
    for name, most in (("capacity", MOST_PLACES), ("max_per_company", MOST_PER_COMPANY)):
        text = getattr(said, name).strip()
        found[name] = int(text) if WHOLE.fullmatch(text) else 0
        if not 1 <= found[name] <= most:
            wrong[name] = say("Enter a whole number from 1 to {most}.", most=most)
    if not wrong.keys() & found.keys() and found["max_per_company"] > found["capacity"]:
        wrong["max_per_company"] = say("Enter at most as many as there are places.")
    return found


# --- sealing ----------------------------------------------------------------------------------------------------------
def _facts(columns: dict[str, Any]) -> dict[str, str]:
    return {name: _fact(value) for name, value in columns.items()}


def _fact(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(HONG_KONG).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, Iterable) and not isinstance(value, str) else str(value)


def _seal(connection: Connection, portal: Portal, who: Doer, action: str, code: str, **facts: Any) -> None:
    exchange = companies.exchange(connection)
    administration.seal_change(connection, portal, exchange, who, action, event=code, **facts)
