"""Rights: who grants what to whom, agreed to by a second administrator, certified, and at work on the next request."""

from datetime import timedelta

import pytest

from app.commands.managing import accounts, grants
from app.commands.managing.grants import AnsweredAlready, NotEntitled, OwnRequest, RightsMoved
from app.store import accounts as kept
from app.store import people
from engine import functions
from engine.errors import NoRight, NotFound
from engine.people import Right
from tests.commands.managing import (
    account,
    actions,
    added,
    company_of,
    entries,
    granted,
    needs_two,
    right,
    rights_of,
)
from tests.commands.office import PEOPLE, race
from tests.commands.refusing import refused

OUTSIDERS = ["chen", "karen", "olive", "audrey", "andy", "agnes", "carmen"]


@pytest.fixture
def nora(office):
    return added(office)


def asked_of(office, person):
    """What waits for a second administrator."""
    with office.portal.database.read() as connection:
        (found,) = kept.asked(connection, company_of(office, "ada"), person)
    return found


# --- granting ---------------------------------------------------------------------------------------------------------
def test_r49_a_ccda_grants_maker_for_a_function_of_a_membership(office, nora):
    granted(office, nora, [right(office, "maker")])
    assert rights_of(office, nora) == {right(office, "maker")}


def test_r54_maker_and_checker_are_granted_apart(office, nora):
    granted(office, nora, [right(office, "checker")])
    assert right(office, "maker") not in rights_of(office, nora)


def test_r58_one_user_may_hold_both_for_one_function(office, nora):
    both = {right(office, "maker"), right(office, "checker")}
    granted(office, nora, both)
    assert rights_of(office, nora) == both


def test_r9_one_user_holds_rights_for_two_memberships(office, nora):
    two = {right(office, "maker"), right(office, "maker", "EU_DerivTrading", "F00123")}
    granted(office, nora, two)
    assert rights_of(office, nora) == two


def test_what_is_not_wanted_any_more_is_taken(office):
    bo = office.number("bo")
    granted(office, bo, [right(office, "maker")])
    assert rights_of(office, bo) == {right(office, "maker")}


def test_r53_a_right_works_on_the_very_next_request(office, nora):
    reference = office.submitted()
    office.run_sql("UPDATE people SET password_hash = 'x' WHERE id = :id", id=nora)
    granted(office, nora, [right(office, "checker")])
    with office.portal.database.read() as connection:
        assert people.person_for(connection, nora).may("checker", "EU_CashTrading", right(office, "checker").membership)
    assert office.status(reference) == "PENDING_CHECKER"


def test_r53_a_right_that_was_taken_is_refused_on_the_very_next_request(office):
    reference = office.submitted()
    page = office.page(reference, "chen", {"decision": "approve"})
    granted(office, office.number("chen"), [])
    with refused(office, NotFound):
        page()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_grants_to_people_who_are_not_theirs(office, nora, who):
    with refused(office, NotFound):
        granted(office, nora, [right(office, "maker")], by=who)


def test_a_ccda_grants_nothing_to_a_ccda(office):
    with refused(office, NotFound):
        granted(office, office.number("ben"), [right(office, "maker")])


def test_a_ccda_grants_nothing_to_themselves(office):
    with refused(office, NoRight):
        granted(office, office.number("ada"), [right(office, "maker")])


@pytest.mark.parametrize(
    "strange",
    [
        ("maker", "EU_SmartcardMaint", "B00123", "HKSCC"),
        ("maker", "EU_MoneySettlement", "B00123", "SEHK"),
        ("maker", "EU_CashTrading", "B00456", "SEHK"),
        ("maker", "EU_Nothing", "B00123", "SEHK"),
        ("desk_maker", "CTO", "B00123", "SEHK"),
        ("next_maker", "EU_CashTrading", "B00123", "SEHK"),
    ],
    ids=["special", "not entitled", "other company", "unknown function", "a desk", "a lane that is not granted"],
)
def test_a_right_that_no_membership_entitles_to_is_refused(office, nora, strange):
    with refused(office, NotEntitled):
        granted(office, nora, [right(office, *strange)])


def test_a_right_for_a_membership_that_has_ended_is_refused(office, nora):
    wanted = right(office, "maker")
    office.run_sql("UPDATE memberships SET ended_at = '2026-11-20 00:00:00' WHERE id = :id", id=wanted.membership)
    with refused(office, NotEntitled):
        granted(office, nora, [wanted])


