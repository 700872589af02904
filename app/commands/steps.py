"""What every step of a case shares: the facts it sees, and how what it led to is written down."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from app.commands.portal import Portal
from app.commands.promises import promises
from app.commands.trails import Actor, address_of, head_seal
from app.store import cases, casts, files, jobs, people, registers, tasks, trail
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.sides import Party
from app.store.story import parties_in, register_choices, register_records
from engine import form, run, seal
from engine.definition import Definition
from engine.errors import CaseEnded, KeyReused, NoSuchParty, NotFound, ServiceClosed, StalePage
from engine.expression import Scope
from engine.form import Facts
from engine.hours import Calendar, exchange_calendar
from engine.people import BROKER_LANES, DESK_LANES, EXCHANGE, NEXT, PARTY_LANES, Person, seat_of, side_of_lane
from engine.run import Context, OpenTask, Outcome
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
    """

    at: datetime  # one moment for drawing, trail and registers: the replay sees no other
    action: str
    step: str
    actor: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] | None = None
    received_on: date | None = None
    round: int = 1
    about: str | None = None
    cast: Cast | None = None
    timed: bool = True


# --- what a step sees -------------------------------------------------------------------------------------------------
def calendar(now: datetime) -> Calendar:
    """The exchange's calendar around a moment."""
    return exchange_calendar(now.year - 1, now.year + 3)


def require_open_service(now: datetime) -> None:
    """Raise `ServiceClosed` during maintenance."""
    hours = calendar(now)
    if hours.in_maintenance(now):
        raise ServiceClosed(hours.maintenance_end(now))


def scope_of(definition: Definition, now: datetime) -> Scope:
    """The time and the calendar, with the eService's own cut-off."""
    return Scope(now=now, calendar=calendar(now), cutoff=definition.eservice.cutoff)


def case_facts(definition: Definition, case: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What expressions read as `case.x`; an unsent request counts as received now."""
    eservice = definition.eservice
    received_on = case.get("received_on") or calendar(now).received_on(now, eservice.cutoff)
    return {
        "reference": case["reference"],
        "participant_id": case["participant_id"],
        "membership": case.get("membership", ""),
        "status": case.get("status", ""),
        "sent": case.get("sent", False),
        "single_eye": eservice.single_eye,
        "round": case.get("round", 1),
        "received_on": received_on,
        "lead_days": eservice.lead_days,
        "sla_days": eservice.sla_days,
        "cutoff": eservice.cutoff,
        "desk": eservice.desk,
        "title": eservice.title,
    }


def facts_at(
    connection: Connection, definition: Definition, case: Case, step: str, now: datetime, participant: str
) -> Facts:
    """What the form of a step may know: the case, the registers of the participant who fills it, and its files."""
    records = registers.of_eservice(connection, definition, participant, calendar(now).day(now))
    kept = files_at(connection, definition, case, step)
    return facts_from(records, definition, as_facts(case), now, kept)


def facts_from(
    records: Sequence[registers.Record],
    definition: Definition,
    case: Mapping[str, Any],
    now: datetime,
    kept: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> Facts:
    """The same, from the records of its participant; kept: the files of each question that asks for some."""
    known, choices = register_records(records), register_choices(records)
    return Facts(scope_of(definition, now), case_facts(definition, case, now), known, choices, kept or {})


def files_at(connection: Connection, definition: Definition, case: Case, step: str) -> dict[str, list[dict[str, Any]]]:
    """The files that were put at a step, by question; nothing is asked when its form asks for none."""
    asked = definition.form_at(step)
    if asked is None or not any(entry.kind == "file" for entry in asked.fields):
        return {}
    return files.answers_of(connection, case.id, step)


def context_of(
    definition: Definition,
    case: Mapping[str, Any],
    answers: Mapping[str, Any],
    now: datetime,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> Context:
    """What the drawing of a case may know at one step: nothing that its trail does not also know."""
    return Context(scope_of(definition, now), answers, case_facts(definition, case, now), given or {})


def context_at(connection: Connection, definition: Definition, case: Case, now: datetime) -> Context:
    """The same, for a case in which nobody has just answered anything."""
    given = cases.given_at(connection, case.id, {definition.main_step, *definition.given_steps})
    answers = loaded(definition, given)
    return context_of(definition, as_facts(case), answers.get(definition.main_step, {}), now, answers)


def loaded(definition: Definition, given: cases.Given) -> dict[str, Mapping[str, Any]]:
    """The newest answers of each step that was answered, typed."""
    found: dict[str, Mapping[str, Any]] = {}
    for step in {row.step for row in given.rows}:
        newest, asked = given.newest(step), definition.form_at(step)
        if newest is not None and asked is not None:
            found[step] = form.loaded(asked, newest)
    return found


def as_facts(case: Case) -> dict[str, Any]:
    """The columns of a case that facts are made of."""
    return {
        "reference": case.reference,
        "participant_id": case.participant_id,
        "membership": case.membership,
        "status": case.status,
        "round": case.round,
        "received_on": case.received_on,
        "sent": case.sent_at is not None,
    }


def state_of(portal: Portal, case: Case) -> bytes:
    """The engine's state of a case, once its seal was found whole."""
    return seal.opened(case.state, _state_key(portal, case))


def _state_key(portal: Portal, case: Case) -> bytes:
    """A key of this case alone: the state of another case, however whole, does not fit."""
    return portal.keys.derive(f"{STATE_KEY}:{case.reference}:{case.release}")


def actor_of(person: Person, lane: str, address: str = "") -> Actor:
    """The person as the trail names them."""
    actor = Actor(id=person.id, name=person.name, company=person.company_name, lane=lane)
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


def acting(connection: Connection, by: By) -> Person:
    """The person with the rights of this very transaction."""
    person = people.person_for(connection, by.person)
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
    now = step.at
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
        received_on=step.received_on,
        sent_at=case.sent_at or (now if was_sent(outcome) else None),
        about=case.about if step.about is None else step.about[:240],
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
        cases.forget_draft(connection, case.id)
    _apply(connection, case, outcome, now)
    cast = step.cast or cast_of(connection, definition, case)
    cast = _admitted(connection, definition, case, outcome, cast, now)
    opened = _reopen(connection, definition, case, outcome, cast, step.timed, now)
    made = promises(definition, case, outcome, cast, opened, step.actor["id"], calendar(now), _admins(connection))
    jobs.promise(connection, made, now)


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
    }
    head = trail.append(connection, case.id, case.head, entry, at, address_of(actor))
    sealed = head_seal(portal, case.reference, seq, head)
    cases.note_entry(connection, case.id, head=head, entries=seq, changed_at=at, seal=sealed, **columns)
    if answers is not None:
        said = Step(at, action, step, actor, answers=answers)
        _seal_answers(connection, case, said, seq, salt)


