"""A task with everything its page shows, found for the person who may do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.commands.requests import circumstances, standing_in
from app.commands.requests.tasks import participant_of
from app.store import answered, cases, casts, definitions, files, pending, story, tasks
from app.store.cases import Case, Company
from app.store.casts import Cast
from app.store.database import Connection
from app.store.pending import Pending
from app.store.story import Story
from app.store.tasks import Task
from app.web import fields
from app.web.guards import current_person, portal
from engine import rules
from engine.errors import NoRight, NotFound, TaskNotOpen
from engine.forms import form
from engine.forms.form import Facts
from engine.forms.schema import Form
from engine.hours import hong_kong_day
from engine.people import COMPANY, EXCHANGE, Person
from engine.running.definition import Definition
from engine.running.effects import registers_set


@dataclass(frozen=True, slots=True)
class At:
    """A task with everything its page shows."""

    task: Task
    case: Case
    person: Person
    definition: Definition
    facts: Facts
    story: Story
    under_way: tuple[Pending, ...]
    draft: answered.Sealed | None
    cast: Cast
    acts: Person  # as whom the person does it: for themselves, or for a colleague who is away

    @property
    def form(self) -> Form:
        """The form that this task asks."""
        return self.definition.forms[self.task.form]

    @property
    def is_main(self) -> bool:
        """Whether this is the request itself, and not what others add to it."""
        return self.task.form == self.definition.main_form

    def may_leave(self, way: Mapping[str, Any]) -> bool:
        """Whether the person may take a way out of the request."""
        return rules.may_leave(self.person, way["who"], self.case.function, self.case.desk, self.case.membership_id)

    @property
    def behalf(self) -> str:
        """The name of the colleague for whom the person does it; empty when for themselves."""
        return self.acts.behalf.name if self.acts.behalf else ""

    @property
    def participant(self) -> str:
        """The participant for which the task is done."""
        return participant_of(self.task, self.case, self.cast.parties)

    @property
    def raw(self) -> Mapping[str, str]:
        """What was typed so far, or what is known beforehand."""
        return self.draft.answers if self.draft else form.prefilled(self.form, self.facts)


def found(task_id: UUID) -> At:
    """The open task; raises `TaskNotOpen`, `NotFound`, `NoRight`, `FourEyes`, `StandInOver`."""
    person = current_person()
    with portal().database.read() as connection:
        both = tasks.with_case(connection, task_id)
        if both is None:
            raise TaskNotOpen(str(task_id))
        task, case = both
        definition = definitions.of_release(connection, case.release)
        company, parties = story.who(connection, definition, case)
        now = portal().clock.now()
        cast = casts.of_case(connection, case, now, person.id, parties)
        try:
            if not cases.may_see(person, case, cast.parties):
                raise NotFound("the task")
            acts = rules.allow(person, task.lane, task.holder, task.membership_id, cast.hands, task.claimed_by)
        except (NotFound, NoRight) as error:
            raise standing_in.refused(connection, person.id, task, now, error) from None
        return _at(connection, task, case, person, acts, cast, definition, company)


def _at(
    connection: Connection,
    task: Task,
    case: Case,
    person: Person,
    acts: Person,
    cast: Cast,
    definition: Definition,
    company: Company | None,
) -> At:
    now = portal().clock.now()
    day = hong_kong_day(now)
    owner = participant_of(task, case, cast.parties)
    exchange = portal().settings.exchange_name
    known = company, cast.parties
    told = story.of_case(
        connection, case, exchange, day, reader=person, known=known, filler=owner, speak=fields.told_form
    )
    kept = files.answered_with(told.uploads, task.step)
    asked = definition.forms[task.form]
    newest = answered.newest_answers(connection, case.id, definition.main_step) if asked.reads_request else None
    request = circumstances.request_at(definition, task.step, task.lane, newest.answers if newest else None)
    desk, moment = circumstances.desk_of(task.lane, task.holder), circumstances.at(connection, now)
    return At(
        task=task,
        case=case,
        person=person,
        definition=definition,
        facts=circumstances.facts_from(
            told.fillers, definition, circumstances.as_facts(case), moment, kept, request=request, desk=desk
        ),
        story=told,
        under_way=_under_way(connection, case, definition, person, told, day),
        draft=told.drafts.get(task.step) if task.kind == "fill" else None,
        cast=cast,
        acts=acts,
    )


def _under_way(
    connection: Connection, case: Case, definition: Definition, person: Person, told: Story, today: date
) -> tuple[Pending, ...]:
    """What else is to change the same records; a second company or a broker hears of none of it."""
    names = registers_set(definition)
    if not names or told.side not in (COMPANY, EXCHANGE, None):
        return ()
    code, participant = case.eservice, case.participant_id
    found = pending.under_way(connection, person, participant, [code], list(names), today, but=case.reference)
    return tuple(found)
