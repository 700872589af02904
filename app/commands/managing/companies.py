"""Companies, memberships and desks: what the exchange sets up, changes and removes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from app.commands import administration
from app.commands.administration import Doer, doer
from app.commands.managing import accounts, acting, seats
from app.commands.managing.account_letters import promise_letters
from app.commands.portal import Portal
from app.commands.requests.steps import By
from app.store import accounts as kept
from app.store import cases, companies, definitions, people, signins, substitutes
from app.store.database import Connection
from engine import functions
from engine.errors import NoRight, NotFound, Refused
from engine.rights import BUSINESS, CCDA, may
from engine.sentence import say

CODE = re.compile(r"[A-Z]{2}[0-9]{5}")
PARTICIPANT = re.compile(r"[A-Z][0-9]{5}")
DESK = re.compile(r"[A-Z]{2,8}")
LONGEST_EN, LONGEST_ZH, LONGEST_TITLE = 160, 80, 80


class WrongCompany(Refused):
    """A code, a name or a membership that cannot be used; `fields` says which and why."""

    code = "wrong_company"

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class DeskInUse(Refused):
    """An eService or a member of staff still names the desk."""

    code = "desk_in_use"

    def __init__(self, desk: str, by: str) -> None:
        super().__init__(
            say("Expected a desk that nobody works at, but {desk} is still named by {by}.", desk=desk, by=by)
        )


def manager(connection: Connection, by: By, *held: int) -> Doer:
    """Who manages the exchange, once it and these companies are held; raises `NoRight` for anybody else."""
    person = acting.alone(connection, by, *held)
    if not may(person, "manage the exchange"):
        raise NoRight("manage", "the exchange")
    return doer(person, by.address)


def tell_administrators(connection: Connection, company: int, by: Doer, what: str, now: datetime) -> None:
    """Mail the delegated administrators of a company what the exchange has changed for it."""
    firm = companies.firm(connection, company)
    said = {"template": "account_changed", "what": what, "by": by.name, "whom": firm.name_en if firm else ""}
    promise_letters(connection, [said | {"to": one.email} for one in people.ccdas_of(connection, company)], now)


def add_company(portal: Portal, by: By, code: str, name_en: str, name_zh: str = "") -> int:
    """Set up a company without memberships and people, and return its id; raises `WrongCompany`."""
    code, name_en, name_zh = accounts.plain(code).upper(), accounts.plain(name_en), accounts.plain(name_zh)
    wrong = {}
    if not CODE.fullmatch(code):
        wrong["code"] = say("Enter two letters and five digits, such as CP00006.")
    if not accounts.can_be_read(name_en) or len(name_en) > LONGEST_EN:
        wrong["name_en"] = say("Enter the English name, at most {longest_en} characters.", longest_en=LONGEST_EN)
    if len(name_zh) > LONGEST_ZH:
        wrong["name_zh"] = say("Use at most {longest_zh} characters.", longest_zh=LONGEST_ZH)
    if wrong:
        raise WrongCompany(**wrong)
    with portal.database.write() as connection:
        who = manager(connection, by)
        if companies.id_by_code(connection, code) is not None:
            raise WrongCompany(code=say("There is a company {code} already: use another code.", code=code))
        company = people.add_company(connection, code, name_en, name_zh)
        administration.seal_change(
            connection, portal, company, who, "company.added", code=code, name_en=name_en, name_zh=name_zh
        )
    return company


def add_membership(portal: Portal, by: By, company: int, kind: str, participant_id: str) -> None:
    """Give a company a membership; one that had ended goes on. Raises `WrongCompany`."""
    participant_id = participant_id.strip().upper()
    if kind not in functions.MEMBERSHIPS:
        raise WrongCompany(kind=say("Choose one of the memberships."))
    if not PARTICIPANT.fullmatch(participant_id):
        raise WrongCompany(participant_id=say("Enter a letter and five digits, such as B00123."))
    with portal.database.write() as connection:
        who = manager(connection, by, company)
        _firm(connection, company)
        if any(holder != company for holder in companies.holders(connection, participant_id)):
            # Registers belong to the ID: whoever had it next would read and change what another company keeps.
            raise WrongCompany(
                participant_id=say(
                    "{participant_id} belongs to another company, or did: use another ID.",
                    participant_id=participant_id,
                )
            )
        earlier = next((seat for seat in companies.seats(connection, company) if seat.kind == kind), None)
        if earlier is not None and earlier.ended_at is None:
            raise WrongCompany(
                kind=say(
                    "The company holds {kind} already, as {participant_id}.",
                    kind=kind,
                    participant_id=earlier.participant_id,
                )
            )
        if earlier is not None and earlier.participant_id != participant_id:
            raise WrongCompany(
                participant_id=say(
                    "It held {kind} as {participant_id}: use that ID again.",
                    kind=kind,
                    participant_id=earlier.participant_id,
                )
            )
        if earlier is not None:
            companies.reopen_membership(connection, earlier.id)
        else:
            people.add_membership(connection, company, kind, participant_id)
        seats.grant_special(connection, company)
        administration.seal_change(
            connection, portal, company, who, "membership.added", kind=kind, participant_id=participant_id
        )
        tell_administrators(connection, company, who, f"membership {kind} {participant_id} added", portal.clock.now())


def set_dual_control(portal: Portal, by: By, company: int, *, on: bool) -> None:
    """Let every grant of a company need a second administrator, or no longer."""
    with portal.database.write() as connection:
        who = manager(connection, by, company)
        _firm(connection, company)
        if companies.needs_two(connection, company) != on:
            companies.set_dual_control(connection, company, on=on)
            administration.seal_change(connection, portal, company, who, "dual_control.set", on=on)
            needed = "two administrators for each grant" if on else "one administrator for each grant"
            tell_administrators(connection, company, who, needed, portal.clock.now())


def remove_company(portal: Portal, by: By, company: int) -> None:
    """End every account of a company whose memberships have ended; its requests and its trail stay.

    Raises `WrongCompany` while it holds a membership.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        who = manager(connection, by, company)
        if _firm(connection, company).memberships:
            raise WrongCompany(company=say("End its memberships first: its requests are closed with them."))
        gone = [one for one in kept.of_company(connection, company, [BUSINESS, CCDA]) if one.state != kept.ENDED]
        for account in gone:
            kept.set_state(connection, account.id, active=False, ended_at=now)
            kept.take_all_rights(connection, account.id)
            kept.close_asked(connection, account.id, now)
            substitutes.end_all(connection, account.id, now)
            signins.end_all(connection, account.id, now)
            administration.seal_change(
                connection, portal, company, who, "account.deactivated", accounts.whom(account), with_company=True
            )
        administration.seal_change(connection, portal, company, who, "company.removed", accounts=len(gone))


