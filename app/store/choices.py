"""How people want to hear of requests: each letter by mail, once a day in a digest, or in the portal alone."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from app.store.people import MAY_ACT
from app.store.tables import letter_choices, people

TASKS, MOVES, REMINDERS = "tasks", "moves", "reminders"
LETTERS = (TASKS, MOVES, REMINDERS)
MAIL, DIGEST, PORTAL = "mail", "digest", "portal"
WAYS = (MAIL, DIGEST, PORTAL)


def of_person(connection: Connection, person: int) -> dict[str, str]:
    """The way that a person has chosen for each group of letters; mail for those of which they said nothing."""
    rows = connection.execute(
        select(letter_choices.c.letters, letter_choices.c.way).where(letter_choices.c.person_id == person)
    )
    return {**dict.fromkeys(LETTERS, MAIL), **{letters: way for letters, way in rows}}


def choose(connection: Connection, person: int, ways: Mapping[str, str]) -> None:
    """Keep these in place of what the person chose before."""
    connection.execute(delete(letter_choices).where(letter_choices.c.person_id == person))
    rows = [{"person_id": person, "letters": letters, "way": way} for letters, way in ways.items()]
    connection.execute(insert(letter_choices), rows)


def readers(connection: Connection) -> list[int]:
    """Those who may act and want a daily digest."""
    query = select(people.c.id).join_from(letter_choices, people).where(letter_choices.c.way == DIGEST, MAY_ACT)
    return list(connection.scalars(query.distinct().order_by(people.c.id)))
