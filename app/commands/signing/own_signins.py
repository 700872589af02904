"""Where somebody is signed in, seen and ended by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from app.commands.portal import Portal
from app.commands.signing import browsers, own_acts, proving
from app.commands.signing.tries import Origin
from app.store import signins
from app.store.database import Connection
from app.store.signins import OpenSignin, Signin

MARK = 16  # hexadecimal digits: enough to tell one's own few apart


class Shown(NamedTuple):
    """One open sign-in as its owner sees it."""

    mark: str
    browser: str
    kept: OpenSignin
    is_this: bool


def open_ones(portal: Portal, signin: Signin) -> list[Shown]:
    """The open sign-ins of whoever asks, this one first."""
    with portal.database.read() as connection:
        found = _open(connection, portal, signin)
    shown = [Shown(one.id[:MARK], browsers.in_words(one.agent), one, one.id == signin.id) for one in found]
    return sorted(shown, key=lambda one: not one.is_this)


def end_one(portal: Portal, signin: Signin, mark: str, password: str, origin: Origin) -> bool:
    """End one other sign-in; false when there is no such one any more. Raises WrongPassword, AccountLocked."""

    def end(connection: Connection) -> bool:
        ids = [one.id for one in _open(connection, portal, signin) if one.id[:MARK] == mark and one.id != signin.id]
        ended = sum(signins.end(connection, one, portal.clock.now()) for one in ids)
        if ended:
            own_acts.note(connection, portal, signin.person, origin, action="signin.ended", count=ended)
        return ended > 0

    return proving.by_password(portal, signin, password, origin, end)


def end_others(portal: Portal, signin: Signin, password: str, origin: Origin) -> int:
    """End every sign-in but this one and return how many they were. Raises WrongPassword, AccountLocked."""

    def end(connection: Connection) -> int:
        ended = signins.end_others(connection, signin.person.id, signin.id, portal.clock.now())
        if ended:
            own_acts.note(connection, portal, signin.person, origin, action="signin.ended", count=ended)
        return ended

    return proving.by_password(portal, signin, password, origin, end)


def _open(connection: Connection, portal: Portal, signin: Signin) -> list[OpenSignin]:
    now, settings = portal.clock.now(), portal.settings
    seen_after = now - timedelta(minutes=settings.idle_minutes)
    return signins.open_of(connection, signin.person.id, seen_after, now - timedelta(hours=settings.absolute_hours))
