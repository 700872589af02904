"""The forms that stay on paper: what they are, their newest version, and every one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, insert, select, update

from app.store.tables import paper_form_versions, paper_forms, people


@dataclass(frozen=True, slots=True)
class Version:
    """One PDF that was published. publisher: empty when it came with the portal."""

    version: int
    dated: date
    sha256: str
    size: int
    published_at: datetime
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class PaperForm:
    """One form. newest: none before it is published for the first time. changes: how often it was changed since."""

    id: int
    number: str
    category: str
    title_en: str
    title_zh: str
    keywords: str
    changes: int
    withdrawn_at: datetime | None
    newest: Version | None

    @property
    def is_offered(self) -> bool:
        """Whether everybody finds it."""
        return self.newest is not None and self.withdrawn_at is None


# --- looking ----------------------------------------------------------------------------------------------------------
def every(connection: Connection) -> list[PaperForm]:
    """Every form by its number, also those withdrawn or not published yet."""
    return [_form(row) for row in connection.execute(_forms().order_by(paper_forms.c.number))]


def offered(connection: Connection) -> list[PaperForm]:
    """What everybody finds, by number."""
    query = _forms().where(paper_forms.c.withdrawn_at.is_(None), paper_forms.c.version > 0)
    return [_form(row) for row in connection.execute(query.order_by(paper_forms.c.number))]


def one(connection: Connection, number: str) -> PaperForm | None:
    """The form with that number, whatever became of it."""
    row = connection.execute(_forms().where(paper_forms.c.number == number)).one_or_none()
    return None if row is None else _form(row)


def versions(connection: Connection, form: int) -> list[Version]:
    """Every version of a form, newest first."""
    query = select(*_VERSION, people.c.name).join_from(paper_form_versions, people, isouter=True)
    query = query.where(paper_form_versions.c.form_id == form).order_by(paper_form_versions.c.version.desc())
    return [Version(*row[:-1], publisher=row[-1] or "") for row in connection.execute(query)]


def _form(row: Row[Any]) -> PaperForm:
    about, newest = row[:8], row[8:]
    return PaperForm(*about, newest=None if newest[0] is None else Version(*newest))


_VERSION = (
    paper_form_versions.c.version,
    paper_form_versions.c.dated,
    paper_form_versions.c.sha256,
    paper_form_versions.c.size,
    paper_form_versions.c.published_at,
)


def _forms() -> Select[Any]:
    columns = ("id", "number", "category", "title_en", "title_zh", "keywords", "changes", "withdrawn_at")
    its_newest = and_(
        paper_form_versions.c.form_id == paper_forms.c.id,
        paper_form_versions.c.version == paper_forms.c.version,
    )
    query = select(*(paper_forms.c[name] for name in columns), *_VERSION)
    return query.join_from(paper_forms, paper_form_versions, its_newest, isouter=True)


# --- changing ---------------------------------------------------------------------------------------------------------
def add(connection: Connection, **columns: Any) -> int:
    """Note a form that has no version yet, and return its id."""
    return int(connection.execute(insert(paper_forms).values(**columns).returning(paper_forms.c.id)).scalar_one())


def change(connection: Connection, form: PaperForm, **columns: Any) -> None:
    """Let a form say something else, or be withdrawn."""
    moved = update(paper_forms).where(paper_forms.c.id == form.id)
    connection.execute(moved.values(changes=paper_forms.c.changes + 1, **columns))


def publish(connection: Connection, form: PaperForm, version: Version, by: int | None) -> None:
    """Add a version whose bytes are stored, and let it be the newest."""
    known = {name: getattr(version, name) for name in ("version", "dated", "sha256", "size", "published_at")}
    connection.execute(insert(paper_form_versions).values(form_id=form.id, published_by=by, **known))
    change(connection, form, version=version.version)
