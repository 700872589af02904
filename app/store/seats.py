"""The seats in which people hold rights, and what each opens: a function and membership, or a desk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, FromClause, Text, and_, bindparam, func, or_, select

from app.store import words
from app.store.tables import parties
from engine.people import DESK_LANES, Person


class Seat(NamedTuple):
    """What a right is held in, and as what; each: as in `Range`."""

    kind: str
    holder: ColumnElement[Any]
    membership: ColumnElement[Any]
    each: FromClause | None = None


class Seats(NamedTuple):
    """The functions and memberships, or desks, in which a person holds any right: how many of each kind, and which."""

    kinds: tuple[str, ...]
    values: dict[str, Any]
    words: tuple[str, ...]


def held(person: Person, function: str = "", memberships: Collection[int] | None = None) -> Seats:
    """The seats of a person, as far as they are wanted: a firm's holds requests of its own function alone."""
    lanes: dict[tuple[str, int | None], set[str]] = {}
    for right in person.held:
        seat = None if right.lane in DESK_LANES else right.membership
        of_function = seat is None or function in ("", right.holder)
        if of_function and (memberships is None or seat in memberships):
            lanes.setdefault((right.holder, seat), set()).add(right.lane)
    told = sorted((_kind(seat, of_seat), holder, seat or 0) for (holder, seat), of_seat in lanes.items())
    values: dict[str, Any] = {}
    for nth, (kind, holder, seat) in enumerate(told):
        values |= {f"of_holder_{nth}": holder, f"of_seat_{nth}": seat}
        values.setdefault(f"{kind}_holders", []).append(holder)
        values.setdefault(f"{kind}_seats", []).append(seat)
    found_by = (words.desk_word(one[1]) if one[0] == "desk" else words.seat_word(one[2], one[1]) for one in told)
    return Seats(tuple(kind for kind, _, _ in told), values, tuple(found_by))


def _kind(seat: int | None, lanes: Collection[str]) -> str:
    return "desk" if seat is None else "maker" if "maker" in lanes else "other"


def of_kinds(dialect: str, kinds: Sequence[str]) -> list[Seat]:
    """The seats of somebody as a question asks for them, one by one or all of a kind at once."""
    return list(seat_by_seat(kinds) if dialect == "sqlite" else _each_kind(kinds))


def seat_by_seat(kinds: Sequence[str]) -> Iterator[Seat]:
    """Each seat by itself."""
    for nth, kind in enumerate(kinds):
        yield Seat(kind, bindparam(f"of_holder_{nth}"), bindparam(f"of_seat_{nth}"))


def _each_kind(kinds: Sequence[str]) -> Iterator[Seat]:
    """All seats of a kind at once: PostgreSQL plans each range for longer than it reads it."""
    for kind in dict.fromkeys(kinds):
        held = (bindparam(f"{kind}_holders", type_=ARRAY(Text)), bindparam(f"{kind}_seats", type_=ARRAY(BigInteger)))
        each = func.unnest(*held).table_valued("holder", "membership").render_derived()
        yield Seat(kind, each.c.holder, each.c.membership, each)


def opens(seat: Seat, rows: FromClause) -> ColumnElement[bool]:
    """What a seat opens of the requests of its own firm, or of those that reached its desk."""
    if seat.kind == "desk":
        return and_(rows.c.desk == seat.holder, *shown(seat, rows))
    return and_(rows.c.membership_id == seat.membership, rows.c.function == seat.holder, *shown(seat, rows))


def shown(seat: Seat, rows: FromClause) -> list[ColumnElement[bool]]:
    """What a seat shows of those that are its own."""
    by_kind = {"desk": [rows.c.received_on.is_not(None)], "maker": []}
    return by_kind.get(seat.kind, [rows.c.status != "DRAFT"])


def takes_part(seats: Collection[Seat], rows: FromClause) -> ColumnElement[bool]:
    """Whether any seat was let into a request; as a value, lest PostgreSQL first reads all into which any was."""
    any_of_them = or_(*(and_(parties.c.holder == seat.holder, sits(seat)) for seat in seats))
    part = select(parties.c.case_id).where(parties.c.case_id == rows.c.id, any_of_them).limit(1)
    return part.correlate(rows).scalar_subquery().is_not(None)


def sits(seat: Seat) -> ColumnElement[bool]:
    """Whether a party is of that membership, or a desk."""
    membership = parties.c.membership_id
    return membership.is_(None) if seat.kind == "desk" else membership == seat.membership
