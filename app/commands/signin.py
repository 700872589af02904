"""Signing in: a password, then a code, and a new secret cookie at each of the two."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from app.commands import factors, passwords
from app.commands.portal import Portal
from app.commands.signin_letters import channel_payload, code_payload, locked_payload, unlocked_payload
from app.store import jobs, people, signins
from app.store.database import Connection
from app.store.signins import Candidate, Signin
from engine.errors import Refused

HALF_LIFE = timedelta(minutes=10)  # of a sign-in that still lacks its code
CODE_LIFE = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
RESEND_AFTER = timedelta(seconds=30)
MOST_CODES = 6  # the first and five more
LONGEST_LOGIN = 254
TOKEN_BYTES = 32

Spend = Callable[[Connection], bool]
Outcome = TypeVar("Outcome")


class Origin(NamedTuple):
    """Where an attempt comes from: network address and browser."""

    address: str = ""
    agent: str = ""


class SignInFailed(Refused):
    """No such account, wrong password, locked or inactive: nobody learns which."""

    code = "sign_in_failed"

    def __init__(self) -> None:
        super().__init__("Expected the e-mail address and password of an open account, but they are not.")


class SignInOver(Refused):
    """The sign-in was finished, given up or took too long."""

    code = "sign_in_over"

    def __init__(self) -> None:
        super().__init__("Expected a sign-in that waits for this step, but it has ended.")


class WrongCode(Refused):
    """The code is wrong, used or too old."""

    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__("Expected the newest unused code, but this one is not.")


class AccountLocked(Refused):
    """Too many wrong passwords or codes."""

    code = "account_locked"

    def __init__(self) -> None:
        super().__init__("Expected an open account, but it is locked after too many wrong passwords or codes.")


class CodeTooSoon(Refused):
    """The last code was mailed a moment ago."""

    code = "code_too_soon"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Expected {seconds} more seconds to pass before a new code, but they have not.")
        self.seconds = seconds


class CodesSpent(Refused):
    """This sign-in has had all its codes, or gets none by mail."""

    code = "codes_spent"

    def __init__(self) -> None:
        super().__init__("Expected a sign-in that may have one more code by mail, but it may not.")


class CannotUnlock(Refused):
    """No such account, or one that is not locked."""

    code = "cannot_unlock"


class WeakPassword(Refused):
    """The password is too easy to guess."""

    code = "weak_password"


def enter_password(portal: Portal, email: str, password: str, origin: Origin) -> str:
    """Check a password and return the cookie of a sign-in that still lacks its code.

    Raises SignInFailed, after the same work, whatever the reason.
    """
    known = _take_password_try(portal, login_of(email), origin)
    right = passwords.fits(known.password_hash if known else None, password)
    if known and right:
        return _open_half(portal, known, password, origin)
    if known and known.failures >= signins.MOST_TRIES:
        _lock(portal, known.id, known.email, known.kind, origin)
    raise SignInFailed


def choose_app(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Choose an authenticator app at the first sign-in; a mailed code comes before it, once."""
    _choose(portal, signin, "app", origin, needs_code=signin.pending_secret is None)


