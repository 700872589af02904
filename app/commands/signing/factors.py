"""The second factor: codes by e-mail, codes of an authenticator, and how their secrets are sealed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.commands.portal import Portal
from engine.errors import BadState
from engine.sentence import say

STEP_SECONDS = 30
NONCE_BYTES = 12
DIGITS = 6
ISSUER = "Client Connect"


def new_code() -> str:
    """Six digits nobody can foresee."""
    return f"{secrets.randbelow(1_000_000):06d}"


def digits_of(typed: str) -> str | None:
    """The code that somebody typed, without spaces; None when it is no code at all."""
    digits = "".join(typed[:32].split())
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None


def code_digest(portal: Portal, signin: str, code: str) -> str:
    """What is kept of a mailed code: an HMAC that only fits this sign-in."""
    return hmac.digest(portal.keys.derive("code"), f"{signin}:{code}".encode(), hashlib.sha256).hex()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in the same time for any two of a length."""
    return hmac.compare_digest(one.encode(), other.encode())


def new_app_secret() -> str:
    """160 random bits in base32, as authenticators read them."""
    return pyotp.random_base32(32)


def app_uri(secret: str, email: str) -> str:
    """What the QR code says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is: the present one, the one before or the one after."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = [step for step in (now, now - 1, now + 1) if same(totp.generate_otp(step), code)]
    return steps[0] if steps else None


def seal(portal: Portal, text: str, owner: str) -> bytes:
    """Encrypt a secret so that it opens only for its owner."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(portal).encrypt(nonce, text.encode(), owner.encode())


def unseal(portal: Portal, sealed: bytes, owner: str) -> str:
    """Open what `seal` closed; raises BadState for another owner or key."""
    try:
        return _cipher(portal).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode()).decode()
    except InvalidTag as error:
        raise BadState(say("Expected a secret sealed for this owner with this key, but it does not open.")) from error


def owner(person: int) -> str:
    """For whom an authenticator's secret is sealed."""
    return f"person:{person}"


def _cipher(portal: Portal) -> AESGCM:
    return AESGCM(portal.keys.derive("otp"))
