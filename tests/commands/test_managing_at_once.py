"""Two people manage accounts at the same moment: one after the other, each as if the other had been first."""

import threading

from app.commands import administration
from app.commands.managing import accounts, companies, grants
from app.commands.managing.accounts import Particulars
from app.commands.managing.companies import WrongCompany
from app.commands.requests.steps import By
from app.commands.signing import forgotten, own_passwords, signin
from app.store import accounts as kept
from engine.errors import NotFound
from tests import signing
from tests.commands.managing import account, company_of, fault, right, rights_of
from tests.commands.office import PEOPLE, race
from tests.web.visitors import HOME, _half

ROUNDS = 6


def second_admin(office):
    exchange = company_of(office, "agnes")
    known = Particulars("Second Administrator")
    return accounts.add(office.portal, office.by("agnes"), exchange, "admin", "admin2@exchange.test", known)


def wake(office, *people):
    for person in people:
        office.run_sql("UPDATE people SET active = true, ended_at = NULL, failures = 0 WHERE id = :id", id=person)


def failures(found):
    return [one for one in found if isinstance(one, Exception)]


def test_of_two_administrators_who_end_each_other_one_is_left(either_office):
    office, first = either_office, either_office.number("agnes")
    second = second_admin(office)
    for _ in range(ROUNDS):
        wake(office, first, second)
        race(
            lambda: accounts.deactivate(office.portal, By(first), second),
            lambda: accounts.deactivate(office.portal, By(second), first),
        )
        assert [account(office, one).state for one in (first, second)].count("ended") == 1


def test_whoever_is_suspended_while_they_wait_does_not_act(either_office):
    office, mia, ben = either_office, either_office.number("mia"), either_office.number("ben")
    before, found = rights_of(office, mia), []
    other, by_ben = office.beside(), office.by("ben")
    asked = by_ben, mia, before | {right(office, "checker")}, kept.rights_digest(before)

    def act():
        found.extend(race(lambda: grants.set_rights(other.portal, *asked)))

    with office.portal.database.write() as connection:
        administration.hold(connection, company_of(office, "ben"))
        waiting = threading.Thread(target=act)
        waiting.start()
        waiting.join(0.3)
        kept.set_state(connection, ben, active=False, ended_at=None)
    waiting.join()
    other.portal.database.close()
    assert isinstance(found[0], NotFound) and rights_of(office, mia) == before


def test_of_two_companies_that_are_given_one_participant_id_one_gets_it(either_office):
    office = either_office
    firms = company_of(office, "paul"), company_of(office, "joyce")
    by = office.by("agnes")
    found = race(
        *(lambda firm=firm: companies.add_membership(office.portal, by, firm, "ISS", "I00001") for firm in firms)
    )
    assert [type(one) for one in failures(found)] == [WrongCompany] and len(office.rows("memberships", kind="ISS")) == 1


def test_no_company_is_removed_that_was_given_a_membership(either_office):
    office, by = either_office, either_office.by("agnes")
    firm = companies.add_company(office.portal, by, "CP00099", "Empty Limited")
    found = race(
        lambda: companies.remove_company(office.portal, by, firm),
        lambda: companies.add_membership(office.portal, by, firm, "REG", "R00100"),
    )
    actions = [sealed.entry["action"] for sealed in _trail(office, firm)]
    refused = isinstance(found[0], WrongCompany)
    assert refused or actions.index("membership.added") < actions.index("company.removed")


def test_a_sign_in_and_a_suspension_never_wait_for_each_other_crosswise(either_office):
    office, mia = either_office, either_office.number("mia")
    for _ in range(ROUNDS):
        wake(office, mia)
        half = _half(office.portal, PEOPLE["mia"])
        code = signing.mailed_code(office.portal)
        found = race(
            lambda half=half, code=code: signin.enter_code(office.portal, half, code, HOME),
            lambda: accounts.suspend(office.portal, office.by("ada"), mia),
        )
        assert found[1] is None


def test_a_link_and_a_newer_one_never_wait_for_each_other_crosswise(either_office):
    office, mia = either_office, either_office.number("mia")
    for _ in range(ROUNDS):
        token = signing.given_link(office.portal, mia)
        office.run_sql("UPDATE links SET made_at = '2020-01-01 00:00:00+00:00'")
        found = race(
            lambda token=token: own_passwords.set_by_link(office.portal, token, "lantern-orbit-91-quiet", HOME),
            lambda: forgotten.mail_link(office.portal, {"login": PEOPLE["mia"], "address": "203.0.113.9"}),
        )
        assert "eadlock" not in str(failures(found))
    assert fault(office) == ""


def _trail(office, firm):
    with office.portal.database.read() as connection:
        return administration.administration.entries(connection, firm)
