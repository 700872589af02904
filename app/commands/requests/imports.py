"""Rows of a form filled from a spreadsheet, and the template for it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from app.commands.portal import Portal
from app.commands.requests import circumstances, drafts
from app.commands.requests.steps import By
from app.commands.requests.tasks import allowed
from app.outside import sheets
from app.store import tasks
from app.store.database import Connection
from app.store.tasks import Held
from engine.errors import NotFound, TaskNotOpen, WrongAnswers
from engine.forms import attachment, form, rows
from engine.forms.cells import Cell
from engine.forms.look import Facts
from engine.forms.questions import Field, Form
from engine.forms.sheets import MOST_COLUMNS, MOST_READ, Column, columns_of, note_of, offered, rows_in
from engine.sealed import seal
from engine.sentence import say

REPLACE, APPEND = "replace", "append"


def fill_rows(
    portal: Portal,
    task_id: UUID,
    *,
    version: int,
    field: str,
    name: str,
    content: bytes,
    how: str,
    raw: Mapping[str, str],
    by: By,
    seen: str | None = None,
) -> int:
    """Fill rows of a form with those of a spreadsheet, keep the draft with all that was typed, and return its version.

    how: `replace` or `append`, needed once rows were typed. If anything is wrong, nothing is kept. Raises
    `WrongAnswers` with sentences at the field, and what `save_draft` raises.
    """
    circumstances.require_open_service(portal.clock.now())
    with portal.database.read() as connection:  # before anything is read
        asked, entry, facts = _asked(connection, portal, task_id, version, field, by)
    kept = form.clean(asked, raw)
    if how not in (REPLACE, APPEND) and any(not rows.is_blank(row) for row in rows.rows_of(entry, kept)):
        raise WrongAnswers(
            {field: [say("Choose whether the rows of the spreadsheet replace those above or follow them")]}
        )
    found = rows_in(entry, _cells(field, name, content), facts)
    filled = rows.filled_up(entry, kept, found, replacing=how != APPEND)
    source = {"rows": field, "sha256": seal.digest(content)}
    return drafts.save_draft(
        portal, task_id, version=version, raw=filled, explicit=False, by=by, seen=seen, source=source
    )


def template(portal: Portal, task_id: UUID, field: str, by: By) -> bytes:
    """A workbook to fill for rows of a form, with the choices of today.

    Raises `NotFound`, `NoRight`, `FourEyes`, `TaskNotOpen`.
    """
    with portal.database.read() as connection:
        _, entry, facts = _asked(connection, portal, task_id, None, field, by)
    columns = [_column(column, facts) for column in columns_of(entry)]
    return sheets.template(columns, rows.most_of(entry))


def _asked(
    connection: Connection, portal: Portal, task_id: UUID, version: int | None, field: str, by: By
) -> tuple[Form, Field, Facts]:
    """The form of an open task, its rows of that name, and what it knows."""
    both = tasks.with_case(connection, task_id)
    at = allowed(connection, None if both is None else Held(*both, timed=False), version, by, portal.clock.now())
    if at.task.kind != "fill":
        raise TaskNotOpen(at.task.key)
    asked = at.definition.forms[at.task.form]
    entry = asked.field(field)
    if entry is None or not entry.importable:
        raise NotFound("rows that come from a spreadsheet")
    now = portal.clock.now()
    return asked, entry, circumstances.facts_at(connection, at.definition, at.case, at.task.step, now, at.participant)


def _cells(field: str, name: str, content: bytes) -> list[Cell]:
    kind = attachment.extension_of(name)
    if kind != sheets.KIND:
        raise WrongAnswers(
            {field: [say("Expected a spreadsheet with the ending .{kind}: save it as XLSX", kind=sheets.KIND)]}
        )
    wrong = attachment.content_fault(content, kind) or sheets.fault(content)
    cells, trouble = ([], wrong) if wrong else sheets.read(content, MOST_READ, MOST_COLUMNS)
    if trouble:
        raise WrongAnswers({field: [trouble]})
    return list(cells)


def _column(column: Column, facts: Facts) -> sheets.Column:
    entry = column.field
    kind = "number" if entry.kind == "money" else entry.kind
    return sheets.Column(
        label=column.label(),
        note=note_of(column),
        kind=kind if kind in ("number", "date", "time") else "text",
        needed=column.needed,
        choices=tuple(label for _, label in offered(column, facts)),
        several=entry.kind == "checklist",
        decimals=entry.decimals,
    )
