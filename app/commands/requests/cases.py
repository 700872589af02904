"""Opening a request, and leaving it by a way out that its drawing offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import circumstances, opening, steps, telling
from app.commands.requests.promises import letter
from app.commands.requests.steps import By, Step
from app.store import answered, cases, definitions, people, tasks, trail
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.people import Seat
from app.store.tasks import Task
from engine import rules
from engine.errors import FourEyes, NoRight, NotFound, NoWayOut, Refused, WrongAnswers
from engine.forms.typed import CONTROL, normal
from engine.people import DESK_LANES, EXCHANGE, Person
from engine.running import run
from engine.running.definition import Definition
from engine.sentence import say

LEFT = "case.left"
PROPOSED, DECLINED, TAKEN_BACK = "way_out.proposed", "way_out.declined", "way_out.taken_back"


class AlreadyProposed(Refused):
    """The same way out waits already for somebody to confirm it."""

    code = "already_proposed"

    def __init__(self, name: str) -> None:
        super().__init__(
            say("Expected to ask to {name} the request, but that was asked already and waits for an answer.", name=name)
        )


def open_case(portal: Portal, code: str, by: By, membership: int | None = None) -> str:
    """Open a draft of an eService and return its reference.

    membership: needed only where the person may file for several. Raises `NotFound`, `NoRight`, `KeyReused`,
    `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    digest = steps.request_digest("open", code, membership)
    with portal.database.write() as connection:
        definition = definitions.current_of(connection, code)
        reference = opening.next_reference(connection, code, now)
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        person = steps.acting(connection, by, now)
        person, seat = opening.seat_for(connection, definition, person, membership)
        case = opening.new_case(connection, reference, definition, seat, person, now)
        opening.start(connection, portal, definition, case, steps.actor_of(person, "maker", by.address))
        return reference


def leave_case(portal: Portal, reference: str, name: str, *, version: int, reason: str, by: By) -> str:
    """Leave a request by the way out called `name` (withdraw, discard, abort) and return its reference.

    A way out that somebody else has to confirm is proposed first, and taken when it is confirmed. Raises `NotFound`,
    `StalePage`, `CaseEnded`, `NoWayOut`, `NoRight`, `ReasonMissing`, `WrongAnswers`, `KeyReused`, `ServiceClosed`,
    `AlreadyProposed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    digest = steps.request_digest("leave", reference, name, reason)
    with portal.database.write() as connection:
        case = _locked(connection, reference)
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        at = _at(connection, case, name, version, by, now)
        acts = next((one for one in at.person.selves if _leaves(one, case, at.way["who"], {case.desk})), None)
        if acts is None:
            raise NoRight(" or ".join(at.way["who"]), case.function)
        reason = _reason(at.way, reason)
        actor = steps.actor_of(acts, _lane(acts, case, at.way["who"]), by.address)
        if _needs_confirmation(connection, case, at.way):
            _propose(connection, portal, at, actor, reason)
        else:
            _leave(connection, portal, at, actor, reason, {})
        return reference


