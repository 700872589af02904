"""Technical documents: found and fetched by those they are meant for, kept by those who publish."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from app.commands.publishing import documents as commands
from app.commands.publishing import publishers
from app.commands.publishing.documents import CATEGORIES, Edition, Particulars, WrongDocument
from app.store import technical_documents as store
from app.store.technical_documents import Document, Version
from app.web import pages, written
from app.web.files import MIMES, SANDBOX, disposition
from app.web.guards import current_person, only, portal, signed_in
from app.web.languages import gettext as _
from engine.errors import NotFound
from engine.forms import attachment
from engine.hours import hong_kong_day
from engine.people import Person
from engine.rights import may
from engine.sentence import joined

bp = Blueprint("documents", __name__, url_prefix="/documents")
publishes = only(publishers.PUBLISH)
PAGE, LONGEST_ASKED = 25, 100


# --- reading ----------------------------------------------------------------------------------------------------------
@bp.get("")
@signed_in
def index() -> str:
    """What is meant for my company, the last published first, with what is new since my last visit."""
    person, before = current_person(), pages.before()
    words = request.args.get("q", "").strip()[:LONGEST_ASKED]
    category = request.args.get("category", "") if request.args.get("category") in CATEGORIES else ""
    asked_words = {name: said for name, said in (("q", words), ("category", category)) if said}
    keeps, since = may(person, publishers.PUBLISH), commands.visit(portal(), person.id)
    with portal().database.read() as connection:
        asked = {"text": words, "category": category, "before": before, "most": PAGE + 1}
        found = store.listed(connection, _kinds(person), **asked)
        aside = store.not_offered(connection) if keeps and not (asked_words or before) else []
    last = found[PAGE - 1] if len(found) > PAGE else None
    return render_template(
        "documents/index.html",
        rows=[_row(one, since) for one in found[:PAGE]],
        words=words,
        category=category,
        categories=[(name, _(title)) for name, title in CATEGORIES.items()],
        narrowed=bool(asked_words),
        older_url=url_for("documents.index", **asked_words, before=last.id) if last else "",
        aside=[_row(one, None) for one in aside],
        new_url=url_for("documents.new") if keeps else "",
        log_url=url_for("downloads.index") if may(person, "see who downloads") else "",
    )


@bp.get("/<int:document>")
@signed_in
def show(document: int) -> str:
    """One document with its newest version and the former ones."""
    return _page(document, {})


@bp.get("/<int:document>/file")
@signed_in
def newest(document: int) -> Response:
    """The newest version, to be saved and never shown here."""
    return _answer(*commands.hand_out(portal(), current_person().id, document))


@bp.get("/<int:document>/versions/<int:version>")
@signed_in
def version(document: int, version: int) -> Response:
    """Any version, also a former one."""
    return _answer(*commands.hand_out(portal(), current_person().id, document, version))


def _answer(version: Version, content: bytes) -> Response:
    response = Response(content, mimetype=MIMES[version.kind])
    response.headers["Content-Disposition"] = disposition(version.file_name)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _row(one: Document, since: datetime | None) -> dict[str, Any]:
    newest = one.newest
    return {
        "title": one.title_en,
        "title_zh": one.title_zh,
        "category": _(CATEGORIES[one.category]),
        "facts": _facts(newest) if newest else _("Not published yet"),
        "meant_for": written.meant_for(one.audience),
        "url": url_for("documents.show", document=one.id),
        "file_url": url_for("documents.newest", document=one.id) if one.is_offered else "",
        "ahead": bool(newest and newest.effective_on > hong_kong_day(portal().clock.now())),
        "is_new": bool(newest and since and newest.published_at > since),
        "withdrawn": pages.day_and_time(one.withdrawn_at) if one.withdrawn_at else "",
    }


def _facts(version: Version) -> str:
    return _(
        "Version %(label)s, effective %(day)s · %(kind)s, %(size)s",
        label=version.label,
        day=pages.plain_day(version.effective_on),
        kind=version.kind.upper(),
        size=attachment.spoken_size(version.size),
    )


def _kinds(person: Person) -> frozenset[str] | None:
    """What the menu knows of the person's company already."""
    return None if person.is_staff else frozenset(seat.kind for seat in pages.memberships_of(person))


def _page(document: int, wrong: dict[str, str]) -> str:
    person = current_person()
    with portal().database.read() as connection:
        found = commands.found(connection, person.id, document)
        versions = store.versions(connection, document)
    keeps = may(person, publishers.PUBLISH) and found.withdrawn_at is None
    return render_template(
        "documents/show.html",
        one=_row(found, None),
        number=document,
        groups=_groups(found, versions),
        keeps=keeps,
        changes=pages.version() if wrong else found.changes,
        fields=_particulars(found, wrong) if keeps else [],
        edition=_edition(wrong) if keeps else [],
        wrong_file=wrong.get("file", ""),
        errors=list(wrong.items()),
        most_size=attachment.spoken_size(attachment.MOST_BYTES),
        log_url=url_for("downloads.index", document=document) if may(person, "see who downloads") else "",
    )


