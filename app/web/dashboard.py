"""The dashboard: what I do next, what waits for others, what I have not submitted, and what is past."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from app.store import definitions, lists, tasks, waiting
from app.store.database import Connection
from app.store.lists import Row
from app.store.tasks import Task, ToDo
from app.store.waiting import Waiting
from app.web import pages
from app.web.cases import next_label
from app.web.guards import current_person, portal, signed_in
from app.web.timelines import who_acts
from engine import rules, statuses
from engine.people import Person

bp = Blueprint("dashboard", __name__)
PAGE = 25
OPEN = tuple(code for code, status in statuses.STATUSES.items() if not status.ends and code != "DRAFT")
LISTS = {"waiting": OPEN, "drafts": ("DRAFT",), "history": tuple(statuses.ENDED)}
EMPTY = {
    "todo": "Nothing waits for you. What others have is under “Waiting for others”.",
    "waiting": "Nothing waits for others.",
    "drafts": "You have no drafts. Open a request from the menu on the left.",
    "history": "No request has ended yet.",
}


@bp.get("/")
@signed_in
def show() -> str:
    """One list at a time, chosen by the address."""
    person, now = current_person(), portal().clock.now()
    tab = request.args.get("tab", "todo")
    tab = tab if tab in EMPTY else "todo"
    chosen = request.args.get("membership", "")
    with portal().database.read() as connection:
        rows, older = _rows(connection, person, tab, chosen, now)
        tabs = _tabs(connection, person, tab, chosen)
    pills = _pills(person, tab, chosen)
    return render_template(
        "dashboard.html",
        today_line=pages.today_line(),
        tabs=tabs,
        pills=pills,
        rows=rows,
        empty=_(EMPTY[tab]),
        older_url=older,
    )


def _tabs(connection: Connection, person: Person, tab: str, chosen: str) -> list[dict[str, Any]]:
    counts = {
        "todo": tasks.to_do_count(connection, person, participant_id=chosen) if chosen else pages.to_do_count(person),
        "waiting": lists.counted(connection, person, statuses=OPEN, participant_id=chosen),
        "drafts": lists.counted(connection, person, statuses=("DRAFT",), participant_id=chosen),
        "history": None,
    }
    labels = {
        "todo": _("To do"),
        "waiting": _("In progress"),
        "drafts": _("Drafts, not submitted"),
        "history": _("History"),
    }
    if person.is_staff:
        labels.pop("drafts")
    return [
        {"key": key, "label": label, "count": counts[key], "url": _url(key, chosen), "current": key == tab}
        for key, label in labels.items()
    ]


def _pills(person: Person, tab: str, chosen: str) -> list[dict[str, Any]]:
    mine = pages.my_participants(person)
    if len(mine) < 2:
        return []
    every = {"label": _("All memberships"), "url": _url(tab, ""), "current": not chosen}
    return [every, *({"label": one, "url": _url(tab, one), "current": one == chosen} for one in mine)]


def _url(tab: str, chosen: str, **more: Any) -> str:
    return url_for("dashboard.show", tab=tab if tab != "todo" else None, membership=chosen or None, **more)


def _rows(
    connection: Connection, person: Person, tab: str, chosen: str, now: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    if tab == "todo":
        found = tasks.to_do(connection, person, participant_id=chosen)
        return [_to_do_row(connection, entry, now) for entry in found], None
    before = request.args.get("before", "")
    listed = lists.listed(
        connection,
        person,
        statuses=LISTS[tab],
        participant_id=chosen,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
        most=PAGE + 1,
    )
    page = listed[:PAGE]
    open_tasks = tasks.of_cases(connection, [row.id for row in page])
    who = waiting.of_tasks(connection, [task for some in open_tasks.values() for task in some])
    older = _url(tab, chosen, before=page[-1].id) if len(listed) > PAGE else None
    return [_row(connection, person, row, open_tasks[row.id], who, now) for row in page], older


def _to_do_row(connection: Connection, entry: ToDo, now: datetime) -> dict[str, Any]:
    title = definitions.of_release(connection, entry.release).eservice.short_title
    return {
        "title": title,
        "reference": entry.reference,
        "url": url_for("cases.show", reference=entry.reference),
        "about": entry.about,
        "status": pages.status(entry.status),
        "with_whom": _("You"),
        "next": {"label": next_label(entry.task, entry.status), "url": url_for("tasks.show", task_id=entry.task.id)},
        "due": pages.due(entry.task.due_at, now),
    }


def _row(
    connection: Connection, person: Person, row: Row, open_tasks: list[Task], who: Waiting, now: datetime
) -> dict[str, Any]:
    mine = [task for task in open_tasks if _is_mine(person, task, who)]
    due = next((task.due_at for task in open_tasks if task.due_at), None)
    return {
        "title": definitions.of_release(connection, row.release).eservice.short_title,
        "reference": row.reference,
        "url": url_for("cases.show", reference=row.reference),
        "about": row.about or (_("not submitted") if row.status == "DRAFT" else ""),
        "status": pages.status(row.status),
        "with_whom": _("You") if mine else "; ".join(_with_whom(person, open_tasks, who)),
        "next": {"label": next_label(mine[0], row.status), "url": url_for("tasks.show", task_id=mine[0].id)}
        if mine
        else None,
        "due": pages.due(due, now),
    }


def _with_whom(person: Person, open_tasks: list[Task], who: Waiting) -> list[str]:
    told = (
        who_acts(task, who.who_can(task), who.companies.get(task.membership_id or 0, (0, ""))[1], person)
        for task in open_tasks
    )
    return list(dict.fromkeys(told))


def _is_mine(person: Person, task: Task, who: Waiting) -> bool:
    held = person.may(task.lane, task.holder, task.membership_id)
    return held and not rules.prepared(person.id, task.lane, who.hands_in(task.case_id))
