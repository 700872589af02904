"""Rights: granted and taken as a whole, copied, agreed to by a second administrator, and looked at again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from app.commands import administration
from app.commands.administration import doer
from app.commands.managing import seats
from app.commands.managing.account_letters import promise_letters
from app.commands.managing.accounts import subject_of, tell, tell_colleagues, whom
from app.commands.portal import Portal
from app.commands.requests.steps import By
from app.store import accounts, companies, people
from app.store.accounts import ENDED, Account
from app.store.database import Connection
from engine.errors import Refused
from engine.people import DESK_LANES, Person, Right
from engine.sentence import say

CERTIFIED_FOR = timedelta(days=92)  # a quarter


class NotEntitled(Refused):
    """No membership of the company entitles to a right, or nobody may grant it."""

    code = "not_entitled"

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            say("Expected rights that your memberships entitle to, but they do not to {value}.", value=", ".join(names))
        )


class RightsMoved(Refused):
    """Somebody has changed the rights since the page was shown."""

    code = "rights_moved"

    def __init__(self) -> None:
        super().__init__(say("Expected the rights as your page showed them, but somebody has changed them meanwhile."))


class AnsweredAlready(Refused):
    """The request for rights was answered, or replaced by a newer one."""

    code = "answered_already"

    def __init__(self) -> None:
        super().__init__(say("Expected a request that waits for an answer, but it was answered or replaced meanwhile."))


class OwnRequest(Refused):
    """Whoever asks cannot agree."""

    code = "own_request"

    def __init__(self) -> None:
        super().__init__(say("Expected a second administrator, but you asked for these rights yourself."))


class Change(NamedTuple):
    """What a change of rights led to: applied at once, or asked of a second administrator."""

    granted: frozenset[Right]
    taken: frozenset[Right]
    asked: bool


def set_rights(portal: Portal, by: By, person: int, wanted: Collection[Right], seen: str) -> Change:
    """Let a business user hold these rights and no others, or ask a second administrator where two are needed.

    seen: `rights_digest` of what the page showed. Raises `RightsMoved` when they differ from it now, `NotEntitled`,
    `NotInThatState`, and what `subject_of` raises.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "grant functions")
        change = _wanted(connection, account, frozenset(wanted), seen)
        if not change.granted and not change.taken:
            return change
        if companies.needs_two(connection, account.company):
            accounts.ask(connection, person, wanted, seen, actor.id, now)
            _seal(connection, portal, actor, by, account, "rights.asked", change)
            _ask_colleagues(connection, actor, account, now)
            return change._replace(asked=True)
        _apply(connection, portal, actor, by, account, change, now)
    return change


def answer(portal: Portal, by: By, person: int, number: int, *, accept: bool) -> None:
    """Agree to rights that another administrator asked for, or decline them.

    Raises `OwnRequest`, `AnsweredAlready`, and whatever `set_rights` raises of them now.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "grant functions")
        waiting = {one.id: one for one in accounts.asked(connection, account.company, person)}
        if number not in waiting:
            raise AnsweredAlready
        if waiting[number].asked_by == actor.id and accept:
            raise OwnRequest
        change = _wanted(connection, account, waiting[number].wanted, waiting[number].seen) if accept else None
        by_another = actor.id if waiting[number].asked_by != actor.id else None
        if not accounts.answer(connection, number, by_another, now, accepted=accept):
            raise AnsweredAlready
        if change is None:
            _seal(connection, portal, actor, by, account, "rights.declined")
        else:
            _apply(connection, portal, actor, by, account, change, now)


def set_desks(portal: Portal, by: By, person: int, wanted: Collection[Right], seen: str) -> Change:
    """Let a member of staff process or approve at these desks and at no others."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "grant desks")
        known = {desk.code for desk in companies.desks_open(connection)}
        if account.state == ENDED:
            raise NotEntitled(["an account that has ended"])
        strange = [right for right in wanted if not _is_of_a_desk(right, known)]
        if strange:
            raise NotEntitled(sorted({right.holder for right in strange}))
        change = _change(connection, account, frozenset(wanted), seen)
        if change.granted or change.taken:
            _apply(connection, portal, actor, by, account, change, now)
    return change


def _is_of_a_desk(right: Right, known: Collection[str]) -> bool:
    return right.lane in DESK_LANES and right.holder in known and right.membership is None


def certify(portal: Portal, by: By, person: int, seen: str) -> None:
    """Say that somebody still needs the rights they hold; raises `RightsMoved` when these are not the ones shown."""
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, person, "grant functions")
        held = people.rights_of(connection, person)
        if accounts.rights_digest(held) != seen:
            raise RightsMoved
        accounts.certify(connection, person, portal.clock.now())
        _seal(connection, portal, actor, by, account, "rights.certified", Change(held, frozenset(), False))


def is_due(account: Account, now: datetime) -> bool:
    """Whether somebody's rights were not looked at for a quarter."""
    return account.state != ENDED and (account.certified_at is None or now - account.certified_at >= CERTIFIED_FOR)


def _wanted(connection: Connection, account: Account, wanted: frozenset[Right], seen: str) -> Change:
    if account.state == ENDED:
        raise NotEntitled(["an account that has ended"])
    strange = wanted - seats.entitled(connection, account.company)
    if strange:
        raise NotEntitled(sorted({right.holder for right in strange}))
    return _change(connection, account, wanted, seen)


def _change(connection: Connection, account: Account, wanted: frozenset[Right], seen: str) -> Change:
    held = people.rights_of(connection, account.id)
    if accounts.rights_digest(held) != seen:
        raise RightsMoved
    return Change(wanted - held, held - wanted, asked=False)


def _apply(
    connection: Connection, portal: Portal, actor: Person, by: By, account: Account, change: Change, now: datetime
) -> None:
    held = people.rights_of(connection, account.id)
    accounts.replace_rights(connection, account.id, held, (held - change.taken) | change.granted)
    accounts.certify(connection, account.id, now)
    _seal(connection, portal, actor, by, account, "rights.changed", change)
    tell(connection, account, actor.name, "rights changed", now)
    tell_colleagues(connection, actor, account, "rights changed", now)


def _seal(
    connection: Connection,
    portal: Portal,
    actor: Person,
    by: By,
    account: Account,
    action: str,
    change: Change | None = None,
) -> None:
    names = accounts.seats(connection, account.company)
    facts = {}
    if change is not None:
        said = "held" if action == "rights.certified" else "granted"
        facts = {said: accounts.in_words(change.granted, names), "taken": accounts.in_words(change.taken, names)}
    administration.seal_change(
        connection, portal, account.company, doer(actor, by.address), action, whom(account), **facts
    )


def _ask_colleagues(connection: Connection, actor: Person, account: Account, now: datetime) -> None:
    said = {"template": "account_asked", "by": actor.name, "whom": account.name, "person": account.id}
    others = [one for one in people.ccdas_of(connection, account.company) if one.id != actor.id]
    promise_letters(connection, [said | {"to": one.email} for one in others], now)
