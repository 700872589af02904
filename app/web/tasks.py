"""The task in front of a person: the form to fill, the answers to check, the decision to take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.commands import steps
from app.commands import tasks as commands
from app.commands.tasks import Unchanged
from app.store import cases, definitions, people, story, tasks
from app.store.cases import Case
from app.store.database import Connection
from app.store.story import Story
from app.store.tasks import Task
from app.web import fields, pages
from app.web.errors import wants_json
from app.web.guards import current_person, portal, signed_in
from engine import form, rules
from engine.definition import Definition
from engine.errors import NotFound, TaskNotOpen, WarningsOpen, WrongAnswers
from engine.form import Facts, Form, short_date
from engine.people import DESK_LANES, Person

bp = Blueprint("tasks", __name__, url_prefix="/tasks")
NOT_ANSWERS = frozenset({"csrf_token", "version", "key", "leave", "unchanged_confirmed"})
STYLES = {"approve": "primary", "forward": "primary", "return": "danger", "reject": "danger", "propose_reject": "danger"}


@dataclass(frozen=True, slots=True)
class At:
    """A task with everything its page shows."""

    task: Task
    case: Case
    person: Person
    definition: Definition
    facts: Facts
    story: Story
    draft: cases.Sealed | None
    hands: list[tuple[int, str]]

    @property
    def form(self) -> Form:
        """The form that this task asks."""
        return self.definition.forms[self.task.form]

    @property
    def raw(self) -> Mapping[str, str]:
        """What was typed so far, or what is known beforehand."""
        return self.draft.answers if self.draft else form.prefilled(self.form, self.facts)


@bp.get("/<uuid:task_id>")
@signed_in
def show(task_id: UUID) -> Any:
    """The page on which a person does this task."""
    at = _find(task_id)
    if isinstance(at, Response):
        return at
    return _fill_page(at, at.raw) if at.task.kind == "fill" else _decide_page(at, {})


@bp.post("/<uuid:task_id>/draft")
@signed_in
def save_draft(task_id: UUID) -> Any:
    """Keep what was typed; scripts get the time, people the dashboard."""
    background = wants_json()
    commands.save_draft(
        portal(), task_id, version=pages.version(), raw=_raw(), explicit=not background, by=pages.acting()
    )
    if background:
        return jsonify(saved_at=pages.clock_time(portal().clock.now()))
    return redirect(url_for("dashboard.show", tab="drafts"), 303)


@bp.post("/<uuid:task_id>/answers")
@signed_in
def answer(task_id: UUID) -> Any:
    """Save the answers, check them, and lead on to reading them over."""
    raw = _raw()
    commands.save_draft(portal(), task_id, version=pages.version(), raw=raw, explicit=True, by=pages.acting())
    at = _found(task_id)
    try:
        checked = form.check(at.form, raw, at.facts)
    except WrongAnswers as error:
        return _fill_page(at, raw, errors=error.fields), 422
    if checked.warnings:
        return _fill_page(at, raw, warnings=checked.warnings), 422
    return redirect(url_for("tasks.review", task_id=task_id), 303)


@bp.get("/<uuid:task_id>/answers")
@signed_in
def review(task_id: UUID) -> Any:
    """Check your answers."""
    at = _find(task_id)
    if isinstance(at, Response):
        return at
    return _review_page(at) if at.task.kind == "fill" else redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.post("/<uuid:task_id>/completion")
@signed_in
def complete(task_id: UUID) -> Any:
    """Complete the task: submit the form, or take the decision."""
    raw = _raw()
    try:
        reference = commands.complete_task(
            portal(),
            task_id,
            version=pages.version(),
            raw=raw or None,
            by=pages.acting(),
            unchanged_confirmed=bool(request.form.get("unchanged_confirmed")),
        )
    except WrongAnswers as error:
        return _again(task_id, raw, error.fields), 422
    except WarningsOpen as error:
        return _again(task_id, raw, {key: [sentence] for key, sentence in error.fields.items()}), 422
    except Unchanged:
        return _review_page(_found(task_id), unchanged=True), 409
    return redirect(url_for("cases.show", reference=reference), 303)


# --- finding ----------------------------------------------------------------------------------------------------------
def _raw() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name not in NOT_ANSWERS}


def _find(task_id: UUID) -> At | Response:
    """The task; when it is done already, the way to its request."""
    try:
        return _found(task_id)
    except TaskNotOpen:
        return redirect(url_for("dashboard.show"), 303)


def _found(task_id: UUID) -> At:
    person = current_person()
    with portal().database.read() as connection:
        task = tasks.by_id(connection, task_id)
        if task is None:
            raise TaskNotOpen(str(task_id))
        case = cases.by_id(connection, task.case_id)
        if case is None or cases.by_reference(connection, case.reference, person) is None:
            raise NotFound("the task")
        hands = cases.hands_in(connection, case.id)
        rules.allow(person, task.lane, task.holder, task.membership_id, hands)
        return _at(connection, task, case, person, hands)


def _at(connection: Connection, task: Task, case: Case, person: Person, hands: list[tuple[int, str]]) -> At:
    definition = definitions.of_release(connection, case.release)
    return At(
        task=task,
        case=case,
        person=person,
        definition=definition,
        facts=steps.facts_of(connection, definition, steps.as_facts(case), portal().clock.now()),
        story=story.of_case(connection, case, portal().settings.exchange_name),
        draft=cases.draft(connection, case.id, task.step) if task.kind == "fill" else None,
        hands=hands,
    )


# --- the form ---------------------------------------------------------------------------------------------------------
def _fill_page(
    at: At,
    raw: Mapping[str, str],
    errors: Mapping[str, list[str]] | None = None,
    warnings: Mapping[str, str] | None = None,
) -> str:
    doubts = {key: [sentence] for key, sentence in (warnings or {}).items()}
    return render_template(
        "tasks/fill.html",
        task=_task_view(at),
        state_line=_state_line(at),
        returned=_returned(at),
        errors=fields.summary(at.form, errors or doubts),
        sections=fields.sections(
            at.form, raw, at.facts, errors=errors, warnings=warnings, comments=_pinned(at)
        ),
        submitting=_submitting(at),
        steps=_what_next(at),
    )


def _review_page(at: At, unchanged: bool = False) -> Any:
    try:
        checked = form.check(at.form, at.raw, at.facts)
    except WrongAnswers as error:
        return _fill_page(at, at.raw, errors=error.fields), 422
    if checked.warnings:
        return _fill_page(at, at.raw, warnings=checked.warnings), 422
    before = at.story.last_round
    same = bool(before) and not form.differences(
        {key: value for key, value in before.items() if key != "confirmed"}, form.dumped(checked.answers)
    )
    return render_template(
        "tasks/review.html",
        task=_task_view(at),
        sections=fields.rows(at.form, checked.answers, at.facts, url_for("tasks.show", task_id=at.task.id)),
        warnings=[_("You confirmed: %(label)s", label=_label(at, key)) for key in checked.confirmed],
        unchanged=unchanged or same,
        submitting=_submitting(at),
        version=at.case.version,
        key=pages.action_token(),
        errors=[("unchanged_confirmed", _("Confirm that you submit it unchanged"))] if unchanged else [],
    )


def _label(at: At, key: str) -> str:
    entry = at.form.field(key)
    return entry.label if entry else key


def _again(task_id: UUID, raw: Mapping[str, str], errors: Mapping[str, list[str]]) -> Any:
    at = _found(task_id)
    if at.task.kind == "fill":
        return _fill_page(at, raw or at.raw, errors=errors)
    return _decide_page(at, raw, errors)


def _task_view(at: At) -> dict[str, Any]:
    eservice = at.definition.eservice
    name = {"task_id": at.task.id}
    discard = next((way["name"] for way in at.case.ways_out if way["name"] == "discard"), None)
    submitted = next((told for told in reversed(at.story.told) if told.label in ("Submitted", "Resubmitted")), None)
    return {
        "id": at.task.id,
        "title": eservice.short_title,
        "heading": f"{at.task.name}: {eservice.short_title}",
        "reference": at.case.reference,
        "function_title": pages.function_title(eservice.function),
        "replaces": eservice.replaces if at.task.kind == "fill" else "",
        "submitted_line": (
            _("submitted by %(who)s %(at)s", who=submitted.who, at=pages.day_and_time(submitted.at))
            if submitted and at.task.kind == "decide"
            else ""
        ),
        "version": at.case.version,
        "round": at.case.round,
        "url": url_for("tasks.show", **name),
        "draft_url": url_for("tasks.save_draft", **name),
        "answer_url": url_for("tasks.answer", **name),
        "change_url": url_for("tasks.show", **name),
        "complete_url": url_for("tasks.complete", **name),
        "discard_url": url_for("cases.way_out", reference=at.case.reference, name=discard) if discard else None,
    }


def _state_line(at: At) -> str:
    if at.draft is None:
        return _("Nothing saved yet. Your checkers will see it only after you submit.")
    saved = pages.clock_time(at.draft.saved_at)
    return _("Saved %(at)s HKT. Your checkers will see it only after you submit.", at=saved)


def _returned(at: At) -> dict[str, Any] | None:
    if not at.case.status.startswith("RETURNED"):
        return None
    last = at.story.told[-1] if at.story.told[-1].label != "Draft saved" else _last_return(at)
    remarks = [remark for remark in at.story.remarks if remark.round == at.case.round - 1]
    return {
        "by": f"{last.who}, {last.lane}" if last.lane else last.who,
        "at": pages.day_and_time(last.at),
        "comment": next((remark.text for remark in reversed(remarks) if not remark.field), ""),
        "count": sum(1 for remark in remarks if remark.field),
    }


def _last_return(at: At) -> story.Told:
    return next(told for told in reversed(at.story.told) if told.status_to)


def _pinned(at: At) -> dict[str, tuple[str, str]]:
    """The comments of the last return, at their fields."""
    return {
        remark.field: (remark.text, remark.person)
        for remark in at.story.remarks
        if remark.field and remark.round == at.case.round - 1
    }


def _submitting(at: At) -> dict[str, Any]:
    now = portal().clock.now()
    hours, eservice = steps.calendar(now), at.definition.eservice
    received = hours.received_on(now, eservice.cutoff)
    with portal().database.read() as connection:
        barred = {at.person.id} | {person for person, lane in at.hands if lane == "maker"}
        seats = people.who_can(connection, "checker", eservice.function, at.case.membership_id, barred)
        admins = people.ccdas_of(connection, at.case.company_id)
    return {
        "received": short_date(received),
        "earliest": short_date(hours.add(received, eservice.lead_days)),
        "cutoff_left": pages.time_left(hours.cutoff(received, eservice.cutoff), now),
        "can_check": [seat.name for seat in seats],
        "nobody": None if seats else _nobody(eservice.function, [seat.name for seat in admins]),
    }


def _nobody(function: str, admins: list[str]) -> str:
    return _(
        "Nobody else of your company may check this: no other person holds Checker for %(function)s. "
        "Your delegated administrators can grant it: %(names)s.",
        function=pages.function_title(function),
        names=", ".join(admins) or _("not set up yet"),
    )


def _what_next(at: At) -> list[dict[str, str]]:
    eservice = at.definition.eservice
    sla = _("usually %(days)s business days", days=eservice.sla_days)
    return [
        {"label": _("You complete the form"), "detail": "", "state": "now"},
        {"label": _("A checker of your company approves or returns"), "detail": "", "state": "later"},
        {"label": pages.desk_title(eservice.desk), "detail": sla, "state": "later"},
        {"label": _("%(status)s, audit PDF", status=eservice.success.capitalize()), "detail": "", "state": "later"},
    ]


# --- the decision -----------------------------------------------------------------------------------------------------
def _decide_page(at: At, raw: Mapping[str, str], errors: Mapping[str, list[str]] | None = None) -> str:
    choice = raw.get("decision") or request.args.get("decision", "")
    deciding = _deciding(at, {**raw, "decision": choice}, errors or {})
    columns, rows = _comparison(at, raw)
    return render_template(
        "tasks/decide.html",
        task=_task_view(at),
        banner=_banner(at),
        columns=columns,
        rows=rows,
        changed_line=_changed_line(at),
        options=[] if deciding else _options(at),
        deciding=deciding,
        timeline=timeline(at.story, portal().clock.now()),
        errors=_decision_errors(at, errors or {}),
        version=at.case.version,
        key=pages.action_token(),
    )


def _decision_errors(at: At, errors: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    return fields.summary(at.form, errors)


def _banner(at: At) -> dict[str, str]:
    if at.task.lane in DESK_LANES:
        if at.task.lane == "desk_checker":
            return {"tone": "work", "strong": _("You can approve this."), "text": _("You did not process it.")}
        return {"tone": "work", "strong": _("You can process this."), "text": pages.desk_title(at.case.desk)}
    text = _("You did not prepare any round of it.")
    if at.case.round > 1:
        text += " " + _("Changes since the last round are marked.")
    return {"tone": "work", "strong": _("You can check this."), "text": text}


def _comparison(at: At, raw: Mapping[str, str]) -> tuple[list[str], list[dict[str, Any]]]:
    told = at.story
    last_two = told.rounds[-2:]
    columns = [_("Register today"), *(_("Round %(n)s", n=number) for number in last_two)]
    said = {r.field: r for r in told.remarks if r.field}
    rows = []
    for part in told.parts:
        for answer_told in part.answers:
            values = answer_told.values[-2:]
            loud = _is_loud(answer_told, len(told.rounds) > 1)
            remark = said.get(answer_told.key)
            rows.append(
                {
                    "label": answer_told.label,
                    "key": answer_told.key,
                    "cells": [_register_cell(answer_told), *_round_cells(values, answer_told)],
                    "comment": _remark_line(at, remark) if remark else None,
                    "comment_value": raw.get(f"comment.{answer_told.key}", ""),
                    "hidden_by_default": not loud and remark is None,
                }
            )
    return columns, rows


def _is_loud(told: story.Answer, has_rounds: bool) -> bool:
    if has_rounds:
        return told.changed
    return bool(told.values and told.values[-1])


def _register_cell(told: story.Answer) -> dict[str, str]:
    return {"text": told.register, "tone": "same" if told.register else "none"}


def _round_cells(values: tuple[str, ...], told: story.Answer) -> list[dict[str, str]]:
    if len(values) == 1:
        differs = bool(told.register) and told.register != values[0]
        return [{"text": values[0], "tone": "changed" if differs else "same" if values[0] else "none"}]
    old, new = values
    if old == new:
        return [{"text": old, "tone": "same" if old else "none"}, {"text": new, "tone": "same" if new else "none"}]
    return [{"text": old, "tone": "old"}, {"text": new or _("removed"), "tone": "changed"}]


def _remark_line(at: At, remark: cases.Remark) -> str:
    who = _("your comment") if remark.person_id == at.person.id else _("%(who)s's comment", who=remark.person)
    return f"{who}: “{remark.text}”"


def _changed_line(at: At) -> str:
    told = [answer_told for part in at.story.parts for answer_told in part.answers]
    if len(at.story.rounds) < 2:
        return _("%(n)s answers", n=sum(1 for entry in told if entry.values and entry.values[-1]))
    changed = sum(1 for entry in told if entry.changed)
    return _("%(changed)s of %(all)s answers changed", changed=changed, all=len(told))


def _options(at: At) -> list[dict[str, Any]]:
    """The decisions: one that asks for more leads to a second look, the others are taken at once."""
    asked = at.form.field("decision")
    return [
        {
            "value": value,
            "label": label,
            "style": STYLES.get(value, "plain"),
            "url": url_for("tasks.show", task_id=at.task.id, decision=value) if _more(at, value) else None,
        }
        for value, label in (asked.options if asked else ())
    ]


def _more(at: At, decision: str) -> list[form.Field]:
    """The fields that a decision asks for."""
    shown = form.visible(at.form, {"decision": decision}, at.facts)
    return [entry for entry in at.form.fields if entry.key in shown and entry.key != "decision"]


def _deciding(at: At, raw: Mapping[str, str], errors: Mapping[str, list[str]]) -> dict[str, Any] | None:
    asked = at.form.field("decision")
    label = dict(asked.options if asked else ()).get(raw["decision"])
    more = _more(at, raw["decision"]) if label else []
    if not more:
        return None
    shown, needed = form.visible(at.form, raw, at.facts), form.required(at.form, raw, at.facts)
    per_field = at.form.per_field_comments
    return {
        "value": raw["decision"],
        "label": label,
        "style": STYLES.get(raw["decision"], "plain"),
        "fields": [fields.view(entry, raw, at.facts, shown, needed, {}, errors, {}, {}) for entry in more],
        "per_field_comments": per_field is not None and bool(per_field(at.facts.seen_with({"decision": raw["decision"]}))),
    }


def timeline(told: Story, now: datetime) -> list[dict[str, str]]:
    """What happened, and where the request is now."""
    entries = [
        {"label": entry.label, "who": entry.who, "at": pages.day_and_time(entry.at), "state": "done"}
        for entry in told.told
        if entry.label != "Draft saved" and entry.lane != ""
    ]
    if not told.case.ended:
        entries.append({**now_at(told.case, now), "state": "now"})
    return entries


def now_at(case: Case, now: datetime) -> dict[str, str]:
    """Who has the request now, and until when."""
    with portal().database.read() as connection:
        open_now = tasks.of_cases(connection, [case.id])[case.id]
        hands = cases.hands_in(connection, case.id)
        who = [who_acts(connection, task, hands) for task in open_now]
    when = pages.due(open_now[0].due_at, now) if open_now else None
    due = _("due %(when)s", when=when["text"]) if when else ""
    return {"label": pages.status(case.status)["label"], "who": "; ".join(who), "at": due}


def who_acts(connection: Connection, task: Task, hands: list[tuple[int, str]]) -> str:
    """Those who can do a task, by name for a company and by desk for the exchange."""
    if task.lane in DESK_LANES:
        return pages.desk_title(task.holder)
    barred = rules.makers(task.lane, hands)
    seats = people.who_can(connection, task.lane, task.holder, task.membership_id, barred)
    return _(" or ").join(seat.name for seat in seats) or _("nobody yet")
