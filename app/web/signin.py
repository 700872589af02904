"""The pages between a stranger and the dashboard."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from app.commands.signing import codes, factors, passkeys
from app.commands.signing import recovery as recoveries
from app.commands.signing import signin as commands
from app.commands.signing.links import LIVES, RESET
from app.commands.signing.signin_refusals import (
    AccountLocked,
    CodesSpent,
    CodeTooSoon,
    PasskeyRefused,
    SignInFailed,
    SignInOver,
    WrongCode,
)
from app.store.signins import MOST_TRIES, Signin
from app.web.guards import (
    current_signin,
    half_signed_in,
    hand_out,
    local_path,
    mark,
    marked_origin,
    origin,
    portal,
    public,
    somebody,
    take_back,
)
from app.web.help_entries import span
from app.web.security import at_home, failing, limited
from engine.errors import Refused

bp = Blueprint("signin", __name__)

NOT_RIGHT = "The e-mail address or the password is not right, or the account is locked."
WRONG_CODE = "This code is not right, or it is no longer valid."
MANY_CODES = "Many codes were mailed to this account within the last hour. Wait before you sign in again."
NO_MORE_CODES = "No more codes can be sent for this sign-in. Start again."
FROM_THE_APP = "Your codes come from your authenticator app."
BAD_PASSKEY = "The passkey was not accepted. Try it again, or enter a one-time code."
WIPE = '"cache", "storage"'


@bp.route("/sign-in", methods=["GET", "POST"])
@limited
@failing
@public
def password() -> Any:
    """Ask for the login ID and the password."""
    if request.method != "POST":
        return redirect(url_for("dashboard.show"), 303) if somebody() else _password_page()
    form = request.form
    try:
        token = commands.enter_password(portal(), form.get("email", ""), form.get("password", ""), origin())
    except SignInFailed:
        return _password_page(NOT_RIGHT), 422
    except CodesSpent:
        return _password_page(MANY_CODES), 422
    return hand_out(_to_second_factor(), token)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@limited
@half_signed_in
def code() -> Any:
    """Ask for the one-time code."""
    signin = _half()
    if signin.locked:
        return _locked_page(signin)
    if signin.channel is None:
        return redirect(url_for("signin.channel"), 303)
    if signin.channel == "app" and not signin.chosen and not signin.owes_proof:
        return redirect(url_for("signin.app"), 303)
    if request.method != "POST":
        return _code_page(signin)
    return _prove(signin) if signin.owes_proof else _enter(signin, _code_page)


@bp.post("/sign-in/code/mail")
@limited
@half_signed_in
def resend() -> Any:
    """Mail a new code."""
    signin = _half()
    try:
        codes.send_code(portal(), signin, origin())
    except CodeTooSoon as error:
        return _code_page(signin, f"Wait {error.seconds} seconds before you ask for a new code."), 422
    except CodesSpent:
        return _code_page(signin, NO_MORE_CODES if signin.by_mail else FROM_THE_APP), 422
    return redirect(url_for("signin.code"), 303)


@bp.route("/sign-in/channel", methods=["GET", "POST"])
@limited
@half_signed_in
def channel() -> Any:
    """Let a person choose, once, where their codes come from."""
    signin, chosen = _half(), request.form.get("channel")
    if signin.chosen or signin.locked:
        return redirect(url_for("signin.code"), 303)
    if request.method != "POST":
        return render_template("sign_in/channel.html", error=None)
    if chosen not in ("app", "email"):
        return render_template("sign_in/channel.html", error="Choose one of the two."), 422
    choose = commands.choose_app if chosen == "app" else commands.choose_email
    choose(portal(), signin, origin())
    return redirect(url_for("signin.code"), 303)


@bp.route("/sign-in/app", methods=["GET", "POST"])
@limited
@half_signed_in
def app() -> Any:
    """Show a new authenticator's secret, once a mailed code was right, and ask for its first code."""
    signin = _half()
    if signin.channel != "app" or signin.chosen or signin.locked or signin.owes_proof:
        return redirect(url_for("signin.code"), 303)
    return _enter(signin, _app_page) if request.method == "POST" else _app_page(signin)


@bp.route("/sign-in/recovery", methods=["GET", "POST"])
@limited
@half_signed_in
def recovery() -> Any:
    """Take a recovery code from somebody whose one-time codes do not come."""
    signin = _half()
    if not signin.chosen or signin.locked:
        return redirect(url_for("signin.code"), 303)
    return _enter(signin, _recovery_page, recoveries.enter_code) if request.method == "POST" else _recovery_page()


