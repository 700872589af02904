"""Whether somebody signs in from a device of before; of a new one they are told by mail."""

from __future__ import annotations

import hashlib

from app.commands.portal import Portal
from app.commands.signing import browsers, own_acts
from app.commands.signing.tries import Origin
from app.store import devices, people, signins
from app.store.database import Connection
from engine.people import Person


def note(connection: Connection, portal: Portal, person: Person, origin: Origin) -> None:
    """Keep the device that a full sign-in comes from, and mail its owner when it is new to them.

    The very first sign-in of an account is no news to anybody. An origin without a mark is no browser.
    """
    if not origin.device:
        return
    now, agent = portal.clock.now(), origin.agent[:200]
    digest = hashlib.sha256(origin.device.encode()).hexdigest()
    if devices.see(connection, digest, person.id, agent, now):
        return
    devices.add(connection, digest, person.id, agent, now)
    if not signins.has_been_in(connection, person.id):
        return
    people.record(connection, now, person.id, "device.added", address=origin.address)
    own_acts.mail(connection, portal, person, origin, action="device.new", browser=browsers.in_words(agent))
