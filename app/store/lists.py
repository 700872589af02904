"""The lists of requests that people look at: filtered, newest first, page by page, each as far as they may read it.

However many requests there are, a list is put together from the newest of a few ranges of an index: one for each
function and membership, or desk, in which the reader holds a right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import case as sql_case
from sqlalchemy import text as sql

from app.store import searches, sides, words
from app.store.cases import seen_by, who
from app.store.tables import cases, companies, parties, people
from engine.people import DESK_LANES, Person
from engine.rights import may
from engine.statuses import STATUSES

SLACK, LAST = 1000, 2**62
MOST_COUNTED = 100  # nobody reads how many more there are
OPENED, ENDED = "open", "ended"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list of requests."""

    id: int
    reference: str
    eservice: str
    release: str
    participant_id: str
    status: str
    about: str
    changed_at: datetime
    opened_by: int
    opened_at: datetime
    closed_at: datetime | None
    company: str
    maker: str
    received_on: Any = None
    opened_for: str = ""  # in whose place


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody wants to see of what they may see.

    state: open or ended requests, drafts among neither; empty for all. memberships: those of the reader that are
    wanted, all when it is None. since, before: moments of opening.
    """

    state: str = ""
    status: str = ""
    eservice: str = ""
    function: str = ""
    memberships: frozenset[int] | None = None
    participant_id: str = ""
    since: datetime | None = None
    before: datetime | None = None
    text: str = ""


class Place(NamedTuple):
    """From which row a page goes on, and in which direction lists run."""

    row: int | None = None
    oldest_first: bool = False


ALL, NEWEST = Filter(), Place()
DRAFTS = Filter(status="DRAFT")
COMPANY, MAKER = companies.alias("firm"), people.alias("maker")


def listed(
    connection: Connection, person: Person, wanted: Filter = ALL, place: Place = NEWEST, most: int = 50
) -> list[Row]:
    """The requests that a person may see and wants to see, newest first unless the place says otherwise."""
    if wanted.text and not words.has_words(wanted.text):
        return []
    chosen, values = _ids(connection, person, wanted, place, most)
    query = (
        select(*_columns(person), cases.c.words)
        .join(COMPANY, COMPANY.c.id == cases.c.company_id)
        .join(MAKER, MAKER.c.id == cases.c.opened_by)
        .where(cases.c.id.in_(chosen), seen_by(person))
        .order_by(_order(cases.c.id, place.oldest_first))
        .limit(most)
    )
    rows = connection.execute(query, values).all()
    return [Row(*row[:-1]) for row in rows if _may_find(wanted, row)]


def counted(connection: Connection, person: Person, wanted: Filter = ALL) -> int:
    """How many requests a list holds; at most 100, which then means that many or more."""
    chosen, values = _ids(connection, person, wanted, NEWEST, MOST_COUNTED)
    return int(connection.scalar(_how_many(chosen), values) or 0)


def counted_both(connection: Connection, person: Person, one: Filter, other: Filter) -> tuple[int, int]:
    """The same for two lists of the same memberships and without words, in one question."""
    (first, values), (second, _) = (_ids(connection, person, each, NEWEST, MOST_COUNTED) for each in (one, other))
    found = connection.execute(_how_many_both(first, second), values).one()
    return found[0], found[1]


@lru_cache(maxsize=256)
def _how_many_both(first: Select[Any], second: Select[Any]) -> Select[Any]:
    return select(_how_many(first).scalar_subquery(), _how_many(second).scalar_subquery())


@lru_cache(maxsize=256)
def _how_many(chosen: Select[Any]) -> Select[Any]:
    rows = chosen.subquery()
    some = select(rows.c.id).distinct().limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(some)


def found(connection: Connection, person: Person, text: str, most: int = 20) -> list[Row]:
    """The newest requests that hold these words: in reference, title, company, maker or summary."""
    return listed(connection, person, Filter(text=text), most=most) if text else []


def _columns(person: Person) -> tuple[Any, ...]:
    known = (cases.c.id, cases.c.reference, cases.c.eservice, cases.c.release, cases.c.participant_id, cases.c.status)
    times = (cases.c.opened_at, cases.c.closed_at)
    names = (COMPANY.c.name_en, MAKER.c.name.label("made_by"))
    more = (*names, cases.c.received_on, cases.c.opened_for)
    return (*known, about(person), cases.c.changed_at, cases.c.opened_by, *times, *more)


def _may_find(wanted: Filter, row: Any) -> bool:
    """Whether a row holds what was asked for in words that its reader may read."""
    return not wanted.text or words.holds(wanted.text, row.words, row.about)


# --- ranges of an index -----------------------------------------------------------------------------------------------
class Range(NamedTuple):
    """Requests that one index holds in their order, and the columns in which it says what they are asked for by."""

    query: Select[Any]
    number: ColumnElement[Any] = cases.c.id
    eservice: ColumnElement[Any] = cases.c.eservice
    closed_at: ColumnElement[Any] = cases.c.closed_at
    each: FromClause | None = None  # of which row there is a range, where one question stands for many


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


def _seats(person: Person, wanted: Filter) -> Seats:
    """The seats of a person, as far as they are wanted: a firm's holds requests of its own function alone."""
    lanes: dict[tuple[str, int | None], set[str]] = {}
    for right in person.held:
        seat = None if right.lane in DESK_LANES else right.membership
        of_function = seat is None or wanted.function in ("", right.holder)
        if of_function and (wanted.memberships is None or seat in wanted.memberships):
            lanes.setdefault((right.holder, seat), set()).add(right.lane)
    told = sorted((_kind(seat, held), holder, seat or 0) for (holder, seat), held in lanes.items())
    values: dict[str, Any] = {}
    for nth, (kind, holder, seat) in enumerate(told):
        values |= {f"of_holder_{nth}": holder, f"of_seat_{nth}": seat}
        values.setdefault(f"{kind}_holders", []).append(holder)
        values.setdefault(f"{kind}_seats", []).append(seat)
    found_by = (words.desk_word(one[1]) if one[0] == "desk" else words.seat_word(one[2], one[1]) for one in told)
    return Seats(tuple(kind for kind, _, _ in told), values, tuple(found_by))


