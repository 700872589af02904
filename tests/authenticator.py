"""An authenticator made of numbers: it makes passkeys and signs with them, rightly or as an attacker would."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


class Authenticator:
    """One device with one passkey."""

    def __init__(self, origin: str, domain: str = "localhost") -> None:
        self.origin, self.domain = origin, domain
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.credential = secrets.token_bytes(16)
        self.signs = 0

    def make(self, asked: str, **wrong: Any) -> str:
        """The answer to "make a passkey"; wrong: what an attacker would have otherwise."""
        data = self._data(PRESENT | VERIFIED | NEW_KEY, wrong) + self._key()
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(asked, "webauthn.create", wrong, attestationObject=attested)

    def sign(self, asked: str, **wrong: Any) -> str:
        """The answer to "sign with a passkey"; each time the count goes on by one."""
        self.signs = wrong.pop("signs", self.signs + 1)
        data = self._data(wrong.pop("flags", PRESENT | VERIFIED), wrong)
        said = self._said(asked, wrong.pop("type", "webauthn.get"), wrong)
        signature = self.private.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        kept = wrong.pop("signature", signature)
        return self._wrapped(said, authenticatorData=data, signature=kept)

    def _answer(self, asked: str, kind: str, wrong: dict[str, Any], **parts: bytes) -> str:
        return self._wrapped(self._said(asked, wrong.pop("type", kind), wrong), **parts)

    def _wrapped(self, said: bytes, **parts: bytes) -> str:
        response = {"clientDataJSON": _text(said), **{name: _text(part) for name, part in parts.items()}}
        name = _text(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _said(self, asked: str, kind: str, wrong: dict[str, Any]) -> bytes:
        challenge = wrong.get("challenge", json.loads(asked)["challenge"])
        origin = wrong.get("origin", self.origin)
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _data(self, flags: int, wrong: dict[str, Any]) -> bytes:
        domain, flags = wrong.get("domain", self.domain), wrong.get("flags", flags)
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + self.signs.to_bytes(4, "big")

    def _key(self) -> bytes:
        point = self.private.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        return bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + key


def other_challenge() -> str:
    """A challenge that nobody asked."""
    return _text(secrets.token_bytes(40))


def challenge_of(asked: str) -> bytes:
    """The bytes that were to be signed."""
    text = json.loads(asked)["challenge"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")
