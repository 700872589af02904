"""The newest requests that hold words, by their number, however many requests there are.

SQLite's index of words hands numbers out in their order. PostgreSQL's hands out all that it holds of a word, so that
each word is kept with the stretch of numbers that its request is of: one stretch is asked after the other, until a page
is full or none is left, and no stretch holds more than a few thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from app.store.ranges import FROM_ROW, Way, few
from app.store.tables import cases
from app.store.tables.requests import IN_WORDS, STRETCH

IN_CASE_WORDS = table("case_words", column("rowid"), column("words"))  # SQLite's index of words
HELD: ColumnElement[Any] = literal_column("case_words")
FOUND_BY: ColumnElement[Any] = literal_column(IN_WORDS)
NEWEST = func.coalesce(select(func.max(cases.c.id)).scalar_subquery(), 0)
READ = ("id", "eservice", "function", "desk", "membership_id", "participant_id", "status")
READ_TIMES = ("opened_at", "closed_at", "received_on")

# What is asked of requests beside their words: of the rows that hold these, and of the number by which they are known.
Conditions = Callable[[FromClause, ColumnElement[Any]], list[ColumnElement[bool]]]


def asked(dialect: str, question: str, audience: tuple[str, ...]) -> dict[str, str]:
    """What `newest` is asked with: requests that hold the words of a question, and any of the audience's if it has."""
    told = words.for_sqlite if dialect == "sqlite" else words.for_postgresql
    return {"asked": told(question, audience)}


def newest(dialect: str, conditions: Conditions, way: Way) -> Select[Any]:
    """The numbers of the newest or oldest requests that hold what is `asked` and meet conditions."""
    return _in_order(conditions, way) if dialect == "sqlite" else _stretch_by_stretch(conditions, way)


def _in_order(conditions: Conditions, way: Way) -> Select[Any]:
    number: ColumnElement[Any] = IN_CASE_WORDS.c.rowid
    # The plus keeps SQLite from asking the index of words anew for each request of a seat.
    query = select(number.label("id")).join_from(IN_CASE_WORDS, cases, sql("+case_words.rowid = cases.id"))
    query = query.where(HELD.op("MATCH")(bindparam("asked", type_=String)), *conditions(cases, number))
    return select(_page(query, number, way).subquery().c.id)


def _stretch_by_stretch(conditions: Conditions, way: Way) -> Select[Any]:
    first = FROM_ROW if way.goes_on else 0 if way.oldest_first else NEWEST
    stretch, none = _stretch_of(cast(first, BigInteger)), cast([], ARRAY(BigInteger))
    walked = select(stretch.label("stretch"), none.label("found")).cte("walked", recursive=True)
    at, page = walked.c.stretch, func.array(_of_stretch(walked.c.stretch, conditions, way).scalar_subquery())
    then = select(at + 1 if way.oldest_first else at - 1, walked.c.found.op("||")(page))
    walked = walked.union_all(then.where(~_is_over(walked, way)))
    return select(func.unnest(walked.c.found).label("id")).where(_is_over(walked, way))


def _is_over(walked: FromClause, way: Way) -> ColumnElement[bool]:
    stretch = walked.c.stretch
    none_is_left = stretch > _stretch_of(NEWEST) if way.oldest_first else stretch < 0
    return or_(none_is_left, func.cardinality(walked.c.found) >= way.most)


def _stretch_of(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return number.op(">>")(literal(STRETCH, Integer))


def _of_stretch(stretch: ColumnElement[Any], conditions: Conditions, way: Way) -> Select[Any]:
    """A page of one stretch; what holds the words is found first, whatever else would seem to find fewer."""
    question = func.replace(bindparam("asked", type_=String), words.STRETCH, func.to_hex(stretch) + ".")
    columns = (cases.c[name] for name in READ + READ_TIMES)
    held = select(*columns).where(FOUND_BY.op("@@")(cast(question, TSQUERY)))
    held = held.order_by(cases.c.id if way.oldest_first else cases.c.id.desc()).offset(0)
    rows = held.correlate_except(cases).subquery("held")
    return _page(select(rows.c.id).where(*conditions(rows, rows.c.id)), rows.c.id, way)


def _page(query: Select[Any], number: ColumnElement[Any], way: Way) -> Select[Any]:
    if way.goes_on:
        query = query.where(number > FROM_ROW if way.oldest_first else number < FROM_ROW)
    return query.order_by(number if way.oldest_first else number.desc()).limit(few(way.most))
