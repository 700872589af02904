"""Leaving a request: the ways out that its drawing offers, and those that a second person has to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.requests import cases as commands
from app.commands.requests import nudges
from app.store import sentences, sides
from app.store.cases import Case
from app.store.story import Story
from app.store.tasks import Task
from app.web import pages
from app.web.cases import case_view, found, open_tasks_of
from app.web.guards import portal, signed_in
from app.web.languages import gettext as _
from engine import rules
from engine.errors import NoWayOut, ReasonMissing
from engine.people import EXCHANGE, Person
from engine.sentence import Sentence, joined, named

bp = Blueprint("leaving", __name__, url_prefix="/requests")
DANGEROUS = frozenset({"withdraw", "discard", "abort"})


@bp.route("/<reference>/ways-out/<name>", methods=["GET", "POST"])
@signed_in
def way_out(reference: str, name: str) -> Any:
    """Leave a request: withdraw, discard, abort; or ask for it, where somebody else has to confirm."""
    person, case, told = found(reference)
    way = next((way for way in allowed(person, case) if way["name"] == name), None)
    if request.method != "POST":
        if way is None:
            raise NoWayOut(name, pages.status(case.status)["label"])
        return _way_page(case, told, way, "", "")
    reason = request.form.get("reason", "")
    try:
        commands.leave_case(portal(), reference, name, version=pages.version(), reason=reason, by=pages.acting())
    except ReasonMissing:
        if way is None:
            raise
        return _way_page(case, told, way, reason, _("Enter a reason of at least 5 characters")), 422
    return _back(reference)


@bp.route("/<reference>/ways-out/<name>/answer", methods=["GET", "POST"])
@signed_in
def answer(reference: str, name: str) -> Any:
    """Confirm or decline what somebody else has asked for."""
    person, case, told = found(reference)
    asked = next((one for one in proposals(person, case, told) if one["name"] == name and one["can_answer"]), None)
    if request.method != "POST":
        if asked is None:
            raise NoWayOut(name, pages.status(case.status)["label"])
        return _answer_page(case, told, asked, "", "")
    comment = request.form.get("comment", "")
    accept = request.form.get("accept") == "yes"
    try:
        commands.answer_proposal(
            portal(), reference, name, accept=accept, version=pages.version(), comment=comment, by=pages.acting()
        )
    except ReasonMissing:
        if asked is None:
            raise
        return _answer_page(case, told, asked, comment, _("Say why you decline, in at least 5 characters")), 422
    return _back(reference)


@bp.post("/<reference>/ways-out/<name>/retraction")
@signed_in
def take_back(reference: str, name: str) -> Any:
    """Take back what I have asked for myself."""
    commands.take_back_proposal(portal(), reference, name, pages.acting())
    return _back(reference)


@bp.post("/<reference>/nudge")
@signed_in
def nudge(reference: str) -> Any:
    """Ask the company that has the request to look at it."""
    nudges.nudge(portal(), reference, pages.acting())
    return _back(reference)


def _back(reference: str) -> Any:
    return redirect(url_for("cases.show", reference=reference), 303)


# --- what is offered --------------------------------------------------------------------------------------------------
def allowed(person: Person, case: Case) -> list[dict[str, Any]]:
    """The ways out that a person may take, or ask for."""
    return [
        {**way, "title": named(way["title"])}
        for way in case.ways_out
        if rules.may_leave(person, way["who"], case.function, case.desk, case.membership_id)
    ]


def offered(person: Person, case: Case, told: Story, open_tasks: list[Task]) -> list[dict[str, str]]:
    """The same as buttons; what was asked already is none."""
    asked = {proposal["name"] for proposal in case.proposed}
    entries = [sealed.entry for sealed in told.sealed]
    return [
        {
            "label": _("Ask to %(way)s", way=Sentence(way["title"], {}, way["title"].lower()))
            if commands.must_confirm(case, way, entries, open_tasks)
            else way["title"],
            "url": url_for("leaving.way_out", reference=case.reference, name=way["name"]),
            "style": "danger" if way["name"] in DANGEROUS else "plain",
        }
        for way in allowed(person, case)
        if way["name"] not in asked
    ]


def proposals(person: Person, case: Case, told: Story) -> list[dict[str, Any]]:
    """What waits for somebody to confirm it, and what this person can do about it."""
    ways: dict[str, Mapping[str, Any]] = {way["name"]: way for way in case.ways_out}
    desks = {party.participant for party in told.parties if party.side == EXCHANGE}
    shown = []
    for proposal in case.proposed:
        way = ways.get(proposal["name"])
        if way is None or not sides.hears_of_asking(told.side, proposal["lane"]):
            continue
        place = {"reference": case.reference, "name": proposal["name"]}
        shown.append(
            {
                "name": proposal["name"],
                "title": named(way["title"]),
                "who": _who(proposal),
                "reason": proposal["reason"],
                "waits_for": _waits_for(way, case),
                "can_answer": commands.may_answer(person, case, way, proposal, desks),
                "mine": person.id in commands.proposers(proposal),
                "answer_url": url_for("leaving.answer", **place),
                "take_back_url": url_for("leaving.take_back", **place),
            }
        )
    return shown


def _who(proposal: Mapping[str, Any]) -> str:
    """Who asks, and in whose place."""
    if "for_name" not in proposal:
        return str(proposal["who"])
    return _("%(who)s for %(absent)s", who=proposal["who"], absent=proposal["for_name"])


def _waits_for(way: Mapping[str, Any], case: Case) -> str:
    if "ops" in way["confirm"]:
        return _("a second person of operations")
    exchange = portal().settings.exchange_name
    return joined(dict.fromkeys(sentences.lane_title(lane, exchange, case.desk) for lane in way["confirm"]), _(" or "))


# --- pages ------------------------------------------------------------------------------------------------------------
def _way_page(case: Case, told: Story, way: dict[str, Any], reason: str, error: str) -> str:
    entries = [sealed.entry for sealed in told.sealed]
    asks = commands.must_confirm(case, way, entries, open_tasks_of(case))
    field = _text_field("reason", _("Reason"), _("Everybody who can see the request reads it"), reason, error)
    return render_template(
        "cases/way_out.html",
        case=case_view(told),
        way={
            "label": _("Ask for it") if asks else way["title"],
            "heading": _("%(way)s: %(title)s", way=way["title"], title=told.definition.eservice.short_title),
            "sentence": _(
                "This needs to be confirmed by %(who)s. Until then the request goes on.", who=_waits_for(way, case)
            )
            if asks
            else "",
            "url": url_for("leaving.way_out", reference=case.reference, name=way["name"]),
            "fields": [{**field, "required": way["reason"] == "required"}] if way["reason"] != "none" else [],
        },
        errors=[("f-reason", error)] if error else [],
        version=case.version,
        key=pages.action_token(),
    )


def _answer_page(case: Case, told: Story, asked: Mapping[str, Any], comment: str, error: str) -> str:
    field = _text_field("comment", _("Comment"), _("Needed when you decline"), comment, error)
    return render_template(
        "cases/answer.html",
        case=case_view(told),
        asked=asked,
        url=url_for("leaving.answer", reference=case.reference, name=asked["name"]),
        fields=[{**field, "required": False}],
        errors=[("f-comment", error)] if error else [],
        version=case.version,
        key=pages.action_token(),
    )


def _text_field(key: str, label: str, hint: str, value: str, error: str) -> dict[str, Any]:
    return {
        "key": key,
        "id": f"f-{key}",
        "kind": "textarea",
        "label": label,
        "hint": hint,
        "value": value,
        "errors": [error] if error else [],
        "max_length": rules.LONGEST_REASON,
    }
