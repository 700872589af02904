"""The filters of lists that people keep under a name: each reads and changes their own alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from app.store.tables import saved_filters

LISTS = ("todo", "waiting", "drafts", "history")
WORDS = ("q", "status", "eservice", "function", "membership", "from", "to", "sort")  # what an address may ask for


class SavedFilter(NamedTuple):
    """One filter of a list of the dashboard, in the words of its address. is_default: the list begins with it."""

    id: int
    list: str
    name: str
    folded: str
    words: Mapping[str, str]
    is_default: bool


MINE = select(*(saved_filters.c[name] for name in SavedFilter._fields))


def of_person(connection: Connection, person: int) -> list[SavedFilter]:
    """Somebody's filters, by name."""
    query = MINE.where(saved_filters.c.person_id == person).order_by(saved_filters.c.folded)
    return [SavedFilter(*row) for row in connection.execute(query)]


def add(connection: Connection, person: int, at: datetime, **columns: object) -> int:
    """Keep a filter and return its number."""
    row = {"person_id": person, "saved_at": at, "is_default": False, **columns}
    return int(connection.execute(insert(saved_filters).values(row).returning(saved_filters.c.id)).scalar_one())


def change(connection: Connection, person: int, number: int, **columns: object) -> None:
    """Change one of somebody's filters."""
    one = (saved_filters.c.id == number, saved_filters.c.person_id == person)
    connection.execute(update(saved_filters).where(*one).values(columns))


def begin_plainly(connection: Connection, person: int, name: str) -> None:
    """Let a list begin with none of somebody's filters."""
    of_list = (saved_filters.c.person_id == person, saved_filters.c.list == name)
    connection.execute(update(saved_filters).where(*of_list).values(is_default=False))


def remove(connection: Connection, person: int, number: int) -> None:
    """Forget one of somebody's filters."""
    one = (saved_filters.c.id == number, saved_filters.c.person_id == person)
    connection.execute(delete(saved_filters).where(*one))
