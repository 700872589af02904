"""Recovery codes: ten on paper, each good once in place of a one-time code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from app.commands.portal import Portal
from app.commands.signing import own_acts, proving, signin, tries
from app.commands.signing.signin_refusals import SignInOver, WrongCode
from app.commands.signing.tries import Attempt, Origin, Outcome
from app.store import recovery
from app.store.database import Connection
from app.store.signins import Signin

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
HALF = 5
MANY = 10


def make_codes(portal: Portal, this: Signin, code: str, origin: Origin) -> list[str]:
    """Make ten new codes after a current one-time code; those of before are void. They are told this once.

    Raises WrongCode; AccountLocked with or after the fifth failure.
    """
    made = [_new() for _ in range(MANY)]
    digests = [_digest(portal, this.person.id, one) for one in made]

    def keep(connection: Connection) -> list[str]:
        recovery.replace(connection, this.person.id, digests, portal.clock.now())
        own_acts.note(connection, portal, this.person, origin, action="recovery_codes.made", count=MANY)
        return made

    return proving.by_code(portal, this, code, origin, keep)


def enter_code(portal: Portal, half: Signin, code: str, origin: Origin) -> str:
    """Take a recovery code in place of a one-time code and return the cookie of the full sign-in.

    Raises WrongCode; AccountLocked with or after the fifth failure; SignInOver when no channel was ever chosen.
    """
    if not half.chosen or half.stage != "password":
        raise SignInOver
    return with_recovery_code(portal, half, code, origin, lambda held: signin.open_full(held, portal, half, origin))


def with_recovery_code(
    portal: Portal, this: Signin, code: str, origin: Origin, then: Callable[[Connection], Outcome]
) -> Outcome:
    """Use a recovery code up and do what it was given for, in one transaction; it counts as a try like any code.

    Raises WrongCode; AccountLocked with or after the fifth failure.
    """
    person, spelled = this.person, spelling(code)
    if spelled is None:
        raise WrongCode
    with portal.database.write() as connection:
        taken = tries.reserve(connection, portal, person.id, origin, action="recovery_code.tried")
    digest, now = _digest(portal, person.id, spelled), portal.clock.now()

    def done(held: Connection) -> Outcome:
        still = recovery.left(held, person.id)
        own_acts.note(held, portal, person, origin, action="recovery_code.used", left=still)
        return then(held)

    attempt = Attempt(taken, lambda held: recovery.use(held, person.id, digest, now))
    return tries.settle(portal, person, origin, attempt, done)


def spelling(typed: str) -> str | None:
    """A recovery code as it was made, however it was typed; None when it is none at all."""
    letters = "".join(letter for letter in typed[:64].casefold() if not letter.isspace() and letter != "-")
    if len(letters) != 2 * HALF or not set(letters) <= set(LETTERS):
        return None
    return f"{letters[:HALF]}-{letters[HALF:]}"


def left(portal: Portal, person: int) -> int:
    """How many codes of a person can still be used."""
    with portal.database.read() as connection:
        return recovery.left(connection, person)


def _new() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(HALF)) for _ in range(2))


def _digest(portal: Portal, person: int, code: str) -> str:
    return hmac.digest(portal.keys.derive("recovery"), f"{person}:{code}".encode(), hashlib.sha256).hex()
