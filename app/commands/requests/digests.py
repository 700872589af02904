"""The daily digest: one mail with what waits for a person, for whoever wants it instead of many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from app.commands.portal import Portal
from app.commands.requests.telling import GROUPS
from app.languages import ENGLISH, translated
from app.store import calendars, choices, definitions, lists, notices, people, tasks
from app.store.choices import MOVES
from app.store.database import Connection
from app.store.lists import DRAFTS
from app.store.notices import Notice
from app.store.tasks import ToDo
from engine import statuses
from engine.hours import hong_kong_day, hong_kong_time
from engine.people import Person
from engine.sentence import joined, named, say

DIGEST = "digest"
MOST = 50
SAID = {
    "case.effective": "takes effect",
    "way_out.declined": "what was asked for was declined",
    "event.waiting": "some of those enrolled wait for a place",
    "event.place_given": "some have moved up from the waiting list",
    "event.changed": "time or place of the event has changed",
    "event.cancelled": "the event was cancelled",
    "event.withdrawn": "a colleague has withdrawn attendees",
}
SAFE = say("For your safety this mail holds no data of the requests.")


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
        language = somebody.language or ENGLISH
        parts = [part for part in _parts(connection, portal, somebody, day, ways[MOVES]) if part.lines]
    if not parts:
        return None
    subject, text = _subject(parts, day), _text(portal, parts)
    return Digest(seat.email, translated(subject, language), translated(text, language))


def _parts(connection: Connection, portal: Portal, person: Person, day: date, moves: str) -> Iterable[Part]:
    now = portal.clock.now()
    found = tasks.to_do(connection, person, most=MOST)
    late = [one for one in found if one.task.due_at and one.task.due_at <= now]
    today = [one for one in found if one not in late and one.task.due_at and hong_kong_day(one.task.due_at) == day]
    yield Part(say("Overdue"), [_task(connection, one) for one in late])
    yield Part(say("Due today"), [_task(connection, one) for one in today])
    rest = [one for one in found if one not in late and one not in today]
    yield Part(say("Waiting for you"), [_task(connection, one) for one in rest])
    drafts = [] if person.is_staff else lists.listed(connection, person, DRAFTS, most=MOST)
    yield Part(say("NOT SUBMITTED"), [_line(connection, one.release, one.reference) for one in drafts])
    if moves == DIGEST:
        yield Part(say("What became of requests"), _moves(connection, portal, person, day))


def _moves(connection: Connection, portal: Portal, person: Person, day: date) -> list[str]:
    """What moved since the morning of the business day before; a request that moved twice is told of once."""
    now, exchange = portal.clock.now(), portal.settings.exchange_name
    calendar = calendars.at(connection, now)
    since = calendar.morning(calendar.previous_business_day(day))
    templates = [template for template, group in GROUPS.items() if group == MOVES]
    told = notices.listed(connection, person, now, templates=templates, since=since, most=MOST)
    newest = {one.reference: one for one in reversed(told)}
    return [
        joined([_line(connection, one.release, one.reference), _said(one, exchange)], ": ") for one in newest.values()
    ]


def _said(one: Notice, exchange: str) -> str:
    return statuses.label(one.payload["status"], exchange) if "status" in one.payload else named(SAID[one.template])


def _task(connection: Connection, one: ToDo) -> str:
    line = joined([named(one.task.name), _line(connection, one.release, one.reference)], ": ")
    if one.task.due_at:
        line = say("{line}, due {moment}", line=line, moment=hong_kong_time(one.task.due_at))
    return say("{line}, for {absent}", line=line, absent=one.behalf) if one.behalf else line


def _line(connection: Connection, release: str, reference: str) -> str:
    title = definitions.of_release(connection, release).eservice.short_title
    return say("{title} ({reference})", title=named(title), reference=reference)


def _subject(parts: list[Part], day: date) -> str:
    counts = [say("{heading}: {number}", heading=part.heading, number=len(part.lines)) for part in parts]
    return joined([say("{day.day} {day:%b}", day=day), joined(counts, ", ")], ": ")


def _text(portal: Portal, parts: list[Part]) -> str:
    base = portal.settings.base_url
    lines: list[str] = []
    for part in parts:
        lines += [part.heading, *(joined(["-", line], " ") for line in part.lines)]
        lines += (
            [say("  The first {most}; the dashboard shows them all.", most=MOST)] if len(part.lines) == MOST else []
        )
        lines += [""]
    lines += [say("Open the dashboard: {address}", address=f"{base}/")]
    lines += [say("Choose other mails: {address}", address=f"{base}/account/letters"), ""]
    lines += [say("For your safety this mail holds no data of the requests.")]
    return joined([*lines, f"Client Connect, {portal.settings.exchange_name}", ""], "\n")
