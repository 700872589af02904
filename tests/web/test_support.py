"""Support: whom to call or write to, and the link and reference of a request that help is asked for."""

import json
from urllib.parse import unquote

import pytest

from tests.commands.office import opened
from tests.web.visitors import Visitors

CONTACT = {"hotline": "+852 0000 9999", "mailbox": "ours@example.com", "opens": "08:30", "closes": "19:15"}


def rows(page):
    return page.all("//tbody/tr/th")


def test_r98_every_business_function_has_a_hotline_and_a_mailbox(visitor):
    page = visitor.stranger().get("/support")
    assert {"Cash trading", "Money settlement", "Risk management", "Everything else"} <= set(rows(page))
    assert all(page.all("//tbody/tr/td[1]/a")) and all("@example.com" in one for one in page.all("//tbody/tr/td[3]/a"))


@pytest.mark.parametrize("who", ["mia", "ada", "karen", "audrey"])
def test_everybody_finds_support_in_the_menu(visitor, who):
    client = visitor(who)
    assert client.get(client.page.link("Support")).heading == "Support"


def test_a_file_of_the_operator_says_whom_to_call(seeded, tmp_path):
    path = tmp_path / "contacts.json"
    path.write_text(json.dumps({"general": CONTACT}))
    office = opened(seeded, tmp_path, support=str(path))
    page = Visitors(office).stranger().get("/support")
    office.portal.database.close()
    assert set(page.all("//tbody/tr/td[1]/a")) == {"+852 0000 9999"} and "08:30 to 19:15" in page.text


def test_a_hotline_says_whether_somebody_answers_now(office, visitor):
    stranger = visitor.stranger()
    now = stranger.get("/support").text.count("open now")
    office.clock.move(hours=12)
    assert now > 0 and "open now" not in stranger.get("/support").text


def test_r98_the_page_of_a_request_leads_to_help_with_it(office, visitor):
    reference = office.submitted()
    mia = visitor("mia")
    page = mia.get(mia.get(f"/requests/{reference}").link("Ask for help with this request"))
    link = page.tree.xpath("//input[@id='own-link']/@value")
    assert link == [f"http://127.0.0.1:8080/requests/{reference}"]


def test_r98_the_hotline_of_the_request_s_function_comes_first(office, visitor):
    page = visitor("mia").get(f"/support?request={office.submitted()}")
    assert rows(page)[0] == "Cash trading Your request"


def test_r98_a_mail_begins_with_the_reference(office, visitor):
    reference = office.submitted()
    page = visitor("mia").get(f"/support?request={reference}")
    sent = [unquote(one) for one in page.tree.xpath("//a[starts-with(@href, 'mailto:')]/@href")]
    assert sent[0].endswith(f"@example.com?subject=Request {reference}")


@pytest.mark.parametrize("who", ["leo", "penny", "ada"])
def test_nobody_is_told_of_a_request_that_they_may_not_see(office, visitor, who):
    reference = office.open_draft()
    visitor(who).get(f"/support?request={reference}", expect=404)


@pytest.mark.parametrize("reference", ["CT027-20261123-999999", "x", "%00"])
def test_a_request_that_does_not_exist_is_not_found(visitor, reference):
    visitor("mia").get(f"/support?request={reference}", expect=400 if reference == "%00" else 404)


def test_without_a_sign_in_a_request_leads_to_the_sign_in_and_back(office, visitor):
    reference = office.submitted()
    page = visitor.stranger().get(f"/support?request={reference}")
    assert page.form("/sign-in").fields["next"] == f"/support?request={reference}"
