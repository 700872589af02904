"""The lists of requests that people look at: filtered, newest first, page by page, each as far as they may read it.

However many requests there are, a list is put together from the newest of a few ranges of an index: one for each
function and membership, or desk, in which the reader holds a right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import case as sql_case

from app.store import ranges, references, searches, seats, sides, words
from app.store.cases import seen_by, who
from app.store.ranges import LAST, Keys, Range, Way
from app.store.seats import Seat, Seats
from app.store.tables import cases, companies, parties, people
from engine.people import Person
from engine.rights import may

SLACK = 1000
LOOKED_AT = 2000  # so many requests at most are looked at one by one for words
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
    other_than: str = ""  # a status that is not wanted
    reference: str = ""  # how references begin


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
        .where(ranges.among(connection.dialect.name, chosen), seen_by(person))
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
def _ids(
    connection: Connection, person: Person, wanted: Filter, place: Place, most: int
) -> tuple[Select[Any], dict[str, Any]]:
    """The rows of a list by their number, the newest of each range and together more than a page; with its values."""
    wanted = _by_reference(wanted)
    own, every = seats.held(person, wanted.function, wanted.memberships), may(person, "read every request")
    values = who(person) | own.values | {"from_row": place.row}
    dialect, way = connection.dialect.name, (place.row is not None, place.oldest_first, most)
    shape = (dialect, own.kinds, every, replace(wanted, memberships=None, text=""), *way)
    if not wanted.text:
        return _newest(*shape), values
    if dialect != "sqlite" and not every and own.kinds and _are_few(connection, own):
        held = _held(wanted.text)
        return _newest(*shape, tuple(held)), values | held
    return _newest_with_words(*shape), values | searches.asked(dialect, wanted.text, () if every else own.words)


def _are_few(connection: Connection, own: Seats) -> bool:
    """Whether somebody may read so few requests that to look at each is less than to look for words in the index."""
    return bool(connection.scalar(_how_few(connection.dialect.name, own.kinds), own.values) <= LOOKED_AT)


@lru_cache(maxsize=256)
def _how_few(dialect: str, kinds: tuple[str, ...]) -> Select[Any]:
    mine = seats.of_kinds(dialect, kinds)
    both = [each(dialect, seat, ALL, ()) for seat in mine for each in (_own, _beside)]
    bare = [one if one.known else one._replace(conditions=()) for one in both]  # drafts of others count as well
    every_one = ranges.newest_of(bare, Way(False, False, LOOKED_AT + 1)).subquery()
    return select(func.count()).select_from(select(every_one.c.id).limit(ranges.few(LOOKED_AT + 1)).subquery())


def _by_reference(wanted: Filter) -> Filter:
    """The same, where the words are how references begin: these lie together."""
    found = references.beginning(wanted.text)
    if found is None or wanted.eservice not in ("", found.eservice):
        return wanted
    since, before = max(found.since, wanted.since or found.since), min(found.before, wanted.before or found.before)
    return replace(wanted, text="", reference=found.text, eservice=found.eservice, since=since, before=before)


@lru_cache(maxsize=256)  # to write such a question takes many times as long as the database needs to answer it
def _newest(
    dialect: str,
    kinds: tuple[str, ...],
    every: bool,
    wanted: Filter,
    goes_on: bool,
    oldest_first: bool,
    most: int,
    held: tuple[str, ...] = (),
) -> Select[Any]:
    mine = seats.of_kinds(dialect, kinds)
    own = [_every_one(dialect, wanted)] if every else [_own(dialect, seat, wanted, held) for seat in mine]
    found = [*own, *(_beside(dialect, seat, wanted, held) for seat in mine)]
    if not found:
        return select(cases.c.id).where(false())
    return ranges.newest_of(found, Way(goes_on, oldest_first, most, *_span(wanted)))


def _every_one(dialect: str, wanted: Filter) -> Range:
    return _range(dialect, wanted, cases, (), {"function": cases.c.function})


def _own(dialect: str, seat: Seat, wanted: Filter, held: tuple[str, ...]) -> Range:
    """The requests of a seat's own firm, or those that reached its desk."""
    if seat.kind == "desk":
        found = _range(dialect, wanted, cases, ((cases.c.desk, seat.holder),), {"function": cases.c.function})
    else:
        keys = ((cases.c.membership_id, seat.membership), (cases.c.function, seat.holder))
        found = _range(dialect, wanted, cases, keys)
    return found._replace(
        conditions=(
            *found.conditions,
            *seats.shown(seat, cases),
            *_holding(bindparam(name, type_=String) for name in held),
        ),
        each=seat.each,
    )


def _beside(dialect: str, seat: Seat, wanted: Filter, held: tuple[str, ...] = ()) -> Range:
    """The requests of others in which a company or desk takes part."""
    of_desk = seat.kind == "desk"
    keys: Keys = ((parties.c.holder, seat.holder), *(() if of_desk else ((parties.c.membership_id, seat.membership),)))
    found = _range(dialect, wanted, parties, keys)
    found = found._replace(
        number=parties.c.case_id,
        conditions=(*found.conditions, *_holding(_asked(held))),
        each=seat.each,
    )
    if held or wanted.function or wanted.participant_id or wanted.since or wanted.before or wanted.reference:
        found = found._replace(source=parties.join(cases, parties.c.case_id == cases.c.id))
    if not of_desk:
        return found
    nobody = parties.c.membership_id.is_(None)
    return found._replace(conditions=(*found.conditions, nobody), known=True, before=(parties.c.membership_id,))


