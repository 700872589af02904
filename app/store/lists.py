"""The lists of requests that people look at: filtered, newest first, page by page, each as far as they may read it.

However many requests there are, a list is put together from the newest of a few ranges of an index: one for each
function and membership, or desk, in which the reader holds a right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy import case as sql_case
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY

from app.store import sides, words
from app.store.cases import seen_by, who
from app.store.substitutes import mine
from app.store.tables import cases, companies, parties, people, rights
from app.store.tables.requests import IN_WORDS
from engine.people import DESK_LANES, Person
from engine.rights import may

SLACK, LAST = 1000, 2**62
FOUND_BY: ColumnElement[Any] = literal_column(IN_WORDS)
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
class Counterpart:
    """One request of another company, as the company sees it that takes part."""

    id: int
    reference: str
    release: str
    participant_id: str
    company: str
    status: str
    about: str


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
    chosen = _ids(connection, person, wanted, place, most)
    query = (
        select(*_columns(person), cases.c.words)
        .join(COMPANY, COMPANY.c.id == cases.c.company_id)
        .join(MAKER, MAKER.c.id == cases.c.opened_by)
        .where(cases.c.id.in_(chosen), seen_by(person))
        .order_by(_order(cases.c.id, place))
        .limit(most)
    )
    rows = connection.execute(query, who(person)).all()
    return [Row(*row[:-1]) for row in rows if _may_find(wanted, row)]


def counted(connection: Connection, person: Person, wanted: Filter = ALL) -> int:
    """How many requests a list holds; at most 100, which then means that many or more."""
    chosen = _ids(connection, person, wanted, NEWEST, MOST_COUNTED).subquery()
    some = select(chosen.c.id).distinct().limit(MOST_COUNTED).subquery()
    return int(connection.scalar(select(func.count()).select_from(some), who(person)) or 0)


def found(connection: Connection, person: Person, text: str, most: int = 20) -> list[Row]:
    """The newest requests that hold these words: in reference, title, company, maker or summary."""
    return listed(connection, person, Filter(text=text), most=most) if text else []


def _columns(person: Person) -> tuple[Any, ...]:
    known = (cases.c.id, cases.c.reference, cases.c.eservice, cases.c.release, cases.c.participant_id, cases.c.status)
    times = (cases.c.opened_at, cases.c.closed_at)
    names = (COMPANY.c.name_en, MAKER.c.name.label("made_by"))
    more = (*names, cases.c.received_on, cases.c.opened_for)
    return (*known, _about(person), cases.c.changed_at, cases.c.opened_by, *times, *more)


def _may_find(wanted: Filter, row: Any) -> bool:
    """Whether a row holds what was asked for in words that its reader may read."""
    return not wanted.text or words.holds(wanted.text, row.words, row.about)


# --- ranges of an index -----------------------------------------------------------------------------------------------
def _ids(connection: Connection, person: Person, wanted: Filter, place: Place, most: int) -> Select[Any]:
    """The rows of a list by their number: the newest of each range, together more than a page."""
    ranges = list(_ranges(connection, person, wanted))
    parts = []
    for one in ranges or [select(cases.c.id).where(sql("1 = 0"))]:
        query = _matching(one, wanted)
        if place.row is not None:
            query = query.where(cases.c.id > place.row if place.oldest_first else cases.c.id < place.row)
        parts.append(select(query.order_by(_order(cases.c.id, place)).limit(most).subquery().c.id))
    return parts[0] if len(parts) == 1 else select(union_all(*parts).subquery().c.id)


def _ranges(connection: Connection, person: Person, wanted: Filter) -> Iterator[Select[Any]]:
    own = list(_own(person, wanted))
    if wanted.text:
        if own or may(person, "read every request"):
            yield _with_words(connection, person, own, wanted.text)
    elif may(person, "read every request"):
        yield select(cases.c.id)
    else:
        yield from (select(cases.c.id).where(condition) for condition, _ in own)
    yield from (_beside(holder, membership, wanted.text) for holder, membership in _seats(person, wanted))


def _own(person: Person, wanted: Filter) -> Iterator[tuple[ColumnElement[bool], str]]:
    """What each right of a person opens, and the word by which its requests are found."""
    makes = {(right.membership, right.holder) for right in person.held if right.lane == "maker"}
    for holder, membership in _seats(person, wanted):
        if membership is None:
            yield and_(cases.c.desk == holder, cases.c.received_on.is_not(None)), words.desk_word(holder)
        else:
            condition = and_(cases.c.membership_id == membership, cases.c.function == holder)
            if (membership, holder) not in makes:
                condition = and_(condition, cases.c.status != "DRAFT")
            yield condition, words.seat_word(membership, holder)


def _seats(person: Person, wanted: Filter) -> list[tuple[str, int | None]]:
    """The functions and memberships, or desks, in which a person holds any right, as far as they are wanted."""
    held = {(right.holder, None if right.lane in DESK_LANES else right.membership) for right in person.held}
    return sorted(
        ((holder, seat) for holder, seat in held if wanted.memberships is None or seat in wanted.memberships),
        key=lambda seat: (seat[0], seat[1] or 0),
    )


def _with_words(
    connection: Connection, person: Person, own: Sequence[tuple[ColumnElement[bool], str]], text: str
) -> Select[Any]:
    """The requests that hold these words and those of somebody's rights; all of them for who reads every request."""
    audience = [] if may(person, "read every request") else [word for _, word in own]
    if connection.dialect.name == "sqlite":
        index = table("case_words", column("rowid"), column("words"))
        question = index.c.words.op("MATCH")(words.for_sqlite(text, audience))
        query = select(cases.c.id).select_from(cases).join(index, index.c.rowid == cases.c.id).where(question)
    else:
        question = cast(words.for_postgresql(text, audience), TSQUERY)
        query = select(cases.c.id).where(FOUND_BY.op("@@")(question))
    return query.where(or_(*(condition for condition, _ in own))) if audience else query


