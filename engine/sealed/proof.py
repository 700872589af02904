"""Whether the documents of an audit PDF are what the portal sealed."""

import base64
import binascii
import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from engine.sealed import seal as sealing
from engine.sealed.record import ANSWERS, FORMAT, PAGES, TRAIL, Seal, statement
from engine.sealed.seal import answers_hash, canonical, digest, first_link

HONG_KONG = timezone(timedelta(hours=8), "HKT")
TRAIL_KEYS = frozenset({"format", "reference", "entries", "documents", "seal"})
ENTRY_KEYS = frozenset({"entry", "previous", "hash", "salts", "hidden"})
DOCUMENT_KEYS = frozenset({"name", "sha256"})
UNSIGNED = "The record is not signed: whoever can rewrite the whole file can rewrite its seal."
UNTRUSTED = "Expected a signature of the trusted key, but the record is not signed."
SEAL_KEYS = frozenset(part.name for part in dataclasses.fields(Seal))


@dataclass(frozen=True)
class Verdict:
    """Whether a file is what was sealed, and why, in sentences.

    Without a trusted key, intact means no more than consistent: the sentences name the key that must be compared.
    """

    intact: bool
    sentences: tuple[str, ...]


def verify(carried: Mapping[str, bytes], trusted_key: bytes | None = None) -> Verdict:
    """Whether the documents of an audit PDF are what was sealed, entry by entry.

    carried: file name to content, `trail.json` among them.
    trusted_key: the portal's Ed25519 public key, PEM or 32 bytes.
    """
    try:
        trail = _strict(carried, TRAIL)
        answers = _strict(carried, ANSWERS)
        if trail["format"] != FORMAT:
            raise _Unreadable(f"Expected a trail of the format {FORMAT}, but it says {trail['format']}.")
        faults = [
            *_unknown_keys(trail),
            *_chain_faults(trail),
            *_document_faults(trail, carried),
            *_answer_faults(trail, answers),
        ]
        faults += _signature_faults(trail["seal"], _statement_of(trail), trusted_key)
    except _Unreadable as error:
        return Verdict(False, (str(error),))
    except (KeyError, TypeError, AttributeError, ValueError):
        return Verdict(False, (f"Expected a trail of the format {FORMAT}, but parts of it are missing.",))
    if faults:
        return Verdict(False, tuple(faults))
    return Verdict(True, tuple(_findings(trail, answers, trusted_key)))


def fingerprint(public_key: str | bytes) -> str:
    """The SHA-256 of an Ed25519 public key, PEM or 32 bytes, as eight groups of four characters.

    Raises ValueError when it is no such key.
    """
    name = digest(_key(public_key).public_bytes(Encoding.Raw, PublicFormat.Raw))
    return " ".join(name[at : at + 4] for at in range(0, 32, 4))


class _Unreadable(Exception):
    """A document that cannot be what the portal wrote."""


def _strict(carried: Mapping[str, bytes], name: str) -> Any:
    body = carried.get(name)
    if body is None:
        raise _Unreadable(
            f"Expected the file to carry {name}, but it does not: this is no audit PDF, or it was removed."
        )
    try:
        found = json.loads(body)
        same = canonical(found) == body
    except (ValueError, RecursionError):
        raise _Unreadable(f"Expected {name} to be JSON, but it cannot be read: it was changed.") from None
    if not same:
        raise _Unreadable(f"Expected {name} in its canonical form, but it was written again by something else.")
    return found


