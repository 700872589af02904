"""Substitutes: who stands in for whom now, and which of the rights of whoever is away are lent meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    ScalarSelect,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from app.store.tables import people, rights, substitutes
from app.store.tables.columns import Moment
from engine.functions import FUNCTIONS
from engine.people import DESK_LANES, OWN_LANES, Absent, Person, Right

# What is held because of what somebody is, and granted to nobody, is not lent either.
SPECIAL = tuple(function.name for function in FUNCTIONS if function.special)
KINDS = ("business", "staff")
LATELY = timedelta(days=1)  # so long somebody whose page is still open is told why it leads nowhere
BETWEEN, BEHIND = "\x1f", "\x1e"  # ASCII's own separators: in no name
NOW = bindparam("now", type_=Moment)
AWAY, OWN = people.alias("away"), rights.alias("own")
AGREED = substitutes.c.agreed_at.is_not(None)
HOLDS = and_(substitutes.c.ended_at.is_(None), AGREED, substitutes.c.begins_at <= NOW, substitutes.c.ends_at > NOW)


class Substitution(NamedTuple):
    """That somebody stands in for somebody. agreed: when it was; empty while it waits for an administrator."""

    id: int
    absent: int
    substitute: int
    begins_at: datetime
    ends_at: datetime
    named_by: int
    agreed_at: datetime | None
    absent_name: str = ""
    substitute_name: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it lends anything at a moment."""
        return self.agreed_at is not None and self.begins_at <= now < self.ends_at


