"""Supporting documents: put beside a form that is being filled, renamed, removed, and handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from app.commands import uploads
from app.commands.portal import Portal
from app.commands.requests import circumstances
from app.commands.requests.steps import By
from app.commands.requests.tasks import At, allowed, lend_hand, note
from app.store import cases, definitions, files, people, sides, tasks, trail
from app.store.database import Connection
from app.store.files import File
from app.store.story import parties_in
from app.store.tasks import Held
from engine.errors import NotFound, TaskNotOpen, UnknownFields, WrongAnswers
from engine.forms import attachment
from engine.forms.schema import Field
from engine.people import side_of_lane
from engine.sentence import say

ADDED, RENAMED, REMOVED = "file.added", "file.renamed", "file.removed"
MOST_UPLOADS = 200  # of one request, those removed and superseded too
FULL = say("Expected at most 11 files of one participant in a request, but there are as many: remove one.")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A file field of a task that is being filled, and every file that its side has put."""

    at: At
    field: Field
    participant_id: str
    found: Sequence[File]

    @property
    def side(self) -> str:
        return side_of_lane(self.at.task.lane)

    @property
    def present(self) -> list[File]:
        """What lies on the shelf or on another of the same names."""
        return [file for file in self.found if file.present and self._shares_names(file)]

    @property
    def here(self) -> list[File]:
        return [file for file in self.present if self._is_here(file)]

    @property
    def taken(self) -> list[str]:
        return [file.name for file in self.present if file.state == files.KEPT]

    def named(self, name: str) -> File | None:
        """The kept file of that name, whatever the case of its extension."""
        return next((f for f in self.present if f.state == files.KEPT and _same_name(f.name, name)), None)

    def is_elsewhere(self, file: File) -> bool:
        """Whether the file is of another field."""
        return not self._is_here(file)

    def next_version(self, name: str) -> int:
        """The version of the next file of that name."""
        known = [f.version for f in self.found if self._shares_names(f) and _same_name(f.name, name)]
        return max(known, default=0) + 1

    def fault(self, name: str) -> str:
        """Why a file may not keep this name; empty when it may."""
        return attachment.fault(name, self.at.case.reference, self.participant_id)

    def next_name(self, kind: str) -> str | None:
        """The next free name; none when all are taken."""
        return attachment.expected_name(self.at.case.reference, self.participant_id, self.taken, kind)

    def _is_here(self, file: File) -> bool:
        return (file.step, file.field) == (self.at.task.step, self.field.key)

    def _shares_names(self, file: File) -> bool:
        return (file.side, file.participant_id) == (self.side, self.participant_id)


def add_file(portal: Portal, task_id: UUID, *, version: int, field: str, name: str, content: bytes, by: By) -> File:
    """Put a file into a field of the form that is being filled.

    A file with a wrong name waits until it is renamed; one with the name of another of the field is its next version.
    Raises `WrongAnswers` with a sentence for the field, `UnknownFields`, `NotFound`, `NoRight`, `FourEyes`,
    `StalePage`, `TaskNotOpen`, `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    with portal.database.read() as connection:  # before anything is stored
        _shelf(connection, _glimpsed(connection, task_id), version, field, by, now)
    kind = attachment.extension_of(name)
    _require(field, uploads.fault(portal, content, kind))
    sha256 = portal.blobs.put(content)  # a file without a row may stay behind, never a row without its file
    with portal.database.write() as connection:
        shelf = _shelf(connection, tasks.locked(connection, task_id), version, field, by, now)
        twin = shelf.named(name)
        wrong = shelf.fault(name) or (twin is not None and shelf.is_elsewhere(twin))
        before = None if wrong else twin  # one name, one file: this becomes its next version
        _require_room(shelf, before)
        file = _upload(shelf, name, kind, sha256, len(content), by, now, misnamed=bool(wrong))
        if before is not None:
            files.change(connection, before.id, state=files.SUPERSEDED, gone=file.entry)
        files.add(connection, file)
        _note(connection, portal, shelf.at, by, ADDED, file)
        return file


def rename_file(portal: Portal, task_id: UUID, file_id: UUID, *, version: int, field: str, by: By) -> str:
    """Keep a misnamed file under the next expected name, and return that.

    Raises what `add_file` raises.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    with portal.database.write() as connection:
        shelf = _shelf(connection, tasks.locked(connection, task_id), version, field, by, now)
        file = _on(shelf, file_id)
        if file.state != files.MISNAMED:
            raise NotFound("a file that waits to be renamed")
        name = shelf.next_name(file.kind)
        if name is None:
            raise WrongAnswers({field: [FULL]})
        entry, number = shelf.at.case.entries + 1, shelf.next_version(name)
        files.change(connection, file.id, state=files.KEPT, name=name, version=number, entry=entry)
        _note(connection, portal, shelf.at, by, RENAMED, file, name=name, version=number)
        return name


