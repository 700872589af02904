"""What is done to accounts, companies and desks: sealed in the trail of the company that it concerns."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.commands.portal import Portal
from app.store import administration
from app.store.administration import Head, Sealed
from app.store.database import Connection
from engine.errors import NotFound
from engine.people import Person
from engine.sealed import seal

HEAD_KEY = "administration-head"


class Whom(NamedTuple):
    """The account that something was done to, as a trail names it; nobody when it was the company itself."""

    id: int = 0
    name: str = ""
    email: str = ""


class Doer(NamedTuple):
    """Who did it, and from which address; the portal itself, or an operator at the command line, has no id."""

    id: int
    name: str
    company: str
    address: str = ""


PORTAL = Doer(0, "Client Connect", "")
OPERATOR = Doer(0, "an operator of the portal", "")


def doer(person: Person, address: str) -> Doer:
    """Somebody who is signed in, as a trail names them."""
    return Doer(person.id, person.name, person.company_name, address)


def seal_change(
    connection: Connection,
    portal: Portal,
    company: int,
    by: Doer,
    action: str,
    whom: Whom = Whom(),  # noqa: B008  a tuple: nobody can change it
    **facts: Any,
) -> None:
    """Seal in the trail of a company that something was done, in the transaction that does it.

    whom: nobody when it concerns the company. facts: what changed, as JSON; never a secret.
    """
    head = administration.locked_head(connection, company)
    seq = head.entries + 1
    entry = {
        "seq": seq,
        "at": portal.clock.now().isoformat(),
        "actor": by._asdict(),
        "action": action,
        "subject": whom._asdict(),
        "facts": facts,
        "salt": secrets.token_hex(16),
    }
    link = seal.link(head.head or seal.first_link(head.code), entry)
    administration.append(connection, head, link, _head_seal(portal, head, seq, link), entry)


def hold(connection: Connection, *companies: int) -> None:
    """Let nobody else change the accounts of these companies until this transaction ends; raises `NotFound`.

    Always in the same order, so that nobody waits crosswise.
    """
    for company in sorted(set(companies)):
        if administration.head_of(connection, company) is None:
            raise NotFound(f"the company {company}")
        administration.locked_head(connection, company)


def fault(portal: Portal, head: Head, entries: Sequence[Sealed]) -> str:
    """What is wrong with a whole trail, newest first, in a sentence; empty when nothing is."""
    link = seal.first_link(head.code)
    for number, sealed in enumerate(reversed(entries), 1):
        link = seal.link(link, sealed.entry)
        if link != sealed.hash or sealed.entry["seq"] != number or not sealed.is_filed_right:
            return f"Expected entry {number} as it was sealed, but it was changed."
    if len(entries) != head.entries:
        return f"Expected {head.entries} entries, but found {len(entries)}."
    if entries and (link != head.head or head.seal != _head_seal(portal, head, len(entries), link)):
        return "Expected the newest entry that the portal sealed, but the trail ends with another."
    return ""


def moment(entry: Mapping[str, Any]) -> datetime:
    """When it was done."""
    return datetime.fromisoformat(entry["at"])


def _head_seal(portal: Portal, head: Head, entries: int, link: str) -> str:
    said = seal.canonical([head.code, entries, link])
    return hmac.digest(portal.keys.derive(HEAD_KEY), said, "sha256").hex()