def cast_of(connection: Connection, definition: Definition, case: Case, acting: int = 0) -> Cast:
    """Who matters to a case, with the companies and desks that take part."""
    return casts.of_case(connection, case, acting, parties_in(connection, definition, case))


def was_sent(outcome: Outcome) -> bool:
    """Whether the request has just left the firm."""
    return any(passed.status in SENT for passed in outcome.passed)


def _seal_answers(connection: Connection, case: Case, step: Step, seq: int, salt: str) -> None:
    cases.seal_answers(
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
    }


def _way_out(way: run.WayOut) -> dict[str, Any]:
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
        registers.change(connection, outcome.effects, case.reference, now, calendar(now).day(now))


# --- who takes part ---------------------------------------------------------------------------------------------------
def _admitted(
    connection: Connection, definition: Definition, case: Case, outcome: Outcome, cast: Cast, now: datetime
) -> Cast:
    """Let in the companies and desks for which this step opened a task; read the cast again when any are new."""
    fresh = [task for task in outcome.tasks if task.fresh and (task.party or task.desk)]
    if not definition.eservice.lists or not fresh:
        return cast
    wanted = [*_companies(connection, definition, case, fresh), *_desks(fresh)]
    known = {(party.side, party.participant) for party in cast.parties}
    new = [party for party in wanted if (party.side, party.participant) not in known]
    asked = {party.participant for party in wanted if party.side == NEXT}
    gone = [party for party in cast.parties if asked and party.side == NEXT and party.participant not in asked]
    if not new and not gone:
        return cast
    cases.dismiss(connection, case.id, gone)
    cases.admit(connection, case.id, new, now)
    again = casts.of_case(connection, case, 0, cases.parties_of(connection, case.id))
    return replace(again, hands=again.hands | cast.hands)


def _companies(connection: Connection, definition: Definition, case: Case, fresh: Sequence[OpenTask]) -> list[Party]:
    eservice, found = definition.eservice, []
    for lanes, kinds in ((PARTY_LANES - BROKER_LANES, eservice.next_memberships), (BROKER_LANES, ())):
        ids = {task.party for task in fresh if task.lane in lanes}
        seats = people.participants(connection, ids, kinds) if ids else {}
        for task in fresh:
            if task.lane in lanes:
                seat = seats.get(task.party)
                if seat is None or seat.company == case.company_id:
                    raise NoSuchParty(task.party, kinds)
                found.append(Party(side_of_lane(task.lane), task.party, eservice.function, seat.id))
    return found


def _desks(fresh: Sequence[OpenTask]) -> list[Party]:
    """The desks beside the first, which the case itself names."""
    desks = dict.fromkeys(task.desk for task in fresh if task.desk)
    return [Party(EXCHANGE, desk, desk, None) for desk in desks]


def _reopen(
    connection: Connection,
    definition: Definition,
    case: Case,
    outcome: Outcome,
    cast: Cast,
    timed: bool,
    now: datetime,
) -> list[dict[str, Any]]:
    """Bring open tasks and timers to what the outcome says; returns the rows of tasks that are new."""
    if case.entries:
        tasks.close(connection, case.id, but={task.key for task in outcome.tasks if not task.fresh})
    rows = [task_row(definition, case, task, cast, now) for task in outcome.tasks if task.fresh]
    tasks.open_rows(connection, rows)
    if timed:
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


def summary(definition: Definition, facts: Facts, answers: Mapping[str, Any]) -> str:
    """The line that lists show about a request."""
    template = definition.eservice.about
    return form.filled(template, facts.seen_with(answers)) if template else ""
