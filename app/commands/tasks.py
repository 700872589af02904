"""What people do with the task in front of them: save a draft, or complete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.store.database import Connection

from app.commands import steps
from app.commands.portal import Portal
from app.commands.steps import By, Step
from app.store import cases, definitions, tasks, trail
from app.store.cases import Case
from app.store.tasks import Task
from app.store.story import main_step
from engine import form, rules, run, seal
from engine.definition import Definition
from engine.errors import NotFound, Refused, TaskNotOpen, WarningsOpen, WrongAnswers
from engine.form import Checked
from engine.people import Person

COMPLETED = "task.completed"
SAVED = "draft.saved"


class Unchanged(Refused):
    """The request comes back exactly as it was returned."""

    code = "unchanged"

    def __init__(self) -> None:
        super().__init__("Expected a change after the return, but every answer is as it was: confirm that this is meant.")


class OutOfDate(Refused):
    """The answers were right when they were submitted and are not any more."""

    code = "out_of_date"

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        said = "; ".join(sentence for sentences in fields.values() for sentence in sentences)
        super().__init__(f"Expected answers that still hold today, but they do not: {said}. Return the request to its maker.")
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class At:
    """One task of one case, locked, with the person who acts on it."""

    task: Task
    case: Case
    person: Person
    definition: Definition
    hands: list[tuple[int, str]]


def save_draft(portal: Portal, task_id: UUID, *, version: int, raw: Mapping[str, str], explicit: bool, by: By) -> int:
    """Keep what was typed so far and return the case's version, which saving does not change.

    explicit: the person pressed save; such a save, and anybody's first one, stands in the trail.
    Raises `NotFound`, `NoRight`, `FourEyes`, `StalePage`, `UnknownFields`, `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    with portal.database.write() as connection:
        at = _at(connection, portal, task_id, version, by)
        if at.task.kind != "fill":
            raise TaskNotOpen(at.task.key)
        kept = form.clean(at.definition.forms[at.task.form], raw)
        first = cases.lend_hand(connection, at.case.id, at.person.id, at.task.lane, at.case.round)
        cases.keep_draft(
            connection,
            at.case.id,
            at.task.step,
            round=at.case.round,
            answers=kept,
            saved_by=at.person.id,
            saved_at=now,
        )
        if first or explicit:
            _record_save(connection, portal, at, by)
        return at.case.version


def complete_task(
    portal: Portal,
    task_id: UUID,
    *,
    version: int,
    raw: Mapping[str, str] | None,
    by: By,
    unchanged_confirmed: bool = False,
) -> str:
    """Complete one open task and return the reference of its case.

    raw: what the page sent; None completes a form with the draft that was saved and reviewed. Raises `NotFound`,
    `NoRight`, `FourEyes`, `StalePage`, `CaseEnded`, `KeyReused`, `WrongAnswers`, `UnknownFields`, `WarningsOpen`,
    `Unchanged`, `OutOfDate`, `NobodyCanCheck`, `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    digest = steps.request_digest("complete", task_id, raw or {}, unchanged_confirmed)
    with portal.database.write() as connection:
        at = _at_or_done(connection, portal, task_id, version, by, digest)
        if isinstance(at, str):
            return at
        checked = _checked(connection, portal, at, raw)
        if at.task.kind == "fill" and not unchanged_confirmed:
            _require_change(connection, at, checked)
        _complete(connection, portal, at, checked, by)
        if by.key:
            tasks.remember_answer(connection, by.person, by.key, digest, at.case.reference, now)
        return at.case.reference


# --- finding and allowing ---------------------------------------------------------------------------------------------
def _at_or_done(
    connection: Connection, portal: Portal, task_id: UUID, version: int, by: By, digest: str
) -> At | str:
    """The task; or, once its case is locked, what this very action led to before."""
    task = tasks.by_id(connection, task_id)
    if task is not None:
        cases.locked(connection, task.case_id)
    if (done := steps.earlier(connection, by, digest)) is not None:
        return done
    return _at(connection, portal, task_id, version, by)


def _at(connection: Connection, portal: Portal, task_id: UUID, version: int, by: By) -> At:
    task = tasks.by_id(connection, task_id)
    case = None if task is None else cases.locked(connection, task.case_id)
    # Somebody may have completed the task while this transaction waited for the lock.
    task = None if case is None else tasks.by_id(connection, task_id)
    if task is None or case is None:
        raise TaskNotOpen(str(task_id))
    person = steps.acting(connection, by)
    hands = cases.hands_in(connection, case.id)
    if cases.by_reference(connection, case.reference, person) is None:
        raise NotFound("the task")
    rules.allow(person, task.lane, task.holder, task.membership_id, hands)
    steps.require_version(case, version)
    return At(task, case, person, definitions.of_release(connection, case.release), hands)


# --- checking ---------------------------------------------------------------------------------------------------------
def _checked(connection: Connection, portal: Portal, at: At, raw: Mapping[str, str] | None) -> Checked:
    facts = steps.facts_of(connection, at.definition, steps.as_facts(at.case), portal.clock.now())
    asked = at.definition.forms[at.task.form]
    if raw is None:
        kept = cases.draft(connection, at.case.id, at.task.step)
        raw = kept.answers if kept else {}
    main = at.definition.forms[at.definition.main_form]
    other = [entry.key for entry in main.fields] if at.task.kind == "decide" else []
    checked = form.check(asked, form.clean(asked, raw, other_fields=other), facts)
    if checked.warnings:
        raise WarningsOpen(checked.warnings)
    return checked


