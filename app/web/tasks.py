"""The task in front of a person: the form to fill, the answers to check, the decision to take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from app.commands.requests import claims, drafts
from app.commands.requests import tasks as commands
from app.commands.requests.tasks import Unchanged
from app.web import fields, pages
from app.web.deciding import decide_page
from app.web.errors import wants_json
from app.web.filling import fill_page, review_page
from app.web.guards import portal, signed_in
from app.web.work import At, found
from engine.errors import TaskNotOpen, WarningsOpen, WrongAnswers
from engine.forms import form

bp = Blueprint("tasks", __name__, url_prefix="/tasks")
NOT_ANSWERS = frozenset({"csrf_token", "version", "key", "leave", "unchanged_confirmed", "draft", "act"})


@bp.get("/<uuid:task_id>")
@signed_in
def show(task_id: UUID) -> Any:
    """The page on which a person does this task."""
    at = _find(task_id)
    if isinstance(at, Response):
        return at
    return fill_page(at, at.raw) if at.task.kind == "fill" else decide_page(at, {})


@bp.post("/<uuid:task_id>/draft")
@signed_in
def save_draft(task_id: UUID) -> Any:
    """Keep what was typed; scripts get the time, people the dashboard."""
    background = wants_json()
    drafts.save_draft(
        portal(),
        task_id,
        version=pages.version(),
        raw=typed_in(),
        explicit=not background,
        by=pages.acting(),
        seen=_seen(),
    )
    if background:
        return jsonify(saved_at=pages.clock_time(portal().clock.now()))
    return redirect(url_for("dashboard.show", tab="drafts"), 303)


@bp.post("/<uuid:task_id>/check")
@signed_in
def check(task_id: UUID) -> Any:
    """What is wrong with the answers as they stand, for the page's script; the same rules as at submit."""
    at = found(task_id)
    kept = form.clean(at.form, typed_in())
    computed = fields.computed(at.form, kept, at.facts)
    try:
        checked = form.check(at.form, kept, at.facts)
    except WrongAnswers as error:
        return jsonify(errors=error.fields, warnings={}, computed=computed)
    return jsonify(errors={}, warnings=dict(checked.warnings), computed=computed)


@bp.post("/<uuid:task_id>/rows")
@signed_in
def act_on_rows(task_id: UUID) -> Any:
    """Add, remove or move a row of the form, keep the draft, and show the form at that row."""
    at, act = found(task_id), request.form.get("act", "")
    raw = form.clean(at.form, typed_in())
    try:
        kept = form.acted(at.form, raw, act, at.facts.seen_with({}))
    except WrongAnswers as error:
        return fill_page(at, raw, errors=error.fields), 422
    drafts.save_draft(
        portal(), task_id, version=pages.version(), raw=kept, explicit=False, by=pages.acting(), seen=_seen()
    )
    place = fields.html_id(form.place_after(at.form, kept, act))
    return redirect(url_for("tasks.show", task_id=task_id, _anchor=place), 303)


@bp.post("/<uuid:task_id>/answers")
@signed_in
def answer(task_id: UUID) -> Any:
    """Save the answers, check them, and lead on to reading them over."""
    raw = typed_in()
    drafts.save_draft(
        portal(), task_id, version=pages.version(), raw=raw, explicit=False, by=pages.acting(), seen=_seen()
    )
    at = found(task_id)
    raw = form.clean(at.form, raw)
    try:
        checked = form.check(at.form, raw, at.facts)
    except WrongAnswers as error:
        return fill_page(at, raw, errors=error.fields), 422
    if checked.warnings:
        return fill_page(at, raw, warnings=checked.warnings), 422
    return redirect(url_for("tasks.review", task_id=task_id), 303)


@bp.get("/<uuid:task_id>/answers")
@signed_in
def review(task_id: UUID) -> Any:
    """Check your answers."""
    at = _find(task_id)
    if isinstance(at, Response):
        return at
    return review_page(at) if at.task.kind == "fill" else redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.post("/<uuid:task_id>/completion")
@signed_in
def complete(task_id: UUID) -> Any:
    """Complete the task: submit the form, or take the decision."""
    raw = typed_in()
    try:
        reference = commands.complete_task(
            portal(),
            task_id,
            version=pages.version(),
            raw=raw or None,
            by=pages.acting(),
            unchanged_confirmed=bool(request.form.get("unchanged_confirmed")),
            reviewed=_seen() or "",
        )
    except WrongAnswers as error:
        return again(task_id, raw, error.fields), 422
    except WarningsOpen as error:
        return again(task_id, raw, {key: [sentence] for key, sentence in error.fields.items()}), 422
    except Unchanged:
        return review_page(found(task_id), unchanged=True), 409
    return redirect(url_for("cases.show", reference=reference), 303)


@bp.post("/<uuid:task_id>/claim")
@signed_in
def claim(task_id: UUID) -> Any:
    """Say that I do this task; `take_over` also when somebody else has said so."""
    claims.claim_task(portal(), task_id, take_over=request.form.get("take_over") == "yes", by=pages.acting())
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.post("/<uuid:task_id>/release")
@signed_in
def release(task_id: UUID) -> Any:
    """Say that I do not do this task after all."""
    claims.release_task(portal(), task_id, pages.acting())
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _seen() -> str | None:
    """The mark of the draft that the page showed."""
    return request.form.get("draft")


def typed_in() -> dict[str, str]:
    """What was typed into the form; several values of one name stand on lines of their own.

    Without scripts a browser also sends the names of files that it does not send.
    """
    return {
        name: "\n".join(values)
        for name, values in request.form.lists()
        if name not in NOT_ANSWERS and not name.startswith("file.")
    }


def _find(task_id: UUID) -> At | Response:
    """The task; when it is done already, the way to its request."""
    try:
        return found(task_id)
    except TaskNotOpen:
        return redirect(url_for("dashboard.show"), 303)


def again(task_id: UUID, raw: Mapping[str, str], errors: Mapping[str, list[str]]) -> Any:
    """The task's page as it was sent, with what is wrong."""
    at = found(task_id)
    if at.task.kind == "fill":
        return fill_page(at, raw or at.raw, errors=errors)
    return decide_page(at, raw, errors)
