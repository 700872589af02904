"""A forgotten password: whoever asks hears the same, and only the owner of an account gets a mail."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from app.commands.portal import Portal
from app.commands.signing import links
from app.commands.signing.signin import login_of
from app.commands.signing.tries import Origin
from app.store import links as kept_links
from app.store import people
from app.store.database import Connection

MOST_LINKS = 3  # in an hour, for one account
COUNTED_FOR = timedelta(hours=1)
NOBODY = 0


def ask_for_link(portal: Portal, email: str, origin: Origin) -> None:
    """Mail a link with which the owner of an account sets a new password, at most three an hour.

    Nobody learns from it, nor from the time it takes, whether there is such an account.
    """
    login, now = login_of(email), portal.clock.now()
    who = hmac.digest(portal.keys.derive("login"), login.encode(), hashlib.sha256).hex()
    with portal.database.write() as connection:
        asker = kept_links.asker(connection, login)
        purpose = links.WELCOME if asker and not asker.has_password else links.RESET
        person = asker.id if asker else NOBODY
        made = kept_links.made_since(connection, person, purpose, now - COUNTED_FOR)
        people.record(connection, now, person or None, "link.asked", login=who, address=origin.address)
        if asker and made < MOST_LINKS:
            links.promise_link(connection, portal, asker.id, login, purpose)
        else:
            _work_as_much(connection, portal, login)


def _work_as_much(connection: Connection, portal: Portal, login: str) -> None:
    token = secrets.token_urlsafe(links.TOKEN_BYTES)
    links.digest_of(token)
    kept_links.end_all(connection, NOBODY, portal.clock.now())
    links.sealed(portal, token, login)
