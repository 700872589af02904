"""Links in mails, each kept as the digest of its token."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from app.store.tables import links, people


class Link(NamedTuple):
    """One link and whose it is."""

    id: str
    person: int
    email: str
    purpose: str
    ends_at: datetime
    used_at: datetime | None
    kind: str  # of its owner: it says who can unlock them
    locked: bool


class Asker(NamedTuple):
    """Whoever may ask for a link."""

    id: int
    has_password: bool


def add(connection: Connection, digest: str, person: int, purpose: str, at: datetime, ends_at: datetime) -> None:
    """Keep a new link."""
    row = {"id": digest, "person_id": person, "purpose": purpose, "made_at": at, "ends_at": ends_at}
    connection.execute(insert(links).values(row))


def of(connection: Connection, digest: str) -> Link | None:
    """The link with that digest, of an account that is active."""
    row = connection.execute(
        select(
            links.c.id,
            links.c.person_id,
            people.c.email,
            links.c.purpose,
            links.c.ends_at,
            links.c.used_at,
            people.c.kind,
            people.c.locked_at.is_not(None),
        )
        .join_from(links, people)
        .where(links.c.id == digest, people.c.active)
    ).one_or_none()
    return None if row is None else Link(*row)


def asker(connection: Connection, login: str) -> Asker | None:
    """Whoever signs in with that address and is active; held until the transaction ends, so that links are counted."""
    found = select(people.c.id, people.c.password_hash.is_not(None)).where(people.c.email == login, people.c.active)
    row = connection.execute(found.with_for_update()).one_or_none()
    return None if row is None else Asker(*row)


def use(connection: Connection, digest: str, now: datetime) -> bool:
    """Use up a link; of two who try at once, one is told that it was good."""
    good = (links.c.id == digest, links.c.used_at.is_(None), links.c.ends_at > now)
    return connection.execute(update(links).where(*good).values(used_at=now)).rowcount == 1


def end_all(connection: Connection, person: int, now: datetime) -> None:
    """Let no earlier link of a person be good any more."""
    open_ones = (links.c.person_id == person, links.c.used_at.is_(None), links.c.ends_at > now)
    connection.execute(update(links).where(*open_ones).values(ends_at=now))


def made_since(connection: Connection, person: int, purpose: str, since: datetime) -> int:
    """How many links of a purpose were made for a person since then."""
    found = select(links.c.id).where(links.c.person_id == person, links.c.purpose == purpose, links.c.made_at >= since)
    return len(connection.execute(found).all())
