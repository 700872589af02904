"""Whom people can call or write to: a file that whoever runs the portal keeps, checked when it starts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from engine.functions import TITLES
from engine.hours import HALF_DAY_CUTOFF, HONG_KONG, Calendar

SHIPPED = Path(__file__).parents[1] / "support.json"
HOTLINE = re.compile(r"\+?[0-9](?:[0-9 ()-]{3,22})[0-9]")
MAILBOX = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
PARTS = {"hotline": HOTLINE, "mailbox": MAILBOX, "opens": CLOCK, "closes": CLOCK}
SUCH_AS = {"hotline": "+852 0000 0000", "mailbox": "desk@example.com", "opens": "09:00", "closes": "18:00"}


class BadContacts(ValueError):
    """The file cannot be used; the sentence names it, the place in it, and what to do."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A hotline with its hours of a business day in Hong Kong, and a mailbox."""

    hotline: str
    mailbox: str
    opens: time
    closes: time

    def is_open(self, at: datetime, calendar: Calendar) -> bool:
        """Whether somebody answers at that moment; on half days until noon at the latest."""
        local = at.astimezone(HONG_KONG)
        last = min(self.closes, HALF_DAY_CUTOFF) if local.date() in calendar.half else self.closes
        return calendar.is_business_day(local.date()) and self.opens <= local.time() < last


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contact for everything, and those of single business functions."""

    general: Contact
    functions: Mapping[str, Contact]

    def of(self, function: str) -> Contact:
        """The contact of a business function; the general one where it has none of its own."""
        return self.functions.get(function, self.general)


def read(place: str) -> Contacts:
    """The contacts of a file, or the invented ones that ship when none is named; raises `BadContacts`."""
    path = Path(place) if place else SHIPPED
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadContacts(f"Expected contacts in {path}, but it cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadContacts(f"Expected JSON in {path}, but: {error}.") from error
    faults = list(_faults(said))
    if faults:
        raise BadContacts(f"Expected contacts in {path}, but {faults[0]}.")
    functions = {name: _contact(one) for name, one in said.get("functions", {}).items()}
    return Contacts(_contact(said["general"]), functions)


def _contact(said: Mapping[str, str]) -> Contact:
    opens, closes = time.fromisoformat(said["opens"]), time.fromisoformat(said["closes"])
    return Contact(said["hotline"], said["mailbox"], opens, closes)


def _faults(said: Any) -> Iterator[str]:
    """What is wrong with the file, each with its place and what to write there."""
    if not isinstance(said, dict) or not isinstance(said.get("general"), dict):
        yield 'it has no "general": add an object with hotline, mailbox, opens and closes'
        return
    functions = said.get("functions", {})
    if not isinstance(functions, dict):
        yield '"functions" is no object: write one contact under the name of each business function'
        return
    for name in sorted(set(said) - {"general", "functions"}):
        yield f'"{name}" is not known: only "general" and "functions" are'
    for name in functions:
        if name not in TITLES:
            yield f'"{name}" is no business function: use one of {", ".join(TITLES)}'
    for name, one in {"general": said["general"], **functions}.items():
        yield from _contact_faults(name, one)


def _contact_faults(name: str, one: Any) -> Iterator[str]:
    if not isinstance(one, dict) or set(one) != set(PARTS):
        yield f'"{name}" does not hold exactly {", ".join(PARTS)}: write these four'
        return
    for part, pattern in PARTS.items():
        if not isinstance(one[part], str) or not pattern.fullmatch(one[part]):
            yield f'the {part} of "{name}" is {one[part]!r}: write it such as {SUCH_AS[part]}'
            return
    if one["opens"] >= one["closes"]:
        yield f'"{name}" closes at {one["closes"]}, which is not after it opens: correct the hours'
