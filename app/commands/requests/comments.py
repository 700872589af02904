"""Comments between those who take part in a request: sealed, told to whom they are for, and no work on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import circumstances, steps, telling
from app.commands.requests.promises import letter
from app.commands.requests.steps import By
from app.store import answered, cases, definitions, sides, tasks
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.people import Seat
from app.store.sides import COMMENTED, Party
from app.store.tasks import Task
from engine.errors import CaseEnded, NoRight, NotFound, Refused, WrongAnswers
from engine.forms.typed import CONTROL, normal
from engine.people import (
    BROKER,
    BROKER_LANES,
    COMPANY,
    DESK_LANES,
    EXCHANGE,
    LANES,
    NEXT,
    NEXT_LANES,
    OWN_LANES,
    Person,
    side_of_lane,
)
from engine.rights import may
from engine.sentence import say

EVERYBODY, OWN = "everybody", "own"
LONGEST = 2_000
MOST, WITHIN = 30, timedelta(hours=1)
PARTIES_LANES = {NEXT: NEXT_LANES, BROKER: BROKER_LANES, EXCHANGE: DESK_LANES}


class TooManyComments(Refused):
    """One person has written more in an hour than anybody reads."""

    code = "too_many_comments"

    def __init__(self) -> None:
        super().__init__(
            say(
                "Expected at most {most} comments of one person in an hour, but there are more: wait a while.",
                most=MOST,
            )
        )


def comment(portal: Portal, reference: str, text: str, to: str, by: By) -> str:
    """Write a comment in a request, to `everybody` who takes part or to the `own` company; returns the reference.

    Raises `NotFound`, `NoRight`, `CaseEnded`, `WrongAnswers`, `TooManyComments`, `KeyReused`, `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    digest = steps.request_digest("comment", reference, text, to)
    with portal.database.write() as connection:
        case = cases.locked_by_reference(connection, reference)
        if case is None:
            raise NotFound(f"the request {reference}")
        if (done := steps.claimed(connection, by, digest, reference, now)) is not None:
            return done
        definition = definitions.of_release(connection, case.release)
        cast = steps.cast_of(connection, definition, case, now, by.person)
        person, lane = _acts(steps.acting_in(cast, by), case, cast.parties)
        said = _plain(text, to)
        _require_few(connection, by, now)
        open_tasks = tasks.of_cases(connection, [case.id])[case.id]
        actor = steps.actor_of(person, lane, by.address)
        facts = addressed(case, lane, cast.parties) if to == EVERYBODY else {"sides": [], "companies": []}
        _seal(connection, portal, case, actor, said, facts, open_tasks, now)
        about = {"who": person.company_name, "key": str(case.entries + 1)}
        seats = _concerned(case, cast, {"actor": actor, "facts": facts}, open_tasks, by.person)
        telling.tell(connection, case, [letter(case, definition, COMMENTED, seat, about) for seat in seats], now)
        return reference


def lane_of(person: Person, case: Case, found: Collection[Party]) -> str:
    """The lane in which a person may write in a request; empty for those who only watch it, or may not open it."""
    if not cases.may_see(person, case, found):
        return ""
    for lane in sorted(OWN_LANES, reverse=True):
        if person.may(lane, case.function, case.membership_id):
            return lane
    first = Party(EXCHANGE, case.desk, case.desk, None)
    for party in [*found, *([first] if case.received_on else [])]:
        for lane in sorted(PARTIES_LANES[party.side], reverse=True):
            if person.may(lane, party.holder, party.membership_id):
                return lane
    return "ops" if may(person, "abort a request") else ""


def addressed(case: Case, lane: str, found: Collection[Party]) -> dict[str, list[str]]:
    """Whom a comment to everybody reaches: who takes part now, and of other companies nobody whom its own may not know.

    sides: of the request. companies: the names of those beside the firm that files.
    """
    author = side_of_lane(lane) or EXCHANGE
    known = [party for party in found if party.side == author or author in (COMPANY, EXCHANGE)]
    companies = [party.company for party in known if party.side in (NEXT, BROKER) and author in (COMPANY, EXCHANGE)]
    has_exchange = case.received_on is not None or any(party.side == EXCHANGE for party in found)
    reached = {COMPANY, author, *(party.side for party in known), *([EXCHANGE] if has_exchange else [])}
    return {"sides": sorted(reached), "companies": sorted(set(companies))}


# --- asking -----------------------------------------------------------------------------------------------------------
def _acts(person: Person, case: Case, found: Collection[Party]) -> tuple[Person, str]:
    """As whom somebody writes, and in which lane."""
    if not cases.may_see(person, case, found):
        raise NotFound(f"the request {case.reference}")
    lanes = ((one, lane_of(one, case, found)) for one in person.selves)
    acts = next(((one, lane) for one, lane in lanes if lane), None)
    if acts is None:
        raise NoRight("maker or checker", case.function)
    if case.ended:
        raise CaseEnded(case.reference, case.status)
    return acts


def _plain(text: str, to: str) -> str:
    said, wrong = normal(text), {}
    if not said:
        wrong["comment"] = [say("Enter your comment")]
    elif len(said) > LONGEST or CONTROL.search(said):
        wrong["comment"] = [say("Enter a comment of at most {longest:,} plain characters", longest=LONGEST)]
    if to not in (EVERYBODY, OWN):
        wrong["to"] = [say("Choose who reads it")]
    if wrong:
        raise WrongAnswers(wrong)
    return said


def _require_few(connection: Connection, by: By, now: datetime) -> None:
    if answered.comments_since(connection, by.person, now - WITHIN) >= MOST:
        raise TooManyComments


# --- writing down -----------------------------------------------------------------------------------------------------
def _seal(
    connection: Connection,
    portal: Portal,
    case: Case,
    actor: Mapping[str, Any],
    said: str,
    facts: Mapping[str, Any],
    open_tasks: Collection[Task],
    now: datetime,
) -> None:
    """The case keeps the time of its last change: lists would tell it to those for whom the comment is not."""
    steps.note(
        connection,
        portal,
        case,
        actor,
        COMMENTED,
        now,
        step=answered.COMMENT,
        facts=facts,
        open_keys=[task.key for task in open_tasks],
        answers={"comment": said},
        changed_at=case.changed_at,
    )
    remark = {"case_id": case.id, "round": case.round, "entry": case.entries + 1, "person_id": actor["id"]}
    answered.add_remarks(connection, [remark | {"lane": actor["lane"], "field": "", "text": said, "at": now}])


def _concerned(
    case: Case, cast: Cast, entry: Mapping[str, Any], open_tasks: Collection[Task], author: int
) -> list[Seat]:
    """Who hears of a comment: of those who have or had the request, and of its other companies, whoever may read it."""
    having = [seat for task in open_tasks for seat in cast.who_can(task.lane, task.holder, task.membership_id)]
    told = [*cast.who_did(LANES), *having, *cast.who_could(NEXT), *cast.who_could(BROKER)]
    seats: dict[int, Seat] = {}
    for seat in told:
        seats.setdefault(seat.id, seat)
    return [
        seat for seat in seats.values() if seat.id != author and _reads(cast.people[seat.id], case, cast.parties, entry)
    ]


def _reads(person: Person, case: Case, found: Collection[Party], entry: Mapping[str, Any]) -> bool:
    side = sides.side_of(person, case.company_id, found)
    return cases.may_see(person, case, found) and sides.reads_comment(entry, side, person.company_name)
