"""Forms that stay on paper: everybody finds and fetches them, the exchange's administrators keep them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from app.commands.managing import paper_forms as commands
from app.commands.managing.paper_forms import Particulars, Upload, WrongForm
from app.store import paper_forms
from app.store.paper_forms import PaperForm, Version
from app.web import pages
from app.web.files import SANDBOX, disposition
from app.web.guards import current_person, only, portal, signed_in
from app.web.languages import gettext as _
from engine.errors import NotFound
from engine.exclusions import EXCLUSIONS, NAMED
from engine.forms import attachment
from engine.hours import HONG_KONG
from engine.rights import may
from engine.sentence import joined

bp = Blueprint("paper_forms", __name__, url_prefix="/forms")
keeps = only(commands.MANAGE)
SAID = Particulars._fields
UNNAMED = re.compile(r"[^\w '&(),.-]+")


# --- for everybody ----------------------------------------------------------------------------------------------------
@bp.get("")
@signed_in
def index() -> str:
    """Every form that is offered, by the category that says why it is no eService."""
    keeper = may(current_person(), commands.MANAGE)
    with portal().database.read() as connection:
        found = paper_forms.every(connection) if keeper else paper_forms.offered(connection)
    return render_template(
        "paper_forms/index.html",
        categories=_categories([form for form in found if form.is_offered], keeper=keeper),
        aside=_not_offered(found) if keeper else [],
        add_url=url_for("paper_forms.new") if keeper else "",
    )


@bp.get("/<number>.pdf")
@signed_in
def download(number: str) -> Response:
    """The newest version of a form, to be saved and never shown here."""
    return _answer(*commands.hand_out(portal(), number, current_person().id))


def matching(words: str, offered: Iterable[PaperForm]) -> list[dict[str, Any]]:
    """The forms that hold every word in their number, titles or keywords, as search shows them."""
    asked = words.casefold().split()
    return [row(form) for form in offered if asked and all(word in _words(form) for word in asked)]


def row(form: PaperForm, *, keeper: bool = False) -> dict[str, Any]:
    """A form as lists show it."""
    return {
        "number": form.number,
        "title": form.title_en,
        "title_zh": form.title_zh,
        "reason": _(NAMED[form.category].reason),
        "facts": _facts(form.newest) if form.newest else "",
        "url": url_for("paper_forms.download", number=form.number) if form.is_offered else "",
        "keep_url": url_for("paper_forms.show", number=form.number) if keeper else "",
    }


def _categories(offered: Sequence[PaperForm], *, keeper: bool) -> list[dict[str, Any]]:
    """Those that hold any form: a reason without a form would only puzzle."""
    groups = [
        {
            "name": one.name,
            "title": _(one.title),
            "reason": _(one.reason),
            "forms": [row(form, keeper=keeper) for form in offered if form.category == one.name],
        }
        for one in EXCLUSIONS
    ]
    return [group for group in groups if group["forms"]]


def _not_offered(found: Sequence[PaperForm]) -> list[dict[str, Any]]:
    waiting = [row(form, keeper=True) for form in found if not form.newest and form.withdrawn_at is None]
    gone = [row(form, keeper=True) for form in found if form.withdrawn_at is not None]
    groups = [(_("Not published yet"), waiting), (_("Withdrawn"), gone)]
    return [{"title": title, "forms": forms} for title, forms in groups if forms]


def _words(form: PaperForm) -> str:
    return f"{form.number} {form.title_en} {form.title_zh} {form.keywords}".casefold()


def _facts(version: Version) -> str:
    return _(
        "Version %(number)s, %(day)s · PDF, %(size)s",
        number=version.version,
        day=_day(version.dated),
        size=attachment.spoken_size(version.size),
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _answer(form: PaperForm, version: Version, content: bytes) -> Response:
    response = Response(content, mimetype="application/pdf")
    title = UNNAMED.sub("-", form.title_en)
    response.headers["Content-Disposition"] = disposition(f"{form.number} {title} v{version.version}.pdf")
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


# --- for whoever keeps them -------------------------------------------------------------------------------------------
@bp.route("/new", methods=["GET", "POST"])
@keeps
def new() -> Any:
    """Add a form; its first version is published on its own page."""
    if request.method != "POST":
        return _new_page({})
    try:
        number = commands.add(portal(), pages.acting(), request.form.get("number", ""), _said())
    except WrongForm as error:
        return _new_page(error.fields), 422
    return redirect(url_for("paper_forms.show", number=number), 303)


@bp.get("/<number>")
@keeps
def show(number: str) -> str:
    """One form with every version of it."""
    return _page(number, {})


@bp.post("/<number>")
@keeps
def change(number: str) -> Any:
    """Give a form another category, other titles or keywords."""
    try:
        commands.change(portal(), pages.acting(), number, pages.version(), _said())
    except WrongForm as error:
        return _page(number, error.fields), 422
    return redirect(url_for("paper_forms.show", number=number), 303)


@bp.post("/<number>/versions")
@keeps
def publish(number: str) -> Any:
    """Publish a PDF as the next version."""
    try:
        commands.publish(portal(), pages.acting(), number, pages.version(), _upload())
    except WrongForm as error:
        return _page(number, error.fields), 422
    return redirect(url_for("paper_forms.show", number=number), 303)


@bp.get("/<number>/versions/<int:version>")
@keeps
def version(number: str, version: int) -> Response:
    """Any version of a form, also of one that was withdrawn."""
    return _answer(*commands.hand_out(portal(), number, current_person().id, version))


@bp.route("/<number>/withdrawal", methods=["GET", "POST"])
@keeps
def withdraw(number: str) -> Any:
    """Take a form out of list and search, after a page that says what that means."""
    back = url_for("paper_forms.show", number=number)
    if request.method == "POST":
        commands.withdraw(portal(), pages.acting(), number, pages.version())
        return redirect(back, 303)
    form = _known(number)
    return render_template("paper_forms/withdraw.html", form=row(form), changes=form.changes, back=back)


def _said() -> Particulars:
    return Particulars(*(request.form.get(name, "") for name in SAID))


def _upload() -> Upload:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return Upload("", b"", request.form.get("dated", ""))
    return Upload(sent.filename, sent.stream.read(attachment.MOST_BYTES + 1), request.form.get("dated", ""))


def _known(number: str) -> PaperForm:
    with portal().database.read() as connection:
        form = paper_forms.one(connection, number)
    if form is None or form.withdrawn_at is not None:
        raise NotFound("the form")
    return form


def _new_page(wrong: dict[str, str]) -> str:
    hint = _("Letters and digits, with hyphens between them, such as TRX-01")
    number = _field("number", _("Form number"), hint, commands.LONGEST_NUMBER, wrong)
    fields = [number, *_particulars(dict.fromkeys(SAID, ""), wrong)]
    return render_template(
        "paper_forms/new.html", fields=fields, errors=list(wrong.items()), back=url_for("paper_forms.index")
    )


def _page(number: str, wrong: dict[str, str]) -> str:
    with portal().database.read() as connection:
        form = paper_forms.one(connection, number)
        if form is None:
            raise NotFound("the form")
        versions = paper_forms.versions(connection, form.id)
    today = portal().clock.now().astimezone(HONG_KONG).date()
    return render_template(
        "paper_forms/show.html",
        form=row(form),
        category=_(NAMED[form.category].title),
        withdrawn=pages.day_and_time(form.withdrawn_at) if form.withdrawn_at else "",
        versions=[_version(form, one) for one in versions],
        changes=pages.version() if wrong else form.changes,
        fields=_particulars({name: getattr(form, name) for name in SAID}, wrong),
        dated=_field("dated", _("Version date"), _("As printed on the form"), 10, wrong, today.isoformat())
        | {"kind": "date"},
        wrong_file=wrong.get("file", ""),
        errors=list(wrong.items()),
    )


def _version(form: PaperForm, one: Version) -> dict[str, str]:
    by = one.publisher or _("came with the portal")
    return {
        "number": str(one.version),
        "facts": _facts(one),
        "line": joined([by, pages.day_and_time(one.published_at)], " · "),
        "sha256": one.sha256,
        "url": url_for("paper_forms.version", number=form.number, version=one.version),
    }


def _particulars(known: dict[str, str], wrong: dict[str, str]) -> list[dict[str, Any]]:
    """The questions about a form; what was typed stays when something of it was wrong."""
    options = [(one.name, _(one.title)) for one in EXCLUSIONS]
    category = _field("category", _("Why it is no eService"), "", 20, wrong, known["category"])
    keywords = _field(
        "keywords",
        _("Keywords"),
        _("Words by which search finds it, with commas between"),
        commands.LONGEST_KEYWORDS,
        wrong,
        known["keywords"],
    )
    return [
        category | {"kind": "select", "options": options},
        _field("title_en", _("English title"), "", commands.LONGEST_EN, wrong, known["title_en"]),
        _field("title_zh", _("Traditional Chinese title"), "", commands.LONGEST_ZH, wrong, known["title_zh"]),
        keywords | {"required": False},
    ]


def _field(name: str, label: str, hint: str, most: int, wrong: dict[str, str], known: str = "") -> dict[str, Any]:
    value = request.form.get(name, known) if wrong else known
    field = {"id": name, "name": name, "key": name, "kind": "text", "label": label, "hint": hint, "value": value}
    return field | {"max_length": most, "required": True, "errors": [wrong[name]] if name in wrong else []}
