"""Lists of requests as files for spreadsheets: text only, so that nothing in them is ever computed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from flask import Blueprint, Response, request

from app.outside import sheets
from app.store import definitions, lists, people
from app.store.lists import Row
from app.web import filters, pages
from app.web.dashboard import LISTS
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from engine.hours import HONG_KONG

bp = Blueprint("exports", __name__, url_prefix="/lists")
MOST_ROWS = 10_000
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Line = list[str]


@bp.get("/requests.csv")
@signed_in
def as_csv() -> Response:
    """The list as comma-separated values."""
    return csv_file(_lines(), "requests")


@bp.get("/requests.xlsx")
@signed_in
def as_xlsx() -> Response:
    """The same as a workbook."""
    return xlsx_file(_lines(), "requests", _("Requests"))


def csv_file(lines: Iterable[Line], name: str) -> Response:
    """Lines as comma-separated values, with a mark by which spreadsheets read them as UTF-8."""
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in line] for line in lines)
    return _file("\ufeff" + text.getvalue(), "text/csv; charset=utf-8", f"{name}.csv")


def xlsx_file(lines: Iterable[Line], name: str, title: str) -> Response:
    """Lines as a workbook; title: of its sheet."""
    return _file(sheets.written(title, list(lines)), XLSX, f"{name}.xlsx")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(LIVE) else cell


def _lines() -> Iterator[Line]:
    """What the page shows, all of it: at most ten thousand requests."""
    person, tab = current_person(), request.args.get("tab", "waiting")
    state, status = LISTS.get(tab, (lists.OPENED, ""))
    wanted = filters.wanted(person, filters.asked(), state, status)
    place = lists.Place(oldest_first=filters.asked().sort == filters.OLDEST)
    with portal().database.write() as connection:
        rows = lists.listed(connection, person, wanted, place, MOST_ROWS)
        titles = {row.release: definitions.of_release(connection, row.release).eservice.title for row in rows}
        people.record(connection, portal().clock.now(), person.id, "list.downloaded", rows=len(rows), tab=tab)
    yield [
        _("Reference"),
        _("eService"),
        _("Title"),
        _("Participant"),
        _("Company"),
        _("About"),
        _("Status"),
        *_heads(),
    ]
    for row in rows:
        yield [
            *(row.reference, row.eservice, titles[row.release], row.participant_id, row.company, row.about),
            *(pages.status(row.status)["label"], _maker(row), _time(row.opened_at)),
            row.received_on.isoformat() if row.received_on else "",
            *(_time(row.changed_at), _time(row.closed_at)),
        ]


def _maker(row: Row) -> str:
    return _("%(who)s for %(absent)s", who=row.maker, absent=row.opened_for) if row.opened_for else row.maker


def _heads() -> Line:
    return [_("Opened by"), _("Opened (HKT)"), _("Received"), _("Last change (HKT)"), _("Ended (HKT)")]


def _time(at: Any) -> str:
    return f"{at.astimezone(HONG_KONG):%Y-%m-%d %H:%M}" if at else ""


def _file(content: str | bytes, kind: str, name: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
