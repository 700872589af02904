"""Who fetched which version of which technical document: a page for those who watch, and files of it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request, url_for

from app.store import people
from app.store import technical_documents as store
from app.web import pages
from app.web.exports import MOST_ROWS, Line, csv_file, xlsx_file
from app.web.guards import current_person, only, portal
from app.web.languages import gettext as _
from engine.errors import NotFound
from engine.hours import HONG_KONG

bp = Blueprint("downloads", __name__, url_prefix="/documents")
watches = only("see who downloads")
PAGE = 50
LARGEST = 16  # digits of a number in an address


@bp.get("/downloads")
@watches
def index() -> str:
    """Every download, newest first, or those of one document."""
    document = _document()
    with portal().database.read() as connection:
        about = store.one(connection, document, None) if document else None
        if document and about is None:
            raise NotFound("the document")
        found = store.downloads(connection, document=document, before=pages.before(), most=PAGE + 1)
    older = url_for("downloads.index", document=document, before=found[PAGE - 1].id) if len(found) > PAGE else ""
    return render_template(
        "documents/downloads.html",
        about=about.title_en if about else "",
        rows=[
            {
                "at": pages.exact_time(one.at),
                "title": one.title,
                "url": url_for("documents.show", document=one.document),
                "version": one.label,
                "person": one.person,
                "email": one.email,
                "company": one.company,
            }
            for one in found[:PAGE]
        ],
        older_url=older,
        exports=[(kind.upper(), url_for(f"downloads.as_{kind}", document=document)) for kind in ("csv", "xlsx")],
    )


@bp.get("/downloads.csv")
@watches
def as_csv() -> Response:
    """The same as comma-separated values."""
    return csv_file(_lines(), "downloads")


@bp.get("/downloads.xlsx")
@watches
def as_xlsx() -> Response:
    """The same as a workbook."""
    return xlsx_file(_lines(), "downloads", _("Downloads"))


def _lines() -> Iterator[Line]:
    """What the page shows, all of it: at most ten thousand downloads."""
    document = _document()
    with portal().database.write() as connection:
        rows = store.downloads(connection, document=document, most=MOST_ROWS)
        about = {"rows": len(rows), "tab": "downloads"}
        people.record(connection, portal().clock.now(), current_person().id, "list.downloaded", **about)
    yield [_("Time (HKT)"), _("Document"), _("Version"), _("Who"), _("E-mail"), _("Company")]
    for row in rows:
        at = f"{row.at.astimezone(HONG_KONG):%Y-%m-%d %H:%M:%S}"
        yield [at, row.title, row.label, row.person, row.email, row.company]


def _document() -> int | None:
    text = request.args.get("document", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < LARGEST else None
