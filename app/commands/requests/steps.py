"""What every step of a case shares: its order, and how what it led to is written down."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from app.commands.portal import Portal
from app.commands.requests import circumstances, parties, places, telling
from app.commands.requests.promises import promises
from app.commands.requests.trails import Actor, address_of, head_seal
from app.store import answered, cases, casts, people, registers, tasks, trail
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.story import parties_in
from app.store.words import words_of
from engine.errors import CaseEnded, KeyReused, NotFound, StalePage
from engine.hours import Now, hong_kong_day
from engine.people import DESK_LANES, Person, seat_of
from engine.running.definition import Definition
from engine.running.outcome import OpenTask, Outcome, WayOut
from engine.sealed import seal
from engine.statuses import SENT

STATE_KEY = "state"
SENT_TO_EXCHANGE = "PENDING_HKEX"
ALWAYS = "always"
SYSTEM = {"id": 0, "name": "Client Connect", "company": "", "lane": "system"}


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, from which address, with which one-time action token."""

    person: int
    address: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step about to be written down: what it was, and what was answered.

    cast: who matters to the case, when that was read before. timed: whether timers may have waited before the step.
    completed: the task that it completes, when no other was open.
    """

    at: datetime  # one moment for drawing, trail and registers: the replay sees no other
    action: str
    step: str
    actor: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] | None = None
    round: int = 1
    about: str | None = None
    cast: Cast | None = None
    timed: bool = True
    completed: UUID | None = None


# --- what a step sees -------------------------------------------------------------------------------------------------


def state_of(portal: Portal, case: Case) -> bytes:
    """The engine's state of a case, once its seal was found whole."""
    return seal.opened(case.state, _state_key(portal, case))


def _state_key(portal: Portal, case: Case) -> bytes:
    """A key of this case alone: the state of another case, however whole, does not fit."""
    return portal.keys.derive(f"{STATE_KEY}:{case.reference}:{case.release}")


def actor_of(person: Person, lane: str, address: str = "") -> Actor:
    """The person as the trail names them, with the colleague for whom they act."""
    actor = Actor(id=person.id, name=person.name, company=person.company_name, lane=lane)
    if person.behalf is not None:
        actor["for"] = {"id": person.behalf.id, "name": person.behalf.name}
    actor.address = address
    return actor


# --- the order of a step ----------------------------------------------------------------------------------------------
def earlier(connection: Connection, by: By, digest: str) -> str | None:
    """What the same action token led to before; raises `KeyReused` for another action."""
    known = tasks.earlier_answer(connection, by.person, by.key) if by.key else None
    if known is None:
        return None
    if known[0] != digest:
        raise KeyReused
    return known[1]


def claimed(connection: Connection, by: By, digest: str, answer: str, now: datetime) -> str | None:
    """The same, once the case is locked; else the token is taken for `answer`, if this transaction commits."""
    if not by.key or tasks.claim_key(connection, by.person, by.key, digest, answer, now):
        return None
    return earlier(connection, by, digest)


def request_digest(*parts: Any) -> str:
    """What makes two requests the same request."""
    return seal.digest(seal.canonical([str(part) if not isinstance(part, Mapping) else dict(part) for part in parts]))


def acting(connection: Connection, by: By, now: datetime | None = None) -> Person:
    """The person with the rights of this very transaction; now: also with those that are lent to them then."""
    person = people.person_for(connection, by.person, now)
    if person is None:
        raise NotFound("your account")
    return person


def acting_in(cast: Cast, by: By) -> Person:
    """The person with the rights that matter to one case, of this very transaction."""
    if by.person not in cast.people:
        raise NotFound("your account")
    return cast.people[by.person]


def require_version(case: Case, version: int) -> None:
    """Raise `CaseEnded` or `StalePage` unless the page showed the case as it is."""
    if case.ended:
        raise CaseEnded(case.reference, case.status)
    if case.version != version:
        raise StalePage(version, case.version)


