"""People of a company: who they are, what state their accounts are in, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.managing import accounts as commands
from app.commands.managing.accounts import NotInThatState, Particulars, SenderDiffers, WrongParticulars
from app.commands.portal import Portal
from app.commands.requests.steps import By
from app.store import accounts, administration
from app.store.accounts import ACTIVE, ENDED, INVITED, SUSPENDED, Account
from app.store.database import Connection
from app.web import pages, standing
from app.web.administration import lines
from app.web.guards import current_person, only, portal, signed_in
from app.web.languages import gettext as _
from app.web.rights import desk_matrix, due_count, matrix, summary, tabs, waiting
from engine.errors import NotFound
from engine.people import Person, Right
from engine.rights import BUSINESS, CCDA, may_to

bp = Blueprint("people", __name__, url_prefix="/people")
NEWEST = 8
Verb = Callable[[Portal, By, int], None]
VERBS: dict[str, Verb] = {
    "suspend": commands.suspend,
    "activate": commands.activate,
    "deactivate": commands.deactivate,
    "welcome": commands.welcome_again,
}
MAILED: dict[str, Callable[[Portal, By, int, str], None]] = {
    "forget": commands.forget_codes,
    "unlock": commands.unlock,
}


@bp.get("")
@only("manage people")
def index() -> str:
    """Everybody of the company, and what they may do."""
    person = current_person()
    with portal().database.read() as connection:
        people = accounts.of_company(connection, person.company, [BUSINESS])
        colleagues = accounts.of_company(connection, person.company, [CCDA])
        held = accounts.rights_in(connection, person.company)
        asked = {one.person for one in accounts.asked(connection, person.company)}
    return render_template(
        "people/index.html",
        tabs=tabs("people", due=due_count(people)),
        people=[row(one, held.get(one.id, frozenset()), waits=one.id in asked) for one in people],
        colleagues=[row(one, frozenset()) | {"url": ""} for one in colleagues],
        company=person.company_name,
    )


@bp.route("/new", methods=["GET", "POST"])
@only("manage people")
def new() -> Any:
    """Add a business user to the company."""
    if request.method != "POST":
        return new_page(url_for("people.new"), url_for("people.index"), _("Add a person"), {})
    try:
        person = commands.add(portal(), pages.acting(), current_person().company, BUSINESS, *_typed())
    except WrongParticulars as error:
        return new_page(url_for("people.new"), url_for("people.index"), _("Add a person"), error.fields), 422
    return redirect(url_for("people.show", person=person, done="added"), 303)


@bp.get("/<int:person>")
@signed_in
def show(person: int) -> str:
    """One account: its state, its particulars, its rights, and what was done to it."""
    reader = current_person()
    with portal().database.read() as connection:
        account = found(connection, reader, person)
        return _page(connection, reader, account)


@bp.route("/<int:person>/particulars", methods=["GET", "POST"])
@signed_in
def particulars(person: int) -> Any:
    """Change name, title and phone."""
    reader = current_person()
    with portal().database.read() as connection:
        account = found(connection, reader, person, "change")
    back, here = url_for("people.show", person=person), url_for("people.particulars", person=person)
    if request.method != "POST":
        return new_page(here, back, _("Change particulars"), {}, account)
    try:
        commands.change_particulars(portal(), pages.acting(), person, _typed()[1])
    except WrongParticulars as error:
        return new_page(here, back, _("Change particulars"), error.fields, account), 422
    return redirect(url_for("people.show", person=person, done="changed"), 303)


@bp.route("/<int:person>/state/<verb>", methods=["GET", "POST"])
@signed_in
def turn(person: int, verb: str) -> Any:
    """Suspend, activate, deactivate, unlock, or send the welcome mail again; after a page that says what it means."""
    reader = current_person()
    if verb not in VERBS.keys() | MAILED.keys():
        raise NotFound("this page")
    with portal().database.read() as connection:
        account = found(connection, reader, person, "unlock" if verb == "unlock" else "change")
    if request.method != "POST":
        if verb not in _verbs(account):
            raise NotInThatState(verb, _state(account)["label"].lower())
        return _turn_page(account, verb, "")
    try:
        _do(account, verb)
    except SenderDiffers:
        return _turn_page(account, verb, _("This is not the login ID: leave the account as it is.")), 422
    return redirect(url_for("people.show", person=person, done=verb), 303)


# --- shared with the exchange's pages ---------------------------------------------------------------------------------
def found(connection: Connection, reader: Person, person: int, what: str = "see") -> Account:
    """An account that the reader may do this to; raises `NotFound` for any other."""
    account = accounts.account(connection, person)
    if account is None or not may_to(reader, what, commands.as_subject(account)):
        raise NotFound("this account")
    return account


def row(account: Account, held: frozenset[Right], *, waits: bool = False) -> dict[str, Any]:
    """One account in a list."""
    return {
        "name": account.name,
        "email": account.email,
        "title": account.title,
        "url": url_for("people.show", person=account.id),
        "state": _state(account),
        "may": summary(held),
        "waits": waits,
        "seen": pages.day_and_time(account.seen_at) if account.seen_at else "",
    }


def new_page(here: str, back: str, heading: str, wrong: dict[str, str], account: Account | None = None) -> str:
    """The form for particulars; the login ID is asked of new people alone."""
    said = request.form if request.method == "POST" else account._asdict() if account else {}
    asked = (
        ("email", _("E-mail address"), _("It is the login ID, and where codes and notices are sent."), "email"),
        ("name", _("Name"), "", "text"),
        ("title", _("Job title"), "", "text"),
        ("phone", _("Phone"), "", "phone"),
    )
    fields = [
        {
            "id": name,
            "name": name,
            "key": name,
            "kind": kind,
            "label": label,
            "hint": hint,
            "value": said.get(name, ""),
            "required": name in ("email", "name"),
            "max_length": commands.LONGEST[name],
            "errors": [wrong[name]] if name in wrong else [],
        }
        for name, label, hint, kind in asked
        if account is None or name != "email"
    ]
    errors = [(name, sentence) for name, sentence in wrong.items()]
    return render_template(
        "people/particulars.html",
        heading=heading,
        url=here,
        back=back,
        fields=fields,
        errors=errors,
        account=account,
        is_new=account is None,
    )


def _typed() -> tuple[str, Particulars]:
    form = request.form
    return form.get("email", ""), Particulars(form.get("name", ""), form.get("title", ""), form.get("phone", ""))


def _page(connection: Connection, reader: Person, account: Account) -> str:
    subject = commands.as_subject(account)
    held = accounts.rights_in(connection, account.company).get(account.id, frozenset())
    may_grant = may_to(reader, "grant functions", subject) and account.state != ENDED
    staffs = may_to(reader, "grant desks", subject) and account.state != ENDED
    copied = request.args.get("copy", "")
    return render_template(
        "people/show.html",
        account=account,
        state=_state(account),
        facts=_facts(account),
        verbs=[_button(account, verb) for verb in _verbs(account)] if may_to(reader, "change", subject) else [],
        change_url=url_for("people.particulars", person=account.id) if may_to(reader, "change", subject) else "",
        matrix=matrix(connection, account, held, copied) if may_grant else None,
        desks=desk_matrix(connection, account, held) if staffs else None,
        waiting=waiting(connection, account, reader, held) if may_grant else None,
        substitute=standing.card(connection, account, reader),
        history=lines(administration.about(connection, account.id, NEWEST)),
        done=DONE.get(request.args.get("done", ""), ""),
        back=url_for("people.index") if reader.kind == CCDA else url_for("exchange.staff"),
        company_url=url_for("exchange.company", company=account.company) if account.kind == CCDA else "",
    )


def _facts(account: Account) -> list[dict[str, str]]:
    channel = {"app": _("Authenticator app"), "email": _("E-mail")}.get(account.channel or "", "")
    rows = [
        (_("Login ID"), account.email),
        (_("Job title"), account.title),
        (_("Phone"), account.phone),
        (_("Codes come from"), channel or _("not chosen yet")),
        (_("Last seen"), pages.day_and_time(account.seen_at) if account.seen_at else _("never signed in")),
    ]
    if account.kind == BUSINESS:
        at = pages.day_and_time(account.certified_at) if account.certified_at else ""
        rows.append((_("Rights last looked at"), at))
    return [{"label": label, "value": value} for label, value in rows]


def _state(account: Account) -> dict[str, str]:
    if account.locked_at and account.state in (ACTIVE, INVITED):
        return {"label": _("Locked"), "tone": "returned"}
    return {
        ACTIVE: {"label": _("Active"), "tone": "success"},
        INVITED: {"label": _("Invited"), "tone": "waiting"},
        SUSPENDED: {"label": _("Suspended"), "tone": "returned"},
        ENDED: {"label": _("Deactivated"), "tone": "ended"},
    }[account.state]


def _verbs(account: Account) -> list[str]:
    """What can be done to an account as it stands."""
    verbs = ["unlock"] if account.locked_at else []
    verbs += ["welcome"] if account.state == INVITED else []
    verbs += [verb for verb, states in commands.STATES.items() if account.state in states]
    return [verb for verb in verbs if verb != "forget" or account.channel]


def _button(account: Account, verb: str) -> dict[str, str]:
    return {"label": _(WORDS[verb][0]), "url": url_for("people.turn", person=account.id, verb=verb)}


def _asks_sender(account: Account, verb: str) -> bool:
    """Whether the exchange is asked from which address a delegated administrator wrote."""
    return verb in MAILED and account.kind == CCDA


def _do(account: Account, verb: str) -> None:
    if verb in MAILED:
        MAILED[verb](portal(), pages.acting(), account.id, request.form.get("sender", ""))
    else:
        VERBS[verb](portal(), pages.acting(), account.id)


def _turn_page(account: Account, verb: str, error: str) -> str:
    title, sentence = WORDS[verb]
    if verb == "activate" and account.state == ENDED:
        sentence = COMES_BACK
    return render_template(
        "people/turn.html",
        heading=_("%(verb)s: %(name)s", verb=_(title), name=account.name),
        sentence=_(sentence),
        label=_(title),
        account=account,
        dangerous=verb in ("suspend", "deactivate", "forget"),
        url=url_for("people.turn", person=account.id, verb=verb),
        back=url_for("people.show", person=account.id),
        asks_sender=_asks_sender(account, verb),
        sender=request.form.get("sender", ""),
        mailbox=portal().settings.unlock_mailbox,
        error=error,
    )


WORDS = {
    "unlock": ("Unlock", "They can sign in again with their usual password and code."),
    "welcome": ("Send the welcome mail again", "A new link is mailed, good for 24 hours. The earlier one ends."),
    "suspend": (
        "Suspend",
        "They are signed out now and cannot sign in until activated. Their rights stay.",
    ),
    "activate": (
        "Activate",
        "They can sign in again as before, and hold the rights they had.",
    ),
    "forget": (
        "Set up codes anew",
        "For somebody who has lost their phone. They are signed out; their authenticator, recovery codes and passkeys "
        "are forgotten. At the next sign-in a code is mailed to them, and they choose anew.",
    ),
    "deactivate": (
        "Deactivate",
        "They are signed out now and lose every right. What they did stays in every trail, and what they had open can "
        "be done by their colleagues.",
    ),
}
COMES_BACK = "The account begins anew: a welcome mail goes out, and it holds no right until one is granted."
DONE = {
    "added": "Added. The welcome mail is on its way; now grant the rights.",
    "changed": "Saved.",
    "substitute": "The substitute is named; where a second administrator has to agree, the others were mailed.",
    "rights": "The rights are saved. They work from the next page on.",
    "asked": "A second administrator has to agree: the others were mailed.",
    "answered": "Answered.",
    "desks": "The desks are saved.",
    "unlock": "Unlocked.",
    "forget": "At the next sign-in they choose anew where their codes come from.",
    "welcome": "The welcome mail is on its way.",
    "suspend": "Suspended.",
    "activate": "Activated.",
    "deactivate": "Deactivated.",
}
