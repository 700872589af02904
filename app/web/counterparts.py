"""Requests of other companies in which mine takes part: all of them in one list, the most urgent first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.store import counterparts, definitions, tasks, waiting
from app.store.counterparts import Counterpart
from app.store.database import Connection
from app.store.tasks import Task
from app.store.waiting import Waiting
from app.web import pages
from app.web.cases import next_label
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from app.web.timelines import side_word
from engine import rules
from engine.people import PARTY_LANES, Person

bp = Blueprint("counterparts", __name__, url_prefix="/counterparts")
PAGE = 50
EMPTY = {
    "open": "No request of another company waits for yours.",
    "passed": "Your company has answered nothing that still goes on elsewhere.",
    "history": "No request in which your company took part has ended yet.",
}


@bp.get("")
@signed_in
def show() -> str:
    """What other companies wait for from mine, what went on from here, and what has ended."""
    person, now = current_person(), portal().clock.now()
    tab = request.args.get("tab", "open")
    tab = tab if tab in EMPTY else "open"
    before = request.args.get("before", "")
    with portal().database.read() as connection:
        found = counterparts.listed(
            connection,
            person,
            tab,
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
            most=PAGE + 1,
        )
        counts = {name: pages.many(counterparts.count(connection, person, name)) for name in ("open", "passed")}
        rows = _rows(connection, person, found[:PAGE], now)
    older = url_for("counterparts.show", tab=tab, before=found[PAGE - 1].id) if len(found) > PAGE else None
    labels = {"open": _("With us"), "passed": _("Passed on"), "history": _("Ended")}
    tabs = [
        {"label": label, "count": counts.get(key), "url": url_for("counterparts.show", tab=key), "current": key == tab}
        for key, label in labels.items()
    ]
    return render_template("counterparts.html", tabs=tabs, rows=rows, empty=_(EMPTY[tab]), older_url=older)


def _rows(connection: Connection, person: Person, found: list[Counterpart], now: datetime) -> list[dict[str, Any]]:
    open_tasks = tasks.of_cases(connection, [one.id for one in found]) if found else {}
    who = waiting.of_tasks(connection, [task for some in open_tasks.values() for task in some])
    rows = [_row(connection, person, one, open_tasks[one.id], who, now) for one in found]
    return sorted(rows, key=lambda row: (not row["next"], row["due_at"] or datetime.max.replace(tzinfo=now.tzinfo)))


def _row(
    connection: Connection, person: Person, one: Counterpart, open_tasks: list[Task], who: Waiting, now: datetime
) -> dict[str, Any]:
    ours = [task for task in open_tasks if task.lane in PARTY_LANES and who.company_of(task) == person.company]
    mine = [task for task in ours if _is_mine(person, task, who)]
    task = (mine or ours or [None])[0]
    return {
        "title": definitions.of_release(connection, one.release).eservice.short_title,
        "reference": one.reference,
        "url": url_for("cases.show", reference=one.reference),
        "company": one.company,
        "participant_id": one.participant_id,
        "about": one.about,
        "status": pages.status(one.status),
        "side": _side(task, who) if task else "",
        "since": pages.day_and_time(task.opened_at) if task else "",
        "due": pages.due(task.due_at, now) if task else None,
        "due_at": task.due_at if task else None,
        "next": {"label": next_label(mine[0], one.status), "url": url_for("tasks.show", task_id=mine[0].id)}
        if mine
        else None,
    }


def _side(task: Task, who: Waiting) -> str:
    names = ", ".join(seat.name for seat in who.who_can(task) if task.claimed_by in (None, seat.id))
    return _("%(side)s: %(names)s", side=side_word(task.lane).capitalize(), names=names or _("nobody yet"))


def _is_mine(person: Person, task: Task, who: Waiting) -> bool:
    hands = who.hands_in(task.case_id)
    return rules.could(person, task.lane, task.holder, task.membership_id, hands) is not None
