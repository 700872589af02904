"""The exchange's administrator at the pages about companies, staff and desks."""

import pytest

from app.commands.managing import memberships
from engine.people import Right
from tests.commands.managing import account, company_of, rights_of
from tests.commands.office import PEOPLE
from tests.commands.refusing import lock
from tests.commands.test_memberships import broken
from tests.web.test_people import boxes


@pytest.fixture
def agnes(visitor):
    return visitor("agnes")


def test_a_company_is_set_up_on_the_page(office, agnes):
    agnes.get("/exchange/companies")
    page = agnes.submit("/exchange/companies", code="CP00006", name_en="Kwun Tong Brokers Limited", name_zh="觀塘")
    assert page.heading == "Kwun Tong Brokers Limited" and "Nobody manages the people" in page.text


def test_what_is_wrong_with_a_company_is_said_at_its_field(agnes):
    agnes.get("/exchange/companies")
    page = agnes.submit("/exchange/companies", code="CP00001", name_en="Again", expect=422)
    assert "There is a company CP00001 already" in page.text


def test_a_membership_is_added_and_ended_on_the_page(office, agnes):
    company = company_of(office, "paul")
    agnes.get(f"/exchange/companies/{company}")
    page = agnes.submit(f"/exchange/companies/{company}/memberships", kind="ISS", participant_id="R00006")
    agnes.get(page.link("End ISS R00006"))
    assert "Ended" in agnes.submit(agnes.page.url).text


def test_a_membership_that_cannot_be_is_said_at_its_field(office, agnes):
    company = company_of(office, "paul")
    agnes.get(f"/exchange/companies/{company}")
    page = agnes.submit(f"/exchange/companies/{company}/memberships", kind="REG", participant_id="R00006", expect=422)
    assert "The company holds REG already" in page.text


def test_r47_a_ccda_is_set_up_on_the_page(office, agnes):
    company = company_of(office, "paul")
    page = agnes.get(f"/exchange/companies/{company}")
    agnes.get(page.link("Add a delegated administrator"))
    agnes.submit(f"/exchange/companies/{company}/administrators", email="cora@pearlriver.test", name="Cora Yeung")
    assert office.mailed("account_welcome") == ["cora@pearlriver.test"]


def test_r41_the_page_to_unlock_a_ccda_asks_for_the_sender(office, agnes):
    lock(office, "paul")
    url = f"/people/{office.number('paul')}/state/unlock"
    agnes.get(url)
    page = agnes.submit(url, sender="else@where.test", expect=422)
    assert "leave the account as it is" in page.text and account(office, office.number("paul")).locked_at


def test_r41_the_page_for_the_lost_device_of_a_ccda_asks_for_the_sender(office, agnes):
    office.run_sql("UPDATE people SET channel = 'app', app_secret = 'x' WHERE id = :id", id=office.number("paul"))
    url = f"/people/{office.number('paul')}/state/forget"
    agnes.get(url)
    page = agnes.submit(url, sender="else@where.test", expect=422)
    assert "leave the account as it is" in page.text and account(office, office.number("paul")).channel == "app"


def test_r40_a_ccda_is_unlocked_with_the_right_sender(office, agnes):
    lock(office, "paul")
    url = f"/people/{office.number('paul')}/state/unlock"
    agnes.get(url)
    agnes.submit(url, sender=PEOPLE["paul"])
    assert account(office, office.number("paul")).locked_at is None


def test_r40_the_page_names_the_mailbox(office, agnes):
    lock(office, "paul")
    text = agnes.get(f"/people/{office.number('paul')}/state/unlock").text
    assert office.portal.settings.unlock_mailbox in text


def test_what_an_ended_membership_left_open_is_closed_from_the_page(office, agnes):
    reference, company = office.submitted(), company_of(office, "mia")
    mend = broken(office, reference)
    memberships.end_membership(office.portal, "B00123", "SEHK-EP", by=office.by("agnes"))
    mend()
    page = agnes.get(f"/exchange/companies/{company}")
    agnes.get(page.link("Close what is still open SEHK-EP B00123"))
    agnes.submit(agnes.page.url)
    assert office.case(reference).status == "ABORTED"


def test_two_administrators_are_required_with_one_button(office, agnes):
    company = company_of(office, "ada")
    agnes.get(f"/exchange/companies/{company}")
    page = agnes.submit(f"/exchange/companies/{company}/dual-control", on="yes")
    assert "Each change of rights needs a second administrator." in page.text


def test_a_company_without_memberships_is_removed(office, agnes):
    company = company_of(office, "paul")
    memberships.end_membership(office.portal, "R00005", "REG")
    page = agnes.get(f"/exchange/companies/{company}")
    agnes.get(page.link("Remove the company"))
    agnes.submit(f"/exchange/companies/{company}/remove")
    assert account(office, office.number("penny")).state == "ended"


def test_a_company_with_memberships_is_not_offered_to_be_removed(office, agnes):
    assert "Remove the company" not in agnes.get(f"/exchange/companies/{company_of(office, 'paul')}").text


def test_the_staff_page_says_who_works_at_which_desk(agnes):
    assert "Karen Ip, Kelvin Sit" in agnes.get("/exchange/staff").text


def test_staff_is_added_and_given_a_desk(office, agnes):
    agnes.get("/exchange/staff/new")
    page = agnes.submit("/exchange/staff/new", email="tess@exchange.test", name="Tess Ko")
    person = int(page.url.split("/")[2].split("?")[0])
    agnes.submit(f"/people/{person}/desks", right="desk_maker:CTO:")
    assert {right.holder for right in rights_of(office, person)} == {"CTO"}


def test_an_account_of_a_kind_that_does_not_exist_is_not_found(agnes):
    agnes.get("/exchange/staff/new?kind=business", expect=404)


def test_the_desks_of_staff_are_ticked(office, agnes):
    assert boxes(agnes.get(f"/people/{office.number('karen')}")) == {"desk_maker:CTO:"}


def test_whoever_works_at_a_desk_that_was_added_reads_its_title(office, agnes, visitor):
    agnes.get("/exchange/staff")
    agnes.submit("/exchange/desks", code="TST", title="Test Desk")
    office.grant("karen", Right("desk_maker", "TST"))
    assert "Test Desk" in visitor("karen").get("/").text


def test_a_desk_is_added_and_ended(agnes):
    agnes.get("/exchange/staff")
    page = agnes.submit("/exchange/desks", code="TST", title="Test Desk")
    assert "Test Desk" in page.text
    assert "Test Desk" not in agnes.submit("/exchange/desks/TST/end").text


def test_a_desk_in_use_is_not_ended(agnes):
    agnes.get("/exchange/staff")
    page = agnes.post("/exchange/desks/EVT/end", expect=409)
    assert "is still named by somebody who works there" in page.text


@pytest.mark.parametrize("address", ["/people/{}", "/administration/{}", "/exchange/companies/{}"])
def test_a_number_that_no_record_has_is_not_found(agnes, address):
    agnes.get(address.format("9" * 23), expect=404)
