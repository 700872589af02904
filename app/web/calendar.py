"""The exchange's calendar: what each day is, and what its keepers propose and approve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.managing import calendar as commands
from app.commands.managing.calendar import WrongException
from app.store import calendars
from app.store.calendars import Proposed
from app.web import pages
from app.web.guards import current_person, only, portal, signed_in
from app.web.languages import gettext as _
from engine.forms import typed
from engine.forms.spoken import short_date
from engine.hours import CLOSED, COUNTER, HALF, NO_COUNTER, OPEN, USUAL, Calendar, day_names, hong_kong_day
from engine.rights import may

bp = Blueprint("calendar", __name__, url_prefix="/calendar")
keeps = only("keep the calendar")
MONTHS, FURTHEST = 6, 18
DAY_KINDS = {
    CLOSED: "Closed, no business day",
    HALF: "Half day, cut-offs at 12:00",
    OPEN: "Whole business day",
    USUAL: "As published",
    NO_COUNTER: "Counters closed, severe weather",
    COUNTER: "Counters open again",
}


@bp.get("")
@signed_in
def show() -> str:
    """Half a year, and every day of a year that is not like others."""
    return _page({})


@bp.post("/exceptions")
@keeps
def propose() -> Any:
    """Propose an exception."""
    form = request.form
    try:
        commands.propose(portal(), pages.acting(), _day(), form.get("kind", ""), form.get("reason", ""))
    except WrongException as error:
        return _page(error.fields), 422
    return _back()


@bp.post("/exceptions/<int:exception>/approve")
@keeps
def approve(exception: int) -> Any:
    """Approve what somebody else has proposed."""
    try:
        commands.decide(portal(), pages.acting(), exception, accept=True)
    except WrongException as error:
        return _page({"": str(error)}), 422
    return _back()


@bp.post("/exceptions/<int:exception>/refuse")
@keeps
def refuse(exception: int) -> Any:
    """Refuse what somebody else has proposed."""
    commands.decide(portal(), pages.acting(), exception, accept=False)
    return _back()


@bp.post("/exceptions/<int:exception>/take-back")
@keeps
def take_back(exception: int) -> Any:
    """Take back what I have proposed."""
    commands.take_back(portal(), pages.acting(), exception)
    return _back()


# --- the page ---------------------------------------------------------------------------------------------------------
def _page(wrong: dict[str, str]) -> str:
    person, (now, hours) = current_person(), pages.moment()
    is_keeper, today = may(person, "keep the calendar"), hong_kong_day(now)
    first = _first_month(today)
    with portal().database.read() as connection:
        waiting = calendars.waiting(connection) if is_keeper else []
        decided = calendars.decided(connection, today - timedelta(days=31))
    known = {one.day: one for one in reversed(decided) if one.holds_from and one.holds_from <= now}
    return render_template(
        "calendar.html",
        today_line=pages.today_line(),
        maintenance=pages.maintenance_span(hours),
        months=[_month(hours, _moved(first, number), today) for number in range(MONTHS)],
        earlier=_other(first, -MONTHS, today),
        later=_other(first, MONTHS, today),
        special=list(special_days(hours, today, known)),
        is_keeper=is_keeper,
        waiting=[_proposed(one, person.id) for one in waiting],
        decided=[_proposed(one, person.id) for one in decided] if is_keeper else [],
        new=_fields(wrong) if is_keeper else [],
        errors=list(wrong.items()),
    )


def _first_month(today: date) -> date:
    """The month at which the page begins: this one, or the one that its address names, within reach."""
    said, this = request.args.get("from", ""), today.replace(day=1)
    try:
        wanted = date.fromisoformat(f"{said}-01") if len(said) == 7 else this
    except ValueError:
        return this
    return wanted if _moved(this, -FURTHEST) <= wanted <= _moved(this, FURTHEST) else this


def _moved(month: date, months: int) -> date:
    years, place = divmod(month.month - 1 + months, 12)
    return date(month.year + years, place + 1, 1)


def _other(first: date, months: int, today: date) -> str:
    """Where earlier or later months are shown; nowhere when they are out of reach."""
    there, this = _moved(first, months), today.replace(day=1)
    is_near = _moved(this, -FURTHEST) <= there <= _moved(this, FURTHEST)
    return url_for("calendar.show", **{"from": f"{there:%Y-%m}"}) if is_near else ""


def _month(hours: Calendar, first: date, today: date) -> dict[str, Any]:
    after = _moved(first, 1)
    days = [first + timedelta(days=number) for number in range((after - first).days)]
    cells = [None] * first.weekday() + [_cell(hours, day, today) for day in days]
    cells += [None] * (-len(cells) % 7)
    return {"title": f"{first:%B %Y}", "weeks": [cells[at : at + 7] for at in range(0, len(cells), 7)]}


def _cell(hours: Calendar, day: date, today: date) -> dict[str, Any]:
    kind = commands.state(hours, day)
    tone = "closed" if kind == CLOSED else "half" if kind == HALF else ""
    tone = "no-counter" if day in hours.no_counter and kind != CLOSED else tone
    words = {"closed": _("closed"), "half": _("half day"), "no-counter": _("counters closed")}
    return {"day": day.day, "tone": tone, "word": words.get(tone, ""), "today": day == today}


def special_days(hours: Calendar, today: date, known: dict[date, Proposed]) -> Iterator[dict[str, Any]]:
    """Every day of the coming year that is not like other days of its week."""
    names = day_names(today.year, today.year + 1)
    names_zh = day_names(today.year, today.year + 1, "zh_HK")
    for day in (today + timedelta(days=number) for number in range(366)):
        kind, usual = commands.state(hours, day), OPEN if day.weekday() < 5 else CLOSED
        if kind == usual and day not in hours.no_counter:
            continue
        words = {CLOSED: _("Closed"), HALF: _("Half day"), OPEN: _("Business day")}
        found = known.get(day)
        yield {
            "day": short_date(day),
            "what": _("Counters closed") if day in hours.no_counter and kind != CLOSED else words[kind],
            "why": found.reason if found else names.get(day, ""),
            "why_zh": "" if found else names_zh.get(day, ""),
            "by_exchange": found is not None,
        }


def _proposed(one: Proposed, reader: int) -> dict[str, Any]:
    acts = [("approve", _("Approve")), ("refuse", _("Refuse"))]
    mine = one.proposed_by == reader
    return {
        "day": short_date(one.day),
        "what": _(DAY_KINDS[one.kind]),
        "reason": one.reason,
        "by": _("Proposed by %(who)s, %(at)s", who=one.proposer, at=pages.day_and_time(one.proposed_at)),
        "outcome": _outcome(one),
        "acts": [
            {"label": label, "url": url_for(f"calendar.{act}", exception=one.id), "is_main": act == "approve"}
            for act, label in ([("take_back", _("Take back"))] if mine else acts)
        ],
    }


def _outcome(one: Proposed) -> str:
    if one.decided_at is None:
        return ""
    at = pages.day_and_time(one.decided_at)
    if one.holds_from is None:
        return _("Refused by %(who)s, %(at)s", who=one.decider, at=at)
    return _("Approved by %(who)s, %(at)s; holds from %(from)s", who=one.decider, at=at, **{"from": _time(one)})


def _time(one: Proposed) -> str:
    return pages.day_and_time(one.holds_from) if one.holds_from else ""


# --- the form ---------------------------------------------------------------------------------------------------------
def _fields(wrong: dict[str, str]) -> list[dict[str, Any]]:
    kinds = [(kind, _(title)) for kind, title in DAY_KINDS.items()]
    return [
        _field("day", "date", _("Day"), wrong, hint=_("From today on, at most two years ahead")),
        _field("kind", "select", _("What it is to be"), wrong) | {"options": kinds},
        _field("reason", "text", _("Why"), wrong, hint=_("Everybody reads this on the calendar"))
        | {"max_length": commands.LONGEST_REASON},
    ]


def _field(name: str, kind: str, label: str, wrong: dict[str, str], hint: str = "") -> dict[str, Any]:
    said = request.form.get(name, "") if wrong else ""
    field = {"id": name, "name": name, "key": name, "kind": kind, "label": label, "hint": hint, "value": said}
    return field | {"required": True, "errors": [wrong[name]] if name in wrong else []}


def _day() -> date | None:
    return typed.day(request.form.get("day", "")[:20].strip())


def _back() -> Any:
    return redirect(url_for("calendar.show"), 303)
