"""Accounts of the office as those who manage them do: what they add, grant and see in the trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.commands import administration
from app.commands.managing import accounts, grants
from app.commands.managing.accounts import Particulars
from app.store import accounts as kept
from app.store import administration as trail
from app.store import companies, people
from app.store.accounts import Account
from engine.people import Right
from tests.commands.office import Office

NEW = "new.person@harbourbright.test"


def company_of(office: Office, who: str) -> int:
    """The company that somebody belongs to."""
    return office.person(who).company


def added(office: Office, by: str = "ada", email: str = NEW, kind: str = "business", company: str = "") -> int:
    """An account that somebody has added to their own company, or to that of somebody else."""
    firm = company_of(office, company or by)
    return accounts.add(
        office.portal, office.by(by), firm, kind, email, Particulars("Nora Hui", "Clerk", "+85237000033")
    )


def account(office: Office, person: int) -> Account:
    """The account as it stands."""
    with office.portal.database.read() as connection:
        found = kept.account(connection, person)
    assert found is not None
    return found


def rights_of(office: Office, person: int) -> frozenset[Right]:
    """What somebody holds."""
    with office.portal.database.read() as connection:
        return people.rights_of(connection, person)


def right(
    office: Office, lane: str, function: str = "EU_CashTrading", participant: str = "B00123", kind: str = ""
) -> Right:
    """A right for the first membership with that participant ID, or for the one of that kind."""
    rows = [
        row for row in office.rows("memberships") if row.participant_id == participant and row.kind.startswith(kind)
    ]
    return Right(lane, function, rows[0].id)


def granted(office: Office, person: int, rights: Iterable[Right], by: str = "ada") -> grants.Change:
    """Let somebody hold these rights, as the page stands now."""
    seen = kept.rights_digest(rights_of(office, person))
    return grants.set_rights(office.portal, office.by(by), person, frozenset(rights), seen)


def entries(office: Office, who: str = "ada") -> Sequence[trail.Sealed]:
    """The administration trail of somebody's company, newest first."""
    with office.portal.database.read() as connection:
        return trail.entries(connection, company_of(office, who))


def actions(office: Office, who: str = "ada") -> list[str]:
    """What was done there, oldest first."""
    return [sealed.entry["action"] for sealed in reversed(entries(office, who))]


def fault(office: Office, who: str = "ada") -> str:
    """What is wrong with the trail of somebody's company."""
    with office.portal.database.read() as connection:
        head = trail.head_of(connection, company_of(office, who))
        assert head is not None
        return administration.fault(office.portal, head, trail.entries(connection, head.company))


def needs_two(office: Office, who: str = "ada") -> None:
    """Let grants of somebody's company need a second administrator."""
    with office.portal.database.write() as connection:
        companies.set_dual_control(connection, company_of(office, who), on=True)
