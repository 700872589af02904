"""The administration trail of a company: sealed entries of what was done to its accounts, only ever added to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from app.store.tables import administration_trail, companies
from engine.sealed import seal


class Head(NamedTuple):
    """Where the trail of a company stands."""

    company: int
    code: str
    name: str
    entries: int
    head: str
    seal: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """One entry as it was sealed."""

    entry: Mapping[str, Any]
    hash: str
    at: datetime
    action: str
    subject: int

    @property
    def is_filed_right(self) -> bool:
        """Whether the columns by which entries are found say what the entry says."""
        said = datetime.fromisoformat(self.entry["at"]), self.entry["action"], self.entry["subject"]["id"]
        return said == (self.at, self.action, self.subject)


def locked_head(connection: Connection, company: int) -> Head:
    """The head, held until the transaction ends: entries follow one another."""
    return Head(*connection.execute(_head().where(companies.c.id == company).with_for_update(key_share=True)).one())


def head_of(connection: Connection, company: int) -> Head | None:
    """The head, or None when there is no such company."""
    row = connection.execute(_head().where(companies.c.id == company)).one_or_none()
    return None if row is None else Head(*row)


def heads(connection: Connection) -> list[Head]:
    """The head of every trail: the exchange's first, then the companies' by their code."""
    query = _head().order_by(companies.c.is_exchange.desc(), companies.c.code)
    return [Head(*row) for row in connection.execute(query)]


def append(connection: Connection, head: Head, link: str, seal_of_head: str, entry: Mapping[str, Any]) -> None:
    """Add an entry and move the head."""
    connection.execute(
        insert(administration_trail).values(
            company_id=head.company,
            seq=entry["seq"],
            at=datetime.fromisoformat(entry["at"]),
            action=entry["action"],
            subject_id=entry["subject"]["id"] or None,
            entry=seal.canonical(entry).decode(),
            hash=link,
        )
    )
    moved = update(companies).where(companies.c.id == head.company)
    connection.execute(moved.values(entries=entry["seq"], head=link, seal=seal_of_head))


def entries(
    connection: Connection, company: int, before: int | None = None, most: int | None = None
) -> Sequence[Sealed]:
    """The entries of a company, newest first; before: only those with a lower number."""
    query = select(administration_trail)
    query = query.where(administration_trail.c.company_id == company).order_by(administration_trail.c.seq.desc())
    if before is not None:
        query = query.where(administration_trail.c.seq < before)
    return [_sealed(row) for row in connection.execute(query.limit(most))]


def about(connection: Connection, subject: int, most: int) -> Sequence[Sealed]:
    """The newest entries about one account."""
    query = select(administration_trail)
    query = query.where(administration_trail.c.subject_id == subject).order_by(administration_trail.c.seq.desc())
    return [_sealed(row) for row in connection.execute(query.limit(most))]


def _sealed(row: Any) -> Sealed:
    return Sealed(json.loads(row.entry), row.hash, row.at, row.action, row.subject_id or 0)


def _head() -> Any:
    return select(
        companies.c.id, companies.c.code, companies.c.name_en, companies.c.entries, companies.c.head, companies.c.seal
    )
