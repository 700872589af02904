"""Passkeys: a key in one's own device in place of a one-time code, after the password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.commands.portal import Portal
from app.commands.signing import own_acts, proving, tries
from app.commands.signing import signin as signing
from app.commands.signing.signin_refusals import PasskeyRefused, SignInOver
from app.commands.signing.tries import Attempt, Origin, Outcome
from app.outside import authenticators
from app.outside.authenticators import BadAnswer, NewKey, Site
from app.store import passkeys, people, signins
from app.store.database import Connection
from app.store.passkeys import Passkey
from app.store.signins import Signin

CHALLENGE_LIFE = timedelta(minutes=5)
STAMP_BYTES, CHANCE_BYTES = 8, 32
LONGEST_NAME = 80
LONGEST_ANSWER = 20_000
MOST = 10  # of one person


def site(portal: Portal) -> Site:
    """The site that passkeys are made for; no browser makes one for a number, so the demo has a name too."""
    parts = urlsplit(portal.settings.base_url)
    host, own = parts.hostname or "", f"{parts.scheme}://{parts.netloc}"
    if not _is_number(host):
        return Site(host, (own,), "Client Connect")
    port = f":{parts.port}" if parts.port else ""
    return Site("localhost", (own, f"{parts.scheme}://localhost{port}"), "Client Connect")


def of_person(portal: Portal, person: int) -> list[Passkey]:
    """The passkeys of a person, oldest first."""
    with portal.database.read() as connection:
        return passkeys.of_person(connection, person)


def name_of(typed: str) -> str:
    """The name that somebody gives a passkey, on one line; empty when there is none."""
    text = unicodedata.normalize("NFC", typed[: 4 * LONGEST_NAME])
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST_NAME].strip()


# --- made and removed -------------------------------------------------------------------------------------------------
def begin_making(portal: Portal, signin: Signin, code: str, origin: Origin) -> None:
    """Let whoever gave a one-time code make a passkey within five minutes.

    Raises WrongCode; AccountLocked with or after the fifth failure.
    """
    challenge = _new_challenge(portal)

    def keep(connection: Connection) -> None:
        signins.keep_challenge(connection, signin.id, challenge)

    proving.by_code(portal, signin, code, origin, keep)


def what_to_make(portal: Portal, signin: Signin) -> str | None:
    """What the browser is told to make a passkey, as JSON; None when no code was given, or too long ago."""
    challenge = signin.challenge
    if signin.stage != "full" or challenge is None or not _is_fresh(portal, challenge):
        return None
    known = [one.credential for one in of_person(portal, signin.person.id)]
    handle = _handle(portal, signin.person.id)
    return authenticators.ask_for_key(site(portal), challenge, handle=handle, login=signin.person.email, known=known)


def finish_making(portal: Portal, signin: Signin, name: str, answer: str, origin: Origin) -> None:
    """Keep the passkey that the browser has made; the challenge is used up, whatever comes of it.

    Raises PasskeyRefused; SignInOver when the sign-in was ended meanwhile.
    """
    challenge = _take_challenge(portal, signin) if signin.stage == "full" else None
    if challenge is None:
        raise PasskeyRefused
    key = _read(lambda: authenticators.read_key(site(portal), challenge, answer[:LONGEST_ANSWER]))
    person = signin.person
    with portal.database.write() as connection:
        own_acts.hold(connection, person)
        proving.require_going_on(connection, signin)
        if passkeys.is_known(connection, key.credential) or len(passkeys.of_person(connection, person.id)) >= MOST:
            raise PasskeyRefused
        passkeys.add(connection, person.id, name, portal.clock.now(), **key._asdict())
        own_acts.note(connection, portal, person, origin, action="passkey.added", name=name)


def remove(portal: Portal, signin: Signin, passkey: int, code: str, origin: Origin) -> bool:
    """Remove a passkey with a one-time code; false when there is none such any more.

    Raises WrongCode; AccountLocked with or after the fifth failure.
    """

    def forget(connection: Connection) -> bool:
        name = passkeys.remove(connection, signin.person.id, passkey)
        if name is not None:
            own_acts.note(connection, portal, signin.person, origin, action="passkey.removed", name=name)
        return name is not None

    return proving.by_code(portal, signin, code, origin, forget)


# --- in place of a code -----------------------------------------------------------------------------------------------
def what_to_sign(portal: Portal, half: Signin) -> str:
    """What the browser is told to sign with a passkey of this person, as JSON; raises SignInOver without any."""
    known = [one.credential for one in of_person(portal, half.person.id)]
    if not known or half.stage != "password" or not half.chosen or half.locked:
        raise SignInOver
    challenge = _new_challenge(portal)
    with portal.database.write() as connection:
        signins.keep_challenge(connection, half.id, challenge)
    return authenticators.ask_for_signature(site(portal), challenge, known)


def enter(portal: Portal, half: Signin, answer: str, origin: Origin) -> str:
    """Check what a passkey has signed and return the cookie of the full sign-in; it counts as a try like any code.

    Raises PasskeyRefused; AccountLocked with or after the fifth failure; SignInOver.
    """
    if half.stage != "password" or not half.chosen:
        raise SignInOver
    answer = answer[:LONGEST_ANSWER]
    credential, person, now = _read(lambda: authenticators.credential_of(answer)), half.person, portal.clock.now()
    with portal.database.write() as connection:
        taken = tries.reserve(connection, portal, person.id, origin, action="passkey.tried")
        challenge = signins.take_challenge(connection, half.id)
        known = [one for one in passkeys.of_person(connection, person.id) if one.credential == credential]
    attempt = Attempt(taken, None)
    if known and challenge and _is_fresh(portal, challenge):
        signs = _signs(portal, challenge, answer, known[0])
        attempt = Attempt(taken, lambda held: signs is not None and passkeys.use(held, known[0], signs, now))

    def done(held: Connection) -> str:
        people.record(held, now, person.id, "passkey.used", address=origin.address)
        return signing.open_full(held, portal, half, origin)

    return tries.settle(portal, person, origin, attempt, done, wrong=PasskeyRefused, sealed=False)


def _signs(portal: Portal, challenge: bytes, answer: str, passkey: Passkey) -> int | None:
    key = NewKey(passkey.credential, passkey.public_key, passkey.signs)
    try:
        return authenticators.read_signature(site(portal), challenge, answer, key)
    except BadAnswer:
        return None


def _read(read: Callable[[], Outcome]) -> Outcome:
    try:
        return read()
    except BadAnswer as error:
        raise PasskeyRefused from error


def _new_challenge(portal: Portal) -> bytes:
    """Nobody can foresee it, and it says itself when it was made."""
    return int(portal.clock.now().timestamp()).to_bytes(STAMP_BYTES, "big") + secrets.token_bytes(CHANCE_BYTES)


def _is_fresh(portal: Portal, challenge: bytes) -> bool:
    made_at = datetime.fromtimestamp(int.from_bytes(challenge[:STAMP_BYTES], "big"), UTC)
    return portal.clock.now() - made_at < CHALLENGE_LIFE


def _take_challenge(portal: Portal, signin: Signin) -> bytes | None:
    with portal.database.write() as connection:
        challenge = signins.take_challenge(connection, signin.id)
    return challenge if challenge and _is_fresh(portal, challenge) else None


def _handle(portal: Portal, person: int) -> bytes:
    """Whose a passkey is, as authenticators keep it: no name and no number of ours."""
    return hmac.digest(portal.keys.derive("passkey"), str(person).encode(), hashlib.sha256)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
