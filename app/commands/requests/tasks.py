"""What people do with the task in front of them: find it, be allowed to do it, and complete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.commands.portal import Portal
from app.commands.requests import circumstances, standing_in, steps
from app.commands.requests.steps import By, Step
from app.store import answered, cases, casts, definitions, files, people, registers, tasks
from app.store.answered import Given
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection, together
from app.store.rounds import may_read
from app.store.sides import Party
from app.store.story import parties_in
from app.store.tasks import Held, Task
from engine import rules
from engine.errors import NoRight, NotFound, Refused, TaskNotOpen, WarningsOpen, WrongAnswers
from engine.forms import form
from engine.forms.form import Checked, Facts
from engine.hours import hong_kong_day
from engine.people import PARTY_LANES, Person, side_of_lane
from engine.running import run
from engine.running.definition import Definition
from engine.sealed import seal
from engine.sentence import say

COMPLETED = "task.completed"


class Claimed(Refused):
    """Somebody else has said that they do this."""

    code = "claimed"

    def __init__(self, who: str) -> None:
        super().__init__(
            say("Expected a task that nobody else has claimed, but {who} has: ask them, or take it over.", who=who)
        )


class Unchanged(Refused):
    """The request comes back exactly as it was returned."""

    code = "unchanged"

    def __init__(self) -> None:
        super().__init__(
            say("Expected a change after the return, but every answer is as it was: confirm that this is meant.")
        )


class OutOfDate(Refused):
    """The answers were right when they were submitted and are not any more."""

    code = "out_of_date"

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        said = "; ".join(sentence for sentences in fields.values() for sentence in sentences)
        super().__init__(
            say(
                "Expected answers that still hold today, but they do not: {said}. Return the request to its maker.",
                said=said,
            )
        )
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class At:
    """One task of one case, locked, with the person as they act on it: for themselves, or for who is away."""

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

    @property
    def participant(self) -> str:
        """The participant whose registers the form of the task reads: the firm that files, or the party that acts."""
        return participant_of(self.task, self.case, self.cast.parties)


class DraftChanged(Refused):
    """Somebody else saved other answers since the page was shown."""

    code = "draft_changed"

    def __init__(self) -> None:
        super().__init__(say("Expected the answers that this page shows, but a colleague has saved others meanwhile."))


@dataclass(frozen=True, slots=True)
class Filled:
    """What was answered: checked, with the facts it was checked against and what was given before."""

    checked: Checked
    facts: Facts
    given: Given


def participant_of(task: Task, case: Case, parties: Sequence[Party]) -> str:
    """The participant for which a task is done; for the exchange's tasks the firm that files."""
    mine = (party.participant for party in parties if task.lane in PARTY_LANES)
    seats = {party.participant: party.membership_id for party in parties}
    return next((one for one in mine if seats[one] == task.membership_id), case.participant_id)


def draft_mark(raw: Mapping[str, str] | None) -> str:
    """What a page carries to say which draft it shows."""
    return seal.digest(seal.canonical(dict(raw or {})))[:32]


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
    circumstances.require_open_service(now)
    digest = steps.request_digest("complete", task_id, raw or {}, unchanged_confirmed)
    with portal.database.write() as connection:
        held = tasks.locked(connection, task_id)
        if (done := _done_before(connection, held, by, digest, now)) is not None:
            return done
        cast, given, facts = _read(connection, held, by, now)
        at = allowed(connection, held, version, by, now, cast)
        require_unclaimed(connection, at)
        filled = _filled(connection, at, raw, reviewed, given, facts)
        if _is_main(at) and not unchanged_confirmed:
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
    task, case = held.task, held.case
    definition, day = definitions.of_release(connection, case.release), hong_kong_day(now)
    parties = parties_in(connection, definition, case)
    read, participant = {task.step, definition.main_step, *definition.given_steps}, participant_of(task, case, parties)
    cast, given, records = together(
        connection,
        lambda: casts.of_case(connection, case, now, by.person, parties),
        lambda: answered.given_at(connection, case.id, read),
        lambda: registers.of_eservice(connection, definition, participant, day),
    )
    records = registers.with_events(connection, definition, records, participant, day)
    kept = circumstances.files_at(connection, definition, case, task.step)
    request = circumstances.request_at(definition, task.step, task.lane, given.newest(definition.main_step))
    desk = circumstances.desk_of(task.lane, task.holder)
    known = circumstances.as_facts(case)
    moment = circumstances.at(connection, now)
    return cast, given, circumstances.facts_from(records, definition, known, moment, kept, request=request, desk=desk)