def _kind(seat: int | None, lanes: Collection[str]) -> str:
    return "desk" if seat is None else "maker" if "maker" in lanes else "other"


def _ids(
    connection: Connection, person: Person, wanted: Filter, place: Place, most: int
) -> tuple[Select[Any], dict[str, Any]]:
    """The rows of a list by their number, the newest of each range and together more than a page; with its values."""
    seats, every = _seats(person, wanted), may(person, "read every request")
    values = who(person) | seats.values | {"from_row": place.row}
    dialect, way = connection.dialect.name, (place.row is not None, place.oldest_first, most)
    shape = (dialect, seats.kinds, every, replace(wanted, memberships=None, text=""), *way)
    if not wanted.text:
        return _newest(*shape), values
    return _newest_with_words(*shape), values | searches.asked(dialect, wanted.text, () if every else seats.words)


@lru_cache(maxsize=256)  # to write such a question takes many times as long as the database needs to answer it
def _newest(
    dialect: str, kinds: tuple[str, ...], every: bool, wanted: Filter, goes_on: bool, oldest_first: bool, most: int
) -> Select[Any]:
    every_one = select(cases.c.id)
    seats = _seat_by_seat(kinds) if dialect == "sqlite" else _each_kind(kinds)
    own = [Range(every_one)] if every else [Range(every_one.where(_opens(one)), each=one.each) for one in seats]
    return _newest_of([*own, *map(_beside, _seat_by_seat(kinds))], wanted, goes_on, oldest_first, most)


def _newest_of(ranges: Sequence[Range], wanted: Filter, goes_on: bool, oldest_first: bool, most: int) -> Select[Any]:
    parts = []
    for one in ranges or [Range(select(cases.c.id).where(sql("1 = 0")))]:
        query = _matching(one, wanted)
        if goes_on:
            row = bindparam("from_row", type_=cases.c.id.type)
            query = query.where(one.number > row if oldest_first else one.number < row)
        newest = query.order_by(_order(one.number, oldest_first)).limit(most)
        if one.each is None:
            parts.append(select(newest.subquery().c.id))
        else:
            of_each = newest.correlate(one.each).lateral()
            parts.append(select(of_each.c.id).select_from(one.each.join(of_each, true())))
    return parts[0] if len(parts) == 1 else select(union_all(*parts).subquery().c.id)


def _seat_by_seat(kinds: Sequence[str]) -> Iterator[Seat]:
    for nth, kind in enumerate(kinds):
        yield Seat(kind, bindparam(f"of_holder_{nth}"), bindparam(f"of_seat_{nth}"))


def _each_kind(kinds: Sequence[str]) -> Iterator[Seat]:
    """All seats of a kind at once: PostgreSQL plans each range for longer than it reads it."""
    for kind in dict.fromkeys(kinds):
        held = (bindparam(f"{kind}_holders", type_=ARRAY(Text)), bindparam(f"{kind}_seats", type_=ARRAY(BigInteger)))
        each = func.unnest(*held).table_valued("holder", "membership").render_derived()
        yield Seat(kind, each.c.holder, each.c.membership, each)


def _opens(seat: Seat, rows: FromClause = cases) -> ColumnElement[bool]:
    """What a seat opens of the requests of its own firm, or of those that reached its desk."""
    if seat.kind == "desk":
        return and_(rows.c.desk == seat.holder, rows.c.received_on.is_not(None))
    condition = and_(rows.c.membership_id == seat.membership, rows.c.function == seat.holder)
    return condition if seat.kind == "maker" else and_(condition, rows.c.status != "DRAFT")


