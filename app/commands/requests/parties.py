"""Who takes part in a request beside the firm that files it: let in when a task opens for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.store import cases, casts, people
from app.store.cases import Case
from app.store.casts import Cast
from app.store.database import Connection
from app.store.sides import Party
from engine.errors import NoSuchParty
from engine.people import BROKER_LANES, EXCHANGE, NEXT, PARTY_LANES, side_of_lane
from engine.running.definition import Definition
from engine.running.outcome import OpenTask, Outcome


def admitted(
    connection: Connection, definition: Definition, case: Case, outcome: Outcome, cast: Cast, now: datetime
) -> Cast:
    """Let in the companies and desks for which this step opened a task; read the cast again when any are new."""
    fresh = [task for task in outcome.tasks if task.fresh and (task.party or task.desk)]
    if not definition.eservice.lists or not fresh:
        return cast
    wanted = [*_companies(connection, definition, case, fresh), *_desks(case, fresh)]
    known = {(party.side, party.participant) for party in cast.parties}
    new = [party for party in wanted if (party.side, party.participant) not in known]
    asked = {party.participant for party in wanted if party.side == NEXT}
    gone = [party for party in cast.parties if asked and party.side == NEXT and party.participant not in asked]
    if not new and not gone:
        return cast
    cases.dismiss(connection, case.id, gone)
    cases.admit(connection, case.id, new, now)
    here = [*(party for party in cast.parties if party not in gone), *new]
    cases.let_find(connection, case.id, here)
    again = casts.of_case(connection, case, now, 0, here)
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


def _desks(case: Case, fresh: Sequence[OpenTask]) -> list[Party]:
    """The desks beside the one that the case itself names; that one too when another leads from here on."""
    desks = dict.fromkeys(task.desk for task in fresh if task.desk)
    leads = next(iter(desks), case.desk)
    if leads == case.desk:
        desks.pop(leads, None)
    elif case.received_on:
        desks[case.desk] = None
    return [Party(EXCHANGE, desk, desk, None) for desk in desks]
