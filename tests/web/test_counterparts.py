"""Requests of other companies in one list, the link that leads there, and for which membership one opens a request."""

import pytest

from tests.web import second

ROWS = "//tbody/tr/th/span[@class='reference']"
OPEN = "/eservices/MS001/requests"
MONEY = "/eservices/EU_MoneySettlement"


def references(page):
    """The references in the list, top to bottom."""
    return [text.split(" · ")[0] for text in page.all(ROWS)]


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_bank_finds_what_waits_for_it_with_who_asks_and_who_has_it(office, visitor):
    reference = second.at_bank(office)
    page = visitor("iris").get("/counterparts")
    assert references(page) == [reference]
    row = page.all("//tbody/tr")[0]
    assert all(
        words in row for words in ("Harbour Bright Securities Limited", "B00123", "Maker: Ivan Lo", "Wed 25 Nov")
    )


def test_what_is_mine_to_do_stands_first_with_its_button(office, visitor):
    theirs, mine = second.filled_by_bank(office), second.at_bank(office)
    ivan = visitor("ivan")
    page = ivan.get("/counterparts")
    assert references(page) == [mine, theirs]
    assert page.link(f"Complete {mine}") == visitor.task(mine)


def test_what_went_on_and_what_has_ended_have_lists_of_their_own(office, visitor):
    passed, ended = second.agreed(office), second.approved(office)
    iris = visitor("iris")
    assert references(iris.get("/counterparts")) == []
    assert references(iris.get("/counterparts?tab=passed")) == [passed]
    assert references(iris.get("/counterparts?tab=history")) == [ended]


@pytest.mark.parametrize("who", ["mia", "chen", "leo", "gary"])
def test_nobody_else_finds_it_there(office, visitor, who):
    second.at_bank(office)
    assert references(visitor(who).get("/counterparts")) == []


def test_an_empty_list_says_so(visitor):
    assert "No request of another company waits for yours." in visitor("ivan").get("/counterparts").text


@pytest.mark.parametrize("query", ["tab=nothing", "tab=open&before=x", "tab=passed&before=%C2%B2", "before=-1"])
def test_a_strange_address_shows_a_list(visitor, query):
    assert visitor("ivan").get(f"/counterparts?{query}").heading == "Requests of other companies"


# --- the link ---------------------------------------------------------------------------------------------------------
def test_the_menu_leads_the_bank_there_and_counts_what_waits(office, visitor):
    second.at_bank(office), second.filled_by_bank(office), second.agreed(office)
    assert visitor("ivan").page.link("Other companies2") == "/counterparts"


def test_the_menu_counts_nothing_where_nothing_waits(visitor):
    assert visitor("ivan").page.link("Other companies") == "/counterparts"


@pytest.mark.parametrize("who", ["mia", "leo", "edith", "audrey"])
def test_whose_company_nobody_can_name_is_not_led_there(office, visitor, who):
    second.at_bank(office)
    assert "/counterparts" not in visitor(who).page.tree.xpath("//nav[@id='menu']//a/@href")


# --- for which membership ---------------------------------------------------------------------------------------------
def test_whoever_may_file_for_several_memberships_is_asked_for_which(visitor):
    page = visitor("mia").get(MONEY)
    assert page.all(f"//form[@action='{OPEN}']//option") == ["Choose", "B00123 · HKSCC-DCP", "H00123 · HKCC"]


def test_the_request_is_opened_for_the_membership_that_was_chosen(office, visitor):
    mia = visitor("mia")
    mia.get(MONEY)
    mia.submit(OPEN, membership=second.membership(office, "HKCC"))
    assert [row.participant_id for row in office.rows("cases")] == ["H00123"]


def test_without_a_choice_nothing_is_opened_and_the_question_is_shown(office, visitor):
    mia = visitor("mia")
    mia.get(MONEY)
    page = mia.submit(OPEN, membership="", expect=422)
    assert page.tree.xpath("//div[@id='errors']//a/@href") == ["#membership-MS001"]
    assert page.all("//p[@id='membership-MS001-error']") == ["Error: Choose for which membership"]
    assert office.rows("cases") == []


@pytest.mark.parametrize("kind", ["SEHK-EP", "DB"])
def test_a_membership_that_may_not_file_it_opens_nothing(office, visitor, kind):
    (number, *_) = [row.id for row in office.rows("memberships", kind=kind)]
    visitor("mia").post(OPEN, {"membership": number}, expect=403)
    assert office.rows("cases") == []


@pytest.mark.parametrize("text", ["x", "-1", "²", "1e9"])
def test_what_is_no_membership_is_no_choice(office, visitor, text):
    visitor("mia").post(OPEN, {"membership": text}, expect=422)
    assert office.rows("cases") == []


def test_the_search_asks_the_same(visitor):
    page = visitor("mia").get("/search?q=MS001")
    assert page.all(f"//form[@action='{OPEN}']//option") == ["Choose", "B00123 · HKSCC-DCP", "H00123 · HKCC"]


def test_whoever_may_file_for_one_is_not_asked(visitor):
    assert not visitor("mia").get("/eservices/EU_CashTrading").all("//select[@name='membership']")
