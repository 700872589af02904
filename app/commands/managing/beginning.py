"""The first day of a portal: the exchange itself, and the first person who administers it."""

from __future__ import annotations

from app.commands import administration
from app.commands.administration import OPERATOR
from app.commands.managing import shipped_forms
from app.commands.managing.accounts import Particulars, checked, whom
from app.commands.portal import Portal
from app.commands.signing import links
from app.store import accounts, people
from engine.errors import Refused
from engine.rights import ADMIN

CODE = "HKEX"


class BegunAlready(Refused):
    """There are companies and people already."""

    code = "begun_already"

    def __init__(self) -> None:
        super().__init__("Expected an empty portal, but there are companies already: its administrators add people.")


def begin(portal: Portal, email: str, name: str) -> str:
    """Set up the exchange and its first administrator, and return the address at which they set a password.

    It is mailed too, good for 24 hours, and works once. Raises `BegunAlready` and `WrongParticulars`.
    """
    login, known = checked(email, Particulars(name))
    now = portal.clock.now()
    with portal.database.write() as connection:
        if people.has_companies(connection):
            raise BegunAlready
        company = people.add_company(connection, CODE, portal.settings.exchange_name, is_exchange=True)
        person = people.add_person(
            connection, company, login, kind=ADMIN, added_at=now, certified_at=now, **known._asdict()
        )
        account = accounts.account(connection, person)
        assert account is not None  # noqa: S101  added a line above
        administration.seal_change(connection, portal, company, OPERATOR, "account.added", whom(account), kind=ADMIN)
        shipped_forms.promise(connection, portal)
        token = links.promise_link(connection, portal, person, login, links.WELCOME)
    return f"{portal.settings.base_url}/sign-in/link/{token}"
