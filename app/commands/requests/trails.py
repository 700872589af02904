"""Trails: who is named in them, the portal's own seal of their newest entry, and whether they are as sealed."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from app.commands.portal import Portal
from app.store import trail
from app.store.cases import Case
from engine.errors import BadState
from engine.sealed import seal

HEAD_KEY = "trail-head"
SAVED = "draft.saved"


class Actor(dict[str, Any]):
    """Somebody as a trail names them; the address they act from is no part of it."""

    address: str = ""


def head_seal(portal: Portal, reference: str, entries: int, head: str) -> str:
    """The seal that only this portal can put on the newest entry of a case."""
    said = seal.canonical([reference, entries, head])
    return hmac.digest(portal.keys.derive(HEAD_KEY), said, "sha256").hex()


def fault(portal: Portal, case: Case, entries: Sequence[trail.Sealed]) -> str:
    """What is wrong with the trail of a case, in a sentence; empty when nothing is."""
    heads = [seal.first_link(case.reference)]
    for number, sealed in enumerate(entries, 1):
        heads.append(seal.link(heads[-1], sealed.entry))
        if heads[-1] != sealed.hash or sealed.entry["seq"] != number:
            return f"Expected entry {number} as it was sealed, but it was changed."
    if len(entries) != case.entries:
        return f"Expected {case.entries} entries as stored with the request, but found {len(entries)}."
    if heads[-1] != case.head:
        return "Expected the newest entry as stored with the request, but the trail ends with another."
    if case.seal != head_seal(portal, case.reference, len(entries), heads[-1]):
        return f"Expected the seal of entry {len(entries)} to be the portal's, but it does not fit."
    return ""


def require_whole(portal: Portal, case: Case, entries: Sequence[trail.Sealed]) -> None:
    """Raise `BadState` unless the trail is the one that was sealed."""
    if sentence := fault(portal, case, entries):
        raise BadState(sentence)


def address_of(actor: Mapping[str, Any]) -> str:
    """From where somebody acts; empty for the portal itself."""
    return actor.address if isinstance(actor, Actor) else ""
