"""Opening a request, and leaving it by a way out that its drawing offers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.commands import steps
from app.commands.portal import Portal
from app.commands.steps import By, Step
from app.store import cases, casts, definitions, people
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.story import main_step
from engine import form, rules, run, seal
from engine.definition import Definition
from engine.errors import NoRight, NotFound, NoWayOut, WrongAnswers
from engine.typed import CONTROL, normal

OPENED = "case.opened"
LEFT = "case.left"


def open_case(portal: Portal, code: str, by: By, membership: int | None = None) -> str:
    """Open a draft of an eService and return its reference.

    membership: needed only where the person may file for several. Raises `NotFound`, `NoRight`, `KeyReused`,
    `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    digest = steps.request_digest("open", code, membership)
    with portal.database.write() as connection:
        definition = definitions.current_of(connection, code)
        reference = _reference(connection, code, now)
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        person = steps.acting(connection, by)
        seat = _membership(connection, definition, person, membership)
        case = _new_case(connection, reference, definition, seat, by, now)
        outcome = run.start(definition, steps.context_of(definition, steps.as_facts(case), {}, now))
        facts = {"eservice": code, "participant_id": seat.participant_id}
        step = Step(now, OPENED, "", steps.actor_of(person, "maker", by.address), facts)
        steps.write_down(connection, portal, definition, case, outcome, step)
        return reference


def leave_case(portal: Portal, reference: str, name: str, *, version: int, reason: str, by: By) -> str:
    """Leave a request by the way out called `name` (withdraw, discard, abort) and return its reference.

    Raises `NotFound`, `StalePage`, `CaseEnded`, `NoWayOut`, `NoRight`, `ReasonMissing`, `WrongAnswers`,
    `KeyReused`, `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    digest = steps.request_digest("leave", reference, name, reason)
    with portal.database.write() as connection:
        case = cases.locked_by_reference(connection, reference)
        if case is None:
            raise NotFound(f"the request {reference}")
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        cast = casts.of_case(connection, case, by.person)
        person = steps.acting_in(cast, by)
        if not cases.may_see(person, case):
            raise NotFound(f"the request {reference}")
        steps.require_version(case, version)
        way = _way_out(case, name)
        if not rules.may_leave(person, way["who"], case.function, case.desk, case.membership_id):
            raise NoRight(" or ".join(way["who"]), case.function)
        reason = _reason(way, reason)
        actor = steps.actor_of(person, _lane(person, case, way), by.address)
        _leave(connection, portal, case, cast, name, reason, actor)
        return reference


def _leave(
    connection: Connection, portal: Portal, case: Case, cast: Cast, name: str, reason: str, actor: Mapping[str, Any]
) -> None:
    definition = definitions.of_release(connection, case.release)
    given = cases.newest_answers(connection, case.id, main_step(definition))
    answers = form.loaded(definition.forms[definition.main_form], given.answers) if given else {}
    context = steps.context_of(definition, steps.as_facts(case), answers, portal.clock.now())
    outcome = run.cancel(definition, steps.state_of(portal, case), name, context)
    step = Step(
        context.now,
        LEFT,
        name,
        actor,
        {"way_out": name},
        {"reason": reason} if reason else None,
        received_on=case.received_on,
        round=case.round,
        cast=cast,
    )
    steps.write_down(connection, portal, definition, case, outcome, step)
    if reason:
        remark = {"case_id": case.id, "round": case.round, "entry": case.entries + 1, "person_id": actor["id"]}
        remark |= {"lane": actor["lane"], "field": "", "text": reason, "at": portal.clock.now()}
        cases.add_remarks(connection, [remark])


def _way_out(case: Case, name: str) -> Mapping[str, Any]:
    for way in case.ways_out:
        if way["name"] == name:
            return way
    raise NoWayOut(name, case.status)


def _reason(way: Mapping[str, Any], text: str) -> str:
    reason = "" if way["reason"] == "none" else normal(text)
    rules.require_reason(way["name"], way["reason"], reason)
    if len(reason) > rules.LONGEST_REASON or CONTROL.search(reason):
        raise WrongAnswers({"reason": [f"Enter a reason of at most {rules.LONGEST_REASON} plain characters"]})
    return reason


def _lane(person: Any, case: Case, way: Mapping[str, Any]) -> str:
    for lane in way["who"]:
        if rules.may_leave(person, [lane], case.function, case.desk, case.membership_id):
            return str(lane)
    return ""


def _membership(connection: Connection, definition: Definition, person: Any, wanted: int | None) -> people.Membership:
    eservice = definition.eservice
    for seat in people.memberships_of(connection, person.company):
        if wanted not in (None, seat.id) or seat.kind not in eservice.memberships:
            continue
        if person.may("maker", eservice.function, seat.id):
            return seat
    raise NoRight("maker", eservice.function)


def _reference(connection: Connection, code: str, now: datetime) -> str:
    prefix = f"{code}-{steps.calendar(now).day(now):%Y%m%d}"
    return f"{prefix}-{cases.next_number(connection, prefix):06d}"


def _new_case(
    connection: Connection, reference: str, definition: Definition, seat: people.Membership, by: By, now: datetime
) -> Case:
    eservice = definition.eservice
    columns: dict[str, Any] = {
        "reference": reference,
        "eservice": eservice.code,
        "release": definition.sha256,
        "function": eservice.function,
        "desk": eservice.desk,
        "company_id": seat.company,
        "membership_id": seat.id,
        "participant_id": seat.participant_id,
        "opened_by": by.person,
        "opened_at": now,
        "changed_at": now,
        "closed_at": None,
        "received_on": None,
        "status": "DRAFT",
        "round": 1,
        "version": 1,
        "about": "",
        "state": b"",
        "ways_out": [],
        "head": seal.first_link(reference),
        "entries": 0,
    }
    case_id = cases.add(connection, **columns)
    cases.lend_hand(connection, case_id, by.person, "maker", 1)
    return Case(id=case_id, **columns)
