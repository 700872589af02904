"""What people do with their own account: recorded, sealed in the trail of their company, and mailed to them."""

from __future__ import annotations

import secrets
from typing import Any

from app.commands import administration
from app.commands.administration import Whom
from app.commands.portal import Portal
from app.commands.signing.tries import Origin
from app.store import jobs, people, signins
from app.store.database import Connection
from engine.people import Person


def hold(connection: Connection, person: Person) -> None:
    """Hold the trail of the person's company, then their account, before anything else: so nobody waits crosswise."""
    administration.hold(connection, person.company)
    signins.hold(connection, person.id)


def note(
    connection: Connection, portal: Portal, person: Person, origin: Origin, *, action: str, **facts: str | int
) -> None:
    """Record and seal what a person did, and promise them a mail about it; facts: never a secret."""
    people.record(connection, portal.clock.now(), person.id, action, address=origin.address, **facts)
    by, whom = administration.doer(person, origin.address), Whom(person.id, person.name, person.email)
    administration.seal_change(connection, portal, person.company, by, action, whom, **facts)
    mail(connection, portal, person, origin, action=action, **facts)


def mail(connection: Connection, portal: Portal, person: Person, origin: Origin, *, action: str, **facts: Any) -> None:
    """Promise a person the mail about what was done with their account."""
    now, template = portal.clock.now(), action.replace(".", "_")
    payload = {"template": template, "to": person.email, "address": origin.address, "at": now.isoformat(), **facts}
    key = f"{template}:{person.id}:{secrets.token_hex(8)}"
    jobs.promise(connection, [{"kind": "mail", "key": key, "payload": payload}], now)
