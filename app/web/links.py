"""The pages on which people set a password with a link from a mail, or ask for such a link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for

from app.commands.signing import forgotten, links, own_passwords, signin
from app.commands.signing.signin_refusals import LinkOver, WeakPassword
from app.store.links import Link
from app.web.guards import origin, portal, public
from app.web.languages import gettext as _
from app.web.security import limited

bp = Blueprint("links", __name__)
GONE = 410


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@limited
@public
def set_password(token: str) -> Any:
    """Ask for a new password; looking at the page leaves the link as good as it was, for mail scanners look too."""
    link = links.holder(portal(), token)
    if link is None:
        return _over()
    if request.method != "POST":
        return _form(token, link)
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _form(token, link, again=_("This is not the same password as above.")), 422
    try:
        own_passwords.set_by_link(portal(), token, password, origin())
    except WeakPassword as error:
        return _form(token, link, password=_(str(error))), 422
    except LinkOver:
        return _over()
    mailbox = portal().settings.unlock_mailbox
    return render_template("sign_in/password_set.html", link=link, mailbox=mailbox)


@bp.route("/sign-in/forgotten", methods=["GET", "POST"])
@limited
@public
def ask() -> Any:
    """Ask for the login ID and promise a link; the answer is the same for everybody."""
    if request.method != "POST":
        return render_template("sign_in/forgotten.html", error=None)
    typed = request.form.get("email", "")[: signin.LONGEST_LOGIN].strip()
    if not typed:
        return render_template(
            "sign_in/forgotten.html", error=_("Enter the e-mail address that you sign in with.")
        ), 422
    forgotten.ask_for_link(portal(), typed, origin())
    settings = portal().settings
    return render_template("sign_in/asked.html", email=typed, mailbox=settings.unlock_mailbox, demo=settings.demo)


def _form(token: str, link: Link, **errors: str) -> str:
    action = url_for("links.set_password", token=token)
    return render_template("sign_in/new_password.html", action=action, link=link, errors=errors)


def _over() -> Any:
    return current_app.make_response((render_template("sign_in/link_over.html"), GONE))
