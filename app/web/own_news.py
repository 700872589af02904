"""How I hear of requests: letters, the daily digest, and a calendar for other programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from app.commands.signing import own_choices, own_feed
from app.commands.signing.own_choices import WrongChoice
from app.commands.signing.signin_refusals import AccountLocked, WrongPassword
from app.store import choices
from app.web import pages
from app.web.account import GROUPS, WAYS, lock_facts, mine, refusal
from app.web.guards import origin, portal, public, signed_in
from app.web.languages import gettext as _
from app.web.security import limited, read_limited

bp = Blueprint("news", __name__)


@bp.route("/account/letters", methods=["GET", "POST"])
@limited
@signed_in
def letters() -> Any:
    """Choose what comes by mail, what once a day, and what stays in the portal."""
    if request.method != "POST":
        with portal().database.read() as connection:
            return _letters_page(choices.of_person(connection, mine().person.id))
    ways = {letters: request.form.get(letters, "") for letters in choices.LETTERS}
    try:
        own_choices.choose_ways(portal(), mine(), ways, origin())
    except WrongChoice as error:
        return _letters_page(ways, error.letters), 422
    return redirect(url_for("account.show", done="letters"), 303)


@bp.route("/account/calendar", methods=["GET", "POST"])
@limited
@signed_in
def feed() -> Any:
    """Make a secret address for my calendar, and show it this once."""
    if request.method != "POST":
        return _feed_page()
    try:
        token = own_feed.make(portal(), mine(), request.form.get("password", ""), origin())
    except (WrongPassword, AccountLocked) as error:
        return _feed_page(refusal(error)), 422
    address = portal().settings.base_url + url_for("news.read_feed", token=token)
    return render_template("account/feed_made.html", address=address)


@bp.post("/account/calendar/revocation")
@limited
@signed_in
def revoke_feed() -> Any:
    """Let the address of my calendar lead nowhere any more."""
    own_feed.revoke(portal(), mine(), origin())
    return redirect(url_for("account.show", done="feed-revoked"), 303)


@bp.get("/calendar/feed/<token>.ics")
@read_limited
@public
def read_feed(token: str) -> Response:
    """A calendar, for whoever knows its address."""
    text = own_feed.read(portal(), token)
    if text is None:
        abort(404)
    return Response(text, mimetype="text/calendar")


def _letters_page(ways: dict[str, str], wrong: str = "") -> str:
    groups = [
        {"name": name, "title": _(title), "hint": _(hint), "way": ways[name]} for name, (title, hint) in GROUPS.items()
    ]
    error = _("Choose one of the three.") if wrong else ""
    options = [(way, _(label)) for way, label in WAYS.items()]
    return render_template("account/letters.html", groups=groups, options=options, wrong=wrong, error=error)


def _feed_page(error: str = "") -> str:
    made = own_feed.made_at(portal(), mine().person.id)
    return render_template(
        "account/feed.html", made=pages.day_and_time(made) if made else "", error=error, **lock_facts()
    )