def allowed(
    connection: Connection, held: Held | None, version: int | None, by: By, now: datetime, cast: Cast | None = None
) -> At:
    """The task with the person who may do it now; version: what the page showed, where that matters.

    Raises `TaskNotOpen`, `NotFound`, `NoRight`, `FourEyes`, `StandInOver`, `StalePage`, `CaseEnded`.
    """
    if held is None:
        raise TaskNotOpen("of this page")
    task, case = held.task, held.case
    definition = definitions.of_release(connection, case.release)
    cast = cast or steps.cast_of(connection, definition, case, now, by.person)
    person = steps.acting_in(cast, by)
    try:
        if not cases.may_see(person, case, cast.parties):
            raise NotFound("the task")
        acts = rules.allow(person, task.lane, task.holder, task.membership_id, cast.hands, task.claimed_by)
    except (NotFound, NoRight) as error:
        raise standing_in.refused(connection, person.id, task, now, error) from None
    if version is not None:
        steps.require_version(case, version)
    return At(held, cast, acts, definition)


def require_unclaimed(connection: Connection, at: At) -> None:
    """Refuse with `Claimed` when a colleague has said that they do it; not the one for whom the person acts."""
    if at.task.claimed_by is not None and at.task.claimed_by not in at.person.eyes:
        raise Claimed(name_of(connection, at.task.claimed_by))


def name_of(connection: Connection, person: int | None) -> str:
    """The name of whoever claimed a task."""
    return people.names_of(connection, [person or 0]).get(person or 0, "somebody else")


# --- checking ---------------------------------------------------------------------------------------------------------
def _filled(
    connection: Connection,
    at: At,
    raw: Mapping[str, str] | None,
    reviewed: str | None,
    given: Given,
    facts: Facts,
) -> Filled:
    if raw is None and reviewed is not None and draft_mark(given.draft(at.task.step)) != reviewed:
        raise DraftChanged
    asked = at.definition.forms[at.task.form]
    main = at.definition.forms[at.definition.main_form]
    side = side_of_lane(at.task.lane)
    other = [entry.key for entry in main.fields if at.task.kind == "decide" and may_read(entry, "maker", side)]
    _require_named(connection, at)
    typed_in = form.clean(asked, given.draft(at.task.step) if raw is None else raw, other_fields=other)
    checked = form.check(asked, typed_in, facts)
    if checked.warnings:
        raise WarningsOpen(checked.warnings)
    return Filled(checked, facts, given)


def _require_named(connection: Connection, at: At) -> None:
    """No file may wait for its right name when the form that it belongs to is submitted."""
    if not any(entry.kind == "file" for entry in at.definition.forms[at.task.form].fields):
        return
    if waiting := files.misnamed_at(connection, at.case.id, at.task.step):
        raise WrongAnswers({key: [say("Rename the file, or remove it")] for key in waiting})


def _require_change(before: Mapping[str, Any] | None, checked: Checked) -> None:
    if before is not None and not form.differences(_answers_only(before), form.dumped(checked.answers)):
        raise Unchanged


def _answers_only(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kept.items() if key != "confirmed"}


