"""Memberships that end: whoever loses one can act for it no more, and no request is left hanging."""

from __future__ import annotations

from dataclasses import dataclass

from app.commands import administration
from app.commands.administration import OPERATOR
from app.commands.managing import companies
from app.commands.portal import Portal
from app.commands.requests.cases import leave_by_system
from app.commands.requests.steps import By
from app.store import cases, people
from engine.errors import NotFound

CEASED = "MEMBERSHIP_CEASED"
ABORT, PARTY_CEASED = "abort", "party_ceased"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of the requests of a membership: by reference."""

    aborted: tuple[str, ...]
    returned: tuple[str, ...]


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
        who = companies.manager(connection, by) if by else OPERATOR
        administration.hold(connection, membership.company)
        people.end_membership(connection, membership.id, now)
        people.record(connection, now, who.id or None, "membership.ended", participant_id=participant_id, kind=kind)
        administration.seal_change(
            connection,
            portal,
            membership.company,
            who,
            "membership.ended",
            kind=kind,
            participant_id=participant_id,
        )
        companies.tell_administrators(
            connection, membership.company, who, f"membership {kind} {participant_id} ended", now
        )
        own, others = cases.open_of_membership(connection, membership.id)
    aborted = [reference for reference in own if _left(portal, reference, ABORT)]
    returned = [reference for reference in others if _left(portal, reference, PARTY_CEASED)]
    return Ended(tuple(aborted), tuple(returned))


def _left(portal: Portal, reference: str, name: str) -> bool:
    """Take the way out that the drawing keeps for the portal; false when the request does not offer it now."""
    with portal.database.write() as connection:
        case = cases.locked_by_reference(connection, reference)
        if case is None or case.ended or name not in {way["name"] for way in case.ways_out}:
            return False
        leave_by_system(connection, portal, case, name, CEASED)
        return True