def _groups(document: Document, versions: list[Version]) -> list[dict[str, Any]]:
    """The version that holds today, those that hold later, and the former ones, each group newest first."""
    today = hong_kong_day(portal().clock.now())
    to_come = [one for one in versions if one.effective_on > today]
    begun = [one for one in versions if one.effective_on <= today]
    groups = (
        ("holds", _("The version that holds"), begun[:1]),
        ("later", _("Published, and effective later"), to_come),
        ("former", _("Former versions"), begun[1:]),
    )
    return [
        {"key": key, "title": title, "versions": [_version(document, one) for one in found]}
        for key, title, found in groups
        if found
    ]


def _version(document: Document, one: Version) -> dict[str, str]:
    by, at = one.publisher or _("came with the portal"), pages.day_and_time(one.published_at)
    is_staff = current_person().is_staff
    return {
        "label": one.label,
        "facts": _facts(one),
        "line": joined([at, by], " · ") if is_staff else _("Published %(at)s", at=at),
        "file_name": one.file_name,
        "sha256": one.sha256,
        "url": url_for("documents.version", document=document.id, version=one.version),
    }


# --- publishing -------------------------------------------------------------------------------------------------------
@bp.route("/new", methods=["GET", "POST"])
@publishes
def new() -> Any:
    """Add a document; its first version is published on its own page."""
    if request.method != "POST":
        return _new_page({})
    try:
        number = commands.add(portal(), pages.acting(), _said())
    except WrongDocument as error:
        return _new_page(error.fields), 422
    return redirect(url_for("documents.show", document=number), 303)


@bp.post("/<int:document>")
@publishes
def change(document: int) -> Any:
    """Give a document other titles, another category or audience."""
    try:
        commands.change(portal(), pages.acting(), document, pages.version(), _said())
    except WrongDocument as error:
        return _page(document, error.fields), 422
    return redirect(url_for("documents.show", document=document), 303)


@bp.post("/<int:document>/versions")
@publishes
def publish(document: int) -> Any:
    """Publish a file as the next version."""
    form = request.form
    edition = Edition(form.get("label", ""), form.get("effective", ""), written.upload())
    try:
        commands.publish(portal(), pages.acting(), document, pages.version(), edition)
    except WrongDocument as error:
        return _page(document, error.fields), 422
    return redirect(url_for("documents.show", document=document), 303)


@bp.route("/<int:document>/withdrawal", methods=["GET", "POST"])
@publishes
def withdraw(document: int) -> Any:
    """Take a document out of list and search, after a page that says what that means."""
    if request.method == "POST":
        commands.withdraw(portal(), pages.acting(), document, pages.version())
        return redirect(url_for("documents.show", document=document), 303)
    with portal().database.read() as connection:
        found = commands.found(connection, current_person().id, document)
    if found.withdrawn_at is not None:
        raise NotFound("the document")
    return render_template("documents/withdraw.html", one=_row(found, None), number=document, changes=found.changes)


def _said() -> Particulars:
    texts = (request.form.get(name, "") for name in ("category", "title_en", "title_zh", "keywords"))
    return Particulars(*texts, written.said_audience())


def _new_page(wrong: dict[str, str]) -> str:
    fields = _particulars(Particulars("", "", ""), wrong)
    return render_template("documents/new.html", fields=fields, errors=list(wrong.items()))


def _particulars(known: Particulars | Document, wrong: dict[str, str]) -> list[written.Field]:
    """The questions about a document; those about its versions are another form's."""
    options = [(name, _(title)) for name, title in CATEGORIES.items()]
    hint = _("Words by which search finds it, with commas between")
    keywords = {"hint": hint, "max_length": commands.LONGEST_KEYWORDS, "required": False}
    return [
        written.question("category", _("Category"), wrong, known.category, kind="select", options=options),
        *written.titles(wrong, known.title_en, known.title_zh),
        written.question("keywords", _("Keywords"), wrong, known.keywords, **keywords),
        written.audience(wrong, known.audience),
    ]


def _edition(wrong: dict[str, str]) -> list[written.Field]:
    label = {"hint": _("As the document names it, such as 2.1"), "max_length": commands.LONGEST_LABEL}
    today = hong_kong_day(portal().clock.now()).isoformat()
    return [
        written.question("label", _("Version"), wrong, **label),
        written.question("effective", _("Effective from"), wrong, today, kind="date"),
    ]