def _require_still_right(
    connection: Connection, at: At, facts: Facts, answers: Mapping[str, Any], received_on: date, now: datetime
) -> None:
    """The request leaves the firm: its answers must hold for the day it is received."""
    main, step = at.definition.forms[at.definition.main_form], at.definition.main_step
    if at.participant == at.case.participant_id:  # the registers were read already
        facts = replace(facts, files=circumstances.files_at(connection, at.definition, at.case, step))
    else:
        facts = circumstances.facts_at(connection, at.definition, at.case, step, now, at.case.participant_id)
    try:
        form.check(main, form.retyped(main, answers), replace(facts, case={**facts.case, "received_on": received_on}))
    except WrongAnswers as error:
        raise OutOfDate(error.fields) from None


# --- completing -------------------------------------------------------------------------------------------------------
def _complete(connection: Connection, portal: Portal, at: At, filled: Filled, by: By) -> None:
    now = portal.clock.now()
    checked, given = filled.checked, _given(at, filled)
    answers = given.get(at.definition.main_step, {})
    moment = circumstances.at(connection, now)
    context = circumstances.context_of(at.definition, circumstances.as_facts(at.case), answers, moment, given)
    outcome = run.complete(at.definition, steps.state_of(portal, at.case), at.task.key, checked.answers, context)
    if steps.was_sent(outcome):
        received = moment.received_on(at.definition.eservice.cutoff)
        _require_still_right(connection, at, filled.facts, answers, received, now)
    returned = any(passed.status.startswith("RETURNED") for passed in outcome.passed)
    for one in _new_hands(at):
        answered.note_hand(connection, at.case.id, one, at.task.lane, at.case.round)
    step = Step(
        now,
        COMPLETED,
        at.task.step,
        steps.actor_of(at.person, at.task.lane, by.address),
        _facts(at, checked),
        {**form.dumped(checked.answers), **_said(checked)},
        round=at.case.round + 1 if returned else at.case.round,
        about=circumstances.summary(at.definition, filled.facts, answers) if _is_main(at) else None,
        cast=at.cast.with_hands(at.person.eyes, at.task.lane),
        timed=at.held.timed,
        completed=at.task.id if at.held.alone else None,
    )
    steps.write_down(connection, portal, at.definition, at.case, outcome, step)
    answered.add_remarks(connection, _remarks(at, checked, portal))


def _given(at: At, filled: Filled) -> dict[str, Mapping[str, Any]]:
    """The newest answers of every step that the drawing reads, this one's among them."""
    step, number = at.task.step, at.case.round
    return circumstances.with_these(at.definition, filled.given, step, number, filled.checked.answers)


def lend_hand(connection: Connection, at: At) -> bool:
    """Note who acted in which lane, and for whom; true when any of that is new."""
    lent = [answered.lend_hand(connection, at.case.id, one, at.task.lane, at.case.round) for one in _new_hands(at)]
    return any(lent)


def _new_hands(at: At) -> list[int]:
    """Those who had no hand in this lane yet: the person, and the colleague for whom they act."""
    return sorted(one for one in at.person.eyes if (one, at.task.lane) not in at.cast.hands)


def _is_main(at: At) -> bool:
    return at.task.form == at.definition.main_form


def _facts(at: At, checked: Checked) -> dict[str, Any]:
    element = at.definition.step(at.task.step)
    routed = {name: checked.answers.get(name) for name in (element.routes if element else ())}
    facts = {"key": at.task.key, "round": at.case.round, "routed": routed}
    if at.task.kind == "decide" and "decision" not in routed:
        facts["decision"] = checked.answers.get("decision")
    return facts


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


def note(connection: Connection, portal: Portal, at: At, action: str, by: By, facts: Mapping[str, Any]) -> None:
    """Seal what somebody did at a task without completing it."""
    steps.note(
        connection,
        portal,
        at.case,
        steps.actor_of(at.person, at.task.lane, by.address),
        action,
        portal.clock.now(),
        step=at.task.step,
        facts={"key": at.task.key, **facts},
        open_keys=[at.task.key],
    )
