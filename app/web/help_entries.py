"""What an answer of the help pages is made of, and what it is made from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from flask import url_for

from app.config import Settings
from app.web.languages import gettext as _
from engine.hours import Calendar
from engine.people import Person


class Circumstances(NamedTuple):
    """What the answers are made from. person: nobody before the sign-in. administrators: the names of their own."""

    settings: Settings
    calendar: Calendar
    today_line: str
    days: tuple[dict[str, Any], ...]
    person: Person | None
    administrators: tuple[str, ...]
    processes: tuple[dict[str, Any], ...]
    eservices: int


class Entry(NamedTuple):
    """One question and its answer. rows: label and value. links: words and address. shown: processes or statuses."""

    key: str
    question: str
    said: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    processes: tuple[dict[str, Any], ...] = ()
    statuses: tuple[dict[str, Any], ...] = ()

    def texts(self) -> Iterator[str]:
        """Every word of it, for those who search."""
        yield from (self.question, *self.said, *self.points)
        yield from (word for row in self.rows for word in row)
        yield from (word for one in self.statuses for word in (one["label"], one["meaning"]))


class Section(NamedTuple):
    """One heading with its questions."""

    key: str
    title: str
    entries: tuple[Entry, ...]


def named(at: Circumstances) -> tuple[str, ...]:
    """Who the reader's own administrators are; nothing before the sign-in."""
    if at.person is None or at.person.is_staff:
        return ()
    if not at.administrators:
        return (_("Your company has no delegated administrator at the moment: ask the exchange."),)
    names = ", ".join(at.administrators)
    return (_("Delegated administrators of your company: %(names)s.", names=names),)


def inside(at: Circumstances, *places: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Links to pages behind the sign-in, for those who are."""
    return tuple((words, url_for(endpoint)) for words, endpoint in places) if at.person else ()


def span(life: timedelta) -> str:
    """How long something is good for, in words."""
    minutes = int(life.total_seconds()) // 60
    if minutes % 60:
        return _("%(number)s minutes", number=minutes)
    return _("%(number)s hours", number=minutes // 60) if minutes > 60 else _("1 hour")
