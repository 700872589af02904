"""Ranges of an index in which requests lie together, the newest of each and of all together.

PostgreSQL is told where a range begins and ends, and in which order it lies in its index, column by column: what it
reckons of how many requests hold something then leads it to no other index, in which it may look at all requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import case as sql_case

from app.store.tables import cases

FIRST, LAST = literal(0, BigInteger), literal(2**62, BigInteger)
FROM_ROW = bindparam("from_row", type_=cases.c.id.type)

Keys = tuple[tuple[ColumnElement[Any], Any], ...]


class Range(NamedTuple):
    """What the first columns of an index hold in a range of it, and the number by which requests follow each other.

    known: the columns hold this alone, and PostgreSQL may find so for itself. each: of which row there is a range,
    where one question stands for many.
    """

    keys: Keys
    number: ColumnElement[Any] = cases.c.id
    conditions: tuple[ColumnElement[bool], ...] = ()
    source: FromClause = cases
    each: FromClause | None = None
    known: bool = False
    partly: tuple[ColumnElement[bool], ...] = ()  # which requests the index holds, if not all
    before: tuple[ColumnElement[Any], ...] = ()  # columns that are in order before the number, though they hold nothing


class Way(NamedTuple):
    """Which rows of a range are wanted: from a row on, in which direction, how many, and between which numbers."""

    goes_on: bool
    oldest_first: bool
    most: int
    first: Any = None
    last: Any = None


def newest_of(ranges: Sequence[Range], way: Way) -> Select[Any]:
    """The numbers of the newest requests of each range, or of the oldest."""
    parts = []
    for one in ranges:
        newest = _newest(one, way)
        if one.each is None:
            parts.append(select(newest.subquery().c.id))
        else:
            of_each = newest.correlate(one.each).lateral()
            parts.append(select(of_each.c.id).select_from(one.each.join(of_each, true())))
    return parts[0] if len(parts) == 1 else select(union_all(*parts).subquery().c.id)


def _newest(one: Range, way: Way) -> Select[Any]:
    first, last = way.first, way.last
    if way.goes_on and way.oldest_first:
        first = FROM_ROW + 1 if first is None else func.greatest(first, FROM_ROW + 1)
    elif way.goes_on:
        last = FROM_ROW - 1 if last is None else func.least(last, FROM_ROW - 1)
    query = select(one.number.label("id")).select_from(one.source).where(*one.partly)
    columns = one.before
    if one.conditions:
        query = query.where(*(one.conditions if one.known else [_unreckoned(one.conditions)]))
    if one.known or not one.keys:
        query = query.where(*(column == value for column, value in one.keys))
        query = query if first is None else query.where(one.number >= first)
        query = query if last is None else query.where(one.number <= last)
    else:
        columns, values = (*zip(*one.keys, strict=True),)
        place = tuple_(*columns, one.number)
        query = query.where(place >= tuple_(*values, FIRST if first is None else first))
        query = query.where(place <= tuple_(*values, LAST if last is None else last))
    order = (*columns, one.number)
    return query.order_by(*(column.asc() if way.oldest_first else column.desc() for column in order)).limit(
        few(way.most)
    )


def _unreckoned(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The same, of which PostgreSQL reckons that half of a range meets it: of a few it would read all, to sort them."""
    return sql_case((and_(*conditions), true()), else_=false())


def few(most: int) -> ColumnElement[int]:
    """So many, written out: of a number that it is only given later PostgreSQL reckons that it is a tenth of all."""
    return literal_column(str(int(most)), Integer)


def among(dialect: str, chosen: Select[Any]) -> ColumnElement[bool]:
    """Whether a request is one of those chosen; PostgreSQL is to choose first, and then to look at these alone."""
    if dialect == "sqlite":
        return cases.c.id.in_(chosen)
    return cases.c.id == func.any(func.array(chosen.scalar_subquery()))
