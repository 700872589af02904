"""Notices: what a person is told in the portal about requests that they may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.cases import seen, seen_by, who
from app.store.tables import cases, notices
from engine.people import Person
from engine.rights import may

MOST_COUNTED = 99


class Notice(NamedTuple):
    """One notice, with the request that it is about."""

    id: int
    at: datetime
    template: str
    payload: dict[str, Any]
    read_at: datetime | None
    reference: str
    release: str


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep notices (person_id, case_id, at, template, payload, key); one whose key is known is left as it is."""
    if rows:
        connection.execute(_add(connection.dialect.name), list(rows))


def listed(
    connection: Connection,
    person: Person,
    now: datetime,
    *,
    before: int | None = None,
    templates: Sequence[str] = (),
    since: datetime | None = None,
    most: int = 50,
) -> list[Notice]:
    """What a person was told, newest first; `before` is the notice to go on from."""
    query = _of_person(Notice._fields).where(seen_by(person))
    if before is not None:
        query = query.where(_older(before))
    if templates:
        query = query.where(notices.c.template.in_(templates))
    if since is not None:
        query = query.where(notices.c.at > since)
    query = query.order_by(notices.c.at.desc(), notices.c.id.desc()).limit(most)
    return [Notice(*row) for row in connection.execute(query, {**who(person), "now": now})]


def unread(connection: Connection, person: Person, now: datetime) -> int:
    """How many of them are unread, counted up to one more than `MOST_COUNTED`."""
    query = _unread_counted(may(person, "read every request"), bool(person.lent))
    return int(connection.execute(query, {**who(person), "now": now}).scalar_one())


def unread_counted(*, everything: bool, lent: bool) -> Select[Any]:
    """The same as a question within another; it asks for `who` and `now`.

    everything: the person reads all. lent: whether rights are lent to them.
    """
    return _unread_counted(everything, lent)


def read(connection: Connection, person: Person, notice: int, now: datetime) -> Notice | None:
    """Note that a person has read a notice, and return it as it was; None when they have no such notice."""
    query = _of_person(Notice._fields).where(notices.c.id == notice, seen_by(person))
    row = connection.execute(query, {**who(person), "now": now}).one_or_none()
    if row is not None:
        connection.execute(
            update(notices).where(notices.c.id == notice, notices.c.read_at.is_(None)).values(read_at=now)
        )
    return None if row is None else Notice(*row)


def read_all(connection: Connection, person: int, now: datetime) -> None:
    """Note that a person has read all that they were told so far."""
    mine = (notices.c.person_id == person, notices.c.read_at.is_(None), notices.c.at <= now)
    connection.execute(update(notices).where(*mine).values(read_at=now))


@cache
def _add(dialect: str) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(notices).on_conflict_do_nothing()


def _of_person(columns: Sequence[str]) -> Select[Any]:
    found = [notices.c[name] if name in notices.c else cases.c[name] for name in columns]
    mine = and_(notices.c.person_id == bindparam("person"), notices.c.at <= bindparam("now"))
    return select(*found).join_from(notices, cases).where(mine)


@cache
def _unread_counted(everything: bool, lent: bool) -> Select[Any]:
    query = _of_person(("id",)).where(notices.c.read_at.is_(None), true() if everything else seen(lent))
    return select(func.count()).select_from(query.limit(MOST_COUNTED + 1).subquery())


def _older(before: int) -> ColumnElement[bool]:
    one = notices.alias("one")
    at = select(one.c.at).where(one.c.id == before, one.c.person_id == bindparam("person")).scalar_subquery()
    return or_(notices.c.at < at, and_(notices.c.at == at, notices.c.id < before))