def _firm(connection: Connection, company: int) -> companies.Firm:
    firm = companies.firm(connection, company)
    if firm is None or firm.is_exchange:
        raise NotFound(f"the company {company}")
    return firm


# --- desks ------------------------------------------------------------------------------------------------------------
def add_desk(portal: Portal, by: By, code: str, title: str) -> None:
    """Add a desk, which drawings can name and people can work at; raises `WrongCompany`."""
    code, title = accounts.plain(code).upper(), accounts.plain(title)
    if not DESK.fullmatch(code):
        raise WrongCompany(code=say("Enter two to eight letters, such as CTO."))
    if not accounts.can_be_read(title) or len(title) > LONGEST_TITLE:
        raise WrongCompany(
            title=say("Enter the name of the desk, at most {longest_title} characters.", longest_title=LONGEST_TITLE)
        )
    _change_desk(portal, by, "desk.added", code, title, lambda connection: _added(connection, code, title))


def end_desk(portal: Portal, by: By, code: str) -> None:
    """Let a desk be staffed no more; raises `DeskInUse` while an eService or a person names it."""
    now = portal.clock.now()

    def end(connection: Connection) -> None:
        if code not in {desk.code for desk in companies.desks_open(connection)}:
            raise NotFound(f"the desk {code}")
        for name, definition in definitions.current(connection).items():
            if any(re.search(rf"\b{code}\b", content.decode()) for content in definition.files.values()):
                raise DeskInUse(code, name)
        if reference := cases.open_at_desk(connection, code):
            raise DeskInUse(code, f"the request {reference}, which waits there")
        staffed = kept.rights_in(connection, companies.exchange(connection))
        if any(right.holder == code for held in staffed.values() for right in held):
            raise DeskInUse(code, "somebody who works there")
        companies.end_desk(connection, code, now)

    _change_desk(portal, by, "desk.ended", code, "", end)


def _added(connection: Connection, code: str, title: str) -> None:
    if code in {desk.code for desk in companies.desks_all(connection)}:
        raise WrongCompany(code=say("There is a desk {code} already, or there was: use another code.", code=code))
    companies.add_desk(connection, code, title)


def _change_desk(
    portal: Portal, by: By, action: str, code: str, title: str, change: Callable[[Connection], None]
) -> None:
    with portal.database.write() as connection:
        who = manager(connection, by)
        exchange = companies.exchange(connection)
        change(connection)
        administration.seal_change(connection, portal, exchange, who, action, code=code, title=title)
