"""What happened to a request, and who has it now, as one timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.store.casts import Cast
from app.store.people import Seat
from app.store.story import Story
from app.store.tasks import Task
from app.web import pages
from app.web.desks import desk_title
from app.web.languages import gettext as _
from engine.people import DESK_LANES, OWN_LANES, Person, seat_of
from engine.sentence import joined, named


def timeline(
    told: Story, open_tasks: Sequence[Task], cast: Cast, person: Person, now: datetime
) -> list[dict[str, str]]:
    """What happened, and where the request is now."""
    entries = [
        {"label": entry.label, "who": pages.who(entry), "at": pages.day_and_time(entry.at), "state": "done"}
        for entry in told.told
        if entry.note != "draft.saved" and entry.lane != ""
    ]
    if not told.case.ended:
        entries.append({**now_at(told, open_tasks, cast, person, now), "state": "now"})
    return entries


def now_at(told: Story, open_tasks: Sequence[Task], cast: Cast, person: Person, now: datetime) -> dict[str, str]:
    """Who has the request now, and until when."""
    companies = {party.membership_id: party.company for party in told.parties if party.membership_id is not None}
    companies[told.case.membership_id] = told.company.name_en
    who = []
    for task in open_tasks:
        seats = cast.who_can(task.lane, task.holder, task.membership_id)
        who.append(who_acts(task, seats, companies.get(task.membership_id or 0, ""), person))
    when = pages.due(open_tasks[0].due_at, now) if open_tasks else None
    due = _("due %(when)s", when=when["text"]) if when else ""
    own = [named(task.name) for task in open_tasks if is_receipt(told, task)]
    label = own[0] if own else pages.status(told.case.status)["label"]
    return {"label": label, "who": joined(dict.fromkeys(who), "; "), "at": due}


def is_receipt(told: Story, task: Task) -> bool:
    """Whether the firm itself has the request again while the exchange is at work: a dispatch to confirm."""
    return task.lane in OWN_LANES and told.case.status == "PENDING_HKEX"


def who_acts(task: Task, seats: Sequence[Seat], company: str, person: Person) -> str:
    """Those who can do a task: by desk for the exchange, by name in one's own company, by side in another's."""
    if task.lane in DESK_LANES:
        return desk_title(task.holder)
    if company != person.company_name and not person.is_staff:
        return _("%(company)s (its %(side)s)", company=company or _("another company"), side=side_word(task.lane))
    claimed = [seat for seat in seats if seat.id == task.claimed_by]
    return _(" or ").join(seat.name for seat in claimed or seats) or _("nobody yet")


def side_word(lane: str) -> str:
    """Which side of another company has a request: maker or checker."""
    return _("checker") if seat_of(lane) == "checker" else _("maker")
