"""Events as the exchange keeps them: writing, publishing, changing, closing and cancelling them, and who comes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from app.commands.publishing import events as commands
from app.commands.publishing import seats
from app.commands.publishing.events import Said, WrongEvent
from app.outside import sheets
from app.store import attendees as named_people
from app.store import events, people
from app.store.attendees import Attendee
from app.store.events import Event
from app.web import pages
from app.web.events import KINDS, MODES, about
from app.web.exports import XLSX, harmless
from app.web.guards import current_person, only, portal
from app.web.languages import gettext as _
from engine.errors import NotFound
from engine.functions import MEMBERSHIPS
from engine.hours import HONG_KONG

bp = Blueprint("kept_events", __name__, url_prefix="/events")
keeps = only(commands.KEEP)
LISTS = ("modes", "audience")
NEW = {"modes": ("IN_PERSON",), "audience": (), "max_per_company": "5", "checker": "no"}


# --- an event ---------------------------------------------------------------------------------------------------------
@bp.route("/new", methods=["GET", "POST"])
@keeps
def new() -> Any:
    """Write down an event; it is published on its own page."""
    if request.method != "POST":
        return _form({**dict.fromkeys(Said._fields, ""), **NEW}, {})
    try:
        code = commands.write(portal(), pages.acting(), _said())
    except WrongEvent as error:
        return _form({}, error.fields), 422
    return redirect(url_for("events.show", code=code), 303)


@bp.route("/<code>/particulars", methods=["GET", "POST"])
@keeps
def change(code: str) -> Any:
    """Let an event say something else."""
    event = _known(code)
    if request.method != "POST":
        return _form(_typed(event), {}, event)
    try:
        commands.change(portal(), pages.acting(), code, pages.version(), _said())
    except WrongEvent as error:
        return _form({}, error.fields, event), 422
    return _back(code)


@bp.post("/<code>/publication")
@keeps
def publish(code: str) -> Any:
    """Let everybody in its audience find it."""
    try:
        commands.publish(portal(), pages.acting(), code, pages.version())
    except WrongEvent as error:
        event = _known(code)
        return _form(_typed(event), error.fields, event, typed=False), 422
    return _back(code)


@bp.route("/<code>/closing", methods=["GET", "POST"])
@keeps
def close(code: str) -> Any:
    """End the enrolment now, after a page that says what that means."""
    if request.method == "POST":
        commands.close(portal(), pages.acting(), code, pages.version())
        return _back(code)
    return _turn(
        code,
        _("Close the enrolment"),
        _("Nobody enrols any more from now on. Who has a place keeps it, and whoever waits still moves up."),
    )


@bp.route("/<code>/cancellation", methods=["GET", "POST"])
@keeps
def cancel(code: str) -> Any:
    """Cancel the event, after a page that says what that means."""
    if request.method == "POST":
        commands.cancel(portal(), pages.acting(), code, pages.version())
        return _back(code)
    return _turn(
        code,
        _("Cancel the event"),
        _("This is for good. Everybody with a place or on the waiting list is told at once, and who enrolled them."),
    )


def _turn(code: str, heading: str, sentence: str) -> str:
    event = _known(code)
    return render_template(
        "events/turn.html", event=about(event), heading=heading, sentence=sentence, changes=event.changes
    )


def _back(code: str) -> Any:
    return redirect(url_for("events.show", code=code), 303)


def _known(code: str) -> Event:
    with portal().database.read() as connection:
        event = events.one(connection, code)
    if event is None:
        raise NotFound("the event")
    return event


# --- who comes --------------------------------------------------------------------------------------------------------
@bp.route("/<code>/attendees", methods=["GET", "POST"])
@keeps
def attendees(code: str) -> Any:
    """Everybody with a place or waiting for one; once it has begun, who came."""
    event = _known(code)
    if request.method == "POST":
        came = [int(one) for one in request.form.getlist("came") if one.isascii() and one.isdigit() and len(one) < 16]
        seats.attend(portal(), pages.acting(), code, came)
        return redirect(url_for("kept_events.attendees", code=code), 303)
    with portal().database.read() as connection:
        named = named_people.of_event(connection, event.id)
    has_begun = event.cancelled_at is None and portal().clock.now() >= event.starts_at
    return render_template(
        "events/attendees.html",
        event=about(event),
        rows=list(_rows(named)),
        asks_who_came=has_begun and any(one.seated_at for one in named),
    )


@bp.get("/<code>/attendees.csv")
@keeps
def as_csv(code: str) -> Response:
    """The list as comma-separated values, with a mark by which spreadsheets read it as UTF-8."""
    text = StringIO()
    lines = ([harmless(cell) for cell in line] for line in _lines(code))
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(lines)
    return _file(code, "\ufeff" + text.getvalue(), "text/csv; charset=utf-8", "csv")


@bp.get("/<code>/attendees.xlsx")
@keeps
def as_xlsx(code: str) -> Response:
    """The same as a workbook."""
    return _file(code, sheets.written(_("Attendees"), list(_lines(code))), XLSX, "xlsx")


def _rows(named: list[Attendee]) -> Iterator[dict[str, Any]]:
    waiting = 0
    for one in named:
        waiting += one.seated_at is None
        yield {
            "id": one.id,
            "name": one.name,
            "title": one.title,
            "email": one.email,
            "phone": one.phone,
            "company": one.company,
            "company_zh": one.company_zh,
            "participant_id": one.participant_id,
            "reference": one.reference,
            "mode": MODES.get(one.mode, one.mode),
            "dietary": one.dietary,
            "has_place": one.seated_at is not None,
            "state": _("Has a place") if one.seated_at else _("Waiting list, number %(place)s", place=waiting),
            "tone": "success" if one.seated_at else "waiting",
            "came": one.attended,
            "arrived": _time(one.arrived_at),
        }


def _lines(code: str) -> Iterator[list[str]]:
    event = _known(code)
    with portal().database.write() as connection:
        named = named_people.of_event(connection, event.id)
        now, person = portal().clock.now(), current_person().id
        people.record(connection, now, person, "attendees.downloaded", event=code, rows=len(named))
    yield [
        *(_("Name"), _("Job title"), _("E-mail"), _("Phone"), _("Company"), _("Participant"), _("Request")),
        *(_("Takes part"), _("Dietary needs"), _("State"), _("Enrolled (HKT)"), _("Came")),
    ]
    said = {True: _("Yes"), False: _("No"), None: ""}
    for row in _rows(named):
        yield [
            *(row["name"], row["title"], row["email"], row["phone"], row["company"], row["participant_id"]),
            *(row["reference"], str(row["mode"]), row["dietary"], row["state"], row["arrived"], said[row["came"]]),
        ]


def _time(at: datetime) -> str:
    return f"{at.astimezone(HONG_KONG):%Y-%m-%d %H:%M}"


def _file(code: str, content: str | bytes, kind: str, ending: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-attendees.{ending}"'
    return response


# --- the form ---------------------------------------------------------------------------------------------------------
def _said() -> Said:
    """What the page sent."""
    texts = {name: request.form.get(name, "")[:4000] for name in Said._fields}
    lists = {name: tuple(request.form.getlist(name)) for name in LISTS}
    return Said(**{**texts, **lists})


def _typed(event: Event) -> dict[str, Any]:
    """An event as its form shows it."""
    starts, ends, closes = (at.astimezone(HONG_KONG) for at in (event.starts_at, event.ends_at, event.closes_at))
    told = {name: getattr(event, name) for name in ("title_en", "title_zh", "kind", "place", "description")}
    return told | {
        "modes": event.modes,
        "audience": event.audience,
        "starts_on": starts.date().isoformat(),
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "opens_on": event.opens_on.isoformat(),
        "closes_on": closes.date().isoformat(),
        "closes": f"{closes:%H:%M}",
        "capacity": str(event.capacity),
        "max_per_company": str(event.max_per_company),
        "checker": "yes" if event.checker_required else "no",
    }


def _form(known: dict[str, Any], wrong: dict[str, str], event: Event | None = None, *, typed: bool = True) -> str:
    """The questions about an event; what was typed stays when something of it was wrong."""
    said = _said()._asdict() if wrong and typed else known
    return render_template(
        "events/form.html",
        heading=_("Change the event") if event else _("Write an event"),
        url=url_for("kept_events.change", code=event.code) if event else url_for("kept_events.new"),
        groups=list(_groups(said, wrong)),
        changes=event.changes if event and not wrong else pages.version(),
        errors=list(wrong.items()),
        back=url_for("events.show", code=event.code) if event else url_for("events.index"),
        is_new=event is None,
    )


def _groups(said: dict[str, Any], wrong: dict[str, str]) -> Iterator[dict[str, Any]]:
    kinds, modes = list(KINDS.items()), list(MODES.items())
    ask = _Asking(said, wrong)
    yield {
        "title": _("The event"),
        "fields": [
            ask.one("title_en", "text", _("English title"), max_length=commands.LONGEST_EN),
            ask.one("title_zh", "text", _("Traditional Chinese title"), max_length=commands.LONGEST_ZH),
            ask.one("kind", "select", _("Kind"), _("It cannot be changed once the event is published"), options=kinds),
            ask.one("modes", "checklist", _("How people take part"), options=modes),
            ask.one(
                "place",
                "text",
                _("Place"),
                _("Where it is held; for an online event how to join"),
                max_length=commands.LONGEST_PLACE,
            ),
            ask.one("description", "textarea", _("Description"), required=False, max_length=commands.LONGEST_TEXT),
        ],
    }
    yield {
        "title": _("When, in Hong Kong time"),
        "fields": [
            ask.one("starts_on", "date", _("Day")),
            ask.one("starts", "time", _("Begins")),
            ask.one("ends", "time", _("Ends")),
            ask.one("opens_on", "date", _("Enrolment opens on")),
            ask.one("closes_on", "date", _("Enrolment closes on")),
            ask.one("closes", "time", _("Enrolment closes at")),
        ],
    }
    yield {
        "title": _("Who may come"),
        "fields": [
            ask.one(
                "capacity",
                "number",
                _("Places"),
                _("More places go to those who wait; there are never fewer than are given away"),
            ),
            ask.one("max_per_company", "number", _("Attendees of one company at most")),
            ask.one(
                "audience",
                "checklist",
                _("Audience"),
                _("Memberships that may enrol and find the event; none for every membership"),
                required=False,
                options=[(kind, kind) for kind in MEMBERSHIPS],
            ),
            ask.one(
                "checker",
                "yesno",
                _("Does a checker of the firm have to approve?"),
                _("Rehearsals, practice sessions and connectivity tests are always checked"),
            ),
        ],
    }


class _Asking:
    """Makes the questions of one form, each with what was said and what is wrong with it."""

    def __init__(self, said: dict[str, Any], wrong: dict[str, str]) -> None:
        self.said, self.wrong = said, wrong

    def one(
        self, name: str, kind: str, label: str, hint: str = "", *, required: bool = True, **more: Any
    ) -> dict[str, Any]:
        """One question."""
        value = self.said.get(name, "")
        return {
            "id": name,
            "name": name,
            "key": name,
            "kind": kind,
            "label": label,
            "hint": hint,
            "required": required,
            "value": value if isinstance(value, str) else "",
            "values": [] if isinstance(value, str) else list(value),
            "errors": [self.wrong[name]] if name in self.wrong else [],
            **more,
        }
