"""What the mails about accounts say."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.commands.portal import Portal
from app.commands.signing import factors
from app.store import jobs
from app.store.database import Connection
from engine.sentence import say

END = say("If you did not expect this mail, tell your administrator now.\n")


def promise_letters(connection: Connection, payloads: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Promise mails in the transaction that gives reason for them, each under a name of its own."""
    made = [{"kind": "mail", "key": f"{one['template']}:{uuid4().hex}", "payload": dict(one)} for one in payloads]
    jobs.promise(connection, made, now)


def account_letter(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a promised mail whose template is one of `TEMPLATES`."""
    return LETTERS[payload["template"]](portal, payload)


def _welcome(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return say("Your Client Connect account"), (
        say(
            "An account was set up for you at Client Connect, {exchange_name}. You sign in with this "
            "e-mail address, {to}, a password and a one-time code.\n\n"
            "Set your password here. The link is good for 24 hours and works once:\n"
            "{link}\n\n"
            "You are then asked where your one-time codes come from: an authenticator app, which we "
            "recommend, or mails to this address. The link has expired? Ask for a new one: "
            "{base_url}/sign-in/forgotten\n\n"
            "{end}",
            exchange_name=portal.settings.exchange_name,
            to=payload["to"],
            link=_link(portal, payload),
            base_url=portal.settings.base_url,
            end=END,
        )
    )


def _reset(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return say("Set a new password for Client Connect"), (
        say(
            "Somebody asked for a new password for {to}. If it was you, set it here. The link is good "
            "for 30 minutes and works once:\n"
            "{link}\n\n"
            "If it was not you, do nothing: your password stays as it is, and nobody else gets this link.\n",
            to=payload["to"],
            link=_link(portal, payload),
        )
    )


def _changed(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return say("Client Connect: {what}", what=payload["what"]), (
        say(
            "{by} has changed this for your company.\n\n"
            "{whom}: {what}.\n\n"
            "Who did what stands in the administration trail: {base_url}/people/trail\n"
            "If you did not expect this, speak to your fellow administrator now.\n",
            by=payload["by"],
            whom=payload["whom"],
            what=payload["what"],
            base_url=portal.settings.base_url,
        )
    )


def _asked(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return say("Client Connect: rights wait for a second administrator"), (
        say(
            "{by} asks for other rights for {whom}. In your company a second administrator has to agree.\n\n"
            "Look at it here: {base_url}/people/{person}\n",
            by=payload["by"],
            whom=payload["whom"],
            base_url=portal.settings.base_url,
            person=payload["person"],
        )
    )


def _substitute_asked(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return "Client Connect: a substitute waits for an administrator", (
        f"{payload['by']} has named a substitute: {payload['what']}. In your company an administrator has to agree.\n\n"
        f"Look at it here: {portal.settings.base_url}/people/{payload['person']}\n"
    )


def _told(_portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    return say("Your Client Connect account: {what}", what=payload["what"]), (
        say(
            "This was changed in your account {to}: {what}. It was done by {by}.\n\n{end}",
            to=payload["to"],
            what=payload["what"],
            by=payload["by"],
            end=END,
        )
    )


def _link(portal: Portal, payload: Mapping[str, Any]) -> str:
    token = factors.unseal(portal, b64decode(payload["sealed_link"]), f"mail:{payload['to']}")
    return f"{portal.settings.base_url}/sign-in/link/{token}"


LETTERS: dict[str, Callable[[Portal, Mapping[str, Any]], tuple[str, str]]] = {
    "account_welcome": _welcome,
    "account_reset": _reset,
    "account_changed": _changed,
    "account_asked": _asked,
    "account_told": _told,
    "substitute_asked": _substitute_asked,
}
TEMPLATES = frozenset(LETTERS)
