"""My account: who I am here, what I may do, my password, and where I am signed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.signing import own_passwords, own_signins, passkeys, recovery
from app.commands.signing.signin_refusals import AccountLocked, WeakPassword, WrongPassword
from app.store import choices, feeds
from app.store.signins import Signin
from app.web import pages, standing
from app.web.desks import desk_title
from app.web.guards import current_signin, origin, portal, signed_in
from app.web.languages import gettext as _
from app.web.security import limited
from engine.people import DESK_LANES, Person, Right
from engine.rights import ADMIN, ANALYST, AUDITOR, BUSINESS, CCDA, OPS, STAFF

bp = Blueprint("account", __name__)


class Group(NamedTuple):
    """A group of letters about requests, as pages name it."""

    title: str
    hint: str


KINDS = {
    BUSINESS: "Business user",
    CCDA: "Delegated administrator (CCDA)",
    STAFF: "Exchange staff",
    OPS: "Operations",
    AUDITOR: "Auditor",
    ADMIN: "Administrator of the portal",
    ANALYST: "Analyst",
}
LANES = {
    "maker": "maker",
    "checker": "checker",
    "desk_maker": "processes requests",
    "desk_checker": "approves requests",
}
DONE = {
    "password": "Your password is changed, and every other sign-in has ended.",
    "app": "Your one-time codes come from your authenticator app now.",
    "email": "Your one-time codes come by e-mail now.",
    "sign-in": "The sign-in has ended.",
    "sign-ins": "Every other sign-in has ended.",
    "letters": "You hear of requests as you chose.",
    "feed-revoked": "The address of your calendar leads nowhere any more.",
    "substitute": "Your substitute is named.",
    "substitute-ended": "The substitution has ended.",
    "passkey": "Your passkey is ready for the next sign-in.",
    "passkey-removed": "The passkey is removed.",
}
GROUPS = {
    choices.TASKS: Group("New tasks", "A request waits for me, comes back to me, or somebody asks me about it."),
    choices.MOVES: Group("Moves and ends of my requests", "A request I had a hand in goes on, ends, or takes effect."),
    choices.REMINDERS: Group("Reminders and overdue", "Something is due soon, is overdue, or was not submitted yet."),
}
WAYS = {
    choices.MAIL: "Each by mail",
    choices.DIGEST: "In the daily digest only",
    choices.PORTAL: "In the portal only",
}
WRONG_PASSWORD = "This is not your password."  # noqa: S105  a sentence
LOCKED = (
    "Your account is locked after too many wrong passwords or codes. You can go on working; see who unlocks it below."
)


@bp.get("/account")
@signed_in
def show() -> Any:
    """Say who I am here, what I may do and how I sign in."""
    signin = mine()
    person = signin.person
    return render_template(
        "account/show.html",
        person=person,
        kind=_(KINDS[person.kind]),
        seats=_seats(person),
        channel=signin.channel,
        passkeys=len(passkeys.of_person(portal(), person.id)),
        recovery_left=recovery.left(portal(), person.id),
        news=_news(person),
        away=standing.lines(person),
        open_ones=own_signins.open_ones(portal(), signin),
        done=_(DONE[request.args["done"]]) if request.args.get("done") in DONE else "",
    )


@bp.route("/account/password", methods=["GET", "POST"])
@limited
@signed_in
def password() -> Any:
    """Change my password."""
    if request.method != "POST":
        return _password_page()
    form = request.form
    if form.get("password", "") != form.get("again", ""):
        return _password_page(again=_("This is not the same password as above.")), 422
    try:
        own_passwords.change(portal(), mine(), form.get("old", ""), form.get("password", ""), origin())
    except WeakPassword as error:
        return _password_page(password=_(str(error))), 422
    except (WrongPassword, AccountLocked) as error:
        return _password_page(old=refusal(error)), 422
    return redirect(url_for("account.show", done="password"), 303)


@bp.route("/account/sign-ins", methods=["GET", "POST"])
@limited
@signed_in
def sign_ins() -> Any:
    """Show where I am signed in, and end what I do not want open."""
    if request.method != "POST":
        return _sign_ins_page()
    mark, typed = request.form.get("end", ""), request.form.get("password", "")
    try:
        if mark == "others":
            own_signins.end_others(portal(), mine(), typed, origin())
        elif not own_signins.end_one(portal(), mine(), mark, typed, origin()):
            return _sign_ins_page(_("This sign-in had ended already.")), 409
    except (WrongPassword, AccountLocked) as error:
        return _sign_ins_page(refusal(error)), 422
    return redirect(url_for("account.show", done="sign-ins" if mark == "others" else "sign-in"), 303)


def mine() -> Signin:
    """The sign-in of this request; the guard saw to it that it is a full one."""
    signin = current_signin()
    assert signin is not None  # noqa: S101
    return signin


def refusal(error: WrongPassword | AccountLocked) -> str:
    """What the page says when the password was not right."""
    return _(LOCKED) if isinstance(error, AccountLocked) else _(WRONG_PASSWORD)


def lock_facts() -> dict[str, Any]:
    """What every page with a proof says when the account is locked."""
    signin = mine()
    return {"locked": signin.locked, "kind": signin.person.kind, "mailbox": portal().settings.unlock_mailbox}


def _news(person: Person) -> list[dict[str, Any]]:
    """How the person hears of requests, one line for each group of letters and one for their calendar."""
    with portal().database.read() as connection:
        chosen, made = choices.of_person(connection, person.id), feeds.made_at(connection, person.id)
    letters = [
        {"label": _(GROUPS[name].title), "value": _(WAYS[way]), "change_url": url_for("news.letters")}
        for name, way in chosen.items()
    ]
    value = _("At a secret address, made on %(at)s", at=pages.day_and_time(made)) if made else _("None")
    return [*letters, {"label": _("In another calendar"), "value": value, "change_url": url_for("news.feed")}]


def _password_page(**errors: str) -> str:
    return render_template("account/password.html", login=mine().person.email, errors=errors, **lock_facts())


def _sign_ins_page(error: str = "") -> str:
    shown = [
        {
            "mark": one.mark,
            "browser": one.browser,
            "address": one.kept.address or _("unknown"),
            "since": pages.day_and_time(one.kept.opened_at),
            "seen": pages.day_and_time(one.kept.seen_at),
            "is_this": one.is_this,
        }
        for one in own_signins.open_ones(portal(), mine())
    ]
    return render_template("account/sign_ins.html", shown=shown, error=error, **lock_facts())


def _seats(person: Person) -> list[dict[str, Any]]:
    """The rights in words, one entry for each membership or for the desks of the exchange."""
    seats = [
        {
            "title": f"{seat.participant_id} · {seat.kind}",
            "rows": _rows(right for right in person.rights if right.membership == seat.id),
        }
        for seat in pages.memberships_of(person)
    ]
    desks = {"title": _("Desks"), "rows": _rows(right for right in person.rights if right.lane in DESK_LANES)}
    return [seat for seat in (*seats, desks) if seat["rows"]]


def _rows(rights: Iterable[Right]) -> list[dict[str, str]]:
    """What is held, gathered by how it is held: as maker, as checker, as both."""
    lanes: dict[str, set[str]] = {}
    for right in rights:
        lanes.setdefault(_title(right), set()).add(right.lane)
    held: dict[str, list[str]] = {}
    for title in sorted(lanes):
        held.setdefault(_(" and ").join(_(LANES[lane]) for lane in LANES if lane in lanes[title]), []).append(title)
    return [{"label": words[:1].upper() + words[1:], "value": ", ".join(held[words])} for words in sorted(held)]


def _title(right: Right) -> str:
    return desk_title(right.holder) if right.lane in DESK_LANES else pages.function_title(right.holder)