def remove_file(portal: Portal, task_id: UUID, file_id: UUID, *, version: int, field: str, by: By) -> None:
    """Take a file out of the field; its bytes and its row stay for the audit.

    Raises what `add_file` raises.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    with portal.database.write() as connection:
        shelf = _shelf(connection, tasks.locked(connection, task_id), version, field, by, now)
        file = _on(shelf, file_id)
        files.change(connection, file.id, state=files.REMOVED, gone=shelf.at.case.entries + 1)
        _note(connection, portal, shelf.at, by, REMOVED, file)


def hand_out(portal: Portal, reference: str, file_id: UUID, person: int) -> tuple[File, bytes]:
    """A file and its bytes, for a person whose side may read it; the download is recorded.

    Raises `NotFound` for a request or a file that the person may not know of.
    """
    with portal.database.read() as connection:
        reader = people.person_for(connection, person, portal.clock.now())
        case = None if reader is None else cases.by_reference(connection, reference, reader)
        file = None if case is None else files.one(connection, case.id, file_id)
        if reader is None or case is None or file is None:
            raise NotFound("the file")
        definition = definitions.of_release(connection, case.release)
        side = sides.side_of(reader, case.company_id, parties_in(connection, definition, case))
        sent = files.sendings([sealed.entry for sealed in trail.entries(connection, case.id)], side)
        readers = files.readers_of(definition).get(file.field, frozenset())
        if not files.may_read(file, side, sent=sent, readers=readers):
            raise NotFound("the file")
    content = portal.blobs.get(file.sha256)
    facts = {"reference": reference, "sha256": file.sha256, "file": file.name}
    with portal.database.write() as connection:
        people.record(connection, portal.clock.now(), person, "document.downloaded", **facts)
    return file, content


# --- finding and allowing ---------------------------------------------------------------------------------------------
def _glimpsed(connection: Connection, task_id: UUID) -> Held | None:
    both = tasks.with_case(connection, task_id)
    return None if both is None else Held(*both, timed=False)


def _shelf(connection: Connection, held: Held | None, version: int, field: str, by: By, now: datetime) -> _Shelf:
    at = allowed(connection, held, version, by, now)
    if at.task.kind != "fill":
        raise TaskNotOpen(at.task.key)
    entry = at.definition.forms[at.task.form].field(field)
    if entry is None or entry.kind != "file":
        raise UnknownFields([field[:60]])
    return _Shelf(at, entry, at.participant, files.of_case(connection, at.case.id))


def _on(shelf: _Shelf, file_id: UUID) -> File:
    for file in shelf.here:
        if file.id == file_id:
            return file
    raise NotFound("the file")


def _upload(
    shelf: _Shelf, name: str, kind: str, sha256: str, size: int, by: By, now: datetime, *, misnamed: bool
) -> File:
    shown = attachment.readable(name)
    return File(
        id=uuid4(),
        case_id=shelf.at.case.id,
        step=shelf.at.task.step,
        field=shelf.field.key,
        side=shelf.side,
        participant_id=shelf.participant_id,
        name=shown,
        original_name=shown,
        sha256=sha256,
        size=size,
        kind=kind,
        version=1 if misnamed else shelf.next_version(name),
        state=files.MISNAMED if misnamed else files.KEPT,
        put_by=by.person,
        put_at=now,
        entry=shelf.at.case.entries + 1,
        gone=None,
    )


# --- what must hold ---------------------------------------------------------------------------------------------------
def _require(field: str, sentence: str) -> None:
    if sentence:
        raise WrongAnswers({field: [sentence]})


def _require_room(shelf: _Shelf, before: File | None) -> None:
    key, most = shelf.field.key, most_of(shelf.field)
    if before is None and len(shelf.here) >= most:
        _require(key, say("Expected at most {most} files here, but there are as many: remove one first.", most=most))
    if before is None and len(shelf.present) >= attachment.MOST_NAMES:
        _require(key, FULL)
    if len(shelf.found) >= MOST_UPLOADS:
        _require(
            key,
            say(
                "Expected at most {most_uploads} uploads to one request, but there were as many: open another.",
                most_uploads=MOST_UPLOADS,
            ),
        )


def most_of(field: Field) -> int:
    """How many files a field takes."""
    return int(field.most or attachment.MOST_FILES)


def _same_name(one: str, other: str) -> bool:
    """Whether two right names differ at most in the case of their extension."""
    return one.rpartition(".")[0] == other.rpartition(".")[0] and one.lower() == other.lower()


# --- writing down -----------------------------------------------------------------------------------------------------
def _note(connection: Connection, portal: Portal, at: At, by: By, action: str, file: File, **changed: Any) -> None:
    """Seal what was done with a file; the state of the case stays as it is, so open pages stay fresh."""
    lend_hand(connection, at)
    said = {name: getattr(file, name) for name in ("field", "name", "original_name", "sha256", "size", "version")}
    note(connection, portal, at, action, by, {**said, **changed})
