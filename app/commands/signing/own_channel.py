"""Where one-time codes come from, changed by their owner: a code of the old kind, then proof of the new one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from app.commands.portal import Portal
from app.commands.signing import codes, factors, own_acts, proving, recovery, tries
from app.commands.signing.signin_refusals import ChangeOver, WrongCode
from app.commands.signing.tries import Attempt, Origin, Spend
from app.store import codes as kept_codes
from app.store import signins
from app.store.database import Connection
from app.store.signins import Signin

APP, EMAIL = "app", "email"
OTHER = {APP: EMAIL, EMAIL: APP}
CHANGE_LIFE = timedelta(minutes=10)  # from the old proof to the new one


class Change(NamedTuple):
    """A change that was begun: the channel it leads to, and the secret of the new authenticator if it is one."""

    channel: str
    secret: str


def begin(portal: Portal, signin: Signin, code: str, origin: Origin) -> None:
    """Begin to change the channel with a code of the old one or, when that is lost, a recovery code.

    Towards e-mail, a code is mailed. Raises WrongCode; AccountLocked with or after the fifth failure.
    """

    def go(connection: Connection) -> None:
        _begin(connection, portal, signin, origin)

    if factors.digits_of(code) is None:
        recovery.with_recovery_code(portal, signin, code, origin, proving.giving_back(signin, go))
    else:
        proving.by_code(portal, signin, code, origin, go)


def begun(portal: Portal, signin: Signin) -> Change | None:
    """The change that was begun in this sign-in, while there is time to finish it."""
    if signin.stage != "full" or signin.pending_secret is None:
        return None
    channel, secret, at = factors.unseal(portal, signin.pending_secret, _place(signin)).split(" ")
    in_time = portal.clock.now() - datetime.fromisoformat(at) < CHANGE_LIFE
    return Change(channel, secret) if in_time and channel == OTHER.get(signin.channel or "") else None


def mail_again(portal: Portal, signin: Signin, origin: Origin) -> None:
    """Mail another code that proves the new channel; raises ChangeOver, CodeTooSoon, CodesSpent."""
    change = begun(portal, signin)
    if change is None or change.channel != EMAIL:
        raise ChangeOver
    codes.mail_another(portal, signin, origin)


def finish(portal: Portal, signin: Signin, code: str, origin: Origin) -> str:
    """Change the channel with the first code of the new one and return it.

    Raises ChangeOver; WrongCode; AccountLocked with or after the fifth failure.
    """
    change = begun(portal, signin)
    if change is None:
        raise ChangeOver
    digits = factors.digits_of(code)
    if digits is None:
        raise WrongCode
    try_it = _try_app if change.channel == APP else _try_mail
    attempt = try_it(portal, signin, change, digits, origin)
    done = proving.giving_back(signin, lambda held: _note(held, portal, signin, change, origin))
    tries.settle(portal, signin.person, origin, attempt, done)
    return change.channel


def _begin(connection: Connection, portal: Portal, signin: Signin, origin: Origin) -> None:
    channel = OTHER[signin.channel or EMAIL]
    secret = factors.new_app_secret() if channel == APP else "-"
    kept = factors.seal(portal, f"{channel} {secret} {portal.clock.now().isoformat()}", _place(signin))
    signins.keep_change(connection, signin.id, kept)
    if channel == EMAIL:
        codes.mail_code(connection, portal, signin.id, signin.person.email, signin.person.id, origin)


def _try_app(portal: Portal, signin: Signin, change: Change, digits: str, origin: Origin) -> Attempt:
    now, person = portal.clock.now(), signin.person.id
    with portal.database.write() as connection:
        taken = tries.reserve(connection, portal, person, origin, channel=APP)
    step = factors.matching_step(change.secret, digits, now)
    if step is None:
        return Attempt(taken, None)
    kept = factors.seal(portal, change.secret, factors.owner(person))
    return Attempt(taken, lambda held: signins.change_channel(held, person, EMAIL, APP, app=(kept, step)))


def _try_mail(portal: Portal, signin: Signin, _change: Change, digits: str, origin: Origin) -> Attempt:
    now, person = portal.clock.now(), signin.person.id
    with portal.database.write() as connection:
        taken = tries.reserve(connection, portal, person, origin, channel=EMAIL)
        mailed = kept_codes.take(connection, signin.id, now - codes.CODE_LIFE)
    return Attempt(taken, _to_mail(codes.mail_spend(portal, signin, digits, mailed, now), person))


def _to_mail(spend: Spend | None, person: int) -> Spend | None:
    if spend is None:
        return None
    return lambda held: spend(held) and signins.change_channel(held, person, APP, EMAIL)


def _note(connection: Connection, portal: Portal, signin: Signin, change: Change, origin: Origin) -> None:
    signins.keep_change(connection, signin.id, None)
    own_acts.note(connection, portal, signin.person, origin, action="channel.changed", channel=change.channel)


def _place(signin: Signin) -> str:
    return f"change:{signin.id}"
