"""Rights as people grant and read them: the matrix of one person, who holds what, and what to look at again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from app.commands.managing import grants, seats
from app.store import accounts, companies, definitions, people
from app.store.accounts import ENDED, Account
from app.store.database import Connection
from app.web import pages
from app.web.desks import desk_title
from app.web.guards import current_person, only, portal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from engine import functions
from engine.people import DESK_LANES, Person, Right
from engine.rights import BUSINESS

bp = Blueprint("rights", __name__, url_prefix="/people")
LANES = {"maker": "Maker", "checker": "Checker", "desk_maker": "Processes", "desk_checker": "Approves"}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
FORMULA += ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")


# --- one person -------------------------------------------------------------------------------------------------------
def matrix(connection: Connection, account: Account, held: frozenset[Right], copied: str = "") -> dict[str, Any]:
    """Every right that can be granted, by membership and function; copied: whose rights are proposed instead."""
    colleagues = [one for one in accounts.of_company(connection, account.company, [BUSINESS]) if one.id != account.id]
    source = next((one for one in colleagues if str(one.id) == copied), None)
    shown = accounts.rights_in(connection, account.company).get(source.id, frozenset()) if source else held
    opens = _opens(connection)
    groups = [
        {
            "title": f"{seat.kind} · {seat.participant_id}",
            "id": f"seat-{seat.id}",
            "rows": [
                {
                    "title": function.title,
                    "opens": opens.get((function.name, seat.kind), []),
                    "cells": [_cell(Right(lane, function.name, seat.id), shown, held) for lane in seats.GRANTED],
                }
                for function in functions.granted_for(seat.kind)
            ],
        }
        for seat in people.memberships_of(connection, account.company)
    ]
    return {
        "url": url_for("rights.save", person=account.id),
        "groups": groups,
        "lanes": [_(LANES[lane]) for lane in seats.GRANTED],
        "seen": accounts.rights_digest(held),
        "colleagues": [(one.id, one.name) for one in colleagues if one.state != ENDED],
        "copied": source.name if source else "",
        "copy_url": url_for("people.show", person=account.id),
        "needs_two": companies.needs_two(connection, account.company),
    }


def desk_matrix(connection: Connection, account: Account, held: frozenset[Right]) -> dict[str, Any]:
    """Every desk, with what a member of staff may do there."""
    rows = [
        {
            "title": desk.title,
            "opens": [desk.code],
            "cells": [_cell(Right(lane, desk.code), held, held) for lane in ("desk_maker", "desk_checker")],
        }
        for desk in companies.desks_open(connection)
    ]
    return {
        "url": url_for("rights.staff", person=account.id),
        "groups": [{"title": _("Desks"), "id": "desks", "rows": rows}],
        "lanes": [_(LANES[lane]) for lane in ("desk_maker", "desk_checker")],
        "seen": accounts.rights_digest(held),
    }


def waiting(connection: Connection, account: Account, reader: Person, held: frozenset[Right]) -> dict[str, Any] | None:
    """The rights that wait for a second administrator, if any do."""
    found = accounts.asked(connection, account.company, account.id)
    if not found:
        return None
    asked, names = found[0], accounts.seats(connection, account.company)
    return {
        "by": people.names_of(connection, [asked.asked_by])[asked.asked_by],
        "at": pages.day_and_time(asked.asked_at),
        "granted": said(asked.wanted - held, names),
        "taken": said(held - asked.wanted, names),
        "mine": asked.asked_by == reader.id,
        "number": asked.id,
        "url": url_for("rights.answer", person=account.id),
    }


def said(rights: Iterable[Right], names: Mapping[int, tuple[str, str]]) -> list[str]:
    """Rights as people read them: Maker in Cash trading, SEHK-EP B00123."""
    told = []
    for right in rights:
        place = desk_title(right.holder) if right.lane in DESK_LANES else functions.TITLES[right.holder]
        seat = f", {' '.join(names[right.membership])}" if right.membership else ""
        told.append(_("%(lane)s in %(place)s", lane=_(LANES[right.lane]), place=place) + seat)
    return sorted(told)


def summary(held: Iterable[Right]) -> str:
    """What somebody holds, in short."""
    count = {lane: len({r.holder for r in held if r.lane == lane}) for lane in LANES}
    parts = []
    if count["maker"]:
        parts.append(ngettext("maker in %(num)s function", "maker in %(num)s functions", count["maker"]))
    if count["checker"]:
        parts.append(ngettext("checker in %(num)s function", "checker in %(num)s functions", count["checker"]))
    desks = sorted(f"{_(LANES[right.lane])} {right.holder}" for right in held if right.lane in DESK_LANES)
    told = ", ".join([*parts, *desks])
    return told[:1].upper() + told[1:]


@bp.post("/<int:person>/rights")
@only("manage people")
def save(person: int) -> Any:
    """Grant and take rights, all at once."""
    change = grants.set_rights(portal(), pages.acting(), person, _ticked(), request.form.get("seen", ""))
    return redirect(url_for("people.show", person=person, done="asked" if change.asked else "rights"), 303)


@bp.post("/<int:person>/desks")
@only("manage the exchange")
def staff(person: int) -> Any:
    """Let a member of staff work at these desks."""
    grants.set_desks(portal(), pages.acting(), person, _ticked(), request.form.get("seen", ""))
    return redirect(url_for("people.show", person=person, done="desks"), 303)


@bp.post("/<int:person>/rights/answer")
@only("manage people")
def answer(person: int) -> Any:
    """Agree to rights that another administrator asked for, or decline them."""
    number = request.form.get("number", "")
    known = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    grants.answer(portal(), pages.acting(), person, known, accept=request.form.get("accept") == "yes")
    return redirect(url_for("people.show", person=person, done="answered"), 303)


# --- a whole company --------------------------------------------------------------------------------------------------
@bp.get("/report")
@only("manage people")
def report() -> str:
    """Who holds what, by membership and function, and where nobody can check or make."""
    person = current_person()
    with portal().database.read() as connection:
        due = due_count(accounts.of_company(connection, person.company, [BUSINESS]))
        groups = _report(connection, person.company)
    return render_template(
        "people/report.html", tabs=tabs("report", due=due), groups=groups, company=person.company_name
    )


@bp.get("/report.csv")
@only("manage people")
def report_csv() -> Response:
    """The same as a table for a spreadsheet: one line for each person and right."""
    person = current_person()
    with portal().database.read() as connection:
        held = accounts.rights_in(connection, person.company)
        names = accounts.seats(connection, person.company)
        known = accounts.of_company(connection, person.company, [BUSINESS, "ccda"])
    sheet = io.StringIO()
    lines = csv.writer(sheet)
    lines.writerow(["name", "login_id", "state", "membership", "participant_id", "function", "right"])
    for one in known:
        for right in sorted(held.get(one.id, ()), key=str):
            seat = names.get(right.membership or 0, ("", ""))
            title = functions.TITLES.get(right.holder, right.holder)
            lines.writerow(map(_cell_text, (one.name, one.email, one.state, *seat, title, right.lane)))
    response = Response("\ufeff" + sheet.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=rights.csv"
    return response


@bp.route("/certification", methods=["GET", "POST"])
@only("manage people")
def certification() -> Any:
    """Whose rights were not looked at for a quarter: still right, or to be changed."""
    person = current_person()
    if request.method == "POST":
        number = request.form.get("person", "")
        known = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
        grants.certify(portal(), pages.acting(), known, request.form.get("seen", ""))
        return redirect(url_for("rights.certification"), 303)
    now = portal().clock.now()
    with portal().database.read() as connection:
        known_people = accounts.of_company(connection, person.company, [BUSINESS])
        held = accounts.rights_in(connection, person.company)
        names = accounts.seats(connection, person.company)
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "email": one.email,
            "url": url_for("people.show", person=one.id),
            "rights": said(held.get(one.id, ()), names),
            "seen": accounts.rights_digest(held.get(one.id, ())),
            "at": pages.day_and_time(one.certified_at) if one.certified_at else _("never"),
        }
        for one in known_people
        if grants.is_due(one, now)
    ]
    due = due_count(known_people)
    return render_template(
        "people/certification.html", tabs=tabs("certification", due=due), rows=rows, company=person.company_name
    )


def tabs(current: str, *, due: int) -> list[dict[str, Any]]:
    """The pages about a company's people."""
    known = (
        ("people", _("People"), "people.index", None),
        ("report", _("Who holds what"), "rights.report", None),
        ("certification", _("To look at again"), "rights.certification", due or None),
        ("trail", _("Administration trail"), "administration.own", None),
    )
    return [
        {"label": label, "url": url_for(endpoint), "count": count, "current": name == current}
        for name, label, endpoint, count in known
    ]


