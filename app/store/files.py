"""Supporting documents: what was put where, under which name and version, and which side may read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, insert, select, update

from app.store import sides
from app.store.tables import files, memberships, people
from engine.people import EXCHANGE
from engine.running.definition import Definition

MISNAMED, KEPT, REMOVED, SUPERSEDED = "misnamed", "kept", "removed", "superseded"
PRESENT = (MISNAMED, KEPT)


@dataclass(frozen=True, slots=True)
class File:
    """One upload: bytes by their SHA-256, and the name they are kept under.

    entry: the trail entry that gave it its name. gone: the one that removed or superseded it.
    """

    id: UUID
    case_id: int
    step: str
    field: str
    side: str
    participant_id: str
    name: str
    original_name: str
    sha256: str
    size: int
    kind: str
    version: int
    state: str
    put_by: int
    put_at: datetime
    entry: int
    gone: int | None
    putter: str = ""

    @property
    def present(self) -> bool:
        """Whether it is neither removed nor superseded."""
        return self.state in PRESENT


# --- one upload -------------------------------------------------------------------------------------------------------
def add(connection: Connection, file: File) -> None:
    """Note an upload whose bytes are stored."""
    connection.execute(insert(files).values({column.name: getattr(file, column.name) for column in files.c}))


def change(connection: Connection, file_id: UUID, **columns: Any) -> None:
    """Give a file another state, with the name or the trail entry that goes with it."""
    connection.execute(update(files).where(files.c.id == file_id).values(**columns))


def one(connection: Connection, case_id: int, file_id: UUID) -> File | None:
    """A file of that case."""
    return next(iter(_files(connection, files.c.case_id == case_id, files.c.id == file_id)), None)


def of_case(connection: Connection, case_id: int) -> list[File]:
    """Every file of a case, oldest first, those removed and superseded too."""
    return _files(connection, files.c.case_id == case_id)


def participant_of(connection: Connection, membership_id: int) -> str:
    """The participant ID of a membership."""
    return str(connection.execute(select(memberships.c.participant_id).filter_by(id=membership_id)).scalar_one())


def _files(connection: Connection, *where: ColumnElement[bool]) -> list[File]:
    query = select(files, people.c.name.label("putter")).join(people, people.c.id == files.c.put_by).where(*where)
    return [File(*row) for row in connection.execute(query.order_by(files.c.entry, files.c.id))]


# --- at a step --------------------------------------------------------------------------------------------------------
def answers_of(connection: Connection, case_id: int, step: str) -> dict[str, list[dict[str, Any]]]:
    """What a step's file fields are answered with: name, SHA-256 and size of every kept file, by field."""
    return answered_with(
        _files(connection, files.c.case_id == case_id, files.c.step == step, files.c.state == KEPT), step
    )


def answered_with(found: Iterable[File], step: str) -> dict[str, list[dict[str, Any]]]:
    """The same from files that are known already."""
    answered: dict[str, list[dict[str, Any]]] = {}
    for file in found:
        if (file.step, file.state) == (step, KEPT):
            told = {"name": file.name, "sha256": file.sha256, "size": file.size}
            answered.setdefault(file.field, []).append(told)
    return answered


def misnamed_at(connection: Connection, case_id: int, step: str) -> frozenset[str]:
    """The fields of a step in which a file waits to be renamed."""
    query = select(files.c.field).where(files.c.case_id == case_id, files.c.step == step, files.c.state == MISNAMED)
    return frozenset(connection.execute(query).scalars())


# --- who reads it -----------------------------------------------------------------------------------------------------
def sendings(entries: Sequence[Mapping[str, Any]], side: str | None) -> list[int]:
    """The numbers of the trail entries with which the request came to a side, by default to the exchange."""
    reaching = sides.REACHES.get(side or EXCHANGE, sides.REACHES[EXCHANGE])
    return [e["seq"] for e in entries if e["status_from"] != e["status_to"] and e["status_to"] in reaching]


def was_sent(file: File, sent: Sequence[int]) -> bool:
    """Whether the file stood in the request when it was sent, and not only before or after."""
    return file.state != MISNAMED and any(file.entry < seq and (file.gone is None or file.gone > seq) for seq in sent)


def may_read(file: File, side: str | None, *, sent: Sequence[int], readers: Collection[str] = ()) -> bool:
    """Whether a side may read a file; no side is of those who watch, and they read everything.

    sent: what `sendings` returns. readers: other sides that the form's field lets read.
    """
    if side is None or file.side == side:
        return True
    if side == EXCHANGE or side in readers:
        return was_sent(file, sent)
    return False


def standing(found: Sequence[File], side: str | None, *, sent: Sequence[int]) -> list[File]:
    """Of the files that a side may read, those that stand in the request: its own as they are, others' as last sent."""
    own = [file for file in found if file.state == KEPT and side in (None, file.side)]
    return own + [file for file in found if side not in (None, file.side) and was_sent(file, sent[-1:])]


def readers_of(definition: Definition) -> dict[str, frozenset[str]]:
    """By file field of an eService's forms, the other sides that may read what is put there."""
    entries = (entry for asked in definition.forms.values() for entry in asked.fields if entry.kind == "file")
    return {entry.key: frozenset(getattr(entry, "readers", frozenset())) for entry in entries}
