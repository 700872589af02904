"""The dashboard: what I do next, what waits for others, what I have not submitted, and what is past."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.store import definitions, lists, tasks, waiting
from app.store import saved_filters as kept
from app.store.database import Connection
from app.store.lists import Row
from app.store.tasks import Task, ToDo
from app.store.waiting import Waiting
from app.web import bulletins, filters, pages, saved_filters, standing
from app.web.cases import next_label
from app.web.filters import Asked
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from app.web.timelines import who_acts
from engine import rules, statuses
from engine.people import Person
from engine.sentence import joined

bp = Blueprint("dashboard", __name__)
PAGE = 25
OPEN = tuple(code for code, status in statuses.STATUSES.items() if not status.ends and code != "DRAFT")
LISTS = {"waiting": (lists.OPENED, ""), "drafts": ("", "DRAFT"), "history": (lists.ENDED, "")}
EMPTY = {
    "todo": "Nothing waits for you. What others have is under “In progress”.",
    "waiting": "Nothing waits for others.",
    "drafts": "You have no drafts. Open a request from the menu on the left.",
    "history": "No request has ended yet.",
}


@bp.get("/")
@signed_in
def show() -> str:
    """One list at a time, chosen and narrowed by the address."""
    person, now = current_person(), portal().clock.now()
    tab = request.args.get("tab", "todo")
    tab = tab if tab in EMPTY else "todo"
    with portal().database.read() as connection:
        mine = kept.of_person(connection, person.id)
        first = saved_filters.default(mine, tab)
        said = filters.asked(first.words if first and filters.says_nothing() else None)
        rows, more = _rows(connection, person, tab, said, now)
        tabs = _tabs(connection, person, tab, said)
        services = _services(connection, person)
        news = bulletins.news(connection, person)
        told = standing.bars(connection, person)
    return render_template(
        "dashboard.html",
        today_line=pages.today_line(),
        news=news,
        away=told,
        tab=tab,
        tabs=tabs,
        pills=_pills(person, tab, said, begins=first is not None),
        saved=saved_filters.chips(mine, tab, said.words()),
        words=said.words(),
        rows=rows,
        empty=_("Nothing here is as you have asked.") if said.narrows else _(EMPTY[tab]),
        more_url=more,
        filters=filters.fields(said, services, _states(tab)),
        chosen=filters.pills(said, tab, services, begins=first is not None),
        clear_url=filters.plain_address(
            tab, {"membership": said.membership} if said.membership else {}, begins=first is not None
        ),
        kept={"tab": tab if tab != "todo" else "", "membership": said.membership},
        can_approve=tab == "todo" and sum(1 for row in rows if row.get("approve")) > 1,
        exports=[]
        if tab == "todo"
        else [(kind.upper(), url_for(f"exports.as_{kind}", tab=tab, **said.words())) for kind in ("csv", "xlsx")],
        shows_company=person.is_staff,
    )


def _services(connection: Connection, person: Person) -> filters.Services:
    """The eServices that a list of this person may hold, by code."""
    made = definitions.current(connection) if person.is_staff else pages.services(person)
    mine = pages.functions_of(person)
    told = (made[code].eservice for code in sorted(made))
    return {one.code: one for one in told if person.is_staff or one.function in mine}


def _states(tab: str) -> tuple[str, ...]:
    """The statuses of which a list holds requests."""
    return {"todo": OPEN, "waiting": OPEN, "drafts": (), "history": tuple(sorted(statuses.ENDED))}[tab]


def _tabs(connection: Connection, person: Person, tab: str, said: Asked) -> list[dict[str, Any]]:
    plain = said.membership
    open_ones = filters.wanted(person, Asked(membership=plain), lists.OPENED)
    drafts = filters.wanted(person, Asked(membership=plain), status="DRAFT")
    waiting, unsent = lists.counted_both(connection, person, open_ones, drafts)
    counts: dict[str, int | None] = {
        "todo": tasks.to_do_count(connection, person, filters.wanted(person, Asked(membership=plain)))
        if plain
        else pages.to_do_count(person),
        "waiting": waiting,
        "drafts": unsent,
        "history": None,
    }
    labels = saved_filters.list_titles()
    if person.is_staff:
        labels.pop("drafts")
    words = {name: value for name, value in said.words().items() if name not in ("status", "sort")}
    return [
        {
            "key": key,
            "label": label,
            "count": pages.many(counts[key]),
            "url": filters.address(key, words),
            "current": key == tab,
        }
        for key, label in labels.items()
    ]


def _pills(person: Person, tab: str, said: Asked, *, begins: bool) -> list[dict[str, Any]]:
    mine = pages.my_participants(person)
    if len(mine) < 2:
        return []
    words = {name: value for name, value in said.words().items() if name != "membership"}
    all_url = filters.plain_address(tab, words, begins=begins)
    every = {"label": _("All memberships"), "url": all_url, "current": not said.membership}
    each = (
        {"label": one, "url": filters.address(tab, words, membership=one), "current": one == said.membership}
        for one in mine
    )
    return [every, *each]


def _rows(
    connection: Connection, person: Person, tab: str, said: Asked, now: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    if tab == "todo":
        found = tasks.to_do(connection, person, filters.wanted(person, said))
        return [_to_do_row(connection, entry, now) for entry in found], None
    page, more = page_of(connection, person, tab, said, PAGE)
    open_tasks = tasks.of_cases(connection, [row.id for row in page])
    who = waiting.of_tasks(connection, [task for some in open_tasks.values() for task in some])
    return [_row(connection, person, row, open_tasks[row.id], who, now) for row in page], more


def page_of(connection: Connection, person: Person, tab: str, said: Asked, most: int) -> tuple[list[Row], str | None]:
    """One page of a list, and where the next one is."""
    state, status = LISTS[tab]
    wanted = filters.wanted(person, said, state, status)
    found = lists.listed(connection, person, wanted, filters.place(said), most + 1)
    page = found[:most]
    more = filters.address(tab, said.words(), after=page[-1].id) if len(found) > most else None
    return page, more


def _to_do_row(connection: Connection, entry: ToDo, now: datetime) -> dict[str, Any]:
    title = definitions.of_release(connection, entry.release).eservice.short_title
    return {
        "title": title,
        "reference": entry.reference,
        "url": url_for("cases.show", reference=entry.reference),
        "about": entry.about,
        "status": pages.status(entry.status),
        "with_whom": _you(entry.behalf),
        "company": f"{entry.participant_id} {entry.company}",
        "approve": entry.task.id if entry.task.lane == "checker" and entry.task.kind == "decide" else None,
        "next": {"label": next_label(entry.task, entry.status), "url": url_for("tasks.show", task_id=entry.task.id)},
        "due": pages.due(entry.task.due_at, now),
    }


def _row(
    connection: Connection, person: Person, row: Row, open_tasks: list[Task], who: Waiting, now: datetime
) -> dict[str, Any]:
    mine = [task for task in open_tasks if _as_whom(person, task, who)]
    acts = _as_whom(person, mine[0], who) if mine else None
    due = next((task.due_at for task in open_tasks if task.due_at), None)
    return {
        "title": definitions.of_release(connection, row.release).eservice.short_title,
        "reference": row.reference,
        "url": url_for("cases.show", reference=row.reference),
        "about": row.about or (_("not submitted") if row.status == "DRAFT" else ""),
        "status": pages.status(row.status),
        "company": f"{row.participant_id} {row.company}",
        "with_whom": _you(acts.behalf.name if acts.behalf else "")
        if acts
        else joined(_with_whom(person, open_tasks, who), "; "),
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


def _you(behalf: str) -> str:
    return _("You, for %(absent)s", absent=behalf) if behalf else _("You")


def _as_whom(person: Person, task: Task, who: Waiting) -> Person | None:
    """The person as they may do a task, for themselves or for whoever is away; nobody where they may not."""
    return rules.could(person, task.lane, task.holder, task.membership_id, who.hands_in(task.case_id))
