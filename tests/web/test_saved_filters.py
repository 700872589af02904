"""Saved filters above the lists: saved from the address, followed, begun with, changed and removed, without scripts."""

import pytest

from app.commands.signing import own_filters
from tests.commands.office import RETURN

SAVED = "//nav[@aria-label='My filters']/a"
MOST = 12


@pytest.fixture
def mia(office, visitor):
    """Mia, with one request at the exchange and one that came back to her."""
    office.sent()
    returned = office.submitted()
    office.complete(returned, "chen", RETURN)
    return visitor("mia")


def save(client, address="/?tab=waiting&status=PENDING_HKEX", name="At the exchange", expect=200):
    """Save the filter of an address under a name."""
    client.get(address)
    return client.submit("/filters", name=name, expect=expect)


def rows(page):
    return page.all("//tbody/tr/th/span[@class='reference']")


def begin(office, client, address="/?tab=waiting&status=PENDING_HKEX"):
    """Save a filter and let its list begin with it."""
    save(client, address)
    client.get("/filters")
    client.post(f"/filters/{office.rows('saved_filters')[0].id}", act="begin")


def test_what_a_list_shows_is_saved_under_a_name_and_stands_above_it(mia):
    page = save(mia)
    assert page.all(SAVED)[0] == "At the exchange"


def test_it_leads_back_to_the_same(mia):
    save(mia)
    page = mia.get(mia.get("/?tab=waiting").link("At the exchange"))
    assert len(rows(page)) == 1


def test_on_another_list_it_says_of_which_it_is(mia):
    save(mia)
    assert mia.get("/").all(SAVED)[0] == "At the exchange · In progress"


def test_what_is_saved_is_not_offered_again(mia):
    save(mia)
    assert mia.page.all("//form[@action='/filters']") == []


def test_a_list_that_is_not_filtered_offers_nothing_to_save(mia):
    assert mia.get("/?tab=waiting").all("//form[@action='/filters']") == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Enter a name."),
        ("x" * 41, "Enter a name of at most 40 characters."),
        ("at the EXCHANGE", "You have a filter with this name: enter another."),
    ],
)
def test_a_name_that_cannot_be_is_asked_again_with_what_was_typed(mia, name, sentence):
    save(mia)
    page = save(mia, "/?tab=history&q=limit", name, expect=422)
    assert sentence in page.text
    mia.submit("/filters", name="Limits")
    assert "q=limit" in mia.page.url


def test_a_list_begins_with_it(office, mia):
    begin(office, mia)
    assert len(rows(mia.get("/?tab=waiting"))) == 1


def test_other_lists_do_not(office, mia):
    begin(office, mia)
    assert len(rows(mia.get("/"))) == 1


def test_everything_is_shown_when_it_is_asked_for(office, mia):
    begin(office, mia)
    page = mia.get(mia.get("/?tab=waiting").link("Show all"))
    assert len(rows(page)) == 2


def test_taking_the_last_word_away_shows_everything_too(office, mia):
    begin(office, mia)
    page = mia.get("/?tab=waiting")
    assert len(rows(mia.get(page.link("HKEX processing × (take away)")))) == 2


def test_another_filter_is_not_mixed_with_it(office, mia):
    begin(office, mia)
    assert len(rows(mia.get("/?tab=waiting&status=RETURNED_BY_CHECKER"))) == 1


def test_an_empty_form_of_filters_shows_everything(office, mia):
    begin(office, mia)
    mia.get("/?tab=waiting")
    assert len(rows(mia.submit("/", status=""))) == 2


def test_it_is_renamed(office, mia):
    save(mia)
    number = office.rows("saved_filters")[0].id
    mia.get("/filters")
    assert "Sent" in mia.submit(f"/filters/{number}", name="Sent", act="rename").all("//h2/a")


def test_a_wrong_new_name_is_said_beside_it(office, mia):
    save(mia)
    number = office.rows("saved_filters")[0].id
    mia.get("/filters")
    assert "Enter a name." in mia.submit(f"/filters/{number}", name=" ", act="rename", expect=422).text


def test_it_is_removed(office, mia):
    save(mia)
    number = office.rows("saved_filters")[0].id
    mia.get("/filters")
    assert "You have none yet." in mia.submit(f"/filters/{number}", act="remove").text


@pytest.mark.parametrize("act", ["rename", "begin", "begin-plainly", "remove"])
def test_nobody_finds_those_of_others(office, visitor, mia, act):
    save(mia)
    number = office.rows("saved_filters")[0].id
    visitor("chen").post(f"/filters/{number}", act=act, name="Mine", expect=404)
    assert [row.name for row in office.rows("saved_filters")] == ["At the exchange"]


@pytest.mark.parametrize(
    "words",
    [
        {"eservice": "XX999"},
        {"function": "EU_Gone"},
        {"status": "NO_SUCH"},
        {"membership": "Z99999"},
        {"from": "never", "to": "2026-99-99"},
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"q": "<script>alert(1)</script>"},
    ],
)
def test_a_filter_of_what_is_gone_is_harmless(office, visitor, words):
    office.sent()
    mia = visitor("mia")
    number = own_filters.save(office.portal, office.person("mia"), "waiting", words, "Gone")
    own_filters.begin_with(office.portal, office.person("mia"), number, on=True)
    mia.get(mia.get("/").link("Gone · In progress"))
    mia.get("/?tab=waiting")
    assert mia.page.heading == "Dashboard"


def test_a_nul_in_a_filter_keeps_nobody_from_their_lists(office_on_each, either_visitor):
    olive = either_visitor("olive")
    olive.post("/filters", list="history", membership="B0\0", name="Theirs")
    number = office_on_each.rows("saved_filters")[0].id
    own_filters.begin_with(office_on_each.portal, office_on_each.person("olive"), number, on=True)
    assert olive.get("/?tab=history").heading == "Dashboard"


def test_twenty_filters_ask_the_database_no_more(office, mia, visitor):
    for number in range(20):
        own_filters.save(office.portal, office.person("mia"), "waiting", {"q": f"word{number}"}, f"Filter {number}")
    counts = []
    for url in ("/", "/?tab=waiting", "/?tab=drafts", "/?tab=history", "/filters"):
        with visitor.statements() as seen:
            mia.get(url)
        counts.append(len(seen))
    assert max(counts) <= MOST
