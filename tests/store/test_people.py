"""Who exists, who may act, and what they hold."""

import pytest

from app.store import people
from engine.people import Right
from tests.signing import add_person, change_person, still_portal


@pytest.fixture
def portal(database_url, tmp_path):
    portal = still_portal(database_url, tmp_path)
    yield portal
    portal.database.close()


@pytest.fixture
def membership(portal):
    with portal.database.write() as connection:
        company = people.add_company(connection, "CP00009", "Lion Rock Brokers Limited", "獅山經紀有限公司")
        return people.add_membership(connection, company, "SEHK-EP", "B00456")


def add_checker(portal, membership, email, **particulars):
    person = add_person(portal, email, **particulars)
    with portal.database.write() as connection:
        people.grant(connection, person, [Right("checker", "EU_CashTrading", membership)])
    return person


def who_can(portal, *seat, **options):
    with portal.database.read() as connection:
        return [one.id for one in people.who_can(connection, *seat, **options)]


def test_a_person_comes_with_their_rights(portal, membership):
    chen = add_checker(portal, membership, "chen@lionrock.test")
    with portal.database.read() as connection:
        person = people.person_for(connection, chen)
    assert person.may("checker", "EU_CashTrading", membership)
    assert not person.may("maker", "EU_CashTrading", membership)


@pytest.mark.parametrize("state", [{"active": False}, {"locked_at": "now"}])
def test_nobody_gets_new_work_who_is_inactive_or_locked(portal, membership, state):
    chen = add_checker(portal, membership, "chen@lionrock.test")
    change_person(
        portal, chen, **{key: portal.clock.now() if value == "now" else value for key, value in state.items()}
    )
    assert who_can(portal, "checker", "EU_CashTrading", membership) == []


def test_nobody_is_a_person_any_more_once_inactive(portal, membership):
    chen = add_checker(portal, membership, "chen@lionrock.test")
    change_person(portal, chen, active=False)
    with portal.database.read() as connection:
        assert people.person_for(connection, chen) is None


def test_those_who_can_act_are_listed_by_name_without_the_excluded(portal, membership):
    chen = add_checker(portal, membership, "chen@lionrock.test", name="Chen Wai")
    bo = add_checker(portal, membership, "bo@lionrock.test", name="Bo Lam")
    rita = add_checker(portal, membership, "rita@lionrock.test", name="Rita Ng")
    assert who_can(portal, "checker", "EU_CashTrading", membership) == [bo, chen, rita]
    assert who_can(portal, "checker", "EU_CashTrading", membership, excluding={bo, rita}) == [chen]


def test_a_right_for_one_membership_is_none_for_another(portal, membership):
    add_checker(portal, membership, "chen@lionrock.test")
    assert who_can(portal, "checker", "EU_CashTrading", membership + 1) == []


def test_a_desk_has_no_membership(portal):
    karen = add_person(portal, "proc.cto@exchange.test", kind="staff")
    with portal.database.write() as connection:
        people.grant(connection, karen, [Right("desk_maker", "CTO")])
    assert who_can(portal, "desk_maker", "CTO", None) == [karen]


def test_the_administrators_of_a_company_are_its_own(portal):
    ada = add_person(portal, "ccda1@harbourbright.test", kind="ccda", name="Ada Lau")
    add_person(portal, "ccda@lionrock.test", kind="ccda")
    with portal.database.read() as connection:
        company = people.person_for(connection, ada).company
        assert [one.name for one in people.ccdas_of(connection, company)] == ["Ada Lau"]


def test_memberships_are_found_by_company_and_by_id(portal, membership):
    with portal.database.read() as connection:
        found = people.membership_for(connection, membership)
        assert people.memberships_of(connection, found.company) == [found]
    assert (found.kind, found.participant_id) == ("SEHK-EP", "B00456")


def test_login_ids_are_kept_case_folded(portal):
    person = add_person(portal, "Mia.Maker@HarbourBright.test")
    with portal.database.read() as connection:
        assert people.profile_of(connection, person).email == "mia.maker@harbourbright.test"