def _range(dialect: str, wanted: Filter, rows: FromClause, keys: Keys, more: Mapping[str, Any] | None = None) -> Range:
    """A range of the index that also holds the one thing by which it is narrowed; of several, the database chooses.

    more: columns beside status and eService that have an index after these keys.
    """
    columns = {"status": rows.c.status, "eservice": rows.c.eservice, **(more or {})}
    by = [name for name in columns if getattr(wanted, name)]
    known = dialect == "sqlite" or len(by) + (wanted.state == OPENED) > 1 or bool(wanted.participant_id)
    if known:
        return Range(keys, conditions=tuple(_conditions(wanted, rows)), source=rows, known=True)
    narrowed = tuple((columns[name], literal(getattr(wanted, name))) for name in by)
    rest = _conditions(replace(wanted, **dict.fromkeys(by, "")), rows)
    partly = (rows.c.closed_at.is_(None),) if wanted.state == OPENED else ()
    return Range((*keys, *narrowed), conditions=tuple(rest), source=rows, partly=partly)


@lru_cache(maxsize=256)
def _newest_with_words(
    dialect: str, kinds: tuple[str, ...], every: bool, wanted: Filter, goes_on: bool, oldest_first: bool, most: int
) -> Select[Any]:
    mine = list(seats.seat_by_seat(kinds))
    if not mine and not every:
        return select(cases.c.id).where(false())

    def conditions(rows: FromClause, number: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        opens = [] if every else [or_(*(seats.opens(seat, rows) for seat in mine), seats.takes_part(mine, rows))]
        first, last = _span(wanted)
        between = [] if first is None else [number >= first]
        between += [] if last is None else [number <= last]
        return [*opens, *between, *_conditions(wanted, rows, rows)]

    return searches.newest(dialect, conditions, Way(goes_on, oldest_first, most))


def _held(text: str) -> dict[str, str]:
    """The words of a text, each as it is looked for in one request after the other."""
    return {f"held_{nth}": f"% {word}%" for nth, word in enumerate(words.words_of(text)[: words.MOST_WORDS])}


def _asked(held: Iterable[str]) -> list[ColumnElement[Any]]:
    return [bindparam(name, type_=String) for name in held]


def _holding(looked_for: Iterable[Any]) -> list[ColumnElement[bool]]:
    text = literal(" ") + cases.c.words + " " + cases.c.about_words
    return [text.like(one) for one in looked_for]


def _conditions(wanted: Filter, rows: FromClause, whole: FromClause = cases) -> list[ColumnElement[bool]]:
    """What narrows a list but for numbers. rows: what holds status and eService, be it of parties; whole: the rest."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.status:
        conditions.append(rows.c.status == wanted.status)
    elif wanted.state == OPENED:
        conditions += [rows.c.closed_at.is_(None), rows.c.status != "DRAFT"]
    elif wanted.state == ENDED:
        conditions.append(rows.c.closed_at.is_not(None))
    if wanted.other_than:
        conditions.append(rows.c.status != wanted.other_than)
    if wanted.eservice:
        conditions.append(rows.c.eservice == wanted.eservice)
    if wanted.function:
        conditions.append(whole.c.function == wanted.function)
    if wanted.participant_id:
        conditions.append(whole.c.participant_id == wanted.participant_id)
    if wanted.since is not None:
        conditions.append(whole.c.opened_at >= wanted.since)
    if wanted.before is not None:
        conditions.append(whole.c.opened_at < wanted.before)
    if wanted.reference:
        conditions.append(whole.c.reference.startswith(wanted.reference, autoescape=True))
    return conditions


def _span(wanted: Filter) -> tuple[Any, Any]:
    """Between which numbers lies what was opened in a time, as far as that is asked."""
    first = None if wanted.since is None else func.coalesce(_first_at(wanted.since), LAST) - SLACK
    last = None if wanted.before is None else func.coalesce(_first_at(wanted.before), LAST) + SLACK
    return first, last


def matching_at_hand(query: Select[Any], wanted: Filter, seat: ColumnElement[Any]) -> Select[Any]:
    """The same for a query of few requests, which are looked at one by one, also for words; seat: whose work it is."""
    query = query.where(*_conditions(wanted, cases))
    if wanted.memberships is not None:
        query = query.where(seat.in_(wanted.memberships))
    return query.where(*_holding(_held(wanted.text).values()))


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


def beside(
    connection: Connection, person: Person, wanted: Filter, before: int | None, most: int
) -> tuple[Select[Any], dict[str, Any]]:
    """The newest requests into which a company of the person was let, and not only a desk; with the values."""
    own = seats.held(person)
    query = _beside_companies(connection.dialect.name, own.kinds, wanted, before is not None, most)
    return query, own.values | {"from_row": before}


@lru_cache(maxsize=256)
def _beside_companies(dialect: str, kinds: tuple[str, ...], wanted: Filter, goes_on: bool, most: int) -> Select[Any]:
    mine = seats.of_kinds(dialect, kinds)
    found = [_beside(dialect, seat, wanted) for seat in mine if seat.kind != "desk"]
    return ranges.newest_of(found, Way(goes_on, False, most)) if found else select(cases.c.id).where(false())