def _unknown_keys(trail: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the trail but is neither shown nor sealed."""
    parts = [("the trail", trail, TRAIL_KEYS), ("the seal", trail["seal"], SEAL_KEYS)]
    parts += [(_named(sealed, "entry"), sealed, ENTRY_KEYS) for sealed in trail["entries"]]
    parts += [("the list of documents", document, DOCUMENT_KEYS) for document in trail["documents"]]
    for name, part, known in parts:
        for key in sorted(set(part) - known):
            yield f"Expected only what the portal writes, but {name} holds {key[:60]!r}: it was put in."
    for sealed in trail["entries"]:
        shown = sealing.parts(sealed["entry"]).keys()
        hidden, salts = sealed.get("hidden", {}).keys(), sealed.get("salts", {}).keys()
        for key in sorted((hidden & shown) | (salts ^ shown if hidden else salts)):
            yield f"Expected each part shown or kept back, but {_named(sealed, 'entry')} does both with {key[:60]!r}."


def _chain_faults(trail: Mapping[str, Any]) -> Iterator[str]:
    head = first_link(trail["reference"])
    entries = trail["entries"]
    for expected, sealed in enumerate(entries, start=1):
        fault = _order_fault(entries, expected, sealed) or _link_fault(sealed, head)
        if fault:
            yield fault
            return
        head = sealed["hash"]
    seal = trail["seal"]
    if seal["count"] != len(entries):
        yield f"The seal counts {seal['count']} entries, but the trail holds {len(entries)}: its end was changed."
    elif seal["head"] != head:
        yield "The last entry is not the one that the seal names: the trail was made again."


def _order_fault(entries: list[Mapping[str, Any]], expected: int, sealed: Mapping[str, Any]) -> str:
    found = sealed["entry"]["seq"]
    if found == expected:
        return ""
    later = any(other["entry"]["seq"] == expected for other in entries[expected:])
    if later:
        return f"{_named(sealed)} stands where entry {expected} belongs: entries were moved or put in."
    if any(other["entry"]["seq"] == found for other in entries[: expected - 1]):
        return f"{_named(sealed)} stands there twice: an entry was put in."
    return f"Entry {expected} is missing: {_named(sealed, 'entry')} stands in its place."


def _link_fault(sealed: Mapping[str, Any], head: str) -> str:
    if sealed["previous"] != head:
        return f"{_named(sealed)} does not follow the entry before it."
    if sealed["hash"] != sealing.link_of(head, _leaves(sealed)):
        return f"{_named(sealed)} does not match its seal."
    return ""


def _leaves(sealed: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each part of an entry: computed from what is shown, as given of what is kept back."""
    entry, hidden = sealed["entry"], sealed.get("hidden", {})
    if not hidden:
        return sealing.leaves(entry)
    shown, salts = sealing.parts(entry), sealed.get("salts", {})
    return {**hidden, **{name: sealing.leaf(salts.get(name, ""), part) for name, part in shown.items()}}


def _named(sealed: Mapping[str, Any], word: str = "Entry") -> str:
    entry = sealed["entry"]
    said = f"{entry['action']}, " if "action" in entry else ""
    return f"{word} {entry['seq']} ({said}{_hong_kong(entry['at'])})"


def _hong_kong(at: str) -> str:
    try:
        moment = datetime.fromisoformat(at).astimezone(HONG_KONG)
    except (ValueError, OverflowError):
        return str(at)
    return f"{moment.day} {moment:%b %Y %H:%M} HKT"


def _document_faults(trail: Mapping[str, Any], carried: Mapping[str, bytes]) -> Iterator[str]:
    listed = {document["name"]: document["sha256"] for document in trail["documents"]}
    for name, sha256 in listed.items():
        if name not in carried:
            yield f"Expected the file to carry {name}, but it does not."
        elif digest(carried[name]) != sha256:
            yield f"{name} is not the document that was sealed."
    for name in sorted(set(carried) - set(listed) - {TRAIL}):
        yield f"The file carries {name}, which the seal does not list."
    for name in sorted({ANSWERS, PAGES} - set(listed)):
        yield f"The seal does not list {name}."


def _answer_faults(trail: Mapping[str, Any], answers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    steps: dict[str, set[str | None]] = {}
    for sealed in trail["entries"]:
        steps.setdefault(sealed["entry"].get("answers_hash"), set()).add(sealed["entry"].get("step"))
    for given in answers:
        name = f"The answers of round {given['round']} at {given['step']}"
        if answers_hash(given["salt"], given["values"]) != given["hash"]:
            yield f"{name} do not match their hash."
        elif given["step"] not in steps.get(given["hash"], ()):
            yield f"{name} belong to no entry of the trail."


def _statement_of(trail: Mapping[str, Any]) -> bytes:
    return statement(trail["reference"], trail["seal"]["head"], trail["seal"]["count"], trail["documents"])


def _signature_faults(seal: Mapping[str, Any], signed: bytes, trusted_key: bytes | None) -> Iterator[str]:
    own = seal["public_key"]
    if seal["signature"] is None:
        yield UNSIGNED if trusted_key is None else UNTRUSTED
        return
    if not own:
        yield "Expected the public key beside the signature, but there is none: it was removed."
        return
    try:
        if seal["key_id"] != fingerprint(own):
            yield f"The seal names another key than the one it carries ({fingerprint(own)}): its name was changed."
            return
        if trusted_key is not None and fingerprint(own) != fingerprint(trusted_key):
            yield f"Signed with another key ({fingerprint(own)}) than the trusted one ({fingerprint(trusted_key)})."
            return
        _key(own).verify(base64.b64decode(seal["signature"], validate=True), signed)
    except (InvalidSignature, binascii.Error):
        yield "The signature does not belong to this trail and these documents: they were changed after signing."
    except ValueError as error:
        yield str(error)


def _key(public_key: str | bytes | None) -> Ed25519PublicKey:
    body = public_key.encode() if isinstance(public_key, str) else public_key or b""
    try:
        key = Ed25519PublicKey.from_public_bytes(body) if len(body) == 32 else load_pem_public_key(body)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("Expected an Ed25519 public key, but it cannot be read as one.")
    return key


def _findings(trail: Mapping[str, Any], answers: list[Mapping[str, Any]], trusted_key: bytes | None) -> Iterator[str]:
    seal = trail["seal"]
    yield f"{trail['reference']}: all {seal['count']} entries match their seals; the last is {seal['head'][:16]}."
    yield f"All {len(trail['documents'])} documents are the ones that were sealed."
    yield f"All {len(answers)} sets of answers match the trail."
    if kept_back := [sealed["entry"]["seq"] for sealed in trail["entries"] if sealed.get("hidden")]:
        yield f"Of {len(kept_back)} entries this file shows only what its reader is told; their seals match too."
    kept = {given["hash"] for given in answers}
    for sealed in trail["entries"]:
        if sealed["entry"].get("answers_hash") and sealed["entry"]["answers_hash"] not in kept:
            yield f"{_named(sealed)}: its answers are not in this file, only their hash."
    yield _signer(seal, trusted_key)


def _signer(seal: Mapping[str, Any], trusted_key: bytes | None) -> str:
    if trusted_key is not None:
        return f"Signed with the trusted key {fingerprint(trusted_key)}."
    own = fingerprint(seal["public_key"])
    return f"The file is consistent; signed with key {own} of the file itself: compare it with the portal's."
