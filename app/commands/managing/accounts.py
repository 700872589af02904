"""Accounts: who is added, suspended, opened again, unlocked and ended, by whom, and who hears of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from app.commands import administration
from app.commands.administration import OPERATOR, Doer, Whom, doer
from app.commands.managing import acting, seats
from app.commands.managing.account_letters import promise_letters
from app.commands.portal import Portal
from app.commands.requests.steps import By
from app.commands.signing import links
from app.commands.signing.signin import login_of
from app.commands.signing.signin_letters import unlocked_payload
from app.commands.signing.signin_refusals import CannotUnlock
from app.store import accounts, people, signins, substitutes
from app.store import links as kept_links
from app.store.accounts import ACTIVE, ENDED, INVITED, SUSPENDED, Account
from app.store.database import Connection
from engine.errors import NoRight, NotFound, Refused
from engine.people import Person
from engine.rights import CCDA, Subject, may_to
from engine.sentence import say

LETTERS = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"  # of a login ID, which is in small letters; a mail server takes no others
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"{LETTERS}(?:\.{LETTERS})*@(?:{LABEL}\.)+{LABEL}", re.ASCII)
LONGEST_MAILBOX = 64
UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing
LONGEST = {"email": 254, "name": 120, "title": 80, "phone": 24}
STATES = {
    "suspend": (ACTIVE, INVITED),
    "activate": (SUSPENDED, ENDED),
    "deactivate": (ACTIVE, INVITED, SUSPENDED),
    "forget": (ACTIVE, SUSPENDED),
}


class Particulars(NamedTuple):
    """What is known of somebody beside what they may do."""

    name: str
    title: str = ""
    phone: str = ""


class WrongParticulars(Refused):
    """A name or an address that cannot be used; `fields` says which and why."""

    code = "wrong_particulars"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class NotInThatState(Refused):
    """The account is not in the state that this begins from."""

    code = "not_in_that_state"

    def __init__(self, verb: str, state: str) -> None:
        super().__init__(
            say("Expected an account that can be changed so ({verb}), but this one is {state}.", verb=verb, state=state)
        )


class SenderDiffers(Refused):
    """The mail that asks to unlock did not come from the login ID."""

    code = "sender_differs"

    def __init__(self) -> None:
        super().__init__(say("Expected the mail to come from the login ID itself, but it came from another address."))


def add(portal: Portal, by: By, company: int, kind: str, email: str, particulars: Particulars) -> int:
    """Add an account, mail its owner a link to set a password, and return its id.

    Raises `WrongParticulars`, `NoRight`, or `NotFound` for a company that the person may not know of.
    """
    login, known = checked(email, particulars)
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor = acting.alone(connection, by, company)
        if not may_to(actor, "add", Subject(0, company, kind)):
            raise NotFound(f"the company {company}")
        if people.id_of(connection, login) is not None:
            raise WrongParticulars(
                {"email": say("Somebody signs in with {login} already: use another address.", login=login)}
            )
        person = people.add_person(
            connection, company, login, kind=kind, added_at=now, certified_at=now, **known._asdict()
        )
        if kind == CCDA:
            seats.grant_special(connection, company)
        links.promise_link(connection, portal, person, login, links.WELCOME)
        account = _found(accounts.account(connection, person))
        _seal(connection, portal, doer(actor, by.address), account, "account.added", kind=kind)
        tell_colleagues(connection, actor, account, "account added", now)
    return person


def change_particulars(portal: Portal, by: By, person: int, particulars: Particulars) -> None:
    """Change name, title and phone; the login ID stays what it is."""
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "change")
        known = checked(account.email, particulars)[1]._asdict()
        changed = {name: said for name, said in known.items() if said != getattr(account, name)}
        if changed:
            accounts.set_particulars(connection, person, **changed)
            _seal(connection, portal, doer(actor, by.address), account, "account.changed", **changed)
            tell_colleagues(connection, actor, account, "particulars changed", portal.clock.now())


def suspend(portal: Portal, by: By, person: int) -> None:
    """Close an account until it is activated again; its owner is signed out at once and keeps all rights."""

    def close(connection: Connection, now: datetime) -> None:
        accounts.set_state(connection, person, active=False, ended_at=None)
        signins.end_all(connection, person, now)
        kept_links.end_all(connection, person, now)

    _turn(portal, by, person, "suspend", "account.suspended", "account suspended", close)


def activate(portal: Portal, by: By, person: int) -> None:
    """Open a suspended account again; one that was ended begins anew: with a welcome, and without rights."""

    def open_again(connection: Connection, _now: datetime) -> None:
        account = _found(accounts.account(connection, person))
        accounts.set_state(connection, person, active=True, ended_at=None)
        if account.state == ENDED:
            accounts.forget_ways_in(connection, person)
            links.promise_link(connection, portal, person, account.email, links.WELCOME)
        if account.kind == CCDA:
            seats.grant_special(connection, account.company)

    _turn(portal, by, person, "activate", "account.activated", "account activated", open_again)


def deactivate(portal: Portal, by: By, person: int) -> None:
    """End an account: no sign-in and no right is left. What its owner did stays, and their open tasks are others'."""

    def end(connection: Connection, now: datetime) -> None:
        accounts.set_state(connection, person, active=False, ended_at=now)
        accounts.take_all_rights(connection, person)
        accounts.close_asked(connection, person, now)
        substitutes.end_all(connection, person, now)
        signins.end_all(connection, person, now)
        kept_links.end_all(connection, person, now)

    _turn(portal, by, person, "deactivate", "account.deactivated", "account deactivated", end)


