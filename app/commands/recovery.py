"""Recovery codes: ten on paper, each good once in place of a one-time code."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from app.commands import own_acts, proving
from app.commands.portal import Portal
from app.commands.tries import Origin
from app.store import recovery
from app.store.database import Connection
from app.store.signins import Signin

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
HALF = 5
MANY = 10


def make_codes(portal: Portal, signin: Signin, code: str, origin: Origin) -> list[str]:
    """Make ten new codes after a current one-time code; those of before are void. They are told this once.

    Raises WrongCode; AccountLocked with or after the fifth failure.
    """
    made = [_new() for _ in range(MANY)]
    digests = [_digest(portal, signin.person.id, one) for one in made]

    def keep(connection: Connection) -> list[str]:
        recovery.replace(connection, signin.person.id, digests, portal.clock.now())
        own_acts.note(connection, portal, signin.person, origin, action="recovery_codes.made", count=MANY)
        return made

    return proving.by_code(portal, signin, code, origin, keep)


def left(portal: Portal, person: int) -> int:
    """How many codes of a person can still be used."""
    with portal.database.read() as connection:
        return recovery.left(connection, person)


def _new() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(HALF)) for _ in range(2))


def _digest(portal: Portal, person: int, code: str) -> str:
    return hmac.digest(portal.keys.derive("recovery"), f"{person}:{code}".encode(), hashlib.sha256).hex()