# --- what is lent -----------------------------------------------------------------------------------------------------
def lendable(held: FromClause, substitute: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a right may be lent to somebody: one of a firm's own lanes, or of a desk at which they sit themselves."""
    of_firm = and_(held.c.lane.in_(sorted(OWN_LANES)), held.c.holder.not_in(SPECIAL))
    at_desk = (OWN.c.holder == held.c.holder, OWN.c.lane.in_(sorted(DESK_LANES)))
    # Whoever it is about is a table further out, which a question within a question does not find by itself.
    sits = exists(select(OWN.c.id).where(OWN.c.person_id == substitute, *at_desk).correlate_except(OWN))
    return or_(of_firm, and_(held.c.lane.in_(sorted(DESK_LANES)), sits))


def lent_to(who: FromClause, *correlated: FromClause) -> ScalarSelect[Any]:
    """What colleagues lend to somebody now, in one cell of their row; `lent_of` reads it. It asks for `now`.

    Only what those who are away still hold is lent, while they may act themselves, and to nobody who may not.
    """
    held = rights.alias("lent")
    parts = (cast(AWAY.c.id, String), AWAY.c.name, held.c.lane, held.c.holder)
    cell = parts[0] + BETWEEN + parts[1] + BETWEEN + parts[2] + BETWEEN + parts[3] + BETWEEN
    cell = cell + func.coalesce(cast(held.c.membership_id, String), "")
    return (
        select(func.aggregate_strings(cell, BEHIND))
        .select_from(substitutes)
        .join(AWAY, AWAY.c.id == substitutes.c.absent_id)
        .join(held, held.c.person_id == AWAY.c.id)
        .where(substitutes.c.substitute_id == who.c.id, HOLDS, lendable(held, who.c.id))
        .where(AWAY.c.active, AWAY.c.locked_at.is_(None), who.c.locked_at.is_(None))
        .where(AWAY.c.company_id == who.c.company_id, AWAY.c.kind == who.c.kind, AWAY.c.kind.in_(KINDS))
        .correlate(who, *correlated)
        .scalar_subquery()
    )


def lent_of(cell: str | None) -> tuple[Absent, ...]:
    """The colleagues for whom somebody stands in, by number, each with the rights that are lent."""
    found: dict[tuple[int, str], set[Right]] = {}
    for one in filter(None, (cell or "").split(BEHIND)):
        number, name, lane, holder, membership = one.split(BETWEEN)
        right = Right(lane, holder, int(membership) if membership else None)
        found.setdefault((int(number), name), set()).add(right)
    return tuple(Absent(*who, frozenset(held)) for who, held in sorted(found.items()))


def mine(lent: bool) -> ColumnElement[bool]:
    """Whether a right is the reader's, or lent to them; a query with it is given `reader`. lent: whether any is."""
    own = rights.c.person_id == bindparam("person")
    if not lent:
        return own
    from_others = rights.c.person_id.in_(bindparam("lenders", expanding=True))
    return or_(own, and_(from_others, lendable(rights, bindparam("person"))))


def reader(person: Person) -> dict[str, Any]:
    """The reader, for a query with `mine`."""
    return {"person": person.id, "lenders": [one.id for one in person.lent]}


# --- one by one -------------------------------------------------------------------------------------------------------
def of_person(connection: Connection, person: int, now: datetime) -> list[Substitution]:
    """Those that are not over in which somebody is away or stands in, the first to begin first."""
    either = or_(substitutes.c.absent_id == person, substitutes.c.substitute_id == person)
    return _found(connection, either, substitutes.c.ends_at > now)


def of_company(connection: Connection, company: int, now: datetime) -> list[Substitution]:
    """Those of a company that are not over."""
    return _found(connection, AWAY.c.company_id == company, substitutes.c.ends_at > now)


def lately(connection: Connection, person: int, seat: Right, now: datetime) -> str | None:
    """The name of whoever held that right and for whom the person stood in until lately, or would stand in now."""
    over_at = func.coalesce(substitutes.c.ended_at, substitutes.c.ends_at)
    return connection.scalar(
        select(AWAY.c.name)
        .join_from(substitutes, AWAY, AWAY.c.id == substitutes.c.absent_id)
        .join(rights, rights.c.person_id == AWAY.c.id)
        .where(substitutes.c.substitute_id == person, AGREED)
        .where(substitutes.c.begins_at <= now, over_at > now - LATELY, over_at >= substitutes.c.begins_at)
        .where(rights.c.lane == seat.lane, rights.c.holder == seat.holder)
        .where(
            rights.c.membership_id.is_not_distinct_from(seat.membership), lendable(rights, substitutes.c.substitute_id)
        )
        .order_by(over_at.desc())
        .limit(1)
    )


def one(connection: Connection, number: int) -> Substitution | None:
    """One that has not ended before its time."""
    return next(iter(_found(connection, substitutes.c.id == number)), None)


def end_all(connection: Connection, person: int, at: datetime) -> None:
    """End all in which somebody is away or stands in: their account is closed for good."""
    either = or_(substitutes.c.absent_id == person, substitutes.c.substitute_id == person)
    connection.execute(update(substitutes).where(either, substitutes.c.ended_at.is_(None)).values(ended_at=at))


def close_over(connection: Connection, absent: int, now: datetime) -> None:
    """Note of what is over that it is, so that the next one can be named."""
    over = (substitutes.c.absent_id == absent, substitutes.c.ended_at.is_(None), substitutes.c.ends_at <= now)
    connection.execute(update(substitutes).where(*over).values(ended_at=substitutes.c.ends_at))


def add(connection: Connection, **columns: Any) -> int:
    """Keep that somebody stands in for somebody, and return its number."""
    return int(connection.execute(insert(substitutes).values(columns).returning(substitutes.c.id)).scalar_one())


def agree(connection: Connection, number: int, by: int, at: datetime) -> bool:
    """Note that an administrator agrees; false when it does not wait for that any more."""
    waiting = (substitutes.c.id == number, substitutes.c.agreed_at.is_(None), substitutes.c.ended_at.is_(None))
    done = connection.execute(update(substitutes).where(*waiting).values(agreed_at=at, agreed_by=by))
    return done.rowcount == 1


def end(connection: Connection, number: int, by: int, at: datetime) -> bool:
    """End one before its time, or before it was agreed to; false when it has ended already."""
    open_one = (substitutes.c.id == number, substitutes.c.ended_at.is_(None))
    return connection.execute(update(substitutes).where(*open_one).values(ended_at=at, ended_by=by)).rowcount == 1


def _found(connection: Connection, *conditions: ColumnElement[bool]) -> list[Substitution]:
    other = people.alias("other")
    named = [substitutes.c[name] for name in ("id", "absent_id", "substitute_id", "begins_at", "ends_at", "named_by")]
    query = (
        select(*named, substitutes.c.agreed_at, AWAY.c.name, other.c.name)
        .join_from(substitutes, AWAY, AWAY.c.id == substitutes.c.absent_id)
        .join(other, other.c.id == substitutes.c.substitute_id)
        .where(substitutes.c.ended_at.is_(None), *conditions)
        .order_by(substitutes.c.begins_at, substitutes.c.id)
    )
    return [Substitution(*row) for row in connection.execute(query)]
