"""Away: who stands in for me and for whom I do, and the same of somebody whom I manage."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.managing import substitutes as commands
from app.commands.managing.substitutes import LONGEST, Wanted, WrongSubstitution
from app.commands.signing.signin_refusals import AccountLocked, WrongPassword
from app.store import accounts, companies, substitutes
from app.store.accounts import Account
from app.store.database import Connection
from app.store.substitutes import KINDS
from app.web import pages
from app.web.account import lock_facts, mine, refusal
from app.web.guards import current_person, origin, portal, signed_in
from app.web.languages import gettext as _
from app.web.people import found
from app.web.security import limited
from app.web.standing import when
from engine.errors import NotFound
from engine.forms import typed
from engine.hours import hong_kong_day
from engine.people import Person

bp = Blueprint("away", __name__)
WHY = {
    "colleague": "Choose a colleague from the list.",
    "named": "%(name)s is named already: end that first.",
    "away": "%(name)s is away on some of these days: choose somebody else.",
    "past": "Enter a day from today on, within a year.",
    "before": "Enter a day that is not before the first.",
    "long": "Enter a day so that it is at most 90 days in all.",
}


@bp.route("/account/substitute", methods=["GET", "POST"])
@limited
@signed_in
def own() -> Any:
    """Name who stands in for me, see for whom I do, and end either."""
    person = current_person()
    if person.kind not in KINDS:
        raise NotFound("this page")
    if request.method != "POST":
        return _own_page(person)
    try:
        commands.name_own(portal(), mine(), request.form.get("password", ""), _typed(), origin())
    except WrongSubstitution as error:
        return _own_page(person, _said(error)), 422
    except (WrongPassword, AccountLocked) as error:
        return _own_page(person, {"password": refusal(error)}), 422
    return redirect(url_for("account.show", done="substitute"), 303)


@bp.post("/account/substitute/<int:substitution>/end")
@limited
@signed_in
def end_own(substitution: int) -> Any:
    """End a substitution in which I am away, or stand in."""
    commands.end(portal(), pages.acting(), substitution)
    return redirect(url_for("account.show", done="substitute-ended"), 303)


@bp.route("/people/<int:person>/substitute", methods=["GET", "POST"])
@signed_in
def of_person(person: int) -> Any:
    """Name who stands in for somebody who cannot do it."""
    reader = current_person()
    with portal().database.read() as connection:
        account = found(connection, reader, person, "name a substitute")
        if request.method != "POST":
            return _page_for(connection, account, {})
    try:
        commands.name_for(portal(), pages.acting(), person, _typed())
    except WrongSubstitution as error:
        with portal().database.read() as connection:
            return _page_for(connection, account, _said(error)), 422
    return redirect(url_for("people.show", person=person, done="substitute"), 303)


@bp.post("/people/<int:person>/substitute/<int:substitution>")
@signed_in
def answer(person: int, substitution: int) -> Any:
    """Agree to a substitution, decline it, or end it."""
    with portal().database.read() as connection:
        found(connection, current_person(), person, "name a substitute")
    act = request.form.get("act", "")
    if act == "end":
        commands.end(portal(), pages.acting(), substitution)
    else:
        commands.answer(portal(), pages.acting(), substitution, accept=act == "agree")
    return redirect(url_for("people.show", person=person, done="changed"), 303)


# --- pages ------------------------------------------------------------------------------------------------------------
def _typed() -> Wanted:
    said = request.form
    number = said.get("substitute", "")
    known = number.isascii() and number.isdigit() and len(number) < 16
    return Wanted(int(number) if known else 0, typed.day(said.get("first", "")), typed.day(said.get("last", "")))


def _said(error: WrongSubstitution) -> dict[str, str]:
    return {field: _(WHY[why], name=error.name) for field, why in error.fields.items()}


def _own_page(person: Person, wrong: dict[str, str] | None = None) -> str:
    with portal().database.read() as connection:
        known = substitutes.of_person(connection, person.id, portal().clock.now())
        account = accounts.account(connection, person.id)
        form = _form(connection, account, wrong or {}) if account else {}
    shown = [
        {
            "said": when(one) if one.absent == person.id else f"{one.absent_name}, {when(one, named=False)}",
            "mine": one.absent == person.id,
            "end_url": url_for("away.end_own", substitution=one.id),
        }
        for one in known
    ]
    return render_template(
        "account/substitute.html",
        shown=shown,
        is_named=any(one["mine"] for one in shown),
        password_error=(wrong or {}).get("password", ""),
        **form,
        **lock_facts(),
    )


def _page_for(connection: Connection, account: Account, wrong: dict[str, str]) -> str:
    return render_template(
        "people/substitute.html",
        account=account,
        url=url_for("away.of_person", person=account.id),
        back=url_for("people.show", person=account.id),
        **_form(connection, account, wrong),
    )


def _form(connection: Connection, account: Account, wrong: dict[str, str]) -> dict[str, Any]:
    said = request.form if request.method == "POST" else {}
    today = hong_kong_day(portal().clock.now()).isoformat()
    options = [(str(one.id), one.name) for one in commands.could(connection, account)]
    days = _("At most %(most)s days in all, this one included", most=LONGEST)
    fields = [
        _field("substitute", "select", _("Who stands in"), said.get("substitute", ""), wrong) | {"options": options},
        _field("first", "date", _("First day away"), said.get("first", today), wrong),
        _field("last", "date", _("Last day away"), said.get("last", ""), wrong, days),
    ]
    return {
        "fields": fields,
        "options": options,
        "needs_two": companies.needs_two(connection, account.company),
        "errors": list(wrong.items()),
    }


def _field(name: str, kind: str, label: str, value: str, wrong: dict[str, str], hint: str = "") -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "key": name,
        "kind": kind,
        "label": label,
        "hint": hint,
        "value": value,
        "required": True,
        "errors": [wrong[name]] if name in wrong else [],
    }
