"""Supporting documents: sent with a form, renamed and removed there, and fetched from the request."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, redirect, request, url_for

from app.commands.requests import drafts
from app.commands.requests import files as commands
from app.web import fields, pages, tasks
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from engine.errors import NotFound, UnknownFields, WrongAnswers
from engine.forms import attachment

bp = Blueprint("files", __name__)
MIMES = {
    "pdf": "application/pdf",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SANDBOX = "default-src 'none'; sandbox"


@bp.post("/tasks/<uuid:task_id>/files/<field>")
@signed_in
def upload(task_id: UUID, field: str) -> Any:
    """Keep what was typed, then the file."""
    try:
        _keep_typed(task_id)
        _add(task_id, field)
    except WrongAnswers as error:
        return tasks.again(task_id, tasks.typed_in(), error.fields), 422
    return _back(task_id, field)


@bp.post("/tasks/<uuid:task_id>/file-acts")
@signed_in
def act(task_id: UUID) -> Any:
    """Keep what was typed, then rename or remove a file: `<field>:<rename or remove>:<file>`."""
    field, verb, file_id = _act()
    try:
        _keep_typed(task_id)
        verb(portal(), task_id, file_id, version=pages.version(), field=field, by=pages.acting())
    except WrongAnswers as error:
        return tasks.again(task_id, tasks.typed_in(), error.fields), 422
    return _back(task_id, field)


@bp.get("/requests/<reference>/files/<uuid:file_id>")
@signed_in
def download(reference: str, file_id: UUID) -> Response:
    """One file, to be saved and never shown here."""
    file, content = commands.hand_out(portal(), reference, file_id, current_person().id)
    response = Response(content, mimetype=MIMES[file.kind])
    response.headers["Content-Disposition"] = disposition(file.name)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def disposition(name: str) -> str:
    """What makes a browser save under this name; RFC 6266: a plain one for old browsers, the whole one for others."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in " ._-") else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _keep_typed(task_id: UUID) -> None:
    drafts.save_draft(
        portal(),
        task_id,
        version=pages.version(),
        raw=tasks.typed_in(),
        explicit=False,
        by=pages.acting(),
        seen=request.form.get("draft"),
    )


def _add(task_id: UUID, field: str) -> None:
    sent = request.files.get(f"file.{field}")
    if sent is None or not sent.filename:
        raise WrongAnswers({field: [_("Choose a file, then press Upload")]})
    content = sent.stream.read(attachment.MOST_BYTES + 1)
    commands.add_file(
        portal(),
        task_id,
        version=pages.version(),
        field=field,
        name=sent.filename,
        content=content,
        by=pages.acting(),
    )


def _act() -> tuple[str, Any, UUID]:
    field, _colon, rest = request.form.get("act", "").partition(":")
    verb, _colon, number = rest.partition(":")
    if verb not in ACTS:
        raise UnknownFields(["act"])
    try:
        return field, ACTS[verb], UUID(number)
    except ValueError:
        raise NotFound("the file") from None


ACTS = {"rename": commands.rename_file, "remove": commands.remove_file}


def _back(task_id: UUID, field: str) -> Any:
    return redirect(url_for("tasks.show", task_id=task_id, _anchor=fields.html_id(field)), 303)
