"""A forgotten password: whoever asks hears the same, and only the owner of an account gets a mail."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.commands.portal import Portal
from app.commands.signing import links
from app.commands.signing.signin import login_of
from app.commands.signing.tries import Origin
from app.store import jobs, people
from app.store import links as kept_links

ASKED = "link"  # the job that follows a question
MOST_LINKS = 3  # in an hour, for one account
COUNTED_FOR = timedelta(hours=1)


def ask_for_link(portal: Portal, email: str, origin: Origin) -> None:
    """Promise to look for an account, and do no more: so it takes as long for a stranger as for its owner."""
    payload = {"template": "link_asked", "login": login_of(email), "address": origin.address}
    with portal.database.write() as connection:
        asked = {"kind": ASKED, "key": f"link_asked:{secrets.token_hex(16)}", "payload": payload}
        jobs.promise(connection, [asked], portal.clock.now())


def mail_link(portal: Portal, payload: Mapping[str, Any]) -> None:
    """Mail the owner of an account a link with which to set a new password, at most three an hour; a stranger nothing.

    Whoever never set a password gets a fresh welcome.
    """
    login, now = payload["login"], portal.clock.now()
    who = hmac.digest(portal.keys.derive("login"), login.encode(), hashlib.sha256).hex()
    with portal.database.write() as connection:
        asker = kept_links.asker(connection, login)
        person = asker.id if asker else None
        people.record(connection, now, person, "link.asked", login=who, address=payload["address"])
        if asker is None:
            return
        purpose = links.RESET if asker.has_password else links.WELCOME
        if kept_links.made_since(connection, asker.id, purpose, now - COUNTED_FOR) < MOST_LINKS:
            links.promise_link(connection, portal, asker.id, login, purpose)
