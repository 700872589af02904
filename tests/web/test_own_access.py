"""The Guidance Notes, and why somebody sees an eService or not."""

import io

from pypdf import PdfReader

from tests.commands.managing import granted, right


def rows(page):
    """What is said of each eService, by its code."""
    return {item.split(" ")[0]: item for item in page.all("//main//ul[@class='service-list']/li")}


def test_r73_the_notes_name_right_memberships_and_eservices(visitor):
    text = visitor("ada").get("/guidance").text
    assert "EU_CashTrading · SEHK-EP, CCEP" in text and "OTP-C Order Consideration Limit" in text


def test_r73_the_notes_come_as_a_pdf(visitor):
    content = visitor("ada").download("/guidance.pdf").data
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "EU_SmartcardMaint" in text and "MS001" in text and "Monday" not in text


def test_r73_an_eservice_that_is_deployed_stands_in_the_notes_at_once(office, visitor):
    ada = visitor("ada")
    before = ada.get("/guidance").text
    office.deploy("TM003")
    assert "TM003" not in before and "TM003" in ada.get("/guidance").text


def test_r72_a_maker_reads_what_to_do_with_which_right(visitor):
    assert "You fill and submit it for B00123" in rows(visitor("mia").get("/access"))["CT027"]


def test_r72_whoever_lacks_a_right_reads_which_and_who_can_grant_it(office, visitor):
    granted(office, office.number("mia"), [right(office, "maker")])
    said = rows(visitor("mia").get("/access"))["MS001"]
    assert "You do not hold Maker and Checker in Money settlement.Ada Lau or Ben Yip can grant it." in said


def test_a_company_without_the_membership_reads_which_would_entitle(visitor):
    said = rows(visitor("penny").get("/access"))["CT027"]
    assert "none of the memberships that entitle to it: SEHK-EP" in said and "HKEX sets up memberships." in said


def test_whoever_holds_both_lacks_nothing(visitor):
    assert "do not hold" not in rows(visitor("bo").get("/access"))["CT027"]


def test_a_ccda_reads_that_they_grant_it(visitor):
    assert "You grant it to the people of your company" in rows(visitor("ada").get("/access"))["CT027"]


def test_the_list_of_eservices_leads_there(visitor):
    page = visitor("mia").get("/eservices")
    assert page.link("Something missing? See which right or membership it needs, and who can grant it.") == "/access"


def test_staff_reads_that_they_file_nothing(visitor):
    assert "Staff of the exchange file nothing" in visitor("karen").get("/access").text
