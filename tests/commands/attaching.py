"""An office whose form asks for documents, and what people put there."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from app.commands import definitions as definition_commands
from app.commands.requests import files as commands
from app.store import definitions, files
from app.store.files import File
from engine.running import definition
from tests.commands.office import Office
from tests.documents import PDF, XLS, XLSX

ROOT = Path(__file__).parents[2]
FIELD, MOST = "documents", 4
OLE = XLS
HARBOUR = "B00123"


def sheet() -> bytes:
    """A workbook."""
    return XLSX


def asking_for_documents(office: Office) -> Office:
    """The office, once its form has two fields for documents."""
    names = definition.gather(definition_commands.read_folder(ROOT), "CT027")
    form = json.loads(names["forms/CT027.form"])
    form["components"] += [
        {"type": "filepicker", "key": FIELD, "label": "Supporting documents", "properties": {"most": str(MOST)}},
        {"type": "filepicker", "key": "minutes", "label": "Minutes of the board"},
    ]
    changed = {**names, "forms/CT027.form": json.dumps(form).encode()}
    with office.portal.database.write() as connection:
        definitions.keep_release(connection, "CT027", changed, office.clock.now())
    return office


def right_name(reference: str, suffix: str = "", kind: str = "pdf", participant: str = HARBOUR) -> str:
    """A name that is right in this request."""
    return f"Supporting Document_{reference}_{participant}{suffix}.{kind}"


def put(
    office: Office,
    reference: str,
    name: str = "",
    content: bytes = PDF,
    *,
    who: str = "mia",
    field: str = FIELD,
    version: int | None = None,
    task: UUID | None = None,
) -> File:
    """Put a file beside the open form; by default a PDF with the first right name."""
    return commands.add_file(
        office.portal,
        task or office.task(reference).id,
        version=version or office.version(reference),
        field=field,
        name=name or right_name(reference),
        content=content,
        by=office.by(who),
    )


def rename(office: Office, reference: str, file: File, who: str = "mia", field: str = FIELD) -> str:
    """Keep a misnamed file under its expected name."""
    return commands.rename_file(
        office.portal,
        office.task(reference).id,
        file.id,
        version=office.version(reference),
        field=field,
        by=office.by(who),
    )


def remove(office: Office, reference: str, file: File, who: str = "mia", field: str = FIELD) -> None:
    """Take a file out again."""
    commands.remove_file(
        office.portal,
        office.task(reference).id,
        file.id,
        version=office.version(reference),
        field=field,
        by=office.by(who),
    )


def stored(office: Office, reference: str) -> list[File]:
    """Every upload of a request, oldest first."""
    with office.portal.database.read() as connection:
        return files.of_case(connection, office.case(reference).id)


def states(office: Office, reference: str) -> list[tuple[str, int, str]]:
    """Every upload in short: its name's end, version and state."""
    start = f"Supporting Document_{reference}_{HARBOUR}"
    return [(file.name.removeprefix(start), file.version, file.state) for file in stored(office, reference)]


def answered(office: Office, reference: str, step: str = "submit") -> dict:
    """What the file fields of a step are answered with."""
    with office.portal.database.read() as connection:
        return files.answers_of(connection, office.case(reference).id, step)
