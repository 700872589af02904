"""Proving once more who one is, before one's own account is changed: with the password, or with a one-time code."""

from __future__ import annotations

from collections.abc import Callable

from app.commands.portal import Portal
from app.commands.signing import codes, passwords, tries
from app.commands.signing.signin_refusals import AccountLocked, SignInOver, WrongPassword
from app.commands.signing.tries import Attempt, Origin, Outcome
from app.store import signins
from app.store.database import Connection
from app.store.signins import Signin


def by_password(
    portal: Portal, signin: Signin, password: str, origin: Origin, then: Callable[[Connection], Outcome]
) -> Outcome:
    """Do something when the password is right.

    Raises WrongPassword; AccountLocked with or after the fifth failure, which are counted with those at the sign-in.
    """
    person = signin.person
    with portal.database.write() as connection:
        taken = tries.reserve(connection, portal, person.id, origin, action="password.tried")
        kept = signins.password_hash(connection, person.id)
    right = passwords.fits(kept, password)
    attempt = Attempt(taken, (lambda held: signins.give_try_back(held, person.id, kept)) if right else None)
    going_on = _while_it_goes_on(signin, then)
    return tries.settle(portal, person, origin, attempt, going_on, wrong=WrongPassword)


def by_code(
    portal: Portal, signin: Signin, code: str, origin: Origin, then: Callable[[Connection], Outcome]
) -> Outcome:
    """Do something when the one-time code is right.

    Raises WrongCode; AccountLocked with or after the fifth failure.
    """
    return codes.with_code(portal, signin, code, origin, giving_back(signin, then), sealed=True)


def giving_back(signin: Signin, then: Callable[[Connection], Outcome]) -> Callable[[Connection], Outcome]:
    """The same, once the try of a right secret is given back; failures of before stay counted."""
    going_on = _while_it_goes_on(signin, then)

    def done(connection: Connection) -> Outcome:
        if not signins.give_try_back(connection, signin.person.id):
            raise AccountLocked
        return going_on(connection)

    return done


def require_going_on(connection: Connection, signin: Signin) -> None:
    """Raise SignInOver when the sign-in has ended since its request began: whoever ended it meant all it could do."""
    if signins.signin_for(connection, signin.id) is None:
        raise SignInOver


def _while_it_goes_on(signin: Signin, then: Callable[[Connection], Outcome]) -> Callable[[Connection], Outcome]:
    def done(connection: Connection) -> Outcome:
        require_going_on(connection, signin)
        return then(connection)

    return done