def test_an_account_that_has_ended_gets_no_right(office, nora):
    accounts.deactivate(office.portal, office.by("ada"), nora)
    with refused(office, NotEntitled):
        granted(office, nora, [right(office, "maker")])


def test_of_two_who_grant_at_once_the_second_is_told(either_office):
    nora = added(either_office)
    other = either_office.beside()
    seen = kept.rights_digest(())

    def grant(place, by, lane):
        return grants.set_rights(place.portal, place.by(by), nora, {right(place, lane)}, seen)

    found = race(lambda: grant(either_office, "ada", "maker"), lambda: grant(other, "ben", "checker"))
    other.portal.database.close()
    assert sorted(type(one).__name__ for one in found) == ["Change", "RightsMoved"]


def test_a_page_that_is_out_of_date_changes_nothing(office, nora):
    granted(office, nora, [right(office, "maker")])
    with refused(office, RightsMoved):
        grants.set_rights(office.portal, office.by("ben"), nora, {right(office, "checker")}, kept.rights_digest(()))


def test_granting_what_is_held_leaves_no_entry(office, nora):
    before = actions(office)
    granted(office, nora, [])
    assert actions(office) == before


def test_the_trail_says_what_was_granted_and_what_was_taken(office, nora):
    granted(office, nora, [right(office, "maker")])
    granted(office, nora, [right(office, "checker")])
    assert entries(office)[0].entry["facts"] == {
        "granted": ["checker EU_CashTrading SEHK-EP B00123"],
        "taken": ["maker EU_CashTrading SEHK-EP B00123"],
    }


def test_whoever_gets_other_rights_is_told(office):
    granted(office, office.number("mia"), [])
    assert office.mailed("account_told") == [PEOPLE["mia"]]


# --- the automatic right of delegated administrators ------------------------------------------------------------------
SMART = "EU_SmartcardMaint"


@pytest.mark.parametrize(
    ("who", "holds"), [("ada", True), ("carmen", False), ("joyce", True), ("paul", False)], ids=lambda one: str(one)
)
def test_r51_ccdas_of_clearing_members_and_designated_banks_hold_smartcard_maintenance(office, who, holds):
    assert any(one.holder == SMART for one in rights_of(office, office.number(who))) == holds


def test_r51_a_new_ccda_of_such_a_member_holds_it_at_once(office):
    person = added(office, "agnes", "cora@jadegate.test", "ccda", "ivan")
    assert {one.lane for one in rights_of(office, person) if one.holder == SMART} == {"maker", "checker"}


def test_r51_it_is_entitled_to_by_these_four_memberships_alone():
    kinds = {kind for kind in functions.MEMBERSHIPS if SMART in {one.name for one in functions.special_for(kind)}}
    assert {kind.split("-")[0] for kind in kinds} == {"HKSCC", "HKCC", "SEOCH", "DB"}


@pytest.mark.parametrize("kind", functions.MEMBERSHIPS)
def test_r51_no_business_user_can_be_granted_it(kind):
    assert SMART not in {function.name for function in functions.granted_for(kind)}


# --- two administrators -----------------------------------------------------------------------------------------------
def test_where_two_are_needed_a_grant_waits(office, nora):
    needs_two(office)
    assert granted(office, nora, [right(office, "maker")]).asked
    assert rights_of(office, nora) == frozenset()


def test_the_second_administrator_agrees(either_office):
    nora = added(either_office)
    needs_two(either_office)
    granted(either_office, nora, [right(either_office, "maker")])
    number = asked_of(either_office, nora).id
    grants.answer(either_office.portal, either_office.by("ben"), nora, number, accept=True)
    assert rights_of(either_office, nora) == {right(either_office, "maker")}


def test_whoever_asks_cannot_agree(office, nora):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    with refused(office, OwnRequest):
        grants.answer(office.portal, office.by("ada"), nora, asked_of(office, nora).id, accept=True)


def test_whoever_asks_can_take_it_back(office, nora):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    grants.answer(office.portal, office.by("ada"), nora, asked_of(office, nora).id, accept=False)
    assert actions(office)[-1] == "rights.declined"


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_agrees(office, nora, who):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    with refused(office, NotFound):
        grants.answer(office.portal, office.by(who), nora, asked_of(office, nora).id, accept=True)


def test_a_request_is_answered_once(office, nora):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    number = asked_of(office, nora).id
    grants.answer(office.portal, office.by("ben"), nora, number, accept=False)
    with refused(office, AnsweredAlready):
        grants.answer(office.portal, office.by("ben"), nora, number, accept=True)


