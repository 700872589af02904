"""Technical documents: what they are and for whom, every version of them, and who has fetched which."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store import audiences, words
from app.store.tables import companies, people, technical_downloads, technical_visits
from app.store.tables import technical_documents as documents
from app.store.tables import technical_versions as versions_kept

VISIT = timedelta(minutes=30)  # looks at the list with less between them are one visit


class Version(NamedTuple):
    """One file that was published. label: as its authors number it. publisher: empty when it came with the portal."""

    version: int
    label: str
    effective_on: date
    file_name: str
    kind: str
    sha256: str
    size: int
    published_at: datetime
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One document. newest: none before it is published for the first time."""

    id: int
    category: str
    title_en: str
    title_zh: str
    keywords: str
    audience: tuple[str, ...]
    changes: int
    withdrawn_at: datetime | None
    newest: Version | None

    @property
    def is_offered(self) -> bool:
        """Whether those find it for whom it is meant."""
        return self.newest is not None and self.withdrawn_at is None


class Download(NamedTuple):
    """Who fetched which version of what, and when."""

    id: int
    at: datetime
    document: int
    title: str
    label: str
    version: int
    person: str
    email: str
    company: str


# --- looking ----------------------------------------------------------------------------------------------------------
def listed(
    connection: Connection,
    kinds: Collection[str] | None,
    *,
    text: str = "",
    category: str = "",
    before: int | None = None,
    most: int = 50,
) -> list[Document]:
    """What is offered to a reader, the last published first; `before` is the document to go on from.

    kinds: the memberships that the reader's company holds, None for whoever reads everything.
    """
    query = _documents().where(documents.c.withdrawn_at.is_(None), documents.c.version > 0)
    query = query.where(audiences.reaches(documents.c.audience, kinds), *_holding(text))
    if category:
        query = query.where(documents.c.category == category)
    if before is not None:
        query = query.where(_older(before))
    query = query.order_by(versions_kept.c.published_at.desc(), documents.c.id.desc()).limit(most)
    return [_document(row) for row in connection.execute(query)]


def not_offered(connection: Connection) -> list[Document]:
    """Those without a version yet, and those that were withdrawn, by their English title."""
    query = _documents().where(or_(documents.c.version == 0, documents.c.withdrawn_at.is_not(None)))
    return [_document(row) for row in connection.execute(query.order_by(documents.c.title_en, documents.c.id))]


def one(connection: Connection, number: int, kinds: Collection[str] | None) -> Document | None:
    """A document that is meant for the reader, whatever became of it."""
    reached = audiences.reaches(documents.c.audience, kinds)
    row = connection.execute(_documents().where(documents.c.id == number, reached)).one_or_none()
    return None if row is None else _document(row)


def versions(connection: Connection, document: int) -> list[Version]:
    """Every version of a document, newest first."""
    query = select(*_VERSION, people.c.name).join_from(versions_kept, people, isouter=True)
    query = query.where(versions_kept.c.document_id == document).order_by(versions_kept.c.version.desc())
    return [Version(*row[:-1], publisher=row[-1] or "") for row in connection.execute(query)]


def with_titles(connection: Connection, titles: Iterable[str]) -> set[str]:
    """Which of these English titles a document has already."""
    query = select(documents.c.title_en).where(documents.c.title_en.in_(list(titles)))
    return set(connection.execute(query).scalars())


_VERSION = tuple(versions_kept.c[name] for name in Version._fields[:-1])


def _documents() -> Select[Any]:
    columns = ("id", "category", "title_en", "title_zh", "keywords", "audience", "changes", "withdrawn_at")
    newest = and_(versions_kept.c.document_id == documents.c.id, versions_kept.c.version == documents.c.version)
    query = select(*(documents.c[name] for name in columns), *_VERSION)
    return query.join_from(documents, versions_kept, newest, isouter=True)


