"""Circulars: what the exchange announces to participants, and how it is written, changed and withdrawn."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from app.commands.publishing import bulletins as commands
from app.commands.publishing import publishers
from app.commands.publishing.bulletins import Said, WrongBulletin
from app.store import bulletins
from app.store.bulletins import EARLIER, NOW, PLANNED, WITHDRAWN, Bulletin
from app.store.database import Connection
from app.web import pages, written
from app.web.files import MIMES, SANDBOX, disposition
from app.web.guards import current_person, only, portal, signed_in
from app.web.languages import gettext as _
from engine.errors import NotFound
from engine.forms import attachment, typed
from engine.hours import hong_kong_day
from engine.people import Person
from engine.rights import may

bp = Blueprint("bulletins", __name__, url_prefix="/circulars")
publishes = only(publishers.PUBLISH)
PAGE, MOST_PINNED, MOST_NEWS, LONGEST_ASKED = 20, 50, 3, 100
TITLES = {NOW: "Current", EARLIER: "Earlier", PLANNED: "To come", WITHDRAWN: "Withdrawn"}
EMPTY = {
    NOW: "The exchange announces nothing at the moment.",
    EARLIER: "No circular has run out yet.",
    PLANNED: "No circular is to come.",
    WITHDRAWN: "No circular was withdrawn.",
}


# --- reading ----------------------------------------------------------------------------------------------------------
@bp.get("")
@signed_in
def index() -> str:
    """What is announced now, what is pinned first; earlier ones one step away."""
    person, before = current_person(), pages.before()
    states = [NOW, EARLIER, *([PLANNED, WITHDRAWN] if may(person, publishers.PUBLISH) else [])]
    state = request.args.get("show", NOW) if request.args.get("show") in states else NOW
    words = request.args.get("q", "").strip()[:LONGEST_ASKED]
    with portal().database.read() as connection:
        found = _found(connection, person, state, words, before)
    pinned = [one for one in found if one.pinned and state == NOW]
    rest = found[len(pinned) :]
    last = rest[PAGE - 1] if len(rest) > PAGE else None
    rows = [row(one) for one in [*pinned, *rest[:PAGE]]]
    return render_template(
        "bulletins/index.html",
        tabs=_tabs(states, state, words),
        rows=rows,
        state=state,
        words=words,
        empty=_("No circular here holds these words.") if words else _(EMPTY[state]),
        older_url=url_for("bulletins.index", show=state, q=words or None, before=last.id) if last else "",
        new_url=url_for("bulletins.new") if may(person, publishers.PUBLISH) else "",
        unread=state == NOW and any(one["unread"] for one in rows),
    )


@bp.get("/<int:bulletin>")
@signed_in
def show(bulletin: int) -> str:
    """One circular, which is read by being opened."""
    person, today = current_person(), hong_kong_day(portal().clock.now())
    found = commands.open_one(portal(), person.id, bulletin)
    keeps = may(person, publishers.PUBLISH) and found.withdrawn_at is None
    return render_template(
        "bulletins/show.html",
        one=row(found) | {"text_en": found.text_en, "text_zh": found.text_zh, "author": found.author if keeps else ""},
        state=_(TITLES[found.state(today)]) if found.state(today) != NOW else "",
        change_url=url_for("bulletins.change", bulletin=bulletin) if keeps else "",
        withdraw_url=url_for("bulletins.withdraw", bulletin=bulletin) if keeps else "",
    )


@bp.get("/<int:bulletin>/file")
@signed_in
def file(bulletin: int) -> Response:
    """The PDF with a circular, to be saved and never shown here."""
    attached, content = commands.hand_out(portal(), current_person().id, bulletin)
    response = Response(content, mimetype=MIMES["pdf"])
    response.headers["Content-Disposition"] = disposition(attached.name)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@bp.post("/reading")
@signed_in
def read_all() -> Any:
    """Note that I have read all that is announced now."""
    commands.read_all(portal(), current_person().id)
    return redirect(url_for("bulletins.index"), 303)


def news(connection: Connection, person: Person) -> list[dict[str, Any]]:
    """The newest that the person has not opened, for the dashboard."""
    today = hong_kong_day(portal().clock.now())
    reader = bulletins.Reader(person.id, _kinds(person))
    return [row(one) for one in bulletins.unread(connection, reader, today, MOST_NEWS)]


def row(one: Bulletin) -> dict[str, Any]:
    """A circular as lists show it."""
    file = one.attached
    return {
        "title": one.title_en,
        "title_zh": one.title_zh,
        "url": url_for("bulletins.show", bulletin=one.id),
        "day": pages.plain_day(one.shown_from),
        "until": pages.plain_day(one.shown_until) if one.shown_until else "",
        "meant_for": written.meant_for(one.audience),
        "pinned": one.pinned,
        "unread": not one.is_read,
        "file": _("PDF, %(size)s", size=attachment.spoken_size(file.size)) if file else "",
        "file_name": file.name if file else "",
        "file_url": url_for("bulletins.file", bulletin=one.id) if file else "",
    }


def _found(connection: Connection, person: Person, state: str, words: str, before: int | None) -> list[Bulletin]:
    """A page of a list and one more; what is pinned stands before the first page of what holds now."""
    today = hong_kong_day(portal().clock.now())
    reader = bulletins.Reader(person.id, _kinds(person))
    asked = {"text": words, "before": before, "most": PAGE + 1}
    if state != NOW:
        return bulletins.listed(connection, reader, state, today, **asked)
    rest = bulletins.listed(connection, reader, state, today, pinned=False, **asked)
    if before is not None:
        return rest
    return [*bulletins.listed(connection, reader, state, today, text=words, pinned=True, most=MOST_PINNED), *rest]


def _kinds(person: Person) -> frozenset[str] | None:
    """What the menu knows of the person's company already."""
    return None if person.is_staff else frozenset(seat.kind for seat in pages.memberships_of(person))