@pytest.mark.parametrize("who", ["nora", "ada"])
def test_what_was_asked_ends_with_the_account_of_either(office, nora, who):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    by, whom = ("ben", nora) if who == "nora" else ("agnes", office.number("ada"))
    accounts.deactivate(office.portal, office.by(by), whom)
    with office.portal.database.read() as connection:
        assert kept.asked(connection, company_of(office, "ben"), nora) == []


def test_a_newer_request_replaces_the_one_before(office, nora):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    granted(office, nora, [right(office, "checker")])
    assert asked_of(office, nora).wanted == {right(office, "checker")}


def test_a_request_for_rights_that_were_changed_meanwhile_is_refused(office, nora):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    office.grant("mia")
    with office.portal.database.write() as connection:
        people.grant(connection, nora, [right(office, "checker")])
    with refused(office, RightsMoved):
        grants.answer(office.portal, office.by("ben"), nora, asked_of(office, nora).id, accept=True)


def test_a_request_for_another_account_is_not_answered_through_this_one(office, nora):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    with refused(office, AnsweredAlready):
        grants.answer(office.portal, office.by("ben"), office.number("mia"), asked_of(office, nora).id, accept=True)


def test_the_other_administrator_is_asked_by_mail(office, nora):
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    assert office.mailed("account_asked") == [PEOPLE["ben"]]


# --- certifying -------------------------------------------------------------------------------------------------------
def test_rights_that_nobody_looked_at_for_a_quarter_are_due(office):
    mia = account(office, office.number("mia"))
    assert not grants.is_due(mia, office.clock.now() + timedelta(days=91))
    assert grants.is_due(mia, office.clock.now() + timedelta(days=92))


def test_certified_rights_are_not_due_any_more(office):
    office.clock.move(days=92)
    mia = office.number("mia")
    grants.certify(office.portal, office.by("ada"), mia, kept.rights_digest(rights_of(office, mia)))
    assert not grants.is_due(account(office, mia), office.clock.now())


def test_rights_that_were_not_seen_are_not_certified(office):
    with refused(office, RightsMoved):
        grants.certify(office.portal, office.by("ada"), office.number("mia"), kept.rights_digest(()))


def test_a_certification_is_sealed_with_the_rights(office):
    mia = office.number("mia")
    grants.certify(office.portal, office.by("ada"), mia, kept.rights_digest(rights_of(office, mia)))
    said = entries(office)[0].entry
    assert said["action"] == "rights.certified" and "maker EU_CashTrading SEHK-EP B00123" in said["facts"]["held"]


# --- desks ------------------------------------------------------------------------------------------------------------
def desks_set(office, who, rights, by="agnes"):
    """Let a member of staff hold these rights."""
    person = office.number(who)
    seen = kept.rights_digest(rights_of(office, person))
    return grants.set_desks(office.portal, office.by(by), person, frozenset(rights), seen)


def test_the_exchange_staffs_its_desks(either_office):
    desks_set(either_office, "karen", [Right("desk_maker", "CTO"), Right("desk_checker", "DTO")])
    assert rights_of(either_office, either_office.number("karen")) == {
        Right("desk_maker", "CTO"),
        Right("desk_checker", "DTO"),
    }


@pytest.mark.parametrize("who", ["ada", "kelvin", "olive", "audrey", "andy"])
def test_nobody_else_staffs_desks(office, who):
    with refused(office, NotFound):
        desks_set(office, "karen", [], by=who)


@pytest.mark.parametrize(
    "strange",
    [Right("desk_maker", "XYZ"), Right("maker", "CTO"), Right("desk_maker", "CTO", 1)],
    ids=["no desk", "no lane", "of a membership"],
)
def test_a_desk_that_does_not_exist_is_staffed_by_nobody(office, strange):
    with refused(office, NotEntitled):
        desks_set(office, "karen", [strange])


def test_staff_who_left_are_given_no_desk(office):
    karen = office.number("karen")
    accounts.deactivate(office.portal, office.by("agnes"), karen)
    with refused(office, NotEntitled):
        grants.set_desks(office.portal, office.by("agnes"), karen, [Right("desk_maker", "CTO")], kept.rights_digest([]))


@pytest.mark.parametrize("who", ["olive", "audrey", "andy", "ada"])
def test_only_staff_work_at_desks(office, who):
    with refused(office, NotFound):
        desks_set(office, who, [Right("desk_maker", "CTO")])