def forget_codes(portal: Portal, by: By, person: int, sender: str = "") -> None:
    """Let somebody who has lost their device choose anew where codes come from, once a mailed code proves them.

    sender: as in `unlock`; whoever gets a delegated administrator's codes forgotten would need the password alone.
    """

    def forget(connection: Connection, now: datetime) -> None:
        accounts.forget_codes(connection, person)
        signins.end_all(connection, person, now)

    _require_sender(portal, by, person, "change", "forget.refused", sender)
    _turn(portal, by, person, "forget", "channel.forgotten", "one-time codes to be set up anew", forget, sender)


def welcome_again(portal: Portal, by: By, person: int) -> None:
    """Mail a new link to somebody who has not set a password yet; the earlier one is worth nothing then."""
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "change")
        if account.state != INVITED:
            raise NotInThatState("send the welcome mail again", account.state)
        links.promise_link(connection, portal, person, account.email, links.WELCOME)
        _seal(connection, portal, doer(actor, by.address), account, "account.welcomed")


def unlock(portal: Portal, by: By, person: int, sender: str = "") -> None:
    """Open a locked account again and mail its owner.

    sender: of a delegated administrator, the address from which they asked; it has to be their login ID, and either
    way the comparison is sealed. Raises `SenderDiffers`, or `NotInThatState` for an account that is not locked.
    """
    _require_sender(portal, by, person, "unlock", "unlock.refused", sender)
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "unlock")
        if not signins.unlock(connection, person):
            raise NotInThatState("unlock", "not locked")
        promise_letters(connection, [unlocked_payload(account.email, actor.name)], now)
        people.record(connection, now, person, "account.unlocked", by=actor.name)
        _seal(connection, portal, doer(actor, by.address), account, "account.unlocked", **_compared(account, sender))
        tell_colleagues(connection, actor, account, "account unlocked", now)


def unlock_as_operator(portal: Portal, email: str) -> None:
    """Open a locked account again from the command line, which asks for no right; raises `CannotUnlock`."""
    login, now = login_of(email), portal.clock.now()
    with portal.database.write() as connection:
        known = people.id_of(connection, login)
        account = accounts.account(connection, known) if known else None
        if account is None:
            raise CannotUnlock(
                say("Expected the e-mail address of an account, but nobody signs in with {login!r}.", login=login)
            )
        administration.hold(connection, account.company)
        if not signins.unlock(connection, account.id):
            raise CannotUnlock(say("Expected a locked account, but that of {login} is not.", login=login))
        promise_letters(connection, [unlocked_payload(login, OPERATOR.name)], now)
        people.record(connection, now, account.id, "account.unlocked", by=OPERATOR.name)
        _seal(connection, portal, OPERATOR, account, "account.unlocked")


