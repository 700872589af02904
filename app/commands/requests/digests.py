"""The daily digest: one mail with what waits for a person, for whoever wants it instead of many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from app.commands.portal import Portal
from app.commands.requests.telling import GROUPS
from app.store import calendars, choices, definitions, lists, notices, people, tasks
from app.store.choices import MOVES
from app.store.database import Connection
from app.store.lists import DRAFTS
from app.store.notices import Notice
from app.store.tasks import ToDo
from engine import statuses
from engine.hours import hong_kong_day, hong_kong_time
from engine.people import Person

DIGEST = "digest"
MOST = 50
SAID = {"case.effective": "takes effect", "way_out.declined": "what was asked for was declined"}
SAFE = "For your safety this mail holds no data of the requests."


class Digest(NamedTuple):
    """A digest, ready to be mailed."""

    to: str
    subject: str
    text: str


class Part(NamedTuple):
    """One part of it: a heading and a line for each request."""

    heading: str
    lines: list[str]


def digest_for(portal: Portal, person: int, day: date) -> Digest | None:
    """What a person is to know this day; None for nothing, another day, and somebody who wants or may have none."""
    if hong_kong_day(portal.clock.now()) != day:
        return None
    with portal.database.read() as connection:
        now = portal.clock.now()
        somebody, seat = people.person_for(connection, person, now), people.seat_of(connection, person)
        ways = choices.of_person(connection, person)
        if somebody is None or seat is None or DIGEST not in ways.values():
            return None
        parts = [part for part in _parts(connection, portal, somebody, day, ways[MOVES]) if part.lines]
    if not parts:
        return None
    return Digest(seat.email, _subject(parts, day), _text(portal, parts))


def _parts(connection: Connection, portal: Portal, person: Person, day: date, moves: str) -> Iterable[Part]:
    now = portal.clock.now()
    found = tasks.to_do(connection, person, most=MOST)
    late = [one for one in found if one.task.due_at and one.task.due_at <= now]
    today = [one for one in found if one not in late and one.task.due_at and hong_kong_day(one.task.due_at) == day]
    yield Part("Overdue", [_task(connection, one) for one in late])
    yield Part("Due today", [_task(connection, one) for one in today])
    rest = [one for one in found if one not in late and one not in today]
    yield Part("Waiting for you", [_task(connection, one) for one in rest])
    drafts = [] if person.is_staff else lists.listed(connection, person, DRAFTS, most=MOST)
    yield Part("NOT SUBMITTED", [_line(connection, one.release, one.reference) for one in drafts])
    if moves == DIGEST:
        yield Part("What became of requests", _moves(connection, portal, person, day))


def _moves(connection: Connection, portal: Portal, person: Person, day: date) -> list[str]:
    """What moved since the morning of the business day before; a request that moved twice is told of once."""
    now, exchange = portal.clock.now(), portal.settings.exchange_name
    calendar = calendars.at(connection, now)
    since = calendar.morning(calendar.previous_business_day(day))
    templates = [template for template, group in GROUPS.items() if group == MOVES]
    told = notices.listed(connection, person, now, templates=templates, since=since, most=MOST)
    newest = {one.reference: one for one in reversed(told)}
    return [f"{_line(connection, one.release, one.reference)}: {_said(one, exchange)}" for one in newest.values()]


def _said(one: Notice, exchange: str) -> str:
    return statuses.label(one.payload["status"], exchange) if "status" in one.payload else SAID[one.template]


def _task(connection: Connection, one: ToDo) -> str:
    due = f", due {hong_kong_time(one.task.due_at)}" if one.task.due_at else ""
    behalf = f", for {one.behalf}" if one.behalf else ""
    return f"{one.task.name}: {_line(connection, one.release, one.reference)}{due}{behalf}"


def _line(connection: Connection, release: str, reference: str) -> str:
    return f"{definitions.of_release(connection, release).eservice.short_title} ({reference})"


def _subject(parts: list[Part], day: date) -> str:
    counts = ", ".join(f"{len(part.lines)} {part.heading.lower()}" for part in parts)
    return f"{day.day} {day:%b}: {counts}"


def _text(portal: Portal, parts: list[Part]) -> str:
    base = portal.settings.base_url
    lines: list[str] = []
    for part in parts:
        lines += [part.heading, *(f"- {line}" for line in part.lines)]
        lines += [f"  The first {MOST}; the dashboard shows them all."] if len(part.lines) == MOST else []
        lines += [""]
    lines += [f"Open the dashboard: {base}/", f"Choose other mails: {base}/account/letters", ""]
    lines += [
        "For your safety this mail holds no data of the requests.",
        f"Client Connect, {portal.settings.exchange_name}",
    ]
    return "\n".join(lines) + "\n"
