"""Nudging the company that has a request now: a mail that asks, at most once in a business day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.commands.portal import Portal
from app.commands.requests import circumstances, steps, telling
from app.commands.requests.promises import letter
from app.commands.requests.steps import By
from app.store import cases, definitions, tasks, trail
from app.store.cases import Case
from engine.errors import CaseEnded, NoRight, NotFound, Refused
from engine.hours import HONG_KONG, Now, hong_kong_day
from engine.people import OWN_LANES, PARTY_LANES, Person
from engine.sentence import say

NUDGED = "task.nudged"


class NothingToNudge(Refused):
    """No other company has the request now."""

    code = "nothing_to_nudge"

    def __init__(self) -> None:
        super().__init__(
            say("Expected another company to have the request now, but none has: open it to see who has it.")
        )


class NudgedAlready(Refused):
    """The same company was nudged on this business day."""

    code = "nudged_already"

    def __init__(self, until: datetime) -> None:
        local = until.astimezone(HONG_KONG)
        super().__init__(
            say(
                "Expected one nudge in a business day, but there was one already: try again from "
                "{local:%a} {day} {local:%b %Y, %H:%M} HKT.",
                local=local,
                day=local.day,
            )
        )
        self.until = until


def nudge(portal: Portal, reference: str, by: By) -> str:
    """Ask the company that has the request to look at it, and return the reference.

    Raises `NotFound`, `NoRight`, `CaseEnded`, `NothingToNudge`, `NudgedAlready`, `KeyReused`, `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    digest = steps.request_digest("nudge", reference)
    with portal.database.write() as connection:
        case = cases.locked_by_reference(connection, reference)
        if case is None:
            raise NotFound(f"the request {reference}")
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        definition = definitions.of_release(connection, case.release)
        cast = steps.cast_of(connection, definition, case, now, by.person)
        person = steps.acting_in(cast, by)
        if not cases.may_see(person, case, cast.parties):
            raise NotFound(f"the request {reference}")
        acts = _as_firm(person, case)
        if acts is None:
            raise NoRight("maker", case.function)
        if case.ended:
            raise CaseEnded(case.reference, case.status)
        waiting = [task for task in tasks.of_cases(connection, [case.id])[case.id] if task.lane in PARTY_LANES]
        if not waiting:
            raise NothingToNudge
        if (until := next_nudge(trail.entries(connection, case.id), circumstances.at(connection, now))) is not None:
            raise NudgedAlready(until)
        letters = []
        for task in waiting:
            about = {"name": task.name, "due_at": task.due_at, "key": task.key, "who": person.company_name}
            seats = cast.who_can(task.lane, task.holder, task.membership_id)
            letters += [letter(case, definition, NUDGED, seat, about) for seat in seats]
        actor = steps.actor_of(*acts, by.address)
        keys = [task.key for task in waiting]
        facts = {"keys": keys, "mails": len(letters)}
        steps.note(connection, portal, case, actor, NUDGED, now, step=waiting[0].step, facts=facts, open_keys=keys)
        telling.tell(connection, case, letters, now)
        return reference


def _as_firm(person: Person, case: Case) -> tuple[Person, str] | None:
    """As whom somebody asks, and in which lane of the firm that files."""
    acts = (
        (one, lane)
        for one in person.selves
        for lane in sorted(OWN_LANES)
        if one.may(lane, case.function, case.membership_id)
    )
    return next(acts, None)


def next_nudge(sealed: Iterable[trail.Sealed], now: Now) -> datetime | None:
    """From when on the request may be nudged again; None when it may be now."""
    entries = (one.entry for one in sealed)
    nudges = [datetime.fromisoformat(entry["at"]) for entry in entries if entry["action"] == NUDGED]
    if not nudges:
        return None
    until = now.calendar.begin(now.calendar.next_business_day(hong_kong_day(nudges[-1])))
    return until if until > now.time else None