@bp.post("/sign-in/passkey/options")
@limited
@half_signed_in
def passkey_options() -> Any:
    """Tell the browser's script what a passkey has to sign."""
    try:
        options = passkeys.what_to_sign(portal(), _half())
    except SignInOver as error:
        return {"code": error.code, "sentence": str(error)}, 409
    return current_app.response_class(options, mimetype="application/json")


@bp.post("/sign-in/passkey")
@limited
@half_signed_in
def passkey() -> Any:
    """Take what a passkey has signed in place of a one-time code."""
    signin = _half()
    return _locked_page(signin) if signin.locked else _enter(signin, _code_page, passkeys.enter)


@bp.post("/sign-out")
@public
def out() -> Any:
    """End the sign-in on the server and in the browser."""
    if signin := current_signin():
        commands.sign_out(portal(), signin)
    session.clear()
    response = take_back(current_app.make_response(render_template("sign_in/signed_out.html")))
    response.headers["Clear-Site-Data"] = WIPE
    return response


@bp.get("/sign-in/help")
@public
def help() -> Any:
    """Say what one needs to sign in, and what to do when it does not work."""
    return render_template(
        "sign_in/help.html",
        mailbox=portal().settings.unlock_mailbox,
        tries=MOST_TRIES,
        code_life=span(codes.CODE_LIFE),
        reset_life=span(LIVES[RESET]),
    )


def _half() -> Signin:
    signin = current_signin()
    assert signin is not None  # noqa: S101  the guard saw to it
    return signin


def _password_page(error: str | None = None) -> str:
    return render_template(
        "sign_in/password.html",
        error=error,
        email=request.form.get("email", "")[: commands.LONGEST_LOGIN],
        next_url=local_path(request.values.get("next")),
        demo_logins=current_app.config.get("DEMO_LOGINS"),
    )


def _to_second_factor() -> Any:
    if former := current_signin():
        commands.sign_out(portal(), former)
    session.clear()
    if way_on := local_path(request.form.get("next")):
        session["next"] = way_on
    return redirect(url_for("signin.code"), 303)


def _enter(signin: Signin, page: Any, enter: Any = commands.enter_code) -> Any:
    here = marked_origin()
    try:
        token = enter(portal(), signin, request.form.get("code", ""), here)
    except (WrongCode, PasskeyRefused, AccountLocked, SignInOver) as error:
        return _refuse(signin, page, error)
    way_on = session.get("next") or url_for("dashboard.show")
    session.clear()
    return mark(hand_out(redirect(way_on, 303), token), here.device)


def _prove(signin: Signin) -> Any:
    try:
        commands.prove_address(portal(), signin, request.form.get("code", ""), origin())
    except (WrongCode, AccountLocked, SignInOver) as error:
        return _refuse(signin, _code_page, error)
    return redirect(url_for("signin.app"), 303)


def _refuse(signin: Signin, page: Any, error: Refused) -> Any:
    if isinstance(error, AccountLocked):
        return _locked_page(signin)
    if isinstance(error, SignInOver):
        return redirect(url_for("signin.password"), 303)
    return page(signin, BAD_PASSKEY if isinstance(error, PasskeyRefused) else WRONG_CODE), 422


def _code_page(signin: Signin, error: str | None = None) -> str:
    return render_template(
        "sign_in/code.html",
        error=error,
        by_mail=signin.by_mail,
        before_app=signin.owes_proof,
        masked_email=_masked(signin.person.email),
        can_switch=not signin.chosen,
        has_passkey=signin.chosen and _can_use_passkey(signin),
        demo=portal().settings.demo,
    )


def _can_use_passkey(signin: Signin) -> bool:
    return at_home(passkeys.site(portal()).domain) and bool(passkeys.of_person(portal(), signin.person.id))


def _recovery_page(_signin: Signin | None = None, error: str | None = None) -> str:
    return render_template("sign_in/recovery.html", error=error)


def _app_page(signin: Signin, error: str | None = None) -> str:
    secret = commands.pending_secret(portal(), signin)
    picture = segno.make(factors.app_uri(secret, signin.person.email), micro=False)
    return render_template(
        "sign_in/app.html",
        error=error,
        qr_svg=picture.svg_data_uri(scale=4, light="#fff"),
        secret_groups=[secret[i : i + 4] for i in range(0, len(secret), 4)],
    )


def _locked_page(signin: Signin) -> Any:
    is_ccda = signin.person.kind == "ccda"
    return render_template("sign_in/locked.html", is_ccda=is_ccda, mailbox=portal().settings.unlock_mailbox), 403


def _masked(email: str) -> str:
    login, _, domain = email.partition("@")
    return f"{login[:1]}•••@{domain}"