def due_count(people: Sequence[Account]) -> int:
    """Of how many accounts the rights were not looked at for a quarter."""
    now = portal().clock.now()
    return sum(grants.is_due(one, now) for one in people)


def _report(connection: Connection, company: int) -> list[dict[str, Any]]:
    known = {one.id: one for one in accounts.of_company(connection, company, [BUSINESS]) if one.state != ENDED}
    holders: dict[Right, list[str]] = {}
    for person, held in accounts.rights_in(connection, company).items():
        for right in held:
            if person in known:
                holders.setdefault(right, []).append(known[person].name)
    return [
        {
            "title": f"{seat.kind} · {seat.participant_id}",
            "rows": [
                {
                    "title": function.title,
                    "makers": sorted(holders.get(Right("maker", function.name, seat.id), [])),
                    "checkers": sorted(holders.get(Right("checker", function.name, seat.id), [])),
                }
                for function in functions.granted_for(seat.kind)
            ],
        }
        for seat in people.memberships_of(connection, company)
    ]


def _opens(connection: Connection) -> dict[tuple[str, str], list[str]]:
    """Which eServices a right opens, by function and kind of membership."""
    found: dict[tuple[str, str], list[str]] = {}
    for code, made in sorted(definitions.current(connection).items()):
        for kind in (*made.eservice.memberships, *made.eservice.next_memberships):
            found.setdefault((made.eservice.function, kind), []).append(f"{code} {made.eservice.short_title}")
    return found


def _cell(right: Right, shown: frozenset[Right], held: frozenset[Right]) -> dict[str, Any]:
    name = f"{right.lane}:{right.holder}:{right.membership or ''}"
    return {
        "value": name,
        "label": _(LANES[right.lane]),
        "checked": right in shown,
        "changed": (right in shown) != (right in held),
    }


def _ticked() -> frozenset[Right]:
    """The rights whose boxes are ticked; what is no right is one that nobody is entitled to."""
    wanted = set()
    for value in request.form.getlist("right"):
        lane, _sep, rest = value.partition(":")
        holder, _sep, seat = rest.partition(":")
        number = int(seat) if seat.isascii() and seat.isdigit() and len(seat) < 16 else None
        wanted.add(Right(lane, holder, number))
    return frozenset(wanted)


def _cell_text(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value
