"""What a company's memberships entitle its people to."""

from __future__ import annotations

from app.store import accounts, people
from app.store.database import Connection
from engine import functions
from engine.people import Right
from engine.rights import CCDA

GRANTED = ("maker", "checker")


def entitled(connection: Connection, company: int) -> frozenset[Right]:
    """Every right that a company may grant to its business users."""
    return frozenset(
        Right(lane, function.name, membership.id)
        for membership in people.memberships_of(connection, company)
        for function in functions.granted_for(membership.kind)
        for lane in GRANTED
    )


def grant_special(connection: Connection, company: int) -> None:
    """Bring the automatic rights of a company's delegated administrators to what its memberships entitle to."""
    wanted = frozenset(
        Right(lane, function.name, membership.id)
        for membership in people.memberships_of(connection, company)
        for function in functions.special_for(membership.kind)
        for lane in GRANTED
    )
    held = accounts.rights_in(connection, company)
    for account in accounts.of_company(connection, company, [CCDA]):
        mine = held.get(account.id, frozenset())
        accounts.replace_rights(connection, account.id, mine, wanted if account.state != accounts.ENDED else ())
