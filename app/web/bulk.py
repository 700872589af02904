"""Approving several requests: each is named once more and confirmed by itself, and each is a step of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.requests import tasks as commands
from app.commands.requests.steps import By
from app.store import cases, definitions, tasks
from app.store.tasks import ToDo
from app.web import pages
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from engine.errors import Refused, WrongAnswers
from engine.sentence import joined

bp = Blueprint("bulk", __name__, url_prefix="/approvals")
MOST = 25


@bp.get("")
@signed_in
def confirm() -> Any:
    """What was chosen, one by one."""
    found = _chosen(request.args.getlist("task"))
    if not found:
        return redirect(url_for("dashboard.show"), 303)
    return _page(found, "")


@bp.post("")
@signed_in
def approve() -> Any:
    """Approve those that were confirmed; what cannot be approved is said beside it and stays as it is."""
    confirmed = request.form.getlist("confirmed")
    if not confirmed:
        return _page(_chosen(request.form.getlist("task")), _("Tick each request that you approve.")), 422
    outcomes = [_approved(entry) for entry in _chosen(confirmed)]
    left = len(confirmed) - len(outcomes)
    return render_template("bulk/done.html", outcomes=outcomes, left=left)


def _chosen(ids: list[str]) -> list[ToDo]:
    """Those of the tasks that wait for this person's approval, in the order of their list."""
    wanted = set(ids[:MOST])
    with portal().database.read() as connection:
        waiting = tasks.to_do(connection, current_person(), most=200)
    return [one for one in waiting if str(one.task.id) in wanted and is_approval(one)]


def is_approval(entry: ToDo) -> bool:
    """Whether approving is one of the decisions of a task: it is that of a firm's own checker."""
    return entry.task.lane == "checker" and entry.task.kind == "decide"


def _page(found: list[ToDo], wrong: str) -> str:
    with portal().database.read() as connection:
        versions = cases.versions(connection, [entry.task.case_id for entry in found])
        rows = [_row(entry, versions[entry.task.case_id], _title(connection, entry)) for entry in found]
    return render_template("bulk/confirm.html", rows=rows, error=wrong)


def _row(entry: ToDo, version: int, title: str) -> dict[str, Any]:
    return {
        "id": entry.task.id,
        "title": title,
        "reference": entry.reference,
        "about": entry.about,
        "behalf": entry.behalf,
        "company": f"{entry.participant_id} {entry.company}",
        "version": version,
        "key": pages.action_token(),
        "url": url_for("tasks.show", task_id=entry.task.id),
        "due": pages.due(entry.task.due_at, portal().clock.now()),
    }


def _approved(entry: ToDo) -> dict[str, Any]:
    """What came of one of them."""
    try:
        commands.complete_task(
            portal(),
            entry.task.id,
            version=_version(entry.task.id),
            raw={"decision": "approve"},
            by=_by(entry.task.id),
        )
    except WrongAnswers as error:
        why = joined([sentence for sentences in error.fields.values() for sentence in sentences], " ")
        return _outcome(entry, why)
    except Refused as error:
        return _outcome(entry, str(error))
    return _outcome(entry, "")


def _outcome(entry: ToDo, why_not: str) -> dict[str, Any]:
    with portal().database.read() as connection:
        title = _title(connection, entry)
    return {
        "title": title,
        "reference": entry.reference,
        "why_not": why_not,
        "url": url_for("cases.show", reference=entry.reference),
    }


def _title(connection: Any, entry: ToDo) -> str:
    return definitions.of_release(connection, entry.release).eservice.short_title


def _version(task: UUID) -> int:
    text = request.form.get(f"version.{task}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _by(task: UUID) -> By:
    return replace(pages.acting(), key=request.form.get(f"key.{task}", "")[:64])