def _require_change(connection: Connection, at: At, checked: Checked) -> None:
    before = cases.newest_answers(connection, at.case.id, at.task.step)
    if before is not None and not form.differences(_answers_only(before.answers), form.dumped(checked.answers)):
        raise Unchanged


def _answers_only(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kept.items() if key != "confirmed"}


def _require_still_right(connection: Connection, portal: Portal, at: At, received_on: date) -> None:
    """The request goes to the exchange: its answers must hold for the day it is received."""
    given = cases.newest_answers(connection, at.case.id, main_step(at.definition))
    if given is None:
        return
    main = at.definition.forms[at.definition.main_form]
    answers = form.loaded(main, given.answers)
    known = {**steps.as_facts(at.case), "received_on": received_on}
    facts = steps.facts_of(connection, at.definition, known, portal.clock.now())
    raw = {entry.key: form.typed(entry, answers.get(entry.key)) for entry in main.fields if entry.asks}
    try:
        form.check(main, raw, facts)
    except WrongAnswers as error:
        raise OutOfDate(error.fields) from None


# --- completing -------------------------------------------------------------------------------------------------------
def _complete(connection: Connection, portal: Portal, at: At, checked: Checked, by: By) -> None:
    now = portal.clock.now()
    answers = _main_answers(connection, at, checked)
    context = steps.context_of(at.definition, steps.as_facts(at.case), answers, now)
    outcome = run.complete(
        at.definition, steps.state_of(portal, at.case), at.task.key, checked.answers, context
    )
    received_on = at.case.received_on
    if any(passed.status == steps.SENT_TO_EXCHANGE for passed in outcome.passed):
        received_on = steps.calendar(now).received_on(now, at.definition.eservice.cutoff)
        _require_still_right(connection, portal, at, received_on)
    returned = any(passed.status.startswith("RETURNED") for passed in outcome.passed)
    cases.lend_hand(connection, at.case.id, at.person.id, at.task.lane, at.case.round)
    step = Step(
        COMPLETED,
        at.task.step,
        steps.actor_of(at.person, at.task.lane, by.address),
        _facts(at, checked),
        {**form.dumped(checked.answers), **_said(checked)},
        received_on=received_on,
        round=at.case.round + 1 if returned else at.case.round,
        about=_about(connection, portal, at, checked),
    )
    steps.write_down(connection, portal, at.definition, at.case, outcome, step)
    cases.add_remarks(connection, _remarks(at, checked, portal))


def _main_answers(connection: Connection, at: At, checked: Checked) -> Mapping[str, Any]:
    if at.task.form == at.definition.main_form:
        return checked.answers
    given = cases.newest_answers(connection, at.case.id, main_step(at.definition))
    return form.loaded(at.definition.forms[at.definition.main_form], given.answers) if given else {}


def _facts(at: At, checked: Checked) -> dict[str, Any]:
    element = next(e for e in at.definition.elements.values() if e.id == at.task.step)
    routed = {name: checked.answers.get(name) for name in element.routes}
    return {"key": at.task.key, "round": at.case.round, "routed": routed}


def _said(checked: Checked) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if checked.confirmed:
        said["confirmed"] = list(checked.confirmed)
    if checked.comments:
        said["comments"] = dict(checked.comments)
    return said


def _about(connection: Connection, portal: Portal, at: At, checked: Checked) -> str | None:
    if at.task.form != at.definition.main_form:
        return None
    facts = steps.facts_of(connection, at.definition, steps.as_facts(at.case), portal.clock.now())
    return steps.summary(at.definition, facts, checked.answers)


def _remarks(at: At, checked: Checked, portal: Portal) -> list[dict[str, Any]]:
    comment = checked.answers.get("comment")
    texts = {"": comment, **checked.comments}
    return [
        {
            "case_id": at.case.id,
            "round": at.case.round,
            "entry": at.case.entries + 1,
            "person_id": at.person.id,
            "lane": at.task.lane,
            "field": key,
            "text": text,
            "at": portal.clock.now(),
        }
        for key, text in texts.items()
        if text
    ]


def _record_save(connection: Connection, portal: Portal, at: At, by: By) -> None:
    """Seal that somebody saved; the state of the case stays as it is, so open pages stay fresh."""
    case = at.case
    entry = {
        "seq": case.entries + 1,
        "at": portal.clock.now().isoformat(),
        "actor": steps.actor_of(at.person, at.task.lane, by.address),
        "action": SAVED,
        "step": at.task.step,
        "status_from": case.status,
        "status_to": case.status,
        "release": case.release,
        "facts": {"key": at.task.key, "round": case.round},
        "done": [],
        "open": [at.task.key],
        "answers_hash": None,
        "state_hash": seal.digest(steps.state_of(portal, case)),
    }
    head = trail.append(connection, case.id, case.head, entry, portal.clock.now())
    cases.note_entry(connection, case.id, head, case.entries + 1, portal.clock.now())
