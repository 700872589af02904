"""The requests of others in which somebody's company takes part, as it may read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from app.store import lists, sides
from app.store.cases import who
from app.store.lists import MOST_COUNTED
from app.store.substitutes import mine
from app.store.tables import cases, companies, parties, rights
from engine.people import Person


@dataclass(frozen=True, slots=True)
class Counterpart:
    """One request of another company, as the company sees it that takes part."""

    id: int
    reference: str
    release: str
    participant_id: str
    company: str
    status: str
    about: str


WHICH = {
    "open": cases.c.status == sides.AT_NEXT,
    "passed": and_(cases.c.status != sides.AT_NEXT, cases.c.closed_at.is_(None)),
    "history": cases.c.closed_at.is_not(None),
}


def listed(
    connection: Connection, person: Person, which: str, *, before: int | None = None, most: int = 50
) -> list[Counterpart]:
    """The requests of others in which a company of this person takes part, newest first.

    which: open (with us), passed (on to somebody else) or history.
    """
    seen = (cases.c.id, cases.c.reference, cases.c.release, cases.c.participant_id, companies.c.name_en)
    query = select(*seen, cases.c.status, lists.about(person)).join_from(cases, companies)
    query, values = query.where(WHICH[which]), who(person)
    if which == "history":
        chosen, more = lists.ended_beside(person, before, most)
        values |= more
    else:
        chosen = _open_beside(bool(person.lent))
    query = query.where(cases.c.id.in_(chosen))
    if before is not None:
        query = query.where(cases.c.id < before)
    return [Counterpart(*row) for row in connection.execute(query.order_by(cases.c.id.desc()).limit(most), values)]


def count(connection: Connection, person: Person, which: str) -> int:
    """How many of those that are open there are; at most 100, which then means that many or more."""
    return int(connection.execute(counted(bool(person.lent), which), who(person)).scalar_one())


@lru_cache
def counted(lent: bool, which: str = "open") -> Select[Any]:
    """The same as a question within another; it asks for `who`. lent: whether rights are lent."""
    some = select(cases.c.id).where(cases.c.id.in_(_open_beside(lent)), WHICH[which]).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(some)


def _open_beside(lent: bool) -> Select[Any]:
    """The open requests into which a company of the person was let, and not only a desk."""
    seat = and_(rights.c.holder == parties.c.holder, rights.c.membership_id == parties.c.membership_id)
    return select(parties.c.case_id).join_from(parties, rights, seat).where(mine(lent), parties.c.closed_at.is_(None))
