"""Rows of a form from a spreadsheet: the template to download, and the upload that fills them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, request, url_for

from app.commands.requests import imports
from app.outside import sheets
from app.web import fields, files, pages, tasks
from app.web.guards import portal, signed_in
from app.web.languages import gettext as _
from engine.errors import WrongAnswers

bp = Blueprint("spreadsheets", __name__, url_prefix="/tasks")


@bp.get("/<uuid:task_id>/rows/<field>/template.xlsx")
@signed_in
def template(task_id: UUID, field: str) -> Response:
    """A workbook to fill, with the choices of today."""
    content = imports.template(portal(), task_id, field, pages.acting())
    headers = {"Content-Disposition": f'attachment; filename="{field}.xlsx"', "Content-Security-Policy": files.SANDBOX}
    return Response(content, mimetype=files.MIMES["xlsx"], headers=headers)


@bp.post("/<uuid:task_id>/rows/<field>")
@signed_in
def fill(task_id: UUID, field: str) -> Any:
    """Fill the rows and keep what was typed; if anything is wrong, show the page as it was sent."""
    try:
        _fill(task_id, field)
    except WrongAnswers as error:
        return tasks.again(task_id, tasks.typed_in(), error.fields), 422
    return redirect(url_for("tasks.show", task_id=task_id, _anchor=fields.html_id(field)), 303)


def _fill(task_id: UUID, field: str) -> None:
    sent = request.files.get(f"file.{field}")
    if sent is None or not sent.filename:
        raise WrongAnswers({field: [_("Choose a spreadsheet, then press Fill the rows")]})
    imports.fill_rows(
        portal(),
        task_id,
        version=pages.version(),
        field=field,
        name=sent.filename,
        content=sent.stream.read(sheets.MOST_BYTES + 1),
        how=request.form.get(f"file.{field}.how", ""),
        raw=tasks.typed_in(),
        by=pages.acting(),
        seen=request.form.get("draft"),
    )