# --- writing down what a step led to ----------------------------------------------------------------------------------
def write_down(
    connection: Connection, portal: Portal, definition: Definition, case: Case, outcome: Outcome, step: Step
) -> None:
    """Save the case, seal the trail entry, open and close tasks and timers, and promise what leaves the machine."""
    now, moment = step.at, circumstances.at(connection, step.at)
    came_of_it = places.placed(connection, portal, case, outcome.effects, now)
    step = replace(step, facts={**step.facts, **came_of_it}) if came_of_it else step
    seq = case.entries + 1
    salt = secrets.token_hex(16) if step.answers is not None else ""
    entry = _entry(definition, case, outcome, step, seq, salt, now)
    head = seal.link(case.head, entry)
    saved = cases.save(
        connection,
        case,
        moved=_moved(case, outcome, step),
        status=outcome.status,
        state=seal.signed(outcome.state, _state_key(portal, case)),
        ways_out=[_way_out(way) for way in outcome.ways_out],
        proposed=_still_proposed(case, outcome),
        desk=_first_desk(case, outcome),
        round=step.round,
        received_on=received_on(definition, case, outcome, moment),
        sent_at=case.sent_at or (now if was_sent(outcome) else None),
        about=case.about if step.about is None else step.about[:240],
        about_words=case.about_words if step.about is None else " ".join(words_of(step.about[:240])),
        changed_at=now,
        closed_at=now if outcome.finished else None,
        head=head,
        entries=seq,
        seal=head_seal(portal, case.reference, seq, head),
    )
    if not saved:
        raise StalePage(case.version, case.version + 1)
    trail.append(connection, case.id, case.head, entry, now, address_of(step.actor))
    if step.answers is not None:
        _seal_answers(connection, case, step, seq, salt)
    if outcome.finished:
        answered.forget_draft(connection, case.id)
    _apply(connection, case, outcome, now)
    cast = step.cast or cast_of(connection, definition, case, now)
    cast = parties.admitted(connection, definition, case, outcome, cast, now)
    opened = _reopen(connection, definition, case, outcome, cast, step)
    made = promises(definition, case, outcome, cast, opened, step.actor["id"], moment.calendar, _admins(connection))
    telling.tell(connection, case, made, now)


def received_on(definition: Definition, case: Case, outcome: Outcome, now: Now) -> date | None:
    """The day on which the exchange counts a request as received: whoever sent it there, and be it a timer."""
    if any(passed.status == SENT_TO_EXCHANGE for passed in outcome.passed):
        return now.received_on(definition.eservice.cutoff)
    return case.received_on


def note(
    connection: Connection,
    portal: Portal,
    case: Case,
    actor: Mapping[str, Any],
    action: str,
    at: datetime,
    *,
    step: str,
    facts: Mapping[str, Any],
    open_keys: Sequence[str],
    answers: Mapping[str, Any] | None = None,
    **columns: Any,
) -> None:
    """Seal that something happened which the drawing does not know; the state stays, so open pages stay fresh.

    answers: what was said with it, kept like any answers. columns: what else changes in the row of the case.
    """
    seq = case.entries + 1
    salt = secrets.token_hex(16) if answers is not None else ""
    entry = {
        "seq": seq,
        "at": at.isoformat(),
        "actor": dict(actor),
        "action": action,
        "step": step,
        "status_from": case.status,
        "status_to": case.status,
        "release": case.release,
        "facts": {**facts, "round": case.round},
        "done": [],
        "open": list(open_keys),
        "answers_hash": None if answers is None else seal.answers_hash(salt, answers),
        "state_hash": seal.digest(state_of(portal, case)),
        "salt": secrets.token_hex(16),
    }
    head = trail.append(connection, case.id, case.head, entry, at, address_of(actor))
    sealed = head_seal(portal, case.reference, seq, head)
    cases.note_entry(connection, case.id, **{"head": head, "entries": seq, "changed_at": at, "seal": sealed, **columns})
    if answers is not None:
        said = Step(at, action, step, actor, answers=answers)
        _seal_answers(connection, case, said, seq, salt)


def cast_of(connection: Connection, definition: Definition, case: Case, now: datetime, acting: int = 0) -> Cast:
    """Who matters to a case, with the companies and desks that take part."""
    return casts.of_case(connection, case, now, acting, parties_in(connection, definition, case))


def was_sent(outcome: Outcome) -> bool:
    """Whether the request has just left the firm."""
    return any(passed.status in SENT for passed in outcome.passed)


