"""My one-time codes: where they come from, and recovery codes for the day they do not come."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.signing import codes, factors, own_channel, recovery
from app.commands.signing.own_channel import Change
from app.commands.signing.signin_refusals import AccountLocked, ChangeOver, CodesSpent, CodeTooSoon, WrongCode
from app.web.account import LOCKED, lock_facts, mine
from app.web.guards import origin, portal, signed_in
from app.web.languages import gettext as _
from app.web.security import limited
from engine.errors import Refused

bp = Blueprint("factors", __name__)

WRONG_CODE = "This code is not right, or it is no longer valid."
NO_MORE_CODES = "No more codes can be sent now. Try again in an hour."
BACK = {
    "channel": "factors.channel",
    "recovery-codes": "factors.recovery_codes",
    "passkeys": "passkeys.add",
    "removal": "passkeys.remove",
}


@bp.post("/account/code")
@limited
@signed_in
def mail_code() -> Any:
    """Mail me a code with which I prove who I am, and lead back to the page that asks for it."""
    back = request.form.get("back", "")
    page = BACK.get(back, "account.show")
    key = request.form.get("key") or None
    try:
        codes.send_code(portal(), mine(), origin())
    except CodeTooSoon as error:
        return redirect(url_for(page, key=key, wait=error.seconds), 303)
    except CodesSpent:
        return redirect(url_for(page, key=key, wait="hour"), 303)
    return redirect(url_for(page, key=key), 303)


@bp.route("/account/channel", methods=["GET", "POST"])
@limited
@signed_in
def channel() -> Any:
    """Begin to change where my codes come from, with a code of the old kind."""
    if request.method != "POST":
        return _channel_page()
    try:
        own_channel.begin(portal(), mine(), request.form.get("code", ""), origin())
    except (WrongCode, AccountLocked) as error:
        return _channel_page(refusal(error)), 422
    return redirect(url_for("factors.new_channel"), 303)


@bp.route("/account/channel/proof", methods=["GET", "POST"])
@limited
@signed_in
def new_channel() -> Any:
    """Ask for the first code of the new kind, and change to it."""
    change = own_channel.begun(portal(), mine())
    if change is None:
        return redirect(url_for("factors.channel"), 303)
    if request.method != "POST":
        return _new_channel_page(change)
    try:
        done = own_channel.finish(portal(), mine(), request.form.get("code", ""), origin())
    except (WrongCode, AccountLocked) as error:
        return _new_channel_page(change, refusal(error)), 422
    except ChangeOver:
        return redirect(url_for("factors.channel"), 303)
    return redirect(url_for("account.show", done=done), 303)


@bp.post("/account/channel/mail")
@limited
@signed_in
def mail_again() -> Any:
    """Mail another code that proves my address."""
    try:
        own_channel.mail_again(portal(), mine(), origin())
    except CodeTooSoon as error:
        return redirect(url_for("factors.new_channel", wait=error.seconds), 303)
    except CodesSpent:
        return redirect(url_for("factors.new_channel", wait="hour"), 303)
    except ChangeOver:
        return redirect(url_for("factors.channel"), 303)
    return redirect(url_for("factors.new_channel"), 303)


@bp.route("/account/recovery-codes", methods=["GET", "POST"])
@limited
@signed_in
def recovery_codes() -> Any:
    """Make ten recovery codes and show them, this once."""
    if request.method != "POST":
        return _recovery_page()
    try:
        made = recovery.make_codes(portal(), mine(), request.form.get("code", ""), origin())
    except (WrongCode, AccountLocked) as error:
        return _recovery_page(refusal(error)), 422
    return render_template("account/recovery_codes.html", codes=made, login=mine().person.email)


def proof_facts(error: str = "") -> dict[str, Any]:
    """What every page that asks for a code has to say."""
    signin = mine()
    return {
        "error": error,
        "waited": waited(),
        "by_mail": signin.by_mail,
        "waiting": signin.by_mail and codes.is_waiting(portal(), signin),
        "masked_email": masked(signin.person.email),
        "demo": portal().settings.demo,
        **lock_facts(),
    }


def refusal(error: Refused) -> str:
    """What the page says when the code was not right."""
    return _(LOCKED) if isinstance(error, AccountLocked) else _(WRONG_CODE)


def waited() -> str:
    """Why no code was mailed, when the page was asked for one too soon."""
    wait = request.args.get("wait", "")
    if wait == "hour":
        return _(NO_MORE_CODES)
    if wait.isascii() and wait.isdigit():
        return _("Wait %(seconds)s seconds before you ask for a new code.", seconds=wait[:3])
    return ""


def masked(email: str) -> str:
    """An address that only its owner recognises."""
    login, _at, domain = email.partition("@")
    return f"{login[:1]}•••@{domain}"


def _channel_page(error: str = "") -> str:
    new = own_channel.OTHER[mine().channel or own_channel.EMAIL]
    by_recovery = request.args.get("by") == "recovery"
    return render_template("account/channel.html", new=new, by_recovery=by_recovery, **proof_facts(error))


def _new_channel_page(change: Change, error: str = "") -> str:
    facts: dict[str, Any] = {"qr_svg": "", "secret_groups": []}
    if change.channel == own_channel.APP:
        picture = segno.make(factors.app_uri(change.secret, mine().person.email), micro=False)
        facts["qr_svg"] = picture.svg_data_uri(scale=4, light="#fff")
        facts["secret_groups"] = [change.secret[i : i + 4] for i in range(0, len(change.secret), 4)]
    facts |= {"masked_email": masked(mine().person.email), "demo": portal().settings.demo, "waited": waited()}
    facts |= lock_facts()
    return render_template("account/new_channel.html", to=change.channel, error=error, **facts)


def _recovery_page(error: str = "") -> str:
    left = recovery.left(portal(), mine().person.id)
    return render_template("account/recovery.html", left=left, **proof_facts(error))
