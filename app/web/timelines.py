"""What happened to a request, and who has it now, as one timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from app.store.cases import Case
from app.store.casts import Cast
from app.store.people import Seat
from app.store.story import Story
from app.store.tasks import Task
from app.web import pages
from engine.people import DESK_LANES


def timeline(told: Story, open_tasks: Sequence[Task], cast: Cast, now: datetime) -> list[dict[str, str]]:
    """What happened, and where the request is now."""
    entries = [
        {"label": entry.label, "who": entry.who, "at": pages.day_and_time(entry.at), "state": "done"}
        for entry in told.told
        if not entry.note and entry.lane != ""
    ]
    if not told.case.ended:
        entries.append({**now_at(told.case, open_tasks, cast, now), "state": "now"})
    return entries


def now_at(case: Case, open_tasks: Sequence[Task], cast: Cast, now: datetime) -> dict[str, str]:
    """Who has the request now, and until when."""
    who = [who_acts(task, cast.who_can(task.lane, task.holder, task.membership_id)) for task in open_tasks]
    when = pages.due(open_tasks[0].due_at, now) if open_tasks else None
    due = _("due %(when)s", when=when["text"]) if when else ""
    return {"label": pages.status(case.status)["label"], "who": "; ".join(who), "at": due}


def who_acts(task: Task, seats: Sequence[Seat]) -> str:
    """Those who can do a task, by name for a company and by desk for the exchange."""
    if task.lane in DESK_LANES:
        return pages.desk_title(task.holder)
    return _(" or ").join(seat.name for seat in seats) or _("nobody yet")
