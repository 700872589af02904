"""The filters of lists that somebody keeps for themselves: saved under a name, renamed, removed, begun with."""

from __future__ import annotations

from collections.abc import Mapping

from app.commands.portal import Portal
from app.store import people, saved_filters, signins
from app.store.database import Connection
from app.store.saved_filters import LISTS, WORDS, SavedFilter
from engine.errors import NotFound, Refused
from engine.forms.typed import CONTROL, normal
from engine.people import Person

LONGEST, MOST, LONGEST_WORD = 40, 20, 100


class WrongFilter(Refused):
    """A filter that cannot be kept under that name; `why` says it in one word."""

    code = "wrong_filter"

    def __init__(self, why: str) -> None:
        super().__init__(f"Expected a filter with a new and short name, but this cannot be kept ({why}): change it.")
        self.why = why


def save(portal: Portal, person: Person, of_list: str, words: Mapping[str, str], name: str) -> int:
    """Keep what an address asks of a list under a name, and return its number. Raises `WrongFilter`."""
    kept = {word: value for word, value in words.items() if word in WORDS and 0 < len(value) <= LONGEST_WORD}
    if of_list not in LISTS or not kept:
        raise WrongFilter("empty")
    now = portal.clock.now()
    with portal.database.write() as connection:
        mine = _mine(connection, person)
        named = _named(name, mine)
        if len(mine) >= MOST:
            raise WrongFilter("many")
        number = saved_filters.add(
            connection, person.id, now, list=of_list, name=named, folded=named.casefold(), words=kept
        )
        people.record(connection, now, person.id, "filter.saved", filter=number)
        return number


def rename(portal: Portal, person: Person, number: int, name: str) -> None:
    """Give one of somebody's filters another name. Raises `NotFound`, `WrongFilter`."""
    with portal.database.write() as connection:
        mine = _mine(connection, person)
        one = _one(mine, number)
        named = _named(name, [other for other in mine if other.id != one.id])
        saved_filters.change(connection, person.id, number, name=named, folded=named.casefold())
        people.record(connection, portal.clock.now(), person.id, "filter.renamed", filter=number)


def begin_with(portal: Portal, person: Person, number: int, *, on: bool) -> None:
    """Let its list begin with one of somebody's filters, in place of any other; or no longer. Raises `NotFound`."""
    with portal.database.write() as connection:
        one = _one(_mine(connection, person), number)
        saved_filters.begin_plainly(connection, person.id, one.list)
        if on:
            saved_filters.change(connection, person.id, number, is_default=True)
        people.record(connection, portal.clock.now(), person.id, "filter.chosen", filter=number, on=on)


def remove(portal: Portal, person: Person, number: int) -> None:
    """Forget one of somebody's filters. Raises `NotFound`."""
    with portal.database.write() as connection:
        _one(_mine(connection, person), number)
        saved_filters.remove(connection, person.id, number)
        people.record(connection, portal.clock.now(), person.id, "filter.removed", filter=number)


def _mine(connection: Connection, person: Person) -> list[SavedFilter]:
    """Somebody's filters, from the moment on from which nobody else changes them."""
    signins.hold(connection, person.id)
    return saved_filters.of_person(connection, person.id)


def _one(mine: list[SavedFilter], number: int) -> SavedFilter:
    for one in mine:
        if one.id == number:
            return one
    raise NotFound("the filter")


def _named(name: str, others: list[SavedFilter]) -> str:
    said = " ".join(normal(name).split())
    if not said or CONTROL.search(said):
        raise WrongFilter("nameless")
    if len(said) > LONGEST:
        raise WrongFilter("long")
    if said.casefold() in {other.folded for other in others}:
        raise WrongFilter("taken")
    return said