@lru_cache(maxsize=256)
def _newest_with_words(
    dialect: str, kinds: tuple[str, ...], every: bool, wanted: Filter, goes_on: bool, oldest_first: bool, most: int
) -> Select[Any]:
    seats = list(_seat_by_seat(kinds))
    if not seats and not every:
        return select(cases.c.id).where(false())

    def conditions(rows: FromClause, number: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        opens = [] if every else [or_(*(_opens(seat, rows) for seat in seats), _takes_part(seats, rows))]
        return [*opens, *_conditions(wanted, rows, number, rows.c.eservice, rows.c.closed_at)]

    return searches.newest(dialect, conditions, searches.Walk(goes_on, oldest_first, most))


def _takes_part(seats: Collection[Seat], rows: FromClause) -> ColumnElement[bool]:
    """Whether any seat was let into a request; as a value, lest PostgreSQL first reads all into which any was."""
    sits = or_(*(and_(parties.c.holder == seat.holder, _sits(seat)) for seat in seats))
    part = select(parties.c.case_id).where(parties.c.case_id == rows.c.id, sits).limit(1)
    return part.correlate(rows).scalar_subquery().is_not(None)


def _sits(seat: Seat) -> ColumnElement[bool]:
    membership = parties.c.membership_id
    return membership.is_(None) if seat.kind == "desk" else membership == seat.membership


def _beside(seat: Seat) -> Range:
    """The requests of others in which a company or desk takes part."""
    number = parties.c.case_id
    query = select(number.label("id")).join_from(parties, cases, number == cases.c.id)
    query = query.where(parties.c.holder == seat.holder, _sits(seat))
    return Range(query, number, parties.c.eservice, parties.c.closed_at)


def _holding(query: Select[Any], text: str) -> Select[Any]:
    """The same, where each word is found by looking at one request after the other."""
    held = literal(" ") + cases.c.words + " " + cases.c.about_words
    return query.where(*(held.like(f"% {word}%") for word in words.words_of(text)[: words.MOST_WORDS]))


def _matching(one: Range, wanted: Filter) -> Select[Any]:
    return one.query.where(*_conditions(wanted, cases, one.number, one.eservice, one.closed_at))


def _conditions(
    wanted: Filter,
    rows: FromClause,
    number: ColumnElement[Any],
    eservice: ColumnElement[Any],
    closed_at: ColumnElement[Any],
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status:
        conditions.append(rows.c.status == wanted.status)
        if not STATUSES[wanted.status].ends:
            conditions.append(closed_at.is_(None))
    elif wanted.state == OPENED:
        conditions += [closed_at.is_(None), rows.c.status != "DRAFT"]
    elif wanted.state == ENDED:
        conditions.append(closed_at.is_not(None))
    if wanted.eservice:
        conditions.append(eservice == wanted.eservice)
    if wanted.function:
        conditions.append(rows.c.function == wanted.function)
    if wanted.participant_id:
        conditions.append(rows.c.participant_id == wanted.participant_id)
    if wanted.since is not None:
        conditions += [rows.c.opened_at >= wanted.since, number >= _first_at(wanted.since) - SLACK]
    if wanted.before is not None:
        last = func.coalesce(_first_at(wanted.before) + SLACK, LAST)
        conditions += [rows.c.opened_at < wanted.before, number <= last]
    return conditions


def matching_at_hand(query: Select[Any], wanted: Filter, seat: ColumnElement[Any]) -> Select[Any]:
    """The same for a query of few requests, which are looked at one by one, also for words; seat: whose work it is."""
    query = _matching(Range(query), wanted)
    if wanted.memberships is not None:
        query = query.where(seat.in_(wanted.memberships))
    return _holding(query, wanted.text)


def _first_at(moment: datetime) -> Any:
    """The number of the first request that was opened then or later: numbers rise with time, but for a few at once."""
    other = cases.alias("opened")
    query = select(other.c.id).where(other.c.opened_at >= moment)
    return query.order_by(other.c.opened_at, other.c.id).limit(1).scalar_subquery()


def _order(number: ColumnElement[Any], oldest_first: bool) -> Any:
    return number.asc() if oldest_first else number.desc()


# --- what is shown ----------------------------------------------------------------------------------------------------
def about(person: Person) -> ColumnElement[str]:
    """The summary as somebody may read it: others than the firm read none of a round that it has not approved."""
    if may(person, "read every request"):
        return cases.c.about
    approved = cases.c.status.in_(sides.APPROVED_BY_FIRM)
    readable = (
        approved
        if person.is_staff
        else or_(cases.c.company_id == person.company, approved, cases.c.status == sides.AT_NEXT)
    )
    return sql_case((readable, cases.c.about), else_="").label("about")


def ended_beside(person: Person, before: int | None, most: int) -> tuple[Select[Any], dict[str, Any]]:
    """The newest ended requests into which a company of the person was let, by their number; with its values."""
    kinds, values, _ = _seats(person, ALL)
    beside = [_beside(seat) for seat in _seat_by_seat(kinds) if seat.kind != "desk"]
    query = _newest_of(beside, Filter(state=ENDED), before is not None, False, most)
    return query, values | {"from_row": before}
