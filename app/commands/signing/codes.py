"""One-time codes: mailed for one sign-in, or shown by an authenticator."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from app.commands.portal import Portal
from app.commands.signing import factors, tries
from app.commands.signing.signin_letters import code_payload
from app.commands.signing.signin_refusals import CodesSpent, CodeTooSoon, WrongCode
from app.commands.signing.tries import Attempt, Origin, Outcome, Spend
from app.store import codes as kept_codes
from app.store import jobs, people, signins
from app.store.database import Connection
from app.store.signins import Signin

CODE_LIFE = timedelta(minutes=10)
RESEND_AFTER = timedelta(seconds=30)
MOST_CODES = 6  # in an hour, for one sign-in: the first and five more
MOST_OF_PERSON = 18  # in an hour, for all sign-ins of a person
COUNTED_FOR = timedelta(hours=1)


def send_code(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Mail a new code, after which the one before is worth nothing.

    Raises CodeTooSoon within 30 seconds; CodesSpent after five, or when codes come from an app.
    """
    if not signin.by_mail:
        raise CodesSpent
    mail_another(portal, signin, origin)


def mail_another(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Mail a code, wherever the usual ones come from; raises CodeTooSoon and CodesSpent."""
    if signin.locked:
        raise CodesSpent
    now = portal.clock.now()
    with portal.database.write() as connection:
        signins.see(connection, signin.id, now)  # holds the row: two clicks mail one code
        _require_patience(kept_codes.sent(connection, signin.id, now - COUNTED_FOR), now)
        mail_code(connection, portal, signin.id, signin.person.email, signin.person.id, origin)


def mail_code(connection: Connection, portal: Portal, signin: str, email: str, person: int, origin: Origin) -> None:
    """Make a code for one sign-in and promise the mail that carries it."""
    now, code = portal.clock.now(), factors.new_code()
    number = kept_codes.add(connection, signin, factors.code_digest(portal, signin, code), now)
    payload = code_payload(portal, email, code, origin.address)
    jobs.promise(connection, [{"kind": "mail", "key": f"signin_code:{number}", "payload": payload}], now)
    people.record(connection, now, person, "code.mailed")


def require_few(connection: Connection, person: int, now: datetime) -> None:
    """Raise CodesSpent when a person was mailed many codes within the hour: a known password shall not flood them."""
    if kept_codes.mailed(connection, person, now - COUNTED_FOR) >= MOST_OF_PERSON:
        raise CodesSpent


def is_waiting(portal: Portal, signin: Signin) -> bool:
    """Whether a code was mailed for this sign-in that can still be used."""
    with portal.database.read() as connection:
        return kept_codes.has_unused(connection, signin.id, portal.clock.now() - CODE_LIFE)


def with_code(
    portal: Portal,
    signin: Signin,
    code: str,
    origin: Origin,
    then: Callable[[Connection], Outcome],
    *,
    sealed: bool = False,
) -> Outcome:
    """Check a code, use it up and do what it was given for, in one transaction.

    sealed: what is done stands in the administration trail. Raises WrongCode; AccountLocked with or after the fifth
    failure.
    """
    digits = factors.digits_of(code)
    if digits is None:
        raise WrongCode
    attempt = _try_code(portal, signin, digits, origin)
    return tries.settle(portal, signin.person, origin, attempt, then, sealed=sealed)


def mail_spend(
    portal: Portal, signin: Signin, digits: str, mailed: tuple[int, str] | None, now: datetime
) -> Spend | None:
    """What uses a mailed code up, if these are its digits; mailed: its number and digest, None when none is good."""
    if mailed is None or not factors.same(mailed[1], factors.code_digest(portal, signin.id, digits)):
        return None
    return lambda connection: kept_codes.use(connection, mailed[0], now)


def _try_code(portal: Portal, signin: Signin, digits: str, origin: Origin) -> Attempt:
    now, person = portal.clock.now(), signin.person.id
    with portal.database.write() as connection:
        taken = tries.reserve(connection, portal, person, origin, channel=signin.channel)
        mailed = kept_codes.take(connection, signin.id, now - CODE_LIFE) if signin.by_mail else None
    if signin.by_mail:
        return Attempt(taken, mail_spend(portal, signin, digits, mailed, now))
    if signin.channel == "app":
        return Attempt(taken, _app_spend(portal, signin, digits, now))
    return Attempt(taken, None)


def _app_spend(portal: Portal, signin: Signin, digits: str, now: datetime) -> Spend | None:
    person, sealed = signin.person.id, signin.pending_secret
    if signin.chosen:
        with portal.database.read() as connection:
            sealed = signins.app_secret(connection, person)
    if sealed is None:
        return None
    step = factors.matching_step(factors.unseal(portal, sealed, factors.owner(person)), digits, now)
    if step is None:
        return None
    if signin.chosen:
        return lambda connection: signins.use_step(connection, person, step)
    return lambda connection: signins.adopt_app(connection, person, sealed, step)


def _require_patience(sent: list[datetime], now: datetime) -> None:
    if len(sent) >= MOST_CODES:
        raise CodesSpent
    if sent and now - sent[0] < RESEND_AFTER:
        raise CodeTooSoon(math.ceil((RESEND_AFTER - (now - sent[0])).total_seconds()))
