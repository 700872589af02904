"""What happened to a request, and who has it now, as one timeline."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from app.store import cases, people, tasks
from app.store.cases import Case
from app.store.database import Connection
from app.store.story import Story
from app.store.tasks import Task
from app.web import pages
from app.web.guards import portal
from engine import rules
from engine.people import DESK_LANES


def timeline(told: Story, now: datetime) -> list[dict[str, str]]:
    """What happened, and where the request is now."""
    entries = [
        {"label": entry.label, "who": entry.who, "at": pages.day_and_time(entry.at), "state": "done"}
        for entry in told.told
        if entry.label != "Draft saved" and entry.lane != ""
    ]
    if not told.case.ended:
        entries.append({**now_at(told.case, now), "state": "now"})
    return entries


def now_at(case: Case, now: datetime) -> dict[str, str]:
    """Who has the request now, and until when."""
    with portal().database.read() as connection:
        open_now = tasks.of_cases(connection, [case.id])[case.id]
        hands = cases.hands_in(connection, case.id)
        who = [who_acts(connection, task, hands) for task in open_now]
    when = pages.due(open_now[0].due_at, now) if open_now else None
    due = _("due %(when)s", when=when["text"]) if when else ""
    return {"label": pages.status(case.status)["label"], "who": "; ".join(who), "at": due}


def who_acts(connection: Connection, task: Task, hands: list[tuple[int, str]]) -> str:
    """Those who can do a task, by name for a company and by desk for the exchange."""
    if task.lane in DESK_LANES:
        return pages.desk_title(task.holder)
    barred = rules.makers(task.lane, hands)
    seats = people.who_can(connection, task.lane, task.holder, task.membership_id, barred)
    return _(" or ").join(seat.name for seat in seats) or _("nobody yet")
