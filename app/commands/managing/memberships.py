"""Memberships that end: whoever loses one can act for it no more, and no request is left hanging."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.commands import administration
from app.commands.administration import OPERATOR, Doer
from app.commands.managing import companies
from app.commands.portal import Portal
from app.commands.requests.cases import leave_by_system
from app.commands.requests.steps import By
from app.logs import log_of, place_of
from app.store import cases, people
from app.store.cases import Case
from app.store.database import Connection
from app.store.people import Membership
from engine.errors import NotFound

CEASED = "MEMBERSHIP_CEASED"
ABORT, PARTY_CEASED = "abort", "party_ceased"
log = log_of("memberships")


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of the requests of a membership, by reference; those that are stuck wait for another run."""

    aborted: tuple[str, ...]
    returned: tuple[str, ...]
    stuck: tuple[str, ...] = ()


def end_membership(portal: Portal, participant_id: str, kind: str, *, by: By | None = None) -> Ended:
    """End a participantship: its own requests are aborted, those of others that wait for it go back to their makers.

    Each request in a transaction of its own, so that thousands of them hold up nobody; whoever runs it again goes on
    where it stopped. by: who says so, who has to manage the exchange; nobody for an operator at the command line.
    Raises `NotFound` and `NoRight`.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        membership = people.membership_named(connection, participant_id, kind)
        if membership is None:
            raise NotFound(f"the membership {kind} {participant_id}")
        who = _who(connection, by, membership.company)
        if people.end_membership(connection, membership.id, now):
            _note(connection, portal, who, membership, now)
        own, others = cases.open_of_membership(connection, membership.id)
    stuck: list[str] = []
    aborted = [reference for reference in own if _left(portal, reference, ABORT, stuck)]
    returned = [reference for reference in others if _left(portal, reference, PARTY_CEASED, stuck)]
    return Ended(tuple(aborted), tuple(returned), tuple(stuck))


def _who(connection: Connection, by: By | None, company: int) -> Doer:
    if by is not None:
        return companies.manager(connection, by, company)
    administration.hold(connection, company)
    return OPERATOR


def _note(connection: Connection, portal: Portal, who: Doer, seat: Membership, now: datetime) -> None:
    said = {"kind": seat.kind, "participant_id": seat.participant_id}
    people.record(connection, now, who.id or None, "membership.ended", **said)
    administration.seal_change(
        connection, portal, seat.company, who, "membership.ended", kind=seat.kind, participant_id=seat.participant_id
    )
    words = f"membership {seat.kind} {seat.participant_id} ended"
    companies.tell_administrators(connection, seat.company, who, words, now)


def unfinished(connection: Connection, membership: int) -> bool:
    """Whether requests are open that an ended membership should have closed or sent back: its end runs again."""
    own, others = cases.open_of_membership(connection, membership)
    return any(_offers(cases.by_reference(connection, one), ABORT) for one in own) or any(
        _offers(cases.by_reference(connection, one), PARTY_CEASED) for one in others
    )


def _left(portal: Portal, reference: str, name: str, stuck: list[str]) -> bool:
    """Take the way out that the drawing keeps for the portal; false when the request does not offer it now.

    A request that cannot be left for a fault of its own holds up none of the others.
    """
    try:
        with portal.database.write() as connection:
            case = cases.locked_by_reference(connection, reference)
            if case is None or not _offers(case, name):
                return False
            leave_by_system(connection, portal, case, name, CEASED)
            return True
    except Exception as error:
        log.error("request stuck", reference=reference, kind=type(error).__name__, place=place_of(error))
        stuck.append(reference)
        return False


def _offers(case: Case | None, name: str) -> bool:
    return case is not None and not case.ended and name in {way["name"] for way in case.ways_out}
