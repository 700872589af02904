"""How people set a password of their own: with a link from a mail, or in place of the one before."""

from __future__ import annotations

from app.commands.portal import Portal
from app.commands.signing import links, own_acts, passwords, proving
from app.commands.signing.signin_refusals import LinkOver, WeakPassword
from app.commands.signing.tries import Origin
from app.store import links as kept_links
from app.store import people, signins
from app.store.database import Connection
from app.store.links import Link
from app.store.signins import Signin
from engine.sentence import say

DONE = {links.WELCOME: "password.set", links.RESET: "password.reset"}


def set_by_link(portal: Portal, token: str, password: str, origin: Origin) -> Link:
    """Use a link up, set the password of its owner and end all their sign-ins; a lock stays.

    Raises WeakPassword, and the link stays good; LinkOver when it was used, is too old, unknown or not the newest.
    """
    link = links.holder(portal, token)
    if link is None:
        raise LinkOver
    require_strong(portal, link.person, password)
    hashed, now = passwords.hash_password(password), portal.clock.now()
    with portal.database.write() as connection:
        person = people.person_for(connection, link.person)
        if person is None:
            raise LinkOver
        own_acts.hold(connection, person)
        if not kept_links.use(connection, link.id, now):
            raise LinkOver
        signins.keep_password(connection, person.id, hashed)
        signins.end_all(connection, person.id, now)
        own_acts.note(connection, portal, person, origin, action=DONE[link.purpose])
    return link


def change(portal: Portal, signin: Signin, old: str, new: str, origin: Origin) -> None:
    """Replace the password of whoever is signed in and end all their other sign-ins and links.

    Raises WeakPassword; WrongPassword; AccountLocked with or after the fifth failure.
    """
    require_strong(portal, signin.person.id, new)
    if new == old:
        raise WeakPassword(say("Choose a password that is not the old one."))
    hashed, now = passwords.hash_password(new), portal.clock.now()

    def keep(connection: Connection) -> None:
        signins.keep_password(connection, signin.person.id, hashed)
        signins.end_others(connection, signin.person.id, signin.id, now)
        kept_links.end_all(connection, signin.person.id, now)
        own_acts.note(connection, portal, signin.person, origin, action="password.changed")

    proving.by_password(portal, signin, old, origin, keep)


def require_strong(portal: Portal, person: int, password: str) -> None:
    """Raise WeakPassword when the password is easily guessed of this person."""
    with portal.database.read() as connection:
        profile = people.profile_of(connection, person)
    names = [profile.email, profile.company_en] if profile else []
    if weakness := passwords.weakness(password, [*names, portal.settings.exchange_name]):
        raise WeakPassword(weakness)
