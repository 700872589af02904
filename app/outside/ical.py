"""Calendars for other programs: RFC 5545, as far as days and moments with a title need it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

LONGEST_LINE = 75  # bytes; what is longer goes on in a line that begins with a space
HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Client Connect//Deadlines//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "X-WR-CALNAME:Client Connect",
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "X-PUBLISHED-TTL:PT1H",
)
ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


class Entry(NamedTuple):
    """One moment, or one whole day, in a calendar. name: the same whenever it is read, and nobody else's.

    until: when something ends that is more than a moment. place: where it is.
    """

    name: str
    at: date
    title: str
    url: str
    until: datetime | None = None
    place: str = ""


def calendar_text(entries: Iterable[Entry], now: datetime, domain: str) -> str:
    """A whole calendar; domain: whose names these are."""
    lines = [*HEAD, *(line for entry in entries for line in _event(entry, now, domain)), "END:VCALENDAR"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(entry: Entry, now: datetime, domain: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.name}@{domain}",
        f"DTSTAMP:{_moment(now)}",
        *_when(entry.at, entry.until),
        f"SUMMARY:{_escaped(entry.title)}",
        *([f"LOCATION:{_escaped(entry.place)}"] if entry.place else []),
        f"URL:{entry.url}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _when(at: date, until: datetime | None) -> list[str]:
    """A moment has no length unless it is said when it ends; a day ends where the next one begins."""
    if isinstance(at, datetime):
        return [f"DTSTART:{_moment(at)}", *([f"DTEND:{_moment(until)}"] if until else [])]
    return [f"DTSTART;VALUE=DATE:{at:%Y%m%d}", f"DTEND;VALUE=DATE:{at + timedelta(days=1):%Y%m%d}"]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in text)


def _folded(line: str) -> str:
    """The line in pieces, none of which ends within a letter."""
    pieces, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LONGEST_LINE:
            pieces.append(" ")
            size = 1
        pieces[-1] += letter
        size += width
    return "\r\n".join(pieces)