def choose_email(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Choose codes by e-mail at the first sign-in and mail one, unless one is waiting to be used."""
    _choose(portal, signin, "email", origin, needs_code=True)


def send_code(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Mail a new code, after which the one before is worth nothing.

    Raises CodeTooSoon within 30 seconds; CodesSpent after five, or when codes come from an app.
    """
    if not signin.by_mail or signin.locked:
        raise CodesSpent
    now = portal.clock.now()
    with portal.database.write() as connection:
        signins.see(connection, signin.id, now)  # holds the row: two clicks mail one code
        _require_patience(signins.sent_codes(connection, signin.id), now)
        _mail_code(connection, portal, signin.id, signin.person.email, signin.person.id, origin)


def prove_address(portal: Portal, signin: Signin, code: str, origin: Origin) -> None:
    """Check the mailed code and make the authenticator's secret: a password alone never enrols one.

    Raises WrongCode; AccountLocked with or after the fifth failure; SignInOver when no such code is due.
    """
    if not signin.owes_proof:
        raise SignInOver
    sealed = factors.seal(portal, factors.new_app_secret(), _owner(signin))

    def keep(connection: Connection) -> None:
        if not signins.give_try_back(connection, signin.person.id):
            raise SignInOver
        signins.keep_pending(connection, signin.id, sealed)
        people.record(connection, portal.clock.now(), signin.person.id, "address.proved", address=origin.address)

    _with_code(portal, signin, code, origin, keep)


def pending_secret(portal: Portal, signin: Signin) -> str:
    """The authenticator's secret, in base32, until a first code proves it."""
    if signin.chosen or signin.pending_secret is None:
        raise SignInOver
    return factors.unseal(portal, signin.pending_secret, _owner(signin))


def enter_code(portal: Portal, signin: Signin, code: str, origin: Origin) -> str:
    """Check a code and return the cookie of the full sign-in.

    Raises WrongCode; AccountLocked with or after the fifth failure; SignInOver when the sign-in ended meanwhile.
    """
    if signin.owes_proof:
        raise SignInOver
    return _with_code(portal, signin, code, origin, lambda connection: _open_full(connection, portal, signin, origin))


def visit(portal: Portal, token: str, *, active: bool) -> Signin | None:
    """The open sign-in of a cookie, or None.

    active: a person did something; background requests do not keep a sign-in awake.
    """
    now = portal.clock.now()
    with portal.database.read() as connection:
        signin = signins.signin_for(connection, _digest(token))
    if signin is None or _is_over(portal, signin, now):
        return None
    if active and now - signin.seen_at >= SEEN_EVERY:
        with portal.database.write() as connection:
            signins.see(connection, signin.id, now)
    return signin


def sign_out(portal: Portal, signin: Signin) -> None:
    """End a sign-in for good."""
    now = portal.clock.now()
    with portal.database.write() as connection:
        if signins.end(connection, signin.id, now):
            people.record(connection, now, signin.person.id, "signin.closed")


def set_password(portal: Portal, person: int, password: str) -> None:
    """Give a person a new password and end all their sign-ins; raises WeakPassword."""
    with portal.database.read() as connection:
        profile = people.profile_of(connection, person)
    names = [profile.email, profile.company_en] if profile else []
    if weakness := passwords.weakness(password, [*names, portal.settings.exchange_name]):
        raise WeakPassword(weakness)
    kept, now = passwords.hash_password(password), portal.clock.now()
    with portal.database.write() as connection:
        signins.keep_password(connection, person, kept)
        signins.end_all(connection, person, now)
        people.record(connection, now, person, "password.changed")


def unlock(portal: Portal, email: str, by: str) -> None:
    """Open a locked account again and mail its owner; raises CannotUnlock for any other account."""
    now, login = portal.clock.now(), login_of(email)
    with portal.database.write() as connection:
        known = people.id_of(connection, login)
        if known is None:
            raise CannotUnlock(f"Expected the e-mail address of an account, but nobody signs in with {login!r}.")
        if not signins.unlock(connection, known):
            raise CannotUnlock(f"Expected a locked account, but that of {login} is not.")
        _promise_mail(connection, f"account_unlocked:{known}:{now.isoformat()}", unlocked_payload(login, by), now)
        people.record(connection, now, known, "account.unlocked", by=by)


def login_of(email: str) -> str:
    """The login ID that a typed e-mail address means; no database has to take a NUL byte."""
    typed = email[:LONGEST_LOGIN].replace("\0", "\ufffd")
    return unicodedata.normalize("NFC", typed).strip().casefold()


def _take_password_try(portal: Portal, login: str, origin: Origin) -> Candidate | None:
    who = hmac.digest(portal.keys.derive("login"), login.encode(), hashlib.sha256).hex()
    with portal.database.write() as connection:
        known = signins.take_try_by_email(connection, login)
        person = known.id if known else None
        people.record(connection, portal.clock.now(), person, "password.tried", login=who, address=origin.address)
    return known


def _open_half(portal: Portal, known: Candidate, password: str, origin: Origin) -> str:
    renewed = passwords.hash_password(password) if passwords.is_outdated(known.password_hash) else None
    now = portal.clock.now()
    with portal.database.write() as connection:
        if not signins.give_try_back(connection, known.id):
            raise SignInFailed
        if renewed:
            signins.keep_password(connection, known.id, renewed)
        token = _open(connection, known.id, "password", known.channel, origin, now)
        people.record(connection, now, known.id, "password.accepted", address=origin.address)
        if known.channel == "email":
            _mail_code(connection, portal, _digest(token), known.email, known.id, origin)
    return token


def _choose(portal: Portal, signin: Signin, channel: str, origin: Origin, *, needs_code: bool) -> None:
    if signin.chosen:
        raise SignInOver
    with portal.database.write() as connection:
        signins.choose(connection, signin.id, channel)  # holds the row: two clicks mail one code
        people.record(connection, portal.clock.now(), signin.person.id, "channel.chosen", channel=channel)
        if needs_code and not signins.has_unused_code(connection, signin.id):
            _mail_code(connection, portal, signin.id, signin.person.email, signin.person.id, origin)


def _with_code(
    portal: Portal, signin: Signin, code: str, origin: Origin, then: Callable[[Connection], Outcome]
) -> Outcome:
    digits = factors.digits_of(code)
    if digits is None:
        raise WrongCode
    spend, tries = _try_code(portal, signin, digits, origin)
    if spend is not None:
        with portal.database.write() as connection:
            if spend(connection):
                return then(connection)
    person = signin.person
    if tries >= signins.MOST_TRIES and _lock(portal, person.id, person.email, person.kind, origin):
        raise AccountLocked
    raise WrongCode


def _open_full(connection: Connection, portal: Portal, signin: Signin, origin: Origin) -> str:
    now, channel = portal.clock.now(), signin.channel or ""
    ended = signins.end(connection, signin.id, now)
    if not (ended and signins.forgive(connection, signin.person.id, channel)):
        raise SignInOver
    if not signin.chosen:
        payload = channel_payload(signin.person.email, channel, origin.address)
        _promise_mail(connection, f"channel_set:{signin.id}", payload, now)
        people.record(connection, now, signin.person.id, "channel.set", channel=channel, address=origin.address)
    people.record(connection, now, signin.person.id, "signin.opened", channel=channel, address=origin.address)
    return _open(connection, signin.person.id, "full", channel, origin, now)


def _open(connection: Connection, person: int, stage: str, channel: str | None, origin: Origin, now: datetime) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    signins.open_signin(
        connection,
        id=_digest(token),
        person_id=person,
        stage=stage,
        channel=channel,
        opened_at=now,
        seen_at=now,
        address=origin.address[:64],
        agent=origin.agent[:200],
    )
    return token


def _try_code(portal: Portal, signin: Signin, digits: str, origin: Origin) -> tuple[Spend | None, int]:
    now, person = portal.clock.now(), signin.person.id
    with portal.database.write() as connection:
        tries = signins.take_try(connection, person)
        if tries is None:
            raise AccountLocked
        mailed = signins.take_code(connection, signin.id, now - CODE_LIFE) if signin.by_mail else None
        people.record(connection, now, person, "code.tried", channel=signin.channel, address=origin.address)
    if signin.by_mail:
        return _mail_spend(portal, signin, digits, mailed, now), tries
    if signin.channel == "app":
        return _app_spend(portal, signin, digits, now), tries
    return None, tries


def _mail_spend(
    portal: Portal, signin: Signin, digits: str, mailed: tuple[int, str] | None, now: datetime
) -> Spend | None:
    if mailed is None or not factors.same(mailed[1], factors.code_digest(portal, signin.id, digits)):
        return None
    return lambda connection: signins.use_code(connection, mailed[0], now)


def _app_spend(portal: Portal, signin: Signin, digits: str, now: datetime) -> Spend | None:
    person, sealed = signin.person.id, signin.pending_secret
    if signin.chosen:
        with portal.database.read() as connection:
            sealed = signins.app_secret(connection, person)
    if sealed is None:
        return None
    step = factors.matching_step(factors.unseal(portal, sealed, _owner(signin)), digits, now)
    if step is None:
        return None
    if signin.chosen:
        return lambda connection: signins.use_step(connection, person, step)
    return lambda connection: signins.adopt_app(connection, person, sealed, step)


def _mail_code(connection: Connection, portal: Portal, signin: str, email: str, person: int, origin: Origin) -> None:
    now, code = portal.clock.now(), factors.new_code()
    number = signins.add_code(connection, signin, factors.code_digest(portal, signin, code), now)
    _promise_mail(connection, f"signin_code:{number}", code_payload(portal, email, code, origin.address), now)
    people.record(connection, now, person, "code.mailed")


def _lock(portal: Portal, person: int, email: str, kind: str, origin: Origin) -> bool:
    now = portal.clock.now()
    with portal.database.write() as connection:
        if not signins.lock_when_spent(connection, person, now):
            return False
        key = f"account_locked:{person}:{now.isoformat()}"
        _promise_mail(connection, key, locked_payload(email, kind, origin.address), now)
        people.record(connection, now, person, "account.locked", address=origin.address)
    return True


def _promise_mail(connection: Connection, key: str, payload: dict[str, str], now: datetime) -> None:
    jobs.promise(connection, [{"kind": "mail", "key": key, "payload": payload}], now)


def _require_patience(sent: list[datetime], now: datetime) -> None:
    if len(sent) >= MOST_CODES:
        raise CodesSpent
    if sent and now - sent[0] < RESEND_AFTER:
        raise CodeTooSoon(math.ceil((RESEND_AFTER - (now - sent[0])).total_seconds()))


def _is_over(portal: Portal, signin: Signin, now: datetime) -> bool:
    if signin.stage == "password":
        return now - signin.opened_at >= HALF_LIFE
    # A lock does not end it: a stranger who guesses at a password must not throw out whoever is at work.
    settings = portal.settings
    idle, whole = timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.absolute_hours)
    return now - signin.seen_at >= idle or now - signin.opened_at >= whole


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _owner(signin: Signin) -> str:
    return f"person:{signin.person.id}"
