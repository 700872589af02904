"""What people do with the task in front of them: save a draft, or complete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.commands import steps, trails
from app.commands.portal import Portal
from app.commands.steps import By, Step
from app.store import cases, casts, definitions, registers, tasks, trail
from app.store.cases import Case, Given
from app.store.casts import Cast
from app.store.database import Connection, together
from app.store.story import main_step
from app.store.tasks import Held, Task
from engine import form, rules, run, seal
from engine.definition import Definition
from engine.errors import NotFound, Refused, TaskNotOpen, WarningsOpen, WrongAnswers
from engine.form import Checked, Facts
from engine.people import Person
from engine.spoken import typed

COMPLETED = "task.completed"
SAVED = "draft.saved"


class Unchanged(Refused):
    """The request comes back exactly as it was returned."""

    code = "unchanged"

    def __init__(self) -> None:
        super().__init__(
            "Expected a change after the return, but every answer is as it was: confirm that this is meant."
        )


class OutOfDate(Refused):
    """The answers were right when they were submitted and are not any more."""

    code = "out_of_date"

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        said = "; ".join(sentence for sentences in fields.values() for sentence in sentences)
        super().__init__(
            f"Expected answers that still hold today, but they do not: {said}. Return the request to its maker."
        )
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class At:
    """One task of one case, locked, with the person who acts on it."""

    held: Held
    cast: Cast
    person: Person
    definition: Definition

    @property
    def task(self) -> Task:
        """The task."""
        return self.held.task

    @property
    def case(self) -> Case:
        """Its case."""
        return self.held.case


class DraftChanged(Refused):
    """Somebody else saved other answers since the page was shown."""

    code = "draft_changed"

    def __init__(self) -> None:
        super().__init__("Expected the answers that this page shows, but a colleague has saved others meanwhile.")


@dataclass(frozen=True, slots=True)
class Filled:
    """What was answered: checked, with the facts it was checked against and what was given before."""

    checked: Checked
    facts: Facts
    given: Given


def draft_mark(raw: Mapping[str, str] | None) -> str:
    """What a page carries to say which draft it shows."""
    return seal.digest(seal.canonical(dict(raw or {})))[:32]


def save_draft(
    portal: Portal,
    task_id: UUID,
    *,
    version: int,
    raw: Mapping[str, str],
    explicit: bool,
    by: By,
    seen: str | None = None,
) -> int:
    """Keep what was typed so far and return the case's version, which saving does not change.

    explicit: the person pressed save; such a save, and anybody's first one, stands in the trail. seen: the mark of the
    draft that the page showed; another person's newer one is not overwritten. Raises `NotFound`, `NoRight`, `FourEyes`,
    `StalePage`, `DraftChanged`, `UnknownFields`, `WrongAnswers`, `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    with portal.database.write() as connection:
        at = _at(connection, tasks.locked(connection, task_id), version, by)
        if at.task.kind != "fill":
            raise TaskNotOpen(at.task.key)
        kept = form.clean(at.definition.forms[at.task.form], raw)
        before = cases.draft(connection, at.case.id, at.task.step)
        if seen is not None and before and before.saved_by != at.person.id and draft_mark(before.answers) != seen:
            raise DraftChanged
        first = _lend_hand(connection, at)
        cases.keep_draft(
            connection,
            at.case.id,
            at.task.step,
            round=at.case.round,
            answers=kept,
            saved_by=at.person.id,
            saved_at=now,
        )
        took_over = before is not None and before.saved_by != at.person.id
        if first or explicit or took_over:
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
    reviewed: str | None = None,
) -> str:
    """Complete one open task and return the reference of its case.

    raw: what the page sent; None completes a form with the draft that was saved and reviewed. reviewed: the mark of
    that draft, so that nobody submits what somebody else saved meanwhile. Raises `NotFound`, `NoRight`, `FourEyes`,
    `StalePage`, `DraftChanged`, `CaseEnded`, `KeyReused`, `WrongAnswers`, `UnknownFields`, `WarningsOpen`, `Unchanged`,
    `OutOfDate`, `NobodyCanCheck`, `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    digest = steps.request_digest("complete", task_id, raw or {}, unchanged_confirmed)
    with portal.database.write() as connection:
        held = tasks.locked(connection, task_id)
        if (done := _done_before(connection, held, by, digest, now)) is not None:
            return done
        cast, given, facts = _read(connection, held, by, now)
        at = _at(connection, held, version, by, cast)
        filled = _filled(at, raw, reviewed, given, facts)
        if at.task.kind == "fill" and not unchanged_confirmed:
            _require_change(filled.given.newest(at.task.step), filled.checked)
        _complete(connection, portal, at, filled, by)
        return at.case.reference


# --- finding and allowing ---------------------------------------------------------------------------------------------
def _done_before(connection: Connection, held: Held | None, by: By, digest: str, now: datetime) -> str | None:
    """What this very action led to before; the task that is gone was completed by it or by another."""
    if held is None:
        return steps.earlier(connection, by, digest)
    return steps.claimed(connection, by, digest, held.case.reference, now)