def _beside(holder: str, membership: int | None, text: str) -> Select[Any]:
    """The requests of others in which a company or a desk takes part."""
    seat = and_(parties.c.holder == holder, parties.c.membership_id.is_not_distinct_from(membership))
    query = select(cases.c.id).join(parties, parties.c.case_id == cases.c.id).where(seat)
    held = literal(" ") + cases.c.words + " " + cases.c.about_words
    return query.where(*(held.like(f"% {word}%") for word in words.words_of(text)[: words.MOST_WORDS]))


def _matching(query: Select[Any], wanted: Filter) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status:
        conditions.append(cases.c.status == wanted.status)
    elif wanted.state == OPENED:
        conditions += [cases.c.closed_at.is_(None), cases.c.status != "DRAFT"]
    elif wanted.state == ENDED:
        conditions.append(cases.c.closed_at.is_not(None))
    if wanted.eservice:
        conditions.append(cases.c.eservice == wanted.eservice)
    if wanted.function:
        conditions.append(cases.c.function == wanted.function)
    if wanted.participant_id:
        conditions.append(cases.c.participant_id == wanted.participant_id)
    if wanted.since is not None:
        conditions += [cases.c.opened_at >= wanted.since, cases.c.id >= _first_at(wanted.since) - SLACK]
    if wanted.before is not None:
        last = func.coalesce(_first_at(wanted.before) + SLACK, LAST)
        conditions += [cases.c.opened_at < wanted.before, cases.c.id <= last]
    return query.where(*conditions)


def matching_at_hand(query: Select[Any], wanted: Filter, seat: ColumnElement[Any]) -> Select[Any]:
    """The same for a query of few requests, which are looked at one by one, also for words; seat: whose work it is."""
    query = _matching(query, wanted)
    if wanted.memberships is not None:
        query = query.where(seat.in_(wanted.memberships))
    held = literal(" ") + cases.c.words + " " + cases.c.about_words
    return query.where(*(held.like(f"% {word}%") for word in words.words_of(wanted.text)[: words.MOST_WORDS]))


def _first_at(moment: datetime) -> Any:
    """The number of the first request that was opened then or later: numbers rise with time, but for a few at once."""
    other = cases.alias("opened")
    query = select(other.c.id).where(other.c.opened_at >= moment)
    return query.order_by(other.c.opened_at, other.c.id).limit(1).scalar_subquery()


def _order(number: ColumnElement[int], place: Place) -> Any:
    return number.asc() if place.oldest_first else number.desc()


# --- what is shown ----------------------------------------------------------------------------------------------------
def _about(person: Person) -> ColumnElement[str]:
    """The summary as this person may read it: others than the firm read none of a round that it has not approved."""
    if may(person, "read every request"):
        return cases.c.about
    approved = cases.c.status.in_(sides.APPROVED_BY_FIRM)
    readable = (
        approved
        if person.is_staff
        else or_(cases.c.company_id == person.company, approved, cases.c.status == sides.AT_NEXT)
    )
    return sql_case((readable, cases.c.about), else_="").label("about")


def counterparts(
    connection: Connection, person: Person, which: str, *, before: int | None = None, most: int = 50
) -> list[Counterpart]:
    """The requests of others in which a company of this person takes part, newest first.

    which: open (with us), passed (on to somebody else) or history.
    """
    seen = (cases.c.id, cases.c.reference, cases.c.release, cases.c.participant_id, companies.c.name_en)
    query = select(*seen, cases.c.status, _about(person)).join_from(cases, companies)
    query = query.where(_as_party(bool(person.lent)), _WHICH[which])
    if before is not None:
        query = query.where(cases.c.id < before)
    return [Counterpart(*row) for row in connection.execute(query.order_by(cases.c.id.desc()).limit(most), who(person))]


def counterparts_count(connection: Connection, person: Person, which: str) -> int:
    """How many such requests there are."""
    query = select(func.count()).select_from(cases).where(_as_party(bool(person.lent)), _WHICH[which])
    return int(connection.execute(query, who(person)).scalar_one())


def counterparts_open(lent: bool) -> Select[Any]:
    """How many of them are with us, as a question within another; it asks for `who`. lent: whether rights are lent."""
    return select(func.count()).select_from(cases).where(_as_party(lent), _WHICH["open"])


def _as_party(lent: bool) -> ColumnElement[bool]:
    """Whether a company of the person was let into the request, and not only a desk."""
    seat = and_(
        mine(lent),
        rights.c.holder == parties.c.holder,
        rights.c.membership_id == parties.c.membership_id,
    )
    return exists(select(parties.c.case_id).join_from(parties, rights, seat).where(parties.c.case_id == cases.c.id))


_WHICH = {
    "open": cases.c.status == sides.AT_NEXT,
    "passed": and_(cases.c.status != sides.AT_NEXT, cases.c.closed_at.is_(None)),
    "history": cases.c.closed_at.is_not(None),
}