def answer_proposal(
    portal: Portal, reference: str, name: str, *, accept: bool, version: int, comment: str, by: By
) -> str:
    """Confirm a way out that somebody else has proposed, or decline it; returns the reference.

    Raises `NotFound`, `StalePage`, `CaseEnded`, `NoWayOut`, `NoRight`, `FourEyes`, `ReasonMissing`, `KeyReused`,
    `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    digest = steps.request_digest("answer", reference, name, accept, comment)
    with portal.database.write() as connection:
        case = _locked(connection, reference)
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        at = _at(connection, case, name, version, by, now)
        proposal = _proposal(case, name)
        acts = _second_person(at, proposal)
        comment = normal(comment) if accept else _reason({**at.way, "reason": "required"}, comment)
        actor = steps.actor_of(acts, _lane(acts, case, at.way["confirm"]), by.address)
        if accept:
            _leave(
                connection, portal, at, actor, comment, {"proposed_by": proposal["by"], "proposed": proposal["entry"]}
            )
        else:
            _decline(connection, portal, at, actor, comment, proposal)
        return reference


def take_back_proposal(portal: Portal, reference: str, name: str, by: By) -> str:
    """Take back what I have proposed myself; returns the reference. Raises as `answer_proposal` does."""
    now = portal.clock.now()
    circumstances.require_open_service(now)
    with portal.database.write() as connection:
        case = _locked(connection, reference)
        at = _at(connection, case, name, None, by, now)
        proposal = _proposal(case, name)
        if by.person not in proposers(proposal):
            raise NoRight(str(proposal["lane"]), case.function)
        actor = steps.actor_of(at.person, str(proposal["lane"]), by.address)
        _note(connection, portal, at, actor, TAKEN_BACK, None, _without(case, name))
        return reference


def leave_by_system(connection: Connection, portal: Portal, case: Case, name: str, cause: str) -> None:
    """Let the portal itself take a way out that its drawing opens to it; cause: one word, for the trail."""
    definition = definitions.of_release(connection, case.release)
    context = circumstances.context_at(connection, definition, case, portal.clock.now())
    outcome = run.cancel(definition, steps.state_of(portal, case), name, context)
    returned = any(passed.status.startswith("RETURNED") for passed in outcome.passed)
    step = Step(
        context.now,
        LEFT,
        name,
        steps.SYSTEM,
        {"way_out": name, "cause": cause},
        round=case.round + 1 if returned else case.round,
    )
    steps.write_down(connection, portal, definition, case, outcome, step)


def must_confirm(
    case: Case, way: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], open_tasks: Sequence[Task]
) -> bool:
    """Whether somebody else has to confirm this way out now: always, or since the exchange has it in hand."""
    if not way.get("confirm"):
        return False
    if way.get("confirm_when", steps.ALWAYS) == steps.ALWAYS:
        return True
    claimed = any(task.claimed_by for task in open_tasks if task.lane in DESK_LANES)
    return rules.is_in_hand(case.status, entries, claimed)


def may_answer(
    person: Person, case: Case, way: Mapping[str, Any], proposal: Mapping[str, Any], desks: set[str]
) -> bool:
    """Whether the person may confirm or decline what somebody else has proposed."""
    lanes = way.get("confirm", ())
    able = (one for one in person.selves if _leaves(one, case, lanes, desks | {case.desk}))
    return any(one.eyes.isdisjoint(proposers(proposal)) for one in able)


def proposers(proposal: Mapping[str, Any]) -> frozenset[int]:
    """Whose pair of eyes a proposal took: whoever proposed it, and the colleague for whom they did."""
    return frozenset({proposal["by"], *([proposal["for"]] if "for" in proposal else [])})


def _leaves(person: Person, case: Case, lanes: Sequence[str], desks: set[str]) -> bool:
    return any(rules.may_leave(person, lanes, case.function, desk, case.membership_id) for desk in desks)


def _needs_confirmation(connection: Connection, case: Case, way: Mapping[str, Any]) -> bool:
    entries = [sealed.entry for sealed in trail.entries(connection, case.id)]
    return must_confirm(case, way, entries, tasks.of_cases(connection, [case.id])[case.id])


# --- finding ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class At:
    """A way out of a locked case, with whoever wants to take it."""

    case: Case
    definition: Definition
    cast: Cast
    person: Person
    way: Mapping[str, Any]


def _locked(connection: Connection, reference: str) -> Case:
    case = cases.locked_by_reference(connection, reference)
    if case is None:
        raise NotFound(f"the request {reference}")
    return case


def _at(connection: Connection, case: Case, name: str, version: int | None, by: By, now: datetime) -> At:
    definition = definitions.of_release(connection, case.release)
    cast = steps.cast_of(connection, definition, case, now, by.person)
    person = steps.acting_in(cast, by)
    if not cases.may_see(person, case, cast.parties):
        raise NotFound(f"the request {case.reference}")
    steps.require_version(case, case.version if version is None else version)
    return At(case, definition, cast, person, _way_out(case, name))


def _way_out(case: Case, name: str) -> Mapping[str, Any]:
    for way in case.ways_out:
        if way["name"] == name:
            return way
    raise NoWayOut(name, case.status)


def _proposal(case: Case, name: str) -> Mapping[str, Any]:
    for proposal in case.proposed:
        if proposal["name"] == name:
            return proposal
    raise NoWayOut(name, case.status)


def _second_person(at: At, proposal: Mapping[str, Any]) -> Person:
    """Somebody else than those who proposed it, out of the lanes that confirm, as they act."""
    case = at.case
    desks = {party.participant for party in at.cast.parties if party.side == EXCHANGE} | {case.desk}
    able = [one for one in at.person.selves if _leaves(one, case, at.way["confirm"], desks)]
    if not able:
        raise NoRight(" or ".join(at.way["confirm"]), case.function)
    free = [one for one in able if one.eyes.isdisjoint(proposers(proposal))]
    if not free:
        raise FourEyes(at.person.id)
    return free[0]


def _reason(way: Mapping[str, Any], text: str) -> str:
    reason = "" if way["reason"] == "none" else normal(text)
    rules.require_reason(way["name"], way["reason"], reason)
    if len(reason) > rules.LONGEST_REASON or CONTROL.search(reason):
        raise WrongAnswers(
            {
                "reason": [
                    say(
                        "Enter a reason of at most {longest_reason} plain characters",
                        longest_reason=rules.LONGEST_REASON,
                    )
                ]
            }
        )
    return reason


def _lane(person: Any, case: Case, who: Sequence[str]) -> str:
    for lane in who:
        if rules.may_leave(person, [lane], case.function, case.desk, case.membership_id):
            return str(lane)
    return str(who[0])


# --- leaving ----------------------------------------------------------------------------------------------------------
def _leave(
    connection: Connection, portal: Portal, at: At, actor: Mapping[str, Any], reason: str, facts: Mapping[str, Any]
) -> None:
    case, name = at.case, at.way["name"]
    context = circumstances.context_at(connection, at.definition, case, portal.clock.now())
    outcome = run.cancel(at.definition, steps.state_of(portal, case), name, context)
    step = Step(
        context.now,
        LEFT,
        name,
        actor,
        {"way_out": name, **facts},
        {"reason": reason} if reason else None,
        round=case.round,
        cast=at.cast,
    )
    steps.write_down(connection, portal, at.definition, case, outcome, step)
    _remark(connection, case, actor, reason, context.now)


def _propose(connection: Connection, portal: Portal, at: At, actor: Mapping[str, Any], reason: str) -> None:
    case, name = at.case, at.way["name"]
    if any(proposal["name"] == name for proposal in case.proposed):
        raise AlreadyProposed(name)
    proposal = {
        "name": name,
        "by": actor["id"],
        "who": actor["name"],
        "lane": actor["lane"],
        **({"for": actor["for"]["id"], "for_name": actor["for"]["name"]} if "for" in actor else {}),
        "reason": reason,
        "entry": case.entries + 1,
        "at": portal.clock.now().isoformat(),
    }
    _note(connection, portal, at, actor, PROPOSED, reason, [*case.proposed, proposal])
    about = {"name": at.way["title"], "key": name, "who": actor["name"]}
    letters = [letter(case, at.definition, PROPOSED, seat, about) for seat in _confirmers(connection, at)]
    telling.tell(connection, case, letters, portal.clock.now())


def _decline(
    connection: Connection,
    portal: Portal,
    at: At,
    actor: Mapping[str, Any],
    comment: str,
    proposal: Mapping[str, Any],
) -> None:
    name = at.way["name"]
    _note(connection, portal, at, actor, DECLINED, comment, _without(at.case, name))
    about = {"name": at.way["title"], "key": name, "who": actor["name"]}
    asked = people.seat_of(connection, int(proposal["by"]))
    letters = [letter(at.case, at.definition, DECLINED, asked, about)] if asked else []
    telling.tell(connection, at.case, letters, portal.clock.now())


def _confirmers(connection: Connection, at: At) -> list[Seat]:
    """Those who can confirm: the desks that have the request, or operations."""
    lanes = set(at.way["confirm"])
    desks = [one for one in at.cast.everybody() if one.id != at.person.id and at.cast.sits(one.id, lanes & DESK_LANES)]
    watchers = people.of_kind(connection, "ops") if "ops" in lanes else []
    return [*desks, *(seat for seat in watchers if seat.id != at.person.id)]


def _without(case: Case, name: str) -> list[Mapping[str, Any]]:
    return [proposal for proposal in case.proposed if proposal["name"] != name]


def _note(
    connection: Connection,
    portal: Portal,
    at: At,
    actor: Mapping[str, Any],
    action: str,
    reason: str | None,
    proposed: Sequence[Mapping[str, Any]],
) -> None:
    now, case = portal.clock.now(), at.case
    steps.note(
        connection,
        portal,
        case,
        actor,
        action,
        now,
        step=at.way["name"],
        facts={"way_out": at.way["name"]},
        open_keys=[],
        answers={"reason": reason} if reason else None,
        proposed=list(proposed),
        version=case.version + 1,
    )
    _remark(connection, case, actor, reason or "", now)


def _remark(connection: Connection, case: Case, actor: Mapping[str, Any], text: str, at: datetime) -> None:
    if text:
        remark = {"case_id": case.id, "round": case.round, "entry": case.entries + 1, "person_id": actor["id"]}
        answered.add_remarks(connection, [remark | {"lane": actor["lane"], "field": "", "text": text, "at": at}])
