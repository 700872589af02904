"""What every page's menu and bell say: the company's memberships, and how many things wait for the person."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, and_, bindparam, literal, select

from app.store import counterparts, notices, tasks
from app.store.cases import who
from app.store.people import Membership
from app.store.tables import companies, memberships
from engine.people import Person
from engine.rights import may


class Menu(NamedTuple):
    """The counts of a menu. asked: requests of other companies that wait for the person's own. unread: notices."""

    memberships: tuple[Membership, ...]
    to_do: int
    asked: int
    unread: int


def of_person(connection: Connection, person: Person, now: datetime, *, asked: bool) -> Menu:
    """The menu of a person, in one question; asked: whether other companies can ask theirs for anything."""
    query = _menu(connection.dialect.name, asked, may(person, "read every request"), bool(person.lent))
    rows = connection.execute(query, {**who(person), "company": person.company, "now": now}).all()
    seats = tuple(Membership(*row[:4]) for row in rows if row.id is not None)
    return Menu(seats, *((rows[0].to_do, rows[0].asked, rows[0].unread) if rows else (0, 0, 0)))


@cache
def _menu(dialect: str, asked: bool, everything: bool, lent: bool) -> Select[Any]:
    current = and_(memberships.c.company_id == companies.c.id, memberships.c.ended_at.is_(None))
    counts = counterparts.counted(dialect, lent).correlate(None).scalar_subquery() if asked else literal(0, Integer)
    unread = notices.unread_counted(everything=everything, lent=lent)
    return (
        select(
            memberships.c.id,
            memberships.c.company_id,
            memberships.c.kind,
            memberships.c.participant_id,
            tasks.to_do_counted(dialect, lent).correlate(None).scalar_subquery().label("to_do"),
            counts.label("asked"),
            unread.correlate(None).scalar_subquery().label("unread"),
        )
        .select_from(companies)
        .outerjoin(memberships, current)
        .where(companies.c.id == bindparam("company"))
        .order_by(memberships.c.participant_id, memberships.c.id)
    )
