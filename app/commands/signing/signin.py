"""Signing in: a password, then a code, and a new secret cookie at each of the two."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

from app.commands import administration
from app.commands.administration import Whom, doer
from app.commands.portal import Portal
from app.commands.signing import codes, devices, factors, own_acts, passwords, tries
from app.commands.signing.signin_letters import channel_payload
from app.commands.signing.signin_refusals import SignInFailed, SignInOver
from app.commands.signing.tries import Origin
from app.store import codes as kept_codes
from app.store import jobs, people, signins
from app.store.database import Connection
from app.store.signins import Candidate, Signin

HALF_LIFE = timedelta(minutes=10)  # of a sign-in that still lacks its code
SEEN_EVERY = timedelta(minutes=1)
LONGEST_LOGIN = 254
TELLING_MISSES = 2  # wrong passwords and codes before a right one of which the owner hears
TOKEN_BYTES = 32


def enter_password(portal: Portal, email: str, password: str, origin: Origin) -> str:
    """Check a password and return the cookie of a sign-in that still lacks its code.

    Raises SignInFailed, after the same work, whatever the reason; CodesSpent when an hour's codes were mailed already.
    """
    known = _take_password_try(portal, login_of(email), origin)
    right = passwords.fits(known.password_hash if known else None, password)
    if known and right:
        return _open_half(portal, known, password, origin)
    if known and known.failures >= signins.MOST_TRIES:
        tries.lock(portal, known, origin)
    raise SignInFailed


def choose_app(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Choose an authenticator app at the first sign-in; a mailed code comes before it, once."""
    _choose(portal, signin, "app", origin, needs_code=signin.pending_secret is None)


def choose_email(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Choose codes by e-mail at the first sign-in and mail one, unless one is waiting to be used."""
    _choose(portal, signin, "email", origin, needs_code=True)


def prove_address(portal: Portal, signin: Signin, code: str, origin: Origin) -> None:
    """Check the mailed code and make the authenticator's secret: a password alone never enrols one.

    Raises WrongCode; AccountLocked with or after the fifth failure; SignInOver when no such code is due.
    """
    if not signin.owes_proof:
        raise SignInOver
    sealed = factors.seal(portal, factors.new_app_secret(), factors.owner(signin.person.id))

    def keep(connection: Connection) -> None:
        if not signins.give_try_back(connection, signin.person.id):
            raise SignInOver
        signins.keep_pending(connection, signin.id, sealed)
        people.record(connection, portal.clock.now(), signin.person.id, "address.proved", address=origin.address)

    codes.with_code(portal, signin, code, origin, keep)


def pending_secret(portal: Portal, signin: Signin) -> str:
    """The authenticator's secret, in base32, until a first code proves it."""
    if signin.chosen or signin.pending_secret is None:
        raise SignInOver
    return factors.unseal(portal, signin.pending_secret, factors.owner(signin.person.id))


def enter_code(portal: Portal, signin: Signin, code: str, origin: Origin) -> str:
    """Check a code and return the cookie of the full sign-in.

    Raises WrongCode; AccountLocked with or after the fifth failure; SignInOver when the sign-in ended meanwhile.
    """
    if signin.owes_proof:
        raise SignInOver

    def go_in(held: Connection) -> str:
        return open_full(held, portal, signin, origin)

    return codes.with_code(portal, signin, code, origin, go_in, sealed=not signin.chosen)


def open_full(connection: Connection, portal: Portal, signin: Signin, origin: Origin) -> str:
    """Open the full sign-in once its second factor was right and return its cookie; raises SignInOver."""
    now, channel = portal.clock.now(), signin.channel or ""
    missed = signins.failures(connection, signin.person.id) - 1  # the try of this very code is still counted
    ended = signins.end(connection, signin.id, now)
    if not (ended and signins.forgive(connection, signin.person.id, channel)):
        raise SignInOver
    if not signin.chosen:
        _note_channel(connection, portal, signin, channel, origin)
    if missed >= TELLING_MISSES:
        own_acts.mail(connection, portal, signin.person, origin, action="tries.missed", count=missed)
    people.record(connection, now, signin.person.id, "signin.opened", channel=channel, address=origin.address)
    devices.note(connection, portal, signin.person, origin)
    return _open(connection, signin.person.id, "full", channel, origin, now)


def visit(portal: Portal, token: str, *, active: bool) -> Signin | None:
    """The open sign-in of a cookie, or None.

    active: a person did something; background requests do not keep a sign-in awake.
    """
    now = portal.clock.now()
    with portal.database.read() as connection:
        signin = signins.signin_for(connection, _digest(token), now)
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
        if not signins.give_try_back(connection, known.id, known.password_hash):
            raise SignInFailed
        if renewed:
            signins.keep_password(connection, known.id, renewed)
        token = _open(connection, known.id, "password", known.channel, origin, now)
        people.record(connection, now, known.id, "password.accepted", address=origin.address)
        if known.channel == "email":
            codes.require_few(connection, known.id, now)
            codes.mail_code(connection, portal, _digest(token), known.email, known.id, origin)
    return token


def _choose(portal: Portal, signin: Signin, channel: str, origin: Origin, *, needs_code: bool) -> None:
    if signin.chosen:
        raise SignInOver
    with portal.database.write() as connection:
        signins.choose(connection, signin.id, channel)  # holds the row: two clicks mail one code
        people.record(connection, portal.clock.now(), signin.person.id, "channel.chosen", channel=channel)
        if needs_code and not kept_codes.has_unused(connection, signin.id, portal.clock.now() - codes.CODE_LIFE):
            codes.mail_code(connection, portal, signin.id, signin.person.email, signin.person.id, origin)


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


def _note_channel(connection: Connection, portal: Portal, signin: Signin, channel: str, origin: Origin) -> None:
    now, person = portal.clock.now(), signin.person
    payload = channel_payload(person.email, channel, origin.address)
    jobs.promise(connection, [{"kind": "mail", "key": f"channel_set:{signin.id}", "payload": payload}], now)
    people.record(connection, now, person.id, "channel.set", channel=channel, address=origin.address)
    by, whom = doer(person, origin.address), Whom(person.id, person.name, person.email)
    administration.seal_change(connection, portal, person.company, by, "channel.set", whom, channel=channel)


def _is_over(portal: Portal, signin: Signin, now: datetime) -> bool:
    if signin.stage == "password":
        return now - signin.opened_at >= HALF_LIFE
    # A lock does not end it: a stranger who guesses at a password must not throw out whoever is at work.
    settings = portal.settings
    idle, whole = timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.absolute_hours)
    return now - signin.seen_at >= idle or now - signin.opened_at >= whole


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
