"""Companies, memberships and desks: what the exchange sets up and removes, and what nobody else does."""

import pytest

from app.commands.managing import companies, memberships
from app.commands.managing.companies import DeskInUse, WrongCompany
from app.store import companies as kept
from app.store import definitions, people
from engine.errors import NoRight, NotFound
from tests.commands.managing import company_of, rights_of
from tests.commands.office import _files as office_files
from tests.commands.office import race
from tests.commands.refusing import refused

OTHERS = ["ada", "mia", "karen", "olive", "audrey", "andy"]


def new_company(office, by="agnes", code="CP00006"):
    return companies.add_company(office.portal, office.by(by), code, "Kwun Tong Brokers Limited", "觀塘證券有限公司")


def trail_of(office, company):
    return [row.action for row in office.rows("administration_trail", company_id=company)]


def test_the_exchange_sets_up_a_company(either_office):
    company = new_company(either_office)
    (row,) = either_office.rows("companies", id=company)
    assert (row.code, row.name_zh, trail_of(either_office, company)) == (
        "CP00006",
        "觀塘證券有限公司",
        ["company.added"],
    )


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sets_up_a_company(office, who):
    with refused(office, NoRight):
        new_company(office, who)


def test_a_code_belongs_to_one_company(office):
    with refused(office, WrongCompany) as caught:
        new_company(office, code="cp00001")
    assert "code" in caught.value.fields


def test_of_two_who_use_a_code_at_once_one_is_told(either_office):
    other = either_office.beside()
    found = race(lambda: new_company(either_office), lambda: new_company(other))
    other.portal.database.close()
    assert sorted(type(one).__name__ for one in found) == ["WrongCompany", "int"]


@pytest.mark.parametrize(
    ("code", "name_en", "name_zh", "field"),
    [
        ("", "A Limited", "", "code"),
        ("CP0006", "A Limited", "", "code"),
        ("CP00006", " ", "", "name_en"),
        ("CP00006", "x" * 161, "", "name_en"),
        ("CP00006", "A Limited", "港" * 81, "name_zh"),
    ],
)
def test_what_cannot_be_kept_of_a_company_is_named(office, code, name_en, name_zh, field):
    with refused(office, WrongCompany) as caught:
        companies.add_company(office.portal, office.by("agnes"), code, name_en, name_zh)
    assert list(caught.value.fields) == [field]


# --- memberships ------------------------------------------------------------------------------------------------------
def add_membership(office, company, kind="DB", participant="D00066", by="agnes"):
    companies.add_membership(office.portal, office.by(by), company, kind, participant)


def test_a_company_is_given_a_membership(either_office):
    company = new_company(either_office)
    add_membership(either_office, company)
    with either_office.portal.database.read() as connection:
        assert [seat.participant_id for seat in people.memberships_of(connection, company)] == ["D00066"]


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_gives_memberships(office, who):
    with refused(office, NoRight):
        add_membership(office, company_of(office, "mia"), by=who)


def test_with_the_membership_its_ccdas_get_their_automatic_right(office):
    company = new_company(office)
    person = added_ccda(office, company)
    add_membership(office, company)
    assert {right.holder for right in rights_of(office, person)} == {"EU_CCDARights", "EU_SmartcardMaint"}


def added_ccda(office, company):
    """A delegated administrator of a company."""
    from app.commands.managing import accounts
    from app.commands.managing.accounts import Particulars

    return accounts.add(office.portal, office.by("agnes"), company, "ccda", "c@kwuntong.test", Particulars("Cora"))


def test_with_the_membership_they_lose_it_again(office):
    company = new_company(office)
    person = added_ccda(office, company)
    add_membership(office, company)
    memberships.end_membership(office.portal, "D00066", "DB", by=office.by("agnes"))
    assert rights_of(office, person) == frozenset()


def test_a_membership_that_had_ended_goes_on(office):
    company = new_company(office)
    add_membership(office, company)
    memberships.end_membership(office.portal, "D00066", "DB", by=office.by("agnes"))
    add_membership(office, company)
    assert [seat.ended_at for seat in office.rows("memberships", company_id=company)] == [None]


def test_a_membership_goes_on_under_its_own_participant_id_alone(office):
    company = new_company(office)
    add_membership(office, company)
    memberships.end_membership(office.portal, "D00066", "DB", by=office.by("agnes"))
    with refused(office, WrongCompany):
        add_membership(office, company, participant="D00067")


@pytest.mark.parametrize(
    ("kind", "participant", "field"),
    [
        ("XX", "D00066", "kind"),
        ("DB", "D66", "participant_id"),
        ("DB", "D00011", "participant_id"),
        ("DB", "B00789", "participant_id"),
        ("SEHK-EP", "B00999", "kind"),
    ],
    ids=["no such kind", "no such id", "of another company", "of another kind of another company", "held already"],
)
def test_a_membership_that_cannot_be_is_named(office, kind, participant, field):
    with refused(office, WrongCompany) as caught:
        add_membership(office, company_of(office, "mia"), kind, participant)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_ends_memberships(office, who):
    with refused(office, NoRight):
        memberships.end_membership(office.portal, "B00123", "SEHK-EP", by=office.by(who))


