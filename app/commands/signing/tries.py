"""Tries: one is reserved before anything is verified, and five wrong ones lock the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

from app.commands import administration
from app.commands.administration import PORTAL, Whom
from app.commands.portal import Portal
from app.commands.signing.signin_letters import locked_payload
from app.commands.signing.signin_refusals import AccountLocked, WrongCode
from app.store import jobs, people, signins
from app.store.database import Connection
from engine.errors import Refused

Spend = Callable[[Connection], bool]
Outcome = TypeVar("Outcome")


class Origin(NamedTuple):
    """Where an attempt comes from: network address, browser, and the secret mark of the device if it has one."""

    address: str = ""
    agent: str = ""
    device: str = ""


class Owner(Protocol):
    """Whose tries they are."""

    @property
    def id(self) -> int:
        """Their number."""

    @property
    def name(self) -> str:
        """What they are called."""

    @property
    def company(self) -> int:
        """In whose trail their lock is sealed."""

    @property
    def email(self) -> str:
        """Where they get their mail."""

    @property
    def kind(self) -> str:
        """What they are: it says who can unlock them."""


class Attempt(NamedTuple):
    """A try that was reserved: how many are gone now, and what uses the secret up; nothing does when it was wrong."""

    taken: int
    spend: Spend | None


def reserve(
    connection: Connection, portal: Portal, person: int, origin: Origin, *, action: str = "code.tried", **facts: Any
) -> int:
    """Take one of a person's tries and return how many are gone; raises AccountLocked when none was left."""
    taken = signins.take_try(connection, person)
    if taken is None:
        raise AccountLocked
    people.record(connection, portal.clock.now(), person, action, address=origin.address, **facts)
    return taken


def settle(
    portal: Portal,
    owner: Owner,
    origin: Origin,
    attempt: Attempt,
    then: Callable[[Connection], Outcome],
    *,
    wrong: type[Refused] = WrongCode,
    sealed: bool = True,
) -> Outcome:
    """Use a right secret up and do what it was given for, in one transaction.

    sealed: what is done stands in the trail of the company, which is held from the beginning, as everything does that
    changes accounts, so that nobody waits crosswise. Raises `wrong`; AccountLocked with the fifth failure.
    """
    if attempt.spend is not None:
        with portal.database.write() as connection:
            if sealed:
                administration.hold(connection, owner.company)
            signins.hold(connection, owner.id)
            if attempt.spend(connection):
                return then(connection)
    if attempt.taken >= signins.MOST_TRIES and lock(portal, owner, origin):
        raise AccountLocked
    raise wrong()


def lock(portal: Portal, owner: Owner, origin: Origin) -> bool:
    """Lock an account whose tries are gone and mail its owner; true for the one call that did it."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        administration.hold(connection, owner.company)
        if not signins.lock_when_spent(connection, owner.id, now):
            return False
        payload = locked_payload(owner.email, owner.kind, origin.address)
        key = f"account_locked:{owner.id}:{now.isoformat()}"
        jobs.promise(connection, [{"kind": "mail", "key": key, "payload": payload}], now)
        people.record(connection, now, owner.id, "account.locked", address=origin.address)
        by, whom = PORTAL._replace(address=origin.address), Whom(owner.id, owner.name, owner.email)
        administration.seal_change(connection, portal, owner.company, by, "account.locked", whom)
    return True
