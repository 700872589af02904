"""Bulletins, which pages call circulars: what is said to whom and when it is shown, and who has read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store import audiences, words
from app.store.tables import bulletin_reads, bulletins, people

NOW, EARLIER, PLANNED, WITHDRAWN = "now", "earlier", "planned", "withdrawn"


class Attached(NamedTuple):
    """The PDF with a bulletin."""

    name: str
    sha256: str
    size: int


class Reader(NamedTuple):
    """Who reads. kinds: the memberships that their company holds; None for whoever reads everything."""

    person: int
    kinds: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin; `shown_from` and `shown_until` are days in Hong Kong, the last one is shown too."""

    id: int
    title_en: str
    title_zh: str
    text_en: str
    text_zh: str
    audience: tuple[str, ...]
    pinned: bool
    shown_from: date
    shown_until: date | None
    attached: Attached | None
    changes: int
    added_at: datetime
    withdrawn_at: datetime | None
    author: str = ""
    is_read: bool = True

    def state(self, today: date) -> str:
        """Whether it holds on a day, is over, is yet to come, or was withdrawn."""
        if self.withdrawn_at is not None:
            return WITHDRAWN
        if self.shown_from > today:
            return PLANNED
        return EARLIER if self.shown_until is not None and self.shown_until < today else NOW


# --- looking ----------------------------------------------------------------------------------------------------------
def listed(
    connection: Connection,
    reader: Reader,
    state: str,
    today: date,
    *,
    text: str = "",
    pinned: bool | None = None,
    before: int | None = None,
    most: int = 50,
) -> list[Bulletin]:
    """The bulletins for a reader that are in a state, newest first; `before` is the one to go on from."""
    query = _bulletins(reader).where(_in_state(state, today), *_holding(text))
    if pinned is not None:
        query = query.where(bulletins.c.pinned.is_(pinned))
    if before is not None:
        query = query.where(_older(before))
    query = query.order_by(bulletins.c.shown_from.desc(), bulletins.c.id.desc()).limit(most)
    return [_told(row) for row in connection.execute(query)]


def unread(connection: Connection, reader: Reader, today: date, most: int) -> list[Bulletin]:
    """The newest that hold and that the reader has not opened."""
    query = _bulletins(reader).where(_in_state(NOW, today), bulletin_reads.c.read_at.is_(None))
    query = query.order_by(bulletins.c.shown_from.desc(), bulletins.c.id.desc()).limit(most)
    return [_told(row) for row in connection.execute(query)]


def one(connection: Connection, reader: Reader, number: int) -> Bulletin | None:
    """A bulletin that is meant for the reader, in whatever state it is."""
    row = connection.execute(_bulletins(reader).where(bulletins.c.id == number)).one_or_none()
    return None if row is None else _told(row)


def _bulletins(reader: Reader) -> Select[Any]:
    table = bulletins.c
    read = and_(bulletin_reads.c.bulletin_id == table.id, bulletin_reads.c.person_id == reader.person)
    return (
        select(
            *(table.id, table.title_en, table.title_zh, table.text_en, table.text_zh, table.audience, table.pinned),
            *(table.shown_from, table.shown_until, table.file_name, table.sha256, table.size, table.changes),
            *(table.added_at, table.withdrawn_at, people.c.name, bulletin_reads.c.read_at),
        )
        .select_from(bulletins)
        .outerjoin(people, people.c.id == table.added_by)
        .outerjoin(bulletin_reads, read)
        .where(audiences.reaches(table.audience, reader.kinds))
    )


def _told(row: Row[Any]) -> Bulletin:
    attached = Attached(row.file_name, row.sha256, row.size) if row.sha256 else None
    said = (row.title_en, row.title_zh, row.text_en, row.text_zh, audiences.told(row.audience), row.pinned)
    when = (row.shown_from, row.shown_until, attached, row.changes, row.added_at, row.withdrawn_at)
    return Bulletin(row.id, *said, *when, author=row.name or "", is_read=row.read_at is not None)


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    table = bulletins.c
    if state == WITHDRAWN:
        return table.withdrawn_at.is_not(None)
    over = and_(table.shown_until.is_not(None), table.shown_until < today)
    by_day = {
        NOW: and_(table.shown_from <= today, or_(table.shown_until.is_(None), table.shown_until >= today)),
        EARLIER: over,
        PLANNED: table.shown_from > today,
    }
    return and_(table.withdrawn_at.is_(None), by_day[state])


def _holding(text: str) -> list[ColumnElement[bool]]:
    held = literal(" ") + bulletins.c.words
    return [held.like(f"% {word}%") for word in words.words_of(text)[: 2 * words.MOST_WORDS]]


def _older(before: int) -> ColumnElement[bool]:
    other = bulletins.alias("other")
    day = select(other.c.shown_from).where(other.c.id == before).scalar_subquery()
    return or_(bulletins.c.shown_from < day, and_(bulletins.c.shown_from == day, bulletins.c.id < before))


# --- changing ---------------------------------------------------------------------------------------------------------
def add(connection: Connection, by: int | None, at: datetime, **columns: Any) -> int:
    """Keep a bulletin and return its number."""
    row = {**_columns(columns), "added_by": by, "added_at": at}
    return int(connection.execute(insert(bulletins).values(row).returning(bulletins.c.id)).scalar_one())


def change(connection: Connection, number: int, **columns: Any) -> None:
    """Let a bulletin say something else, or be withdrawn."""
    changed = update(bulletins).where(bulletins.c.id == number)
    connection.execute(changed.values(changes=bulletins.c.changes + 1, **_columns(columns)))


def note_read(connection: Connection, person: int, numbers: Sequence[int], at: datetime) -> None:
    """Note that a person has read bulletins; those that they had read before stay as they were."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    rows = [{"person_id": person, "bulletin_id": number, "read_at": at} for number in numbers]
    if rows:
        connection.execute(dialect.insert(bulletin_reads).on_conflict_do_nothing(), rows)


def unread_numbers(connection: Connection, reader: Reader, today: date) -> list[int]:
    """Every bulletin that holds and that the reader has not opened."""
    query = _bulletins(reader).with_only_columns(bulletins.c.id)
    query = query.where(_in_state(NOW, today), bulletin_reads.c.read_at.is_(None))
    return list(connection.execute(query).scalars())


def count_of(connection: Connection) -> int:
    """How many there ever were."""
    return int(connection.execute(select(func.count()).select_from(bulletins)).scalar_one())


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    kinds: Collection[str] | None = said.get("audience")
    texts = [said[name] for name in ("title_en", "title_zh", "text_en", "text_zh") if name in said]
    found_by = {"words": " ".join(words.words_of(*texts))} if texts else {}
    return {**said, **found_by, **({} if kinds is None else {"audience": audiences.kept(kinds)})}