def test_the_end_of_a_membership_is_sealed(office):
    memberships.end_membership(office.portal, "R00005", "REG", by=office.by("agnes"))
    assert trail_of(office, company_of(office, "paul")) == ["membership.ended"]


def test_the_exchange_is_no_member_of_itself(office):
    with refused(office, NotFound):
        add_membership(office, company_of(office, "agnes"), "ISS", "I00001")


def test_the_exchange_needs_no_second_administrator_of_its_own(office):
    with refused(office, NotFound):
        companies.set_dual_control(office.portal, office.by("agnes"), company_of(office, "agnes"), on=True)


@pytest.mark.parametrize("name", ["", "\u3164", "\x00\x07", "\u202e\u200b"])
def test_a_company_without_a_name_that_can_be_read_is_refused(office, name):
    with refused(office, WrongCompany):
        companies.add_company(office.portal, office.by("agnes"), "CP00077", name)


def test_what_cannot_be_seen_in_the_name_of_a_company_is_not_kept(office):
    company = companies.add_company(office.portal, office.by("agnes"), "CP00077", "East\x00 \u202eBay")
    assert office.rows("companies", id=company)[0].name_en == "East Bay"


# --- two administrators, and the end of a company ---------------------------------------------------------------------
def test_the_exchange_lets_a_company_need_two_administrators(office):
    company = company_of(office, "mia")
    companies.set_dual_control(office.portal, office.by("agnes"), company, on=True)
    with office.portal.database.read() as connection:
        assert kept.needs_two(connection, company)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_does(office, who):
    with refused(office, NoRight):
        companies.set_dual_control(office.portal, office.by(who), company_of(office, "mia"), on=True)


def test_a_company_that_holds_a_membership_is_not_removed(office):
    with refused(office, WrongCompany):
        companies.remove_company(office.portal, office.by("agnes"), company_of(office, "paul"))


def test_with_a_company_every_account_of_it_ends(office):
    memberships.end_membership(office.portal, "R00005", "REG", by=office.by("agnes"))
    companies.remove_company(office.portal, office.by("agnes"), company_of(office, "paul"))
    assert [row.active for row in office.rows("people", company_id=company_of_id(office))] == [False] * 3


def company_of_id(office):
    """The registrar."""
    (row,) = office.rows("companies", code="CP00005")
    return row.id


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_removes_a_company(office, who):
    with refused(office, NoRight):
        companies.remove_company(office.portal, office.by(who), company_of(office, "paul"))


def test_the_exchange_itself_is_not_removed(office):
    with refused(office, NotFound):
        companies.remove_company(office.portal, office.by("agnes"), company_of(office, "karen"))


# --- desks ------------------------------------------------------------------------------------------------------------
def test_the_exchange_adds_a_desk(either_office):
    companies.add_desk(either_office.portal, either_office.by("agnes"), "tst", "Test Desk")
    assert [row.title for row in either_office.rows("desks", code="TST")] == ["Test Desk"]


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_adds_a_desk(office, who):
    with refused(office, NoRight):
        companies.add_desk(office.portal, office.by(who), "TST", "Test Desk")


@pytest.mark.parametrize(("code", "title"), [("CTO", "Again"), ("C1", "Digits"), ("TST", ""), ("TST", "x" * 81)])
def test_a_desk_that_cannot_be_is_refused(office, code, title):
    with refused(office, WrongCompany):
        companies.add_desk(office.portal, office.by("agnes"), code, title)


def test_a_desk_that_nobody_names_is_ended(office):
    companies.add_desk(office.portal, office.by("agnes"), "TST", "Test Desk")
    companies.end_desk(office.portal, office.by("agnes"), "TST")
    with office.portal.database.read() as connection:
        assert "TST" not in {desk.code for desk in kept.desks_open(connection)}


@pytest.mark.parametrize(("desk", "by"), [("CTO", "CT027"), ("EVT", "somebody who works there")])
def test_a_desk_that_is_still_named_is_not_ended(office, desk, by):
    with refused(office, DeskInUse) as caught:
        companies.end_desk(office.portal, office.by("agnes"), desk)
    assert by in str(caught.value)


def test_a_desk_at_which_a_request_of_before_waits_is_not_ended(office):
    reference = office.sent()
    elsewhere = {name: content.replace(b"CTO", b"CPS") for name, content in office_files("CT027").items()}
    with office.portal.database.write() as connection:
        definitions.keep_release(connection, "CT027", elsewhere, office.clock.now())
    office.run_sql("DELETE FROM rights WHERE holder = 'CTO'")
    with refused(office, DeskInUse) as caught:
        companies.end_desk(office.portal, office.by("agnes"), "CTO")
    assert reference in str(caught.value)


def test_a_desk_that_does_not_exist_is_not_ended(office):
    with refused(office, NotFound):
        companies.end_desk(office.portal, office.by("agnes"), "TST")
