"""Search: blank forms for makers, requests for whoever may see them."""

import pytest

TITLE = "Confirmation of OTP-C Order Consideration Limit Setting"


def found(page):
    """The requests that were found."""
    return page.all("//span[@class='reference']")


@pytest.mark.parametrize("change", [str, str.lower, lambda text: f"  {text} "])
def test_a_reference_leads_straight_to_its_request(office, visitor, change):
    reference = office.submitted()
    chen = visitor("chen")
    assert chen.get("/").url == "/"
    assert chen.submit("/search", q=change(reference)).url == f"/requests/{reference}"


def test_a_reference_of_another_company_finds_nothing(office, visitor):
    reference = office.submitted()
    page = visitor("leo").get(f"/search?q={reference}")
    assert "Nothing found" in page.text


@pytest.mark.parametrize("words", ["limit", "CT027", "consideration OTP", "買賣盤", "LIMIT"])
def test_a_maker_finds_the_blank_form_by_its_words(visitor, words):
    assert TITLE in visitor("mia").get(f"/search?q={words}").text


def test_a_checker_finds_requests_but_no_blank_form(office, visitor):
    reference = office.submitted()
    page = visitor("chen").get("/search?q=limit")
    assert found(page) == [reference]
    assert "Open a request" not in page.text


def test_a_checker_finds_no_draft(office, visitor):
    office.open_draft()
    assert found(visitor("chen").get("/search?q=CT027")) == []


def test_part_of_a_reference_finds_every_request_of_that_day(office, visitor):
    references = [office.submitted(), office.submitted()]
    assert found(visitor("mia").get("/search?q=20261123")) == references[::-1]


@pytest.mark.parametrize("words", ["%", "_", "%25", "'", '"', "\\", "' OR 1=1 --", "<script>", "🜚", "x" * 500])
def test_strange_words_are_words(office, visitor, words):
    office.submitted()
    mia = visitor("mia")
    page = mia.submit("/search", q=words)
    assert found(page) == []
    assert "Nothing found" in page.text


def test_no_words_find_nothing(visitor):
    assert visitor("mia").get("/search").heading == "Search"
