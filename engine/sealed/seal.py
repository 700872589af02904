"""Seals: canonical bytes, the chain of a trail, and states that show when they were changed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from engine.errors import BadState

MAC_LENGTH = 32
VERSION = b"1"


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value as bytes: UTF-8, sorted keys, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(content: bytes) -> str:
    """SHA-256 as 64 hexadecimal characters."""
    return hashlib.sha256(content).hexdigest()


def first_link(reference: str) -> str:
    """What the first entry of a case is chained to."""
    return digest(reference.encode())


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """The hash that seals `entry` behind the one whose hash is `previous`."""
    return link_of(previous, leaves(entry))


def link_of(previous: str, leaves: Mapping[str, str]) -> str:
    """The same hash for whoever has no more of an entry than the digests of its parts."""
    return digest(previous.encode() + b"\n" + canonical(leaves))


def parts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry is made of, its salt apart; who acted is in parts of its own, so that some may be kept back.

    An entry's `salt` is what makes the digests of its parts tell nothing of them.
    """
    actor = {f"actor.{name}": value for name, value in entry.get("actor", {}).items()}
    return {name: value for name, value in entry.items() if name not in ("actor", "salt")} | actor


def salts(entry: Mapping[str, Any]) -> dict[str, str]:
    """The salt of each part: whoever is given one learns nothing of the others."""
    return {name: digest(f"{entry.get('salt', '')} {name}".encode()) for name in parts(entry)}


def leaf(salt: str, part: Any) -> str:
    """The digest of one part of an entry."""
    return digest(salt.encode() + canonical(part))


def leaves(entry: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each part of an entry."""
    salted = salts(entry)
    return {name: leaf(salted[name], part) for name, part in parts(entry).items()}


def answers_hash(salt: str, answers: Mapping[str, Any]) -> str:
    """The salted hash of answers: the entry keeps it, so that erasing answers and salt erases personal data."""
    return digest(salt.encode() + canonical(answers))


def signed(body: bytes, key: bytes) -> bytes:
    """The body behind its version and HMAC-SHA-256."""
    return VERSION + hmac.digest(key, VERSION + body, "sha256") + body


def opened(blob: bytes, key: bytes) -> bytes:
    """The body of a signed blob; raises `BadState` when a byte was changed or the version is unknown."""
    mac, body = blob[1 : 1 + MAC_LENGTH], blob[1 + MAC_LENGTH :]
    if blob[:1] != VERSION or not hmac.compare_digest(mac, hmac.digest(key, VERSION + body, "sha256")):
        raise BadState("Expected the saved state as it was written, but its seal does not fit.")
    return body
