"""What the mails say about what people did, or somebody else did in their name, with their own account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.commands.portal import Portal
from engine.hours import HONG_KONG
from engine.sentence import joined, say

WARNING = say("If that was not you, somebody else can use your account: tell your administrator now.\n")


def own_letter(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a promised mail whose template is one of `TEMPLATES`."""
    subject, said = LETTERS[payload["template"]]
    local = datetime.fromisoformat(payload["at"]).astimezone(HONG_KONG)
    where = payload["address"] or say("an unknown address")
    when = say("It was done on {day} {local:%b %Y, %H:%M} HKT from {where}.", day=local.day, local=local, where=where)
    return subject, joined([joined([said(payload), when], " "), WARNING], "\n\n")


def _password_set(payload: Mapping[str, Any]) -> str:
    return say(
        "The password of {to} was set with the link in our mail. You sign in with it from now on.", to=payload["to"]
    )


def _password_reset(payload: Mapping[str, Any]) -> str:
    return say(
        "The password of {to} was replaced with the link in our mail, and every sign-in that was "
        "open has ended. A locked account stays locked.",
        to=payload["to"],
    )


def _password_changed(payload: Mapping[str, Any]) -> str:
    return say(
        "The password of {to} was changed on the page of the account. Every other sign-in has ended.", to=payload["to"]
    )


def _channel_changed(payload: Mapping[str, Any]) -> str:
    source = say("an authenticator app") if payload["channel"] == "app" else say("mails to this address")
    return say("From now on the one-time codes for {to} come from {source}.", to=payload["to"], source=source)


def _recovery_codes_made(payload: Mapping[str, Any]) -> str:
    return say(
        "{count} recovery codes were made for {to}. Those of before are void.", count=payload["count"], to=payload["to"]
    )


def _recovery_code_used(payload: Mapping[str, Any]) -> str:
    left = {0: say("None is left: make new ones on the page of your account."), 1: say("1 is left.")}
    still = left.get(payload["left"], say("{left} are left.", left=payload["left"]))
    return say("A recovery code of {to} was used in place of a one-time code. {still}", to=payload["to"], still=still)


def _device_new(payload: Mapping[str, Any]) -> str:
    device = payload["browser"]
    return say(
        "Somebody signed in as {to} from a device that this account has not used before: {device}.",
        to=payload["to"],
        device=device,
    )


def _passkey_added(payload: Mapping[str, Any]) -> str:
    return say(
        "A passkey, {name}, was added to {to}. It can take the place of one-time codes.",
        name=payload["name"],
        to=payload["to"],
    )


def _passkey_removed(payload: Mapping[str, Any]) -> str:
    return say("The passkey {name} was removed from {to}.", name=payload["name"], to=payload["to"])


def _tries_missed(payload: Mapping[str, Any]) -> str:
    return say(
        "Before you signed in as {to} just now, {count} wrong passwords or codes were entered for this account.",
        to=payload["to"],
        count=payload["count"],
    )


def _signin_ended(payload: Mapping[str, Any]) -> str:
    if payload["count"] == 1:
        return say("One sign-in of {to} was ended on the page of the account.", to=payload["to"])
    return say(
        "{count} sign-ins of {to} were ended on the page of the account.", count=payload["count"], to=payload["to"]
    )


def _letters_chosen(payload: Mapping[str, Any]) -> str:
    ways = {
        "mail": say("each by mail"),
        "digest": say("in the daily digest only"),
        "portal": say("in the portal only"),
    }
    return say(
        "From now on {to} hears of new tasks {value}, of moves and ends of requests {value2}, and "
        "of reminders and what is overdue {value3}.",
        to=payload["to"],
        value=ways[payload["tasks"]],
        value2=ways[payload["moves"]],
        value3=ways[payload["reminders"]],
    )


def _feed_made(payload: Mapping[str, Any]) -> str:
    return say(
        "A secret address was made at which a calendar program reads the deadlines of {to}. An "
        "earlier one leads nowhere any more.",
        to=payload["to"],
    )


def _feed_revoked(payload: Mapping[str, Any]) -> str:
    return say("The secret address of the calendar of {to} was revoked and leads nowhere any more.", to=payload["to"])


LETTERS: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "password_set": (say("Your Client Connect password was set"), _password_set),
    "password_reset": (say("Your Client Connect password was replaced"), _password_reset),
    "password_changed": (say("Your Client Connect password was changed"), _password_changed),
    "channel_changed": (say("How you sign in to Client Connect was changed"), _channel_changed),
    "recovery_codes_made": (say("Recovery codes for Client Connect were made"), _recovery_codes_made),
    "recovery_code_used": (say("A recovery code for Client Connect was used"), _recovery_code_used),
    "device_new": (say("A sign-in to Client Connect from a new device"), _device_new),
    "passkey_added": (say("A passkey for Client Connect was added"), _passkey_added),
    "passkey_removed": (say("A passkey for Client Connect was removed"), _passkey_removed),
    "tries_missed": (say("Wrong passwords or codes for your Client Connect account"), _tries_missed),
    "letters_chosen": (say("How you hear of requests in Client Connect was changed"), _letters_chosen),
    "feed_made": (say("An address of your Client Connect calendar was made"), _feed_made),
    "feed_revoked": (say("The address of your Client Connect calendar was revoked"), _feed_revoked),
    "signin_ended": (say("A sign-in to Client Connect was ended"), _signin_ended),
}
TEMPLATES = frozenset(LETTERS)