def _seal_answers(connection: Connection, case: Case, step: Step, seq: int, salt: str) -> None:
    answered.seal_answers(
        connection,
        case.id,
        step.step,
        seq,
        round=case.round,
        answers=dict(step.answers or {}),
        salt=salt,
        saved_by=step.actor["id"],
        saved_at=step.at,
    )


def _moved(case: Case, outcome: Outcome, step: Step) -> bool:
    """Whether anything that a page shows has changed: a timer that only sends a notice changes nothing."""
    is_notice = step.actor == SYSTEM and outcome.status == case.status
    return not is_notice or any(task.fresh for task in outcome.tasks)


def _first_desk(case: Case, outcome: Outcome) -> str:
    """The desk that leads; the others take part beside it."""
    return next((task.desk for task in outcome.tasks if task.fresh and task.desk), case.desk)


def _still_proposed(case: Case, outcome: Outcome) -> list[Mapping[str, Any]]:
    """The ways out that still wait for somebody to confirm them."""
    ways = {way.name: way for way in outcome.ways_out}
    lasting = {name for name, way in ways.items() if outcome.status == case.status or way.confirm_when == ALWAYS}
    return [one for one in case.proposed if one["name"] in lasting]


def _entry(
    definition: Definition, case: Case, outcome: Outcome, step: Step, seq: int, salt: str, now: datetime
) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": now.isoformat(),
        "actor": dict(step.actor),
        "action": step.action,
        "step": step.step,
        "status_from": case.status,
        "status_to": outcome.status,
        "release": definition.sha256,
        "facts": dict(step.facts),
        "done": list(outcome.done),
        "open": [task.key for task in outcome.tasks],
        "answers_hash": None if step.answers is None else seal.answers_hash(salt, step.answers),
        "state_hash": seal.digest(outcome.state),
        "salt": secrets.token_hex(16),
    }


def _way_out(way: WayOut) -> dict[str, Any]:
    return {
        "name": way.name,
        "title": way.title,
        "who": list(way.who),
        "reason": way.reason,
        "confirm": list(way.confirm),
        "confirm_when": way.confirm_when,
    }


def _apply(connection: Connection, case: Case, outcome: Outcome, now: datetime) -> None:
    if outcome.effects:
        registers.change(connection, outcome.effects, case.reference, now, hong_kong_day(now))


# --- who takes part ---------------------------------------------------------------------------------------------------


def _reopen(
    connection: Connection,
    definition: Definition,
    case: Case,
    outcome: Outcome,
    cast: Cast,
    step: Step,
) -> list[dict[str, Any]]:
    """Bring open tasks and timers to what the outcome says; returns the rows of tasks that are new."""
    rows = [task_row(definition, case, task, cast, step.at) for task in outcome.tasks if task.fresh]
    kept = {task.key for task in outcome.tasks if not task.fresh}
    if step.completed and len(rows) == 1 and not kept:
        tasks.become(connection, step.completed, rows[0])
    else:
        if case.entries:
            tasks.close(connection, case.id, but=kept)
        tasks.open_rows(connection, rows)
    if step.timed:
        tasks.clear_timers(connection, case.id)
    waiting = [{"id": uuid4(), "key": due.key, "due_at": due.due_at, "idle": due.idle} for due in outcome.timers]
    tasks.set_timers(connection, case.id, waiting)
    return rows


def task_row(definition: Definition, case: Case, task: OpenTask, cast: Cast, now: datetime) -> dict[str, Any]:
    """An open task as it is stored: who may do it, and until when."""
    of_desk = task.lane in DESK_LANES
    return {
        "id": uuid4(),
        "case_id": case.id,
        "key": task.key,
        "step": task.step,
        "name": task.name,
        "kind": task.kind,
        "lane": task.lane,
        "seat": seat_of(task.lane),
        "holder": task.desk if of_desk else definition.eservice.function,
        "membership_id": None if of_desk else cast.membership_of(case, task),
        "form": task.form,
        "opened_at": now,
        "due_at": task.due_at,
    }


def _admins(connection: Connection) -> Callable[[int], str]:
    def names(company: int) -> str:
        return ", ".join(seat.name for seat in people.ccdas_of(connection, company)) or "not set up yet"

    return names
