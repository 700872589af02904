"""My passkeys: made, named and removed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.signing import passkeys
from app.commands.signing.signin_refusals import AccountLocked, PasskeyRefused, WrongCode
from app.store.passkeys import Passkey
from app.web import pages
from app.web.account import mine
from app.web.guards import origin, portal, signed_in
from app.web.languages import gettext as _
from app.web.own_factors import proof_facts, refusal
from app.web.security import at_home, limited

bp = Blueprint("passkeys", __name__)

NOT_MADE = "The passkey was not kept. Begin again, with a new code."


@bp.get("/account/passkeys")
@signed_in
def show() -> Any:
    """List my passkeys."""
    shown = [
        {
            "id": one.id,
            "name": one.name,
            "made": pages.day_and_time(one.made_at),
            "used": pages.day_and_time(one.used_at) if one.used_at else _("not yet"),
        }
        for one in _mine()
    ]
    site = passkeys.site(portal())
    full = len(shown) >= passkeys.MOST
    return render_template(
        "account/passkeys.html", shown=shown, full=full, at_home=at_home(site.domain), home=site.origins[-1]
    )


@bp.route("/account/passkeys/new", methods=["GET", "POST"])
@limited
@signed_in
def add() -> Any:
    """Ask for a one-time code before a passkey is made."""
    if request.method != "POST":
        return render_template("account/new_passkey.html", **proof_facts())
    try:
        passkeys.begin_making(portal(), mine(), request.form.get("code", ""), origin())
    except (WrongCode, AccountLocked) as error:
        return render_template("account/new_passkey.html", **proof_facts(refusal(error))), 422
    return redirect(url_for("passkeys.make"), 303)


@bp.route("/account/passkeys/key", methods=["GET", "POST"])
@limited
@signed_in
def make() -> Any:
    """Let the browser make a passkey, and keep it under the name that I give it."""
    options = passkeys.what_to_make(portal(), mine())
    if options is None:
        return redirect(url_for("passkeys.add"), 303)
    name = passkeys.name_of(request.form.get("name", ""))
    if request.method != "POST":
        return render_template("account/make_passkey.html", options=options, error="")
    if not name:
        sentence = _("Give it a name by which you know it again.")
        return render_template("account/make_passkey.html", options=options, error=sentence), 422
    try:
        passkeys.finish_making(portal(), mine(), name, request.form.get("answer", ""), origin())
    except PasskeyRefused:
        return render_template("account/new_passkey.html", **proof_facts(_(NOT_MADE))), 422
    return redirect(url_for("account.show", done="passkey"), 303)


@bp.route("/account/passkeys/removal", methods=["GET", "POST"])
@limited
@signed_in
def remove() -> Any:
    """Remove one of my passkeys, with a one-time code."""
    key = request.args.get("key", "")
    found = next((one for one in _mine() if str(one.id) == key), None)
    if found is None:
        return redirect(url_for("passkeys.show"), 303)
    if request.method != "POST":
        return _removal_page(found)
    try:
        passkeys.remove(portal(), mine(), found.id, request.form.get("code", ""), origin())
    except (WrongCode, AccountLocked) as error:
        return _removal_page(found, refusal(error)), 422
    return redirect(url_for("account.show", done="passkey-removed"), 303)


def _mine() -> list[Passkey]:
    return passkeys.of_person(portal(), mine().person.id)


def _removal_page(passkey: Passkey, error: str = "") -> str:
    return render_template("account/remove_passkey.html", passkey=passkey, **proof_facts(error))