# --- shared with grants -----------------------------------------------------------------------------------------------
def subject_of(connection: Connection, by: By, person: int, what: str) -> tuple[Person, Account]:
    """Who acts, and the account, held; raises `NotFound` when it is none of theirs, `NoRight` when it is their own."""
    known = accounts.account(connection, person)
    if known is None:
        raise NotFound("this account")
    if by.person == person:
        raise NoRight(what, "your own account")
    actor = acting.alone(connection, by, known.company)
    if not may_to(actor, what, as_subject(known)):
        raise NotFound("this account")
    return actor, _found(accounts.locked(connection, person))


def checked(email: str, particulars: Particulars) -> tuple[str, Particulars]:
    """Login ID and particulars as they are kept; raises `WrongParticulars`."""
    login = login_of(email)
    known = Particulars(*(plain(said) for said in particulars))
    wrong: dict[str, str] = {}
    too_long = max(len(email), len(login)) > LONGEST["email"] or len(login.partition("@")[0]) > LONGEST_MAILBOX
    if too_long or not ADDRESS.fullmatch(login):
        wrong["email"] = say("Enter an e-mail address such as name@company.com.")
    if not can_be_read(known.name):
        wrong["name"] = say("Enter the name.")
    for field, said in known._asdict().items():
        if len(said) > LONGEST[field]:
            wrong[field] = say("Use at most {value} characters.", value=LONGEST[field])
    if wrong:
        raise WrongParticulars(wrong)
    return login, known


def as_subject(account: Account) -> Subject:
    """The account as the table of rights asks about it."""
    return Subject(account.id, account.company, account.kind)


def whom(account: Account) -> Whom:
    """The account as a trail names it."""
    return Whom(account.id, account.name, account.email)


def tell(connection: Connection, account: Account, by: str, what: str, now: datetime) -> None:
    """Mail somebody what was changed in their account."""
    promise_letters(connection, [{"template": "account_told", "to": account.email, "what": what, "by": by}], now)


def _require_sender(portal: Portal, by: By, person: int, what: str, refused: str, sender: str) -> None:
    """Raise `SenderDiffers`, and seal it, when a delegated administrator's mail came from another address."""
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, what)
        compared = _compared(account, sender)
        if compared.get("same", True):
            return
        _seal(connection, portal, doer(actor, by.address), account, refused, **compared)
    raise SenderDiffers


def _compared(account: Account, sender: str) -> dict[str, Any]:
    if account.kind != CCDA:
        return {}
    return {"sender": login_of(sender), "same": login_of(sender) == account.email}


def _turn(
    portal: Portal,
    by: By,
    person: int,
    verb: str,
    action: str,
    words: str,
    change: Callable[[Connection, datetime], None],
    sender: str | None = None,
) -> None:
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "change")
        if account.state not in STATES[verb]:
            raise NotInThatState(verb, account.state)
        change(connection, now)
        facts = {} if sender is None else _compared(account, sender)
        _seal(connection, portal, doer(actor, by.address), account, action, **facts)
        if verb != "activate" or account.state == SUSPENDED:
            tell(connection, account, actor.name, words, now)
        tell_colleagues(connection, actor, account, words, now)


def tell_colleagues(connection: Connection, actor: Person, account: Account, what: str, now: datetime) -> None:
    """Mail the other delegated administrators of the company what one of them, or the exchange, has changed."""
    others = [one for one in people.ccdas_of(connection, account.company) if one.id not in (actor.id, account.id)]
    said = {"template": "account_changed", "what": what, "by": actor.name, "whom": account.name}
    promise_letters(connection, [said | {"to": one.email} for one in others], now)


def _seal(connection: Connection, portal: Portal, by: Doer, account: Account, action: str, **facts: Any) -> None:
    administration.seal_change(connection, portal, account.company, by, action, whom(account), **facts)


def _found(account: Account | None) -> Account:
    if account is None:
        raise NotFound("this account")
    return account


def can_be_read(said: str) -> bool:
    """Whether a name has a letter that shows."""
    return any(letter.isalnum() and letter not in UNSEEN for letter in said)


def plain(said: str) -> str:
    """A line of text without what cannot be seen."""
    kept = "".join(letter for letter in unicodedata.normalize("NFC", said) if unicodedata.category(letter)[0] != "C")
    return " ".join(kept.split())