def _tabs(states: list[str], state: str, words: str) -> list[dict[str, Any]]:
    return [
        {
            "label": _(TITLES[one]),
            "url": url_for("bulletins.index", show=one if one != NOW else None, q=words or None),
            "current": one == state,
        }
        for one in states
    ]


# --- publishing -------------------------------------------------------------------------------------------------------
@bp.route("/new", methods=["GET", "POST"])
@publishes
def new() -> Any:
    """Write a circular."""
    if request.method != "POST":
        return _new_page({})
    try:
        number = commands.add(portal(), pages.acting(), _said(), written.upload())
    except WrongBulletin as error:
        return _new_page(error.fields), 422
    return redirect(url_for("bulletins.show", bulletin=number), 303)


@bp.route("/<int:bulletin>/change", methods=["GET", "POST"])
@publishes
def change(bulletin: int) -> Any:
    """Let a circular say something else."""
    if request.method != "POST":
        return _change_page(bulletin, {})
    try:
        commands.change(portal(), pages.acting(), bulletin, pages.version(), _said(), written.upload())
    except WrongBulletin as error:
        return _change_page(bulletin, error.fields), 422
    return redirect(url_for("bulletins.show", bulletin=bulletin), 303)


@bp.route("/<int:bulletin>/withdrawal", methods=["GET", "POST"])
@publishes
def withdraw(bulletin: int) -> Any:
    """Take a circular out of every list, after a page that says what that means."""
    if request.method == "POST":
        commands.withdraw(portal(), pages.acting(), bulletin, pages.version())
        return redirect(url_for("bulletins.show", bulletin=bulletin), 303)
    found = _kept(bulletin)
    return render_template("bulletins/withdraw.html", one=row(found), number=bulletin, changes=found.changes)


def _said() -> Said:
    form = request.form
    texts = (form.get(name, "") for name in ("title_en", "title_zh", "text_en", "text_zh"))
    days = (typed.day(form.get(name, "")[:20].strip()) for name in ("shown_from", "shown_until"))
    return Said(*texts, written.said_audience(), form.get("pinned") == "yes", *days)


def _kept(bulletin: int) -> Bulletin:
    with portal().database.read() as connection:
        found = bulletins.one(connection, bulletins.Reader(current_person().id, None), bulletin)
    if found is None or found.withdrawn_at is not None:
        raise NotFound("the circular")
    return found


def _new_page(wrong: dict[str, str]) -> str:
    today = hong_kong_day(portal().clock.now())
    return _form_page(Said("", "", "", "", shown_from=today), wrong, _("Write a circular"), url_for("bulletins.new"))


def _change_page(bulletin: int, wrong: dict[str, str]) -> str:
    found = _kept(bulletin)
    said = Said(**{name: getattr(found, name) for name in Said.__dataclass_fields__})
    place = url_for("bulletins.change", bulletin=bulletin)
    changes = pages.version() if wrong else found.changes
    file = found.attached.name if found.attached else ""
    return _form_page(said, wrong, _("Change the circular"), place, changes=changes, file=file)


def _form_page(said: Said, wrong: dict[str, str], heading: str, url: str, *, changes: int = 0, file: str = "") -> str:
    return render_template(
        "bulletins/write.html",
        heading_text=heading,
        url=url,
        changes=changes,
        fields=_questions(said, wrong),
        file=file,
        wrong_file=wrong.get("file", ""),
        errors=list(wrong.items()),
        most_size=attachment.spoken_size(attachment.MOST_BYTES),
        back=request.path.removesuffix("/change") if file or changes else url_for("bulletins.index"),
    )


def _questions(said: Said, wrong: dict[str, str]) -> list[written.Field]:
    texts = {"kind": "textarea", "max_length": commands.LONGEST_TEXT}
    pinned = written.question("pinned", _("Pinned: stands before all others"), wrong, kind="checkbox", required=False)
    pinned["value"] = (request.form.get("pinned") == "yes") if wrong else said.pinned
    first, last = (day.isoformat() if day else "" for day in (said.shown_from, said.shown_until))
    ends = _("It is shown on that day too, and then stands among the earlier ones.")
    return [
        *written.titles(wrong, said.title_en, said.title_zh),
        written.question("text_en", _("English text"), wrong, said.text_en, **texts),
        written.question("text_zh", _("Traditional Chinese text"), wrong, said.text_zh, **texts),
        written.audience(wrong, said.audience),
        pinned,
        written.question("shown_from", _("Shown from"), wrong, first, kind="date", hint=_("From 00:00 HKT")),
        written.question("shown_until", _("Shown until"), wrong, last, kind="date", hint=ends, required=False),
    ]
