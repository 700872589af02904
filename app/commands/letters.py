"""What the mails about requests say: which request, what to do, until when; never an answer from a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.commands.managing import account_letters
from app.commands.portal import Portal
from app.commands.requests import event_letters
from app.commands.signing import own_letters, signin_letters
from app.languages import ENGLISH, translated
from engine import statuses
from engine.hours import hong_kong_time
from engine.sentence import Sentence, joined, named, say

SUBJECTS = {
    "task.opened": "{task}: {title} ({reference})",
    "task.returned": "{status}: {title} ({reference})",
    "task.reminder": "Reminder: {task}: {title} ({reference})",
    "task.overdue": "Overdue: {task}: {title} ({reference})",
    "task.idle": "Not submitted yet: {title} ({reference})",
    "task.cutoff": "Not submitted, and due today: {title} ({reference})",
    "case.ended": "{status}: {title} ({reference})",
    "case.moved": "{status}: {title} ({reference})",
    "case.effective": "Takes effect today: {title} ({reference})",
    "task.nudged": "Please look at it: {title} ({reference})",
    "comment.added": "New comment: {title} ({reference})",
    "task.due_moved": "Due at another time: {task}, {title} ({reference})",
    "way_out.proposed": "To be confirmed: {task}, {title} ({reference})",
    "way_out.declined": "Declined: {task}, {title} ({reference})",
}
OPENINGS = {
    "task.opened": "A request waits for you: {title}, {reference}.",
    "task.returned": "{status}: {title}, {reference}. Open it to see what to correct; nothing goes on until it is "
    "submitted again.",
    "task.reminder": "A request still waits for you: {title}, {reference}.",
    "task.overdue": "A request that waits for you is overdue: {title}, {reference}.",
    "task.idle": "Your request {title}, {reference}, is saved but NOT SUBMITTED. Nobody has seen it yet.",
    "task.cutoff": "Your request {title}, {reference}, is saved but NOT SUBMITTED. What it says is right only if the "
    "exchange receives it today: submit it, and have it checked, in time.",
    "case.ended": "The request {title}, {reference}, is now: {status}.",
    "case.moved": "The request {title}, {reference}, is now: {status}.",
    "case.effective": "What was approved with {title}, {reference}, takes effect today, {day}, 00:00 HKT.",
    "task.nudged": "{who} asks you to look at a request that waits for you: {title}, {reference}.",
    "comment.added": "{who} has written a comment that you may read in a request: {title}, {reference}.",
    "task.due_moved": "The exchange's calendar has changed, and with it when this is due: {title}, {reference}.",
    "way_out.proposed": "{who} asks for this to be confirmed: {task}. It concerns {title}, {reference}.",
    "way_out.declined": "{who} has declined this: {task}. It concerns {title}, {reference}, which goes on.",
}


def written(portal: Portal, payload: Mapping[str, Any], language: str = ENGLISH) -> tuple[str, str]:
    """Subject and text of any promised mail, in the language of who gets it."""
    subject, text = _written(portal, payload)
    return translated(subject, language), translated(text, language)


def _written(portal: Portal, payload: Mapping[str, Any]) -> tuple[str, str]:
    if payload["template"] in signin_letters.TEMPLATES:
        return signin_letters.signin_letter(portal, payload)
    if payload["template"] in account_letters.TEMPLATES:
        return account_letters.account_letter(portal, payload)
    if payload["template"] in own_letters.TEMPLATES:
        return own_letters.own_letter(portal, payload)
    if payload["template"] in event_letters.TEMPLATES:
        return event_letters.event_letter(portal, payload)
    exchange = portal.settings.exchange_name
    words: dict[str, Any] = {name: str(value) for name, value in payload.items()}
    words |= {name: named(words[name]) for name in ("title", "task") if name in words}
    words["status"] = statuses.label(words["status"], exchange) if words.get("status") else ""
    lines: list[str] = [Sentence(OPENINGS[payload["template"]], words), ""]
    if words.get("due_at"):
        lines += [say("Due: {moment}", moment=hong_kong_time(datetime.fromisoformat(words["due_at"]))), ""]
    if words.get("for"):
        lines += [say("You stand in for {absent}, who is away.", absent=words["for"]), ""]
    address = f"{portal.settings.base_url}/requests/{words['reference']}"
    lines += [say("Open it here: {address}", address=address), ""]
    lines += [say("For your safety this mail holds no data of the request."), f"Client Connect, {exchange}", ""]
    return Sentence(SUBJECTS[payload["template"]], words), joined(lines, "\n")
