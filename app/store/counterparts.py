"""The requests of others in which somebody's company takes part, as it may read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select, true

from app.store import lists, sides
from app.store.cases import who
from app.store.lists import MOST_COUNTED, Filter
from app.store.ranges import among
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


WANTED = {
    "open": Filter(status=sides.AT_NEXT),
    "passed": Filter(state=lists.OPENED, other_than=sides.AT_NEXT),
    "history": Filter(state=lists.ENDED),
}

COUNTED = {
    "open": parties.c.status == sides.AT_NEXT,
    "passed": and_(parties.c.closed_at.is_(None), parties.c.status.not_in((sides.AT_NEXT, "DRAFT"))),
}


def listed(
    connection: Connection, person: Person, which: str, *, before: int | None = None, most: int = 50
) -> list[Counterpart]:
    """The requests of others in which a company of this person takes part, newest first.

    which: open (with us), passed (on to somebody else) or history.
    """
    seen = (cases.c.id, cases.c.reference, cases.c.release, cases.c.participant_id, companies.c.name_en)
    chosen, values = lists.beside(connection, person, WANTED[which], before, most)
    query = select(*seen, cases.c.status, lists.about(person)).join_from(cases, companies)
    query = query.where(among(connection.dialect.name, chosen)).order_by(cases.c.id.desc()).limit(most)
    return [Counterpart(*row) for row in connection.execute(query, values)]


def count(connection: Connection, person: Person, which: str) -> int:
    """How many of those that are open there are; at most 100, which then means that many or more."""
    query = counted(connection.dialect.name, bool(person.lent), which)
    return int(connection.execute(query, who(person)).scalar_one())


@lru_cache
def counted(dialect: str, lent: bool, which: str = "open") -> Select[Any]:
    """The same as a question within another; it asks for `who`. lent: whether rights are lent."""
    seat = and_(rights.c.holder == parties.c.holder, rights.c.membership_id == parties.c.membership_id, COUNTED[which])
    if dialect == "sqlite":
        found = select(parties.c.case_id).join_from(parties, rights, seat).where(mine(lent))
    else:  # of each right no more than are counted
        some = select(parties.c.case_id).where(seat).limit(MOST_COUNTED).correlate(rights).lateral()
        found = select(some.c.case_id).select_from(rights.join(some, true())).where(mine(lent))
    return select(func.count()).select_from(found.distinct().limit(MOST_COUNTED).subquery())
