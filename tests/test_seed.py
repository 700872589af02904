"""The demo's people can do what the demo shows, and nothing else."""

import pytest
from sqlalchemy import func, select

from app.commands.jobs import keep_promises
from app.commands.publishing import bulletins, samples
from app.commands.signing import passwords, signin
from app.seed import DEMO_PASSWORD, demo_logins, seed_demo
from app.store import bulletins as kept_bulletins
from app.store import people, tables, technical_documents
from engine.hours import hong_kong_day
from tests.signing import HOME, still_portal


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def portal(request, tmp_path):
    portal = still_portal(request.getfixturevalue(f"{request.param}_url"), tmp_path)
    seed_demo(portal)
    yield portal
    portal.database.close()


def person(portal, email):
    with portal.database.read() as connection:
        key = connection.scalar(select(tables.people.c.id).where(tables.people.c.email == email))
        return people.person_for(connection, key)


def membership(portal, participant, kind):
    with portal.database.read() as connection:
        return connection.scalar(
            select(tables.memberships.c.id).where(
                tables.memberships.c.participant_id == participant, tables.memberships.c.kind == kind
            )
        )


def test_seeding_twice_changes_nothing(portal):
    assert not seed_demo(portal)
    with portal.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.companies)) == 6


@pytest.mark.parametrize("email", [email for _, email, _ in demo_logins()])
def test_everybody_on_the_list_can_sign_in(office, email):
    assert signin.enter_password(office.portal, email, DEMO_PASSWORD, HOME)


def test_every_address_is_one_that_no_mail_reaches(portal):
    with portal.database.read() as connection:
        assert all(email.endswith(".test") for email in connection.scalars(select(tables.people.c.email)))


def test_makers_make_and_checkers_check(portal):
    firm = membership(portal, "B00123", "SEHK-EP")
    seats = {
        email: {lane for lane in ("maker", "checker") if person(portal, email).may(lane, "EU_CashTrading", firm)}
        for email in ("mia.maker@harbourbright.test", "chen.checker@harbourbright.test", "bo.both@harbourbright.test")
    }
    assert list(seats.values()) == [{"maker"}, {"checker"}, {"maker", "checker"}]


def test_nobody_of_one_firm_acts_for_another(portal):
    other = membership(portal, "B00456", "SEHK-EP")
    assert not person(portal, "mia.maker@harbourbright.test").may("maker", "EU_CashTrading", other)


def test_a_bank_has_no_function_of_a_trading_firm(portal):
    held = {right.holder for right in person(portal, "bank.maker@jadegate.test").rights}
    assert "EU_MoneySettlement" in held
    assert "EU_CashTrading" not in held


def test_smartcards_are_for_administrators_of_clearing_firms_only(portal):
    def held(email):
        return {right.holder for right in person(portal, email).rights}

    assert held("ccda1@harbourbright.test") == {"EU_CCDARights", "EU_SmartcardMaint"}
    assert held("ccda@pearlriver.test") == {"EU_CCDARights"}
    assert "EU_SmartcardMaint" not in held("mia.maker@harbourbright.test")


def test_every_desk_has_one_who_processes_and_one_who_approves(portal):
    assert person(portal, "proc.cto@exchange.test").may("desk_maker", "CTO", None)
    assert person(portal, "appr.cto@exchange.test").may("desk_checker", "CTO", None)
    assert not person(portal, "proc.cto@exchange.test").may("desk_checker", "CTO", None)


def test_the_password_of_the_demo_keeps_the_portals_own_rules():
    assert passwords.weakness(DEMO_PASSWORD, [email for _, email, _ in demo_logins()]) is None


def test_every_company_of_the_demo_has_circulars_to_read(portal):
    samples.publish_demo(portal)
    with portal.database.read() as connection:
        told = people.person_for(connection, people.id_of(connection, "maker@pearlriver.test"))
        reader = bulletins.reader_of(connection, told)
        assert kept_bulletins.unread(connection, reader, hong_kong_day(portal.clock.now()), 9)


def test_a_document_of_the_demo_is_published_once(portal):
    samples.publish_demo(portal)
    portal.clock.move(seconds=40)
    keep_promises(portal, 1)
    samples.publish_sample(portal, "Order Gateway Interface Specification")
    with portal.database.read() as connection:
        (found,) = technical_documents.listed(connection, None)
    assert found.newest.label == "2.0"
