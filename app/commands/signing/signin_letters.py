"""What the mails about signing in say."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

from app.commands.portal import Portal
from app.commands.signing import factors
from engine.sentence import say


def code_payload(portal: Portal, to: str, code: str, address: str) -> dict[str, str]:
    """What to promise so that the code can be mailed and yet lies nowhere in the clear."""
    sealed = factors.seal(portal, code, _owner(to))
    return {"template": "signin_code", "to": to, "sealed_code": b64encode(sealed).decode(), "address": address}


def locked_payload(to: str, kind: str, address: str) -> dict[str, str]:
    """What to promise so that a person learns that their account was locked."""
    return {"template": "account_locked", "to": to, "kind": kind, "address": address}


def unlocked_payload(to: str, by: str) -> dict[str, str]:
    """What to promise so that a person learns that their account is open again."""
    return {"template": "account_unlocked", "to": to, "by": by}


def channel_payload(to: str, channel: str, address: str) -> dict[str, str]:
    """What to promise so that a person learns where their codes come from now on."""
    return {"template": "channel_set", "to": to, "channel": channel, "address": address}


def signin_letter(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a promised mail whose template is one of `TEMPLATES`."""
    return LETTERS[payload["template"]](portal, payload)


def _code(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    code = factors.unseal(portal, b64decode(payload["sealed_code"]), _owner(payload["to"]))
    return say("Your Client Connect code"), (
        say(
            "{code} is your code to sign in to Client Connect. It is good for 10 minutes and for one "
            "sign-in.\n\n"
            "{to} asked for it from {address}.\n"
            "If that was not you, somebody knows your password: tell your administrator now, and give "
            "nobody this code.\n",
            code=code,
            to=payload["to"],
            address=payload["address"] or "an unknown address",
        )
    )


def _locked(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return say("Your Client Connect account is locked"), (
        say(
            "Your account {to} was locked after 5 wrong passwords or codes, the last one from {address}.\n\n"
            "{who_unlocks}\n\n"
            "If it was not you who tried, say so when you ask: somebody else may be trying to sign in "
            "as you.\n",
            to=payload["to"],
            address=payload["address"] or "an unknown address",
            who_unlocks=_who_unlocks(portal, payload["kind"]),
        )
    )


def _unlocked(_portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return say("Your Client Connect account is open again"), (
        say(
            "Your account {to} was unlocked by {by}. Sign in with your usual password.\n\n"
            "If you did not ask for this, tell your administrator now.\n",
            to=payload["to"],
            by=payload["by"],
        )
    )


def _channel_set(_portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    source = say("an authenticator app") if payload["channel"] == "app" else say("mails to this address")
    return say("How you sign in to Client Connect was set"), (
        say(
            "From now on the one-time codes for {to} come from {source}. This was set from {address}.\n\n"
            "If that was not you, somebody else can sign in as you: tell your administrator now.\n",
            to=payload["to"],
            source=source,
            address=payload["address"] or "an unknown address",
        )
    )


def _who_unlocks(portal: Portal, kind: str) -> str:
    if kind == "business":
        return say("A delegated administrator (CCDA) of your company can unlock it.")
    if kind == "ccda":
        return say(
            "To have it unlocked, write to {unlock_mailbox} from this very e-mail address.",
            unlock_mailbox=portal.settings.unlock_mailbox,
        )
    return say("An administrator of the portal can unlock it.")


def _owner(to: str) -> str:
    return f"mail:{to}"


LETTERS: dict[str, Callable[[Portal, Mapping[str, Any]], tuple[str, str]]] = {
    "signin_code": _code,
    "account_locked": _locked,
    "account_unlocked": _unlocked,
    "channel_set": _channel_set,
}
TEMPLATES = frozenset(LETTERS)
