"""Opening a request, and leaving it by a way out that its drawing offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.store.database import Connection

from app.commands import steps
from app.commands.portal import Portal
from app.commands.steps import By, Step
from app.store import cases, definitions, people, tasks
from app.store.cases import Case
from app.store.story import main_step
from engine import form, rules, run, seal
from engine.definition import Definition
from engine.errors import NoRight, NotFound, NoWayOut

OPENED = "case.opened"
LEFT = "case.left"


def open_case(portal: Portal, code: str, by: By, membership: int | None = None) -> str:
    """Open a draft of an eService and return its reference.

    membership: needed only where the person may file for several. Raises `NotFound`, `NoRight`, `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    digest = steps.request_digest("open", code, membership)
    with portal.database.write() as connection:
        if (done := steps.earlier(connection, by, digest)) is not None:
            return done
        person = steps.acting(connection, by)
        definition = definitions.current_of(connection, code)
        seat = _membership(connection, definition, person, membership)
        case = _new_case(connection, portal, definition, seat, by)
        outcome = run.start(definition, steps.context_of(definition, steps.as_facts(case), {}, now))
        facts = {"eservice": code, "participant_id": seat.participant_id}
        step = Step(OPENED, "", steps.actor_of(person, "maker", by.address), facts)
        steps.write_down(connection, portal, definition, case, outcome, step)
        if by.key:
            tasks.remember_answer(connection, by.person, by.key, digest, case.reference, now)
        return case.reference


def leave_case(portal: Portal, reference: str, name: str, *, version: int, reason: str, by: By) -> str:
    """Leave a request by the way out called `name` (withdraw, discard, abort) and return its reference.

    Raises `NotFound`, `StalePage`, `CaseEnded`, `NoWayOut`, `NoRight`, `ReasonMissing`, `ServiceClosed`.
    """
    now = portal.clock.now()
    steps.require_open_service(now)
    digest = steps.request_digest("leave", reference, name, reason)
    with portal.database.write() as connection:
        case = cases.locked_by_reference(connection, reference)
        if case is None:
            raise NotFound(f"the request {reference}")
        if (done := steps.earlier(connection, by, digest)) is not None:
            return done
        person = steps.acting(connection, by)
        if cases.by_reference(connection, reference, person) is None:
            raise NotFound(f"the request {reference}")
        steps.require_version(case, version)
        way = _way_out(case, name)
        if not rules.may_leave(person, way["who"], case.function, case.desk, case.membership_id):
            raise NoRight(" or ".join(way["who"]), case.function)
        reason = form.normal(reason)
        rules.require_reason(name, way["reason"], reason)
        _leave(connection, portal, case, name, reason, steps.actor_of(person, _lane(person, case, way), by.address))
        if by.key:
            tasks.remember_answer(connection, by.person, by.key, digest, case.reference, now)
        return case.reference


def _leave(
    connection: Connection, portal: Portal, case: Case, name: str, reason: str, actor: Mapping[str, Any]
) -> None:
    definition = definitions.of_release(connection, case.release)
    given = cases.newest_answers(connection, case.id, main_step(definition))
    answers = form.loaded(definition.forms[definition.main_form], given.answers) if given else {}
    context = steps.context_of(definition, steps.as_facts(case), answers, portal.clock.now())
    outcome = run.cancel(definition, steps.state_of(portal, case), name, context)
    step = Step(
        LEFT,
        name,
        actor,
        {"way_out": name},
        {"reason": reason} if reason else None,
        received_on=case.received_on,
        round=case.round,
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


def _new_case(
    connection: Connection, portal: Portal, definition: Definition, seat: people.Membership, by: By
) -> Case:
    now = portal.clock.now()
    day = steps.calendar(now).day(now)
    eservice = definition.eservice
    number = cases.next_number(connection, f"{eservice.code}-{day:%Y%m%d}")
    reference = f"{eservice.code}-{day:%Y%m%d}-{number:06d}"
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
