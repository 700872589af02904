"""The newest requests that hold words, by their number, however many requests there are.

SQLite's index of words hands numbers out in their order. PostgreSQL's hands out all that it holds of a word, so that
each word is kept with the stretch of numbers that its request is of: one stretch is asked after the other, until a page
is full or none is left, and no stretch holds more than a few thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY

from app.store import words
from app.store.tables import cases
from app.store.tables.requests import IN_WORDS, STRETCH

IN_CASE_WORDS = table("case_words", column("rowid"), column("words"))  # SQLite's index of words
HELD: ColumnElement[Any] = literal_column("case_words")
FOUND_BY: ColumnElement[Any] = literal_column(IN_WORDS)
NEWEST = func.coalesce(select(func.max(cases.c.id)).scalar_subquery(), 0)
FROM_ROW = bindparam("from_row", type_=cases.c.id.type)
READ = ("id", "eservice", "function", "desk", "membership_id", "participant_id", "status")
READ_TIMES = ("opened_at", "closed_at", "received_on")

# What is asked of requests beside their words: of the rows that hold these, and of the number by which they are known.
Conditions = Callable[[FromClause, ColumnElement[Any]], list[ColumnElement[bool]]]


class Walk(NamedTuple):
    """Which way, how far, and whether from a certain row on."""

    goes_on: bool
    oldest_first: bool
    most: int


def asked(dialect: str, question: str, audience: tuple[str, ...]) -> dict[str, str]:
    """What `newest` is asked with: requests that hold the words of a question, and any of the audience's if it has."""
    told = words.for_sqlite if dialect == "sqlite" else words.for_postgresql
    return {"asked": told(question, audience)}


def newest(dialect: str, conditions: Conditions, walk: Walk) -> Select[Any]:
    """The numbers of the newest or oldest requests that hold what is `asked` and meet conditions."""
    return _in_order(conditions, walk) if dialect == "sqlite" else _stretch_by_stretch(conditions, walk)


def _in_order(conditions: Conditions, walk: Walk) -> Select[Any]:
    number: ColumnElement[Any] = IN_CASE_WORDS.c.rowid
    # The plus keeps SQLite from asking the index of words anew for each request of a seat.
    query = select(number.label("id")).join_from(IN_CASE_WORDS, cases, sql("+case_words.rowid = cases.id"))
    query = query.where(HELD.op("MATCH")(bindparam("asked", type_=String)), *conditions(cases, number))
    return select(_page(query, number, walk).subquery().c.id)


def _stretch_by_stretch(conditions: Conditions, walk: Walk) -> Select[Any]:
    first = FROM_ROW if walk.goes_on else 0 if walk.oldest_first else NEWEST
    stretch, none = _stretch_of(cast(first, BigInteger)), cast([], ARRAY(BigInteger))
    walked = select(stretch.label("stretch"), none.label("found")).cte("walked", recursive=True)
    at, page = walked.c.stretch, func.array(_of_stretch(walked.c.stretch, conditions, walk).scalar_subquery())
    then = select(at + 1 if walk.oldest_first else at - 1, walked.c.found.op("||")(page))
    walked = walked.union_all(then.where(~_is_over(walked, walk)))
    return select(func.unnest(walked.c.found).label("id")).where(_is_over(walked, walk))


def _is_over(walked: FromClause, walk: Walk) -> ColumnElement[bool]:
    stretch = walked.c.stretch
    none_is_left = stretch > _stretch_of(NEWEST) if walk.oldest_first else stretch < 0
    return or_(none_is_left, func.cardinality(walked.c.found) >= walk.most)


def _stretch_of(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return number.op(">>")(literal(STRETCH, Integer))


def _of_stretch(stretch: ColumnElement[Any], conditions: Conditions, walk: Walk) -> Select[Any]:
    """A page of one stretch; what holds the words is found first, whatever else would seem to find fewer."""
    question = func.replace(bindparam("asked", type_=String), words.STRETCH, func.to_hex(stretch) + ".")
    columns = (cases.c[name] for name in READ + READ_TIMES)
    held = select(*columns).where(FOUND_BY.op("@@")(cast(question, TSQUERY)))
    held = held.order_by(cases.c.id if walk.oldest_first else cases.c.id.desc()).offset(0)
    rows = held.correlate_except(cases).subquery("held")
    return _page(select(rows.c.id).where(*conditions(rows, rows.c.id)), rows.c.id, walk)


def _page(query: Select[Any], number: ColumnElement[Any], walk: Walk) -> Select[Any]:
    if walk.goes_on:
        query = query.where(number > FROM_ROW if walk.oldest_first else number < FROM_ROW)
    return query.order_by(number if walk.oldest_first else number.desc()).limit(walk.most)