def _read(connection: Connection, held: Held | None, by: By, now: datetime) -> tuple[Cast, Given, Facts]:
    """Everything that completing a task needs to know, asked at once; who may act is decided from it afterwards."""
    if held is None:
        raise TaskNotOpen("of this page")
    case = held.case
    definition, day = definitions.of_release(connection, case.release), steps.calendar(now).day(now)
    cast, given, records = together(
        connection,
        lambda: casts.of_case(connection, case, by.person),
        lambda: cases.given_at(connection, case.id, {held.task.step, main_step(definition)}),
        lambda: registers.current(connection, [case.participant_id], day),
    )
    return cast, given, steps.facts_from(records, definition, steps.as_facts(case), now)


def _at(connection: Connection, held: Held | None, version: int, by: By, cast: Cast | None = None) -> At:
    if held is None:
        raise TaskNotOpen("of this page")
    task, case = held.task, held.case
    cast = cast or casts.of_case(connection, case, by.person)
    person = steps.acting_in(cast, by)
    if not cases.may_see(person, case):
        raise NotFound("the task")
    rules.allow(person, task.lane, task.holder, task.membership_id, cast.hands)
    steps.require_version(case, version)
    return At(held, cast, person, definitions.of_release(connection, case.release))


# --- checking ---------------------------------------------------------------------------------------------------------
def _filled(at: At, raw: Mapping[str, str] | None, reviewed: str | None, given: Given, facts: Facts) -> Filled:
    if raw is None and reviewed is not None and draft_mark(given.draft(at.task.step)) != reviewed:
        raise DraftChanged
    asked = at.definition.forms[at.task.form]
    main = at.definition.forms[at.definition.main_form]
    other = [entry.key for entry in main.fields] if at.task.kind == "decide" else []
    typed_in = form.clean(asked, given.draft(at.task.step) if raw is None else raw, other_fields=other)
    checked = form.check(asked, typed_in, facts)
    if checked.warnings:
        raise WarningsOpen(checked.warnings)
    return Filled(checked, facts, given)


def _require_change(before: Mapping[str, Any] | None, checked: Checked) -> None:
    if before is not None and not form.differences(_answers_only(before), form.dumped(checked.answers)):
        raise Unchanged


def _answers_only(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kept.items() if key != "confirmed"}


def _require_still_right(at: At, answers: Mapping[str, Any], facts: Facts, received_on: date) -> None:
    """The request goes to the exchange: its answers must hold for the day it is received."""
    main = at.definition.forms[at.definition.main_form]
    raw = {entry.key: typed(entry, answers.get(entry.key)) for entry in main.fields if entry.asks}
    try:
        form.check(main, raw, replace(facts, case={**facts.case, "received_on": received_on}))
    except WrongAnswers as error:
        raise OutOfDate(error.fields) from None


# --- completing -------------------------------------------------------------------------------------------------------
def _complete(connection: Connection, portal: Portal, at: At, filled: Filled, by: By) -> None:
    now = portal.clock.now()
    checked, answers = filled.checked, _main_answers(at, filled)
    context = steps.context_of(at.definition, steps.as_facts(at.case), answers, now)
    outcome = run.complete(at.definition, steps.state_of(portal, at.case), at.task.key, checked.answers, context)
    received_on = at.case.received_on
    if any(passed.status == steps.SENT_TO_EXCHANGE for passed in outcome.passed):
        received_on = steps.calendar(now).received_on(now, at.definition.eservice.cutoff)
        _require_still_right(at, answers, filled.facts, received_on)
    returned = any(passed.status.startswith("RETURNED") for passed in outcome.passed)
    if (at.person.id, at.task.lane) not in at.cast.hands:
        cases.note_hand(connection, at.case.id, at.person.id, at.task.lane, at.case.round)
    step = Step(
        now,
        COMPLETED,
        at.task.step,
        steps.actor_of(at.person, at.task.lane, by.address),
        _facts(at, checked),
        {**form.dumped(checked.answers), **_said(checked)},
        received_on=received_on,
        round=at.case.round + 1 if returned else at.case.round,
        about=steps.summary(at.definition, filled.facts, answers) if _is_main(at) else None,
        cast=at.cast.with_hand(at.person.id, at.task.lane),
        timed=at.held.timed,
    )
    steps.write_down(connection, portal, at.definition, at.case, outcome, step)
    cases.add_remarks(connection, _remarks(at, checked, portal))


def _lend_hand(connection: Connection, at: At) -> bool:
    """Note who acted in which lane; true when that is new."""
    if (at.person.id, at.task.lane) in at.cast.hands:
        return False
    return cases.lend_hand(connection, at.case.id, at.person.id, at.task.lane, at.case.round)


def _is_main(at: At) -> bool:
    return at.task.form == at.definition.main_form


def _main_answers(at: At, filled: Filled) -> Mapping[str, Any]:
    if _is_main(at):
        return filled.checked.answers
    given = filled.given.newest(main_step(at.definition))
    return {} if given is None else form.loaded(at.definition.forms[at.definition.main_form], given)


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
    actor = steps.actor_of(at.person, at.task.lane, by.address)
    entry = {
        "seq": case.entries + 1,
        "at": portal.clock.now().isoformat(),
        "actor": actor,
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
    head = trail.append(connection, case.id, case.head, entry, portal.clock.now(), trails.address_of(actor))
    sealed = trails.head_seal(portal, case.reference, case.entries + 1, head)
    cases.note_entry(connection, case.id, head, case.entries + 1, portal.clock.now(), sealed)
