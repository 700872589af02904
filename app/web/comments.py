"""Comments in a request: those that I may read, and the form for one more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, request, url_for

from app.commands.requests import comments
from app.store.sides import COMMENTED
from app.store.story import Story
from app.web import pages
from app.web.guards import portal, signed_in
from app.web.languages import gettext as _
from engine.errors import WrongAnswers
from engine.people import BROKER, COMPANY, EXCHANGE, NEXT, Person, side_of_lane
from engine.sentence import joined

bp = Blueprint("comments", __name__, url_prefix="/requests")
Typed = tuple[str, str, Mapping[str, Sequence[str]]]  # the comment, who reads it, and what is wrong
NOTHING: Typed = ("", "", {})


@bp.post("/<reference>/comments")
@signed_in
def add(reference: str) -> Any:
    """Write a comment in a request."""
    from app.web import cases  # which shows these comments as a part of its page

    text, to = request.form.get("comment", ""), request.form.get("to", "")
    try:
        comments.comment(portal(), reference, text, to, pages.acting())
    except WrongAnswers as error:
        return cases.page(reference, typed=(text, to, error.fields)), 422
    return redirect(url_for("cases.show", reference=reference, _anchor="comments"), 303)


def shown(person: Person, told: Story, typed: Typed = NOTHING) -> dict[str, Any]:
    """The comments that the person may read, newest last, and the form if they may write."""
    return {
        "list": [
            {
                "who": joined(
                    dict.fromkeys(part for part in (pages.who(entry), entry.company, entry.lane) if part), ", "
                ),
                "at": pages.day_and_time(entry.at),
                "text": entry.comment,
                "to": joined(entry.details, " "),
            }
            for entry in told.told
            if entry.note == COMMENTED
        ],
        "form": _form(person, told, *typed),
    }


def _form(person: Person, told: Story, text: str, to: str, wrong: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    lane = comments.lane_of(person, told.case, told.parties)
    if told.case.ended or not lane:
        return None
    return {
        "url": url_for("comments.add", reference=told.case.reference),
        "key": pages.action_token(),
        "errors": [(f"f-{key}", sentence) for key, said in wrong.items() for sentence in said],
        "fields": [_who_reads(person, told, lane, to, wrong), _words(text, wrong)],
    }


def _words(text: str, wrong: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "key": "comment",
        "id": "f-comment",
        "kind": "textarea",
        "label": _("Comment"),
        "hint": _("It stays in the request for good, in its audit trail. Not for passwords or account numbers."),
        "required": True,
        "value": text,
        "errors": list(wrong.get("comment", ())),
        "max_length": comments.LONGEST,
    }


def _who_reads(person: Person, told: Story, lane: str, to: str, wrong: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    everybody = _("Everybody who takes part now: %(names)s", names=", ".join(_reached(person, told, lane)))
    return {
        "key": "to",
        "id": "f-to",
        "kind": "radio",
        "label": _("Who reads it"),
        "hint": _("The exchange's operations and auditors, who watch over every request, read every comment."),
        "required": True,
        "value": to,
        "errors": list(wrong.get("to", ())),
        "options": [
            (comments.EVERYBODY, everybody),
            (comments.OWN, _("Only %(company)s", company=person.company_name)),
        ],
    }


def _reached(person: Person, told: Story, lane: str) -> list[str]:
    """The names of those who read a comment to everybody, as the author may know them."""
    facts = comments.addressed(told.case, lane, told.parties)
    author = side_of_lane(lane)
    own = [person.company_name] if author in (NEXT, BROKER) else facts["companies"]
    exchange = [portal().settings.exchange_name] if EXCHANGE in facts["sides"] else []
    firm = [told.company.name_en] if COMPANY in facts["sides"] else []
    return list(dict.fromkeys([*firm, *own, *exchange]))
