"""The CCDA Rights Guidance Notes: which right opens which eService."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine import functions
from engine.running.definition import EService


@dataclass(frozen=True, slots=True)
class Opened:
    """One eService that a right opens. second: by which membership another company answers it."""

    code: str
    title: str
    title_zh: str
    replaces: str
    memberships: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One right: its function, for which memberships it exists, and what it opens."""

    name: str
    title: str
    memberships: tuple[str, ...]
    special: bool
    opens: tuple[Opened, ...]


def notes(services: Collection[EService]) -> tuple[Note, ...]:
    """The notes for these eServices: each stands under its right, once."""
    known = [_note(one, services) for one in functions.FUNCTIONS]
    strange = sorted({one.function for one in services} - functions.TITLES.keys())
    return (*known, *(Note(name, name, (), False, _opened(name, services)) for name in strange))


def _note(function: functions.Function, services: Collection[EService]) -> Note:
    kinds = tuple(kind for kind in functions.MEMBERSHIPS if functions.entitles(kind, function))
    return Note(function.name, function.title, kinds, function.special, _opened(function.name, services))


def _opened(name: str, services: Collection[EService]) -> tuple[Opened, ...]:
    mine = sorted((one for one in services if one.function == name), key=lambda one: one.code)
    return tuple(
        Opened(
            code=one.code,
            title=one.title,
            title_zh=one.titles.get("zh_Hant", ""),
            replaces=one.replaces,
            memberships=tuple(one.memberships),
            second=tuple(one.next_memberships),
        )
        for one in mine
    )
