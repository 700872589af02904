"""What the mails say about what people did, or somebody else did in their name, with their own account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.commands.portal import Portal
from engine.hours import HONG_KONG

WARNING = "If that was not you, somebody else can use your account: tell your administrator now.\n"


def own_letter(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a promised mail whose template is one of `TEMPLATES`."""
    subject, said = LETTERS[payload["template"]]
    local = datetime.fromisoformat(payload["at"]).astimezone(HONG_KONG)
    where = payload["address"] or "an unknown address"
    when = f"It was done on {local.day} {local:%b %Y, %H:%M} HKT from {where}."
    return subject, f"{said(payload)} {when}\n\n{WARNING}"


def _password_set(payload: Mapping[str, Any]) -> str:
    return f"The password of {payload['to']} was set with the link in our mail. You sign in with it from now on."


def _password_reset(payload: Mapping[str, Any]) -> str:
    return (
        f"The password of {payload['to']} was replaced with the link in our mail, and every sign-in that was open has "
        "ended. A locked account stays locked."
    )


def _password_changed(payload: Mapping[str, Any]) -> str:
    return f"The password of {payload['to']} was changed on the page of the account. Every other sign-in has ended."


def _channel_changed(payload: Mapping[str, Any]) -> str:
    source = "an authenticator app" if payload["channel"] == "app" else "mails to this address"
    return f"From now on the one-time codes for {payload['to']} come from {source}."


def _recovery_codes_made(payload: Mapping[str, Any]) -> str:
    return f"{payload['count']} recovery codes were made for {payload['to']}. Those of before are void."


def _recovery_code_used(payload: Mapping[str, Any]) -> str:
    left = {0: "None is left: make new ones on the page of your account.", 1: "1 is left."}
    still = left.get(payload["left"], f"{payload['left']} are left.")
    return f"A recovery code of {payload['to']} was used in place of a one-time code. {still}"


def _device_new(payload: Mapping[str, Any]) -> str:
    device = payload["browser"]
    return f"Somebody signed in as {payload['to']} from a device that this account has not used before: {device}."


def _passkey_added(payload: Mapping[str, Any]) -> str:
    return f"A passkey, {payload['name']}, was added to {payload['to']}. It can take the place of one-time codes."


def _passkey_removed(payload: Mapping[str, Any]) -> str:
    return f"The passkey {payload['name']} was removed from {payload['to']}."


def _tries_missed(payload: Mapping[str, Any]) -> str:
    return (
        f"Before you signed in as {payload['to']} just now, {payload['count']} wrong passwords or codes were entered "
        "for this account."
    )


def _signin_ended(payload: Mapping[str, Any]) -> str:
    many = "One sign-in" if payload["count"] == 1 else f"{payload['count']} sign-ins"
    return f"{many} of {payload['to']} {'was' if payload['count'] == 1 else 'were'} ended on the page of the account."


def _letters_chosen(payload: Mapping[str, Any]) -> str:
    ways = {"mail": "each by mail", "digest": "in the daily digest only", "portal": "in the portal only"}
    return (
        f"From now on {payload['to']} hears of new tasks {ways[payload['tasks']]}, of moves and ends of requests "
        f"{ways[payload['moves']]}, and of reminders and what is overdue {ways[payload['reminders']]}."
    )


def _feed_made(payload: Mapping[str, Any]) -> str:
    return (
        f"A secret address was made at which a calendar program reads the deadlines of {payload['to']}. An earlier one "
        "leads nowhere any more."
    )


def _feed_revoked(payload: Mapping[str, Any]) -> str:
    return f"The secret address of the calendar of {payload['to']} was revoked and leads nowhere any more."


LETTERS: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "password_set": ("Your Client Connect password was set", _password_set),
    "password_reset": ("Your Client Connect password was replaced", _password_reset),
    "password_changed": ("Your Client Connect password was changed", _password_changed),
    "channel_changed": ("How you sign in to Client Connect was changed", _channel_changed),
    "recovery_codes_made": ("Recovery codes for Client Connect were made", _recovery_codes_made),
    "recovery_code_used": ("A recovery code for Client Connect was used", _recovery_code_used),
    "device_new": ("A sign-in to Client Connect from a new device", _device_new),
    "passkey_added": ("A passkey for Client Connect was added", _passkey_added),
    "passkey_removed": ("A passkey for Client Connect was removed", _passkey_removed),
    "tries_missed": ("Wrong passwords or codes for your Client Connect account", _tries_missed),
    "letters_chosen": ("How you hear of requests in Client Connect was changed", _letters_chosen),
    "feed_made": ("An address of your Client Connect calendar was made", _feed_made),
    "feed_revoked": ("The address of your Client Connect calendar was revoked", _feed_revoked),
    "signin_ended": ("A sign-in to Client Connect was ended", _signin_ended),
}
TEMPLATES = frozenset(LETTERS)