def _document(row: Row[Any]) -> Document:
    number, category, title_en, title_zh, keywords, audience, changes, withdrawn_at = row[:8]
    newest = None if row[8] is None else Version(*row[8:])
    meant = audiences.told(audience)
    return Document(number, category, title_en, title_zh, keywords, meant, changes, withdrawn_at, newest)


def _holding(text: str) -> list[ColumnElement[bool]]:
    held = literal(" ") + documents.c.words
    return [held.like(f"% {word}%") for word in words.words_of(text)[: 2 * words.MOST_WORDS]]


def _older(before: int) -> ColumnElement[bool]:
    other, its = documents.alias("other"), versions_kept.alias("its")
    its_newest = and_(its.c.document_id == other.c.id, its.c.version == other.c.version)
    at = select(its.c.published_at).join_from(other, its, its_newest).where(other.c.id == before).scalar_subquery()
    return or_(versions_kept.c.published_at < at, and_(versions_kept.c.published_at == at, documents.c.id < before))


# --- changing ---------------------------------------------------------------------------------------------------------
def add(connection: Connection, **columns: Any) -> int:
    """Note a document that has no version yet, and return its number."""
    return int(connection.execute(insert(documents).values(_columns(columns)).returning(documents.c.id)).scalar_one())


def change(connection: Connection, number: int, **columns: Any) -> None:
    """Let a document be called or kept otherwise, be meant for others, or be withdrawn."""
    moved = update(documents).where(documents.c.id == number)
    connection.execute(moved.values(changes=documents.c.changes + 1, **_columns(columns)))


def publish(connection: Connection, number: int, version: Version, by: int | None) -> None:
    """Add a version whose bytes are stored, and let it be the newest."""
    row = {name: value for name, value in version._asdict().items() if name != "publisher"}
    connection.execute(insert(versions_kept).values(document_id=number, published_by=by, **row))
    change(connection, number, version=version.version)


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    kinds: Collection[str] | None = said.get("audience")
    texts = [said[name] for name in ("title_en", "title_zh", "keywords") if name in said]
    found_by = {"words": " ".join(words.words_of(*texts))} if texts else {}
    return {**said, **found_by, **({} if kinds is None else {"audience": audiences.kept(kinds)})}


# --- fetching and visiting --------------------------------------------------------------------------------------------
def note_download(connection: Connection, document: int, version: int, person: int, at: datetime) -> None:
    """Note who fetched which version."""
    row = {"document_id": document, "version": version, "person_id": person, "at": at}
    connection.execute(insert(technical_downloads).values(row))


def downloads(
    connection: Connection, *, document: int | None = None, before: int | None = None, most: int = 50
) -> list[Download]:
    """Who fetched what, newest first; `before` is the entry to go on from."""
    log = technical_downloads.c
    fetched = and_(versions_kept.c.document_id == log.document_id, versions_kept.c.version == log.version)
    query = (
        select(
            *(log.id, log.at, log.document_id, documents.c.title_en, versions_kept.c.label, log.version),
            *(people.c.name, people.c.email, companies.c.name_en),
        )
        .join_from(technical_downloads, documents)
        .join(versions_kept, fetched)
        .join(people, people.c.id == log.person_id)
        .join(companies, companies.c.id == people.c.company_id)
    )
    if document is not None:
        query = query.where(log.document_id == document)
    if before is not None:
        query = query.where(log.id < before)
    return [Download(*row) for row in connection.execute(query.order_by(log.id.desc()).limit(most))]


def visit(connection: Connection, person: int, at: datetime) -> datetime | None:
    """Note that a person looks at the list, and return the end of their visit before; None when there was none."""
    mine = technical_visits.c.person_id == person
    last = connection.execute(select(technical_visits.c.seen_at, technical_visits.c.since).where(mine)).one_or_none()
    if last is None:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        row = {"person_id": person, "seen_at": at}
        connection.execute(dialect.insert(technical_visits).values(row).on_conflict_do_nothing())
        return None
    since: datetime | None = last.seen_at if at - last.seen_at > VISIT else last.since
    connection.execute(update(technical_visits).where(mine).values(seen_at=at, since=since))
    return since
