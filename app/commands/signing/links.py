"""Links in mails with which people set a password: good once, and not for long."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from datetime import datetime, timedelta

from app.commands.portal import Portal
from app.commands.signing import factors
from app.store import jobs, links
from app.store.database import Connection

WELCOME, RESET = "welcome", "reset"
LIVES = {WELCOME: timedelta(hours=24), RESET: timedelta(minutes=30)}
TOKEN_BYTES = 32


def promise_link(connection: Connection, portal: Portal, person: int, email: str, purpose: str) -> str:
    """Make a link that replaces every earlier one of the person, promise the mail that carries it, return its token."""
    now, token = portal.clock.now(), secrets.token_urlsafe(TOKEN_BYTES)
    digest = digest_of(token)
    links.end_all(connection, person, now)
    links.add(connection, digest, person, purpose, now, now + LIVES[purpose])
    payload = {"template": f"account_{purpose}", "to": email, "sealed_link": sealed(portal, token, email)}
    jobs.promise(connection, [{"kind": "mail", "key": f"account_{purpose}:{digest[:16]}", "payload": payload}], now)
    return token


def digest_of(token: str) -> str:
    """What is kept of a token: whoever reads the database can use none."""
    return hashlib.sha256(token.encode()).hexdigest()


def sealed(portal: Portal, token: str, email: str) -> str:
    """The token as it waits in the outbox: in no table in the clear."""
    return b64encode(factors.seal(portal, token, f"mail:{email}")).decode()


def holder(portal: Portal, token: str) -> links.Link | None:
    """Whose link it is, while it is good."""
    with portal.database.read() as connection:
        found = links.of(connection, digest_of(token))
    return found if found and is_good(found, portal.clock.now()) else None


def is_good(link: links.Link, now: datetime) -> bool:
    """Whether a link can still be used."""
    return link.used_at is None and now < link.ends_at
