"""What is under way for the same records: other requests that are open, and changes whose day is still to come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date, String, bindparam, exists, literal, null, select, true, union_all

from app.store.cases import ENDED, seen, who
from app.store.tables import cases, registers
from engine.people import Person
from engine.rights import may


class Pending(NamedTuple):
    """A change that has not taken effect: the request that is open, or the day from which on it holds.

    can_open: whether the reader may open the request.
    """

    reference: str
    status: str
    effective_on: date | None
    can_open: bool


def under_way(
    connection: Connection,
    person: Person,
    participant: str,
    eservices: Collection[str],
    names: Collection[str],
    today: date,
    but: str = "",
) -> list[Pending]:
    """What is under way for a participant in these eServices and their registers, by reference; but: of this request.

    A draft is nobody's business but its maker's, and is not counted.
    """
    values = {
        "participant": participant,
        "eservices": list(eservices),
        "registers": list(names),
        "today": today,
        "but": but,
        **who(person),
    }
    query = _both(may(person, "read every request"), bool(person.lent))
    rows = connection.execute(query, values)
    return sorted(Pending(row.reference or "", row.status, row.effective_on, bool(row.can_open)) for row in rows)


@cache
def _both(sees_all: bool, lent: bool) -> Any:
    sight = true() if sees_all else seen(lent)
    is_open = select(
        cases.c.reference, cases.c.status, null().cast(Date).label("effective_on"), sight.label("can_open")
    ).where(
        cases.c.participant_id == bindparam("participant"),
        cases.c.eservice.in_(bindparam("eservices", expanding=True)),
        cases.c.reference != bindparam("but"),
        cases.c.status.not_in(("DRAFT", *ENDED)),
    )
    set_by = exists(select(cases.c.id).where(cases.c.reference == registers.c.reference, sight))
    is_to_come = (
        select(
            registers.c.reference,
            literal("", String).label("status"),
            registers.c.effective_on,
            set_by.label("can_open"),
        )
        .where(
            registers.c.owner == bindparam("participant"),
            registers.c.register.in_(bindparam("registers", expanding=True)),
            registers.c.effective_on > bindparam("today"),
        )
        .distinct()
    )
    return union_all(is_open, is_to_come)
