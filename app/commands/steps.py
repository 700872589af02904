"""What every step of a case shares: the facts it sees, and how what it led to is written down."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from app.commands.portal import Portal
from app.commands.trails import Actor, address_of, head_seal
from app.store import cases, casts, jobs, people, registers, tasks, trail
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.story import register_choices
from engine import form, run, seal
from engine.definition import Definition
from engine.errors import CaseEnded, KeyReused, NobodyCanCheck, NotFound, ServiceClosed, StalePage
from engine.expression import Scope
from engine.form import Facts
from engine.hours import Calendar, exchange_calendar
from engine.people import COMPANY_LANES, DESK_LANES, Person
from engine.run import Context, OpenTask, Outcome

STATE_KEY = "state"
SENT_TO_EXCHANGE = "PENDING_HKEX"
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
        "status": case.get("status", ""),
        "round": case.get("round", 1),
        "received_on": received_on,
        "lead_days": eservice.lead_days,
        "sla_days": eservice.sla_days,
        "cutoff": eservice.cutoff,
        "desk": eservice.desk,
        "title": eservice.title,
    }


def facts_of(connection: Connection, definition: Definition, case: Mapping[str, Any], now: datetime) -> Facts:
    """What the forms of a case may know: the case, and the registers of its participant."""
    records = registers.current(connection, [case["participant_id"]], calendar(now).day(now))
    return facts_from(records, definition, case, now)


def facts_from(
    records: Sequence[registers.Record], definition: Definition, case: Mapping[str, Any], now: datetime
) -> Facts:
    """The same, from the records of its participant."""
    single = {r.register: {**r.values, "reference": r.reference} for r in records if not r.key}
    choices = register_choices(records)
    return Facts(scope_of(definition, now), case_facts(definition, case, now), single, choices)


def context_of(definition: Definition, case: Mapping[str, Any], answers: Mapping[str, Any], now: datetime) -> Context:
    """What the drawing of a case may know at one step: nothing that its trail does not also know."""
    return Context(scope_of(definition, now), answers, case_facts(definition, case, now))


def as_facts(case: Case) -> dict[str, Any]:
    """The columns of a case that facts are made of."""
    return {
        "reference": case.reference,
        "participant_id": case.participant_id,
        "status": case.status,
        "round": case.round,
        "received_on": case.received_on,
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
        round=step.round,
        received_on=step.received_on,
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
        cases.seal_answers(
            connection,
            case.id,
            step.step,
            seq,
            round=case.round,
            answers=dict(step.answers),
            salt=salt,
            saved_by=step.actor["id"],
            saved_at=now,
        )
    if outcome.finished:
        cases.forget_draft(connection, case.id)
    _apply(connection, case, outcome, now)
    opened = _reopen(connection, definition, case, outcome, step.timed, now)
    cast = step.cast or casts.of_case(connection, case)
    jobs.promise(connection, _promises(connection, definition, case, outcome, cast, opened, seq), now)


def _moved(case: Case, outcome: Outcome, step: Step) -> bool:
    """Whether anything that a page shows has changed: a timer that only sends a notice changes nothing."""
    is_notice = step.actor == SYSTEM and outcome.status == case.status
    return not is_notice or any(task.fresh for task in outcome.tasks)


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
    return {"name": way.name, "title": way.title, "who": list(way.who), "reason": way.reason}


def _apply(connection: Connection, case: Case, outcome: Outcome, now: datetime) -> None:
    today = calendar(now).day(now)
    for effect in outcome.effects:
        registers.change(connection, effect, case.reference, now, max(today, effect.effective_on))


def _reopen(
    connection: Connection, definition: Definition, case: Case, outcome: Outcome, timed: bool, now: datetime
) -> list[dict[str, Any]]:
    """Bring open tasks and timers to what the outcome says; returns the rows of tasks that are new."""
    if case.entries:
        tasks.close(connection, case.id, but={task.key for task in outcome.tasks if not task.fresh})
    rows = [_task_row(definition, case, task, now) for task in outcome.tasks if task.fresh]
    tasks.open_rows(connection, rows)
    if timed:
        tasks.clear_timers(connection, case.id)
    waiting = [{"id": uuid4(), "key": due.key, "due_at": due.due_at} for due in outcome.timers]
    tasks.set_timers(connection, case.id, waiting)
    return rows


def _task_row(definition: Definition, case: Case, task: OpenTask, now: datetime) -> dict[str, Any]:
    of_desk = task.lane in DESK_LANES
    return {
        "id": uuid4(),
        "case_id": case.id,
        "key": task.key,
        "step": task.step,
        "name": task.name,
        "kind": task.kind,
        "lane": task.lane,
        "holder": definition.eservice.desk if of_desk else definition.eservice.function,
        "membership_id": None if of_desk else case.membership_id,
        "form": task.form,
        "opened_at": now,
        "due_at": task.due_at,
    }


def _promises(
    connection: Connection,
    definition: Definition,
    case: Case,
    outcome: Outcome,
    cast: Cast,
    opened: list[dict[str, Any]],
    seq: int,
) -> list[dict[str, Any]]:
    letters = []
    for row in opened:
        if row["kind"] == "fill" and not case.entries:
            continue  # the maker has just opened it
        seats = cast.who_can(row["lane"], row["holder"], row["membership_id"])
        if not seats and row["lane"] in COMPANY_LANES:
            raise NobodyCanCheck(_nobody(connection, definition, case, row["lane"]))
        letters += [_letter(case, definition, seq, "task.opened", seat.email, row) for seat in seats]
    for passed in outcome.passed:
        if passed.notice:
            letters += _notice_letters(definition, case, outcome, passed, cast, seq)
    if outcome.finished:
        row = {"status": outcome.status, "key": "", "name": ""}
        letters += [
            _letter(case, definition, seq, "case.ended", seat.email, row) for seat in cast.who_did(COMPANY_LANES)
        ]
        letters.append({"kind": "pdf", "key": f"pdf:{case.reference}", "payload": {"reference": case.reference}})
    return letters


def _nobody(connection: Connection, definition: Definition, case: Case, lane: str) -> str:
    admins = ", ".join(seat.name for seat in people.ccdas_of(connection, case.company_id)) or "not set up yet"
    return (
        f"Expected somebody else of your company who holds {lane.capitalize()} for {definition.eservice.function}, but "
        f"there is nobody. Your delegated administrators can grant it: {admins}."
    )


def _letter(
    case: Case, definition: Definition, seq: int, template: str, to: str, row: Mapping[str, Any]
) -> dict[str, Any]:
    due = row.get("due_at")
    payload = {
        "template": template,
        "to": to,
        "reference": case.reference,
        "title": definition.eservice.short_title,
        "task": row.get("name", ""),
        "due_at": due.isoformat() if due else "",
        "status": row.get("status", ""),
    }
    return {"kind": "mail", "key": f"{case.reference}:{seq}:{template}:{row.get('key', '')}:{to}", "payload": payload}


def _notice_letters(
    definition: Definition, case: Case, outcome: Outcome, passed: run.Passed, cast: Cast, seq: int
) -> list[dict[str, Any]]:
    """A reminder goes to whoever can do the task that the timer hangs on."""
    scope = passed.key.rpartition("/")[0]
    hosts = {
        element.attached_to
        for element in definition.elements.values()
        if element.id == passed.element and element.attached_to
    }
    letters = []
    for task in outcome.tasks:
        if task.step in hosts and task.key.rpartition("/")[0] == scope:
            row = _task_row(definition, case, task, task.due_at or case.opened_at)
            row["key"] = passed.key
            for seat in cast.who_can(row["lane"], row["holder"], row["membership_id"]):
                letters.append(_letter(case, definition, seq, f"task.{passed.notice}", seat.email, row))
    return letters


def summary(definition: Definition, facts: Facts, answers: Mapping[str, Any]) -> str:
    """The line that lists show about a request."""
    template = definition.eservice.about
    return form.filled(template, facts.seen_with(answers)) if template else ""
