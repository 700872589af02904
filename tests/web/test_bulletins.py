"""The pages of circulars: what everybody meant finds there, and what those do who publish."""

from datetime import date

import pytest

from app.commands.publishing.publishers import Upload
from tests.commands.informing import SAID, called_back, rewritten, written
from tests.documents import PDF
from tests.web.publishing import sent

TYPED = {
    "title_en": SAID.title_en,
    "title_zh": SAID.title_zh,
    "text_en": SAID.text_en,
    "text_zh": SAID.text_zh,
    "shown_from": "24/11/2026",
    "shown_until": "",
}
EVERYBODY = ["mia", "chen", "ada", "ivan", "karen", "olive", "audrey", "andy", "agnes"]
LONG = "Rehearsal " + "of_the_longest_word_that_nobody_can_break_" * 3


def titles(page):
    return page.all("//ul[@class='notices']/li/a")


# --- reading ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", EVERYBODY)
def test_r5_everybody_finds_circulars_in_the_menu(office, visitor, who):
    written(office)
    client = visitor(who)
    assert titles(client.get(client.page.link("Circulars"))) == [SAID.title_en]


def test_without_any_circular_the_page_says_so(visitor):
    assert "The exchange announces nothing at the moment." in visitor("mia").get("/circulars").text


def test_pinned_circulars_stand_first_then_the_newest(office, visitor):
    for title, pinned in (("One", False), ("Two", True), ("Three", False)):
        written(office, title_en=title, pinned=pinned)
    assert titles(visitor("mia").get("/circulars")) == ["Two", "Three", "One"]


def test_a_circular_is_unread_until_it_was_opened(office, visitor):
    written(office)
    mia = visitor("mia")
    page = mia.get("/circulars")
    assert page.all("//li[@class='unread']/span[@class='unseen']") == ["Unread:"]
    mia.get(page.link(SAID.title_en))
    assert mia.get("/circulars").all("//li[@class='unread']") == []


def test_a_circular_says_everything_in_both_languages(office, visitor):
    number = written(office, audience=("SEHK-EP", "DB"), shown_until=date(2026, 12, 1), upload=Upload("演習.pdf", PDF))
    page = visitor("mia").get(f"/circulars/{number}")
    expected = (SAID.title_zh, SAID.text_zh, "No orders are kept.", "For DB, SEHK-EP", "23 Nov 2026 – 1 Dec 2026")
    assert [words for words in expected if words not in page.text] == []


def test_the_file_with_a_circular_is_downloaded_and_never_shown(office, visitor):
    number = written(office, upload=Upload("演習.pdf", PDF))
    reply = visitor("mia").download(f"/circulars/{number}/file")
    assert reply.data == PDF and reply.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("place", ["", "/file"])
def test_what_is_meant_for_others_does_not_exist(office, visitor, place):
    number = written(office, audience=("DB",), upload=Upload("a.pdf", PDF))
    visitor("mia").get(f"/circulars/{number}{place}", expect=404)


def test_earlier_circulars_stay_one_step_away(office, visitor):
    written(office, shown_until=date(2026, 11, 23))
    office.clock.move(days=1)
    mia = visitor("mia")
    page = mia.get("/circulars")
    assert (titles(page), titles(mia.get(page.link("Earlier")))) == ([], [SAID.title_en])


def test_many_circulars_are_paged_and_none_is_lost_or_shown_twice(office, visitor):
    for number in range(45):
        written(office, title_en=f"Circular {number}")
    mia, seen, url = visitor("mia"), [], "/circulars"
    while url:
        page = mia.get(url)
        seen += titles(page)
        url = page.link("Older circulars") if "Older circulars" in page.links else ""
    assert seen == [f"Circular {number}" for number in reversed(range(45))]


@pytest.mark.parametrize("words", ["rehearsal", "SESSION reh", "演習", "時段", "connects", "上午十時"])
def test_circulars_are_found_by_words_of_titles_and_texts(office, visitor, words):
    written(office)
    written(office, title_en="Holiday", title_zh="假期", text_en="Closed.", text_zh="休市。")
    assert titles(visitor("mia").get(f"/circulars?q={words}")) == [SAID.title_en]


@pytest.mark.parametrize("words", ["nothing", "演算", "%", "_"])
def test_circulars_are_found_by_no_other_words(office, visitor, words):
    written(office)
    page = visitor("mia").get("/circulars", expect=200) and visitor("mia").get(f"/circulars?q={words}")
    assert titles(page) == ([SAID.title_en] if words in "%_" else [])


@pytest.mark.parametrize("query", ["show=planned", "show=withdrawn", "show=x", "before=x", "before=99999999999999999"])
def test_an_address_that_says_nothing_known_shows_what_holds_now(office, visitor, query):
    written(office)
    written(office, shown_from=date(2026, 11, 30), title_en="Still to come")
    assert titles(visitor("mia").get(f"/circulars?{query}")) == [SAID.title_en]


def test_all_are_marked_as_read_by_one_button(office, visitor):
    written(office)
    mia = visitor("mia")
    mia.get("/circulars")
    assert "Mark all as read" not in mia.submit("/circulars/reading").text


def test_the_dashboard_shows_the_three_newest_that_are_unread(office, visitor):
    numbers = [written(office, title_en=f"Circular {number}") for number in range(5)]
    mia = visitor("mia")
    mia.get(f"/circulars/{numbers[4]}")
    assert titles(mia.get("/")) == ["Circular 3", "Circular 2", "Circular 1"]


def test_the_dashboard_says_nothing_of_circulars_when_none_is_unread(visitor):
    assert "New circulars" not in visitor("mia").get("/").text


def test_a_long_title_is_shown_whole(office, visitor):
    written(office, title_en=LONG)
    assert LONG in visitor("mia").get("/circulars").text


def test_markup_in_a_circular_is_text(office, visitor):
    number = written(office, text_en="<b>bold</b> & <script>alert(1)</script>")
    assert "<b>bold</b> & <script>" in visitor("mia").get(f"/circulars/{number}").text


# --- publishing -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", [who for who in EVERYBODY if who not in ("olive", "agnes")])
@pytest.mark.parametrize("place", ["new", "1/change", "1/withdrawal"])
def test_nobody_else_finds_the_pages_of_those_who_publish(office, visitor, who, place):
    written(office)
    visitor(who).get(f"/circulars/{place}", expect=404)


def test_r5_a_circular_is_published_on_the_page(office, visitor):
    olive = visitor("olive")
    olive.get(olive.get("/circulars").link("Write a circular"))
    typed = TYPED | {"shown_from": "23/11/2026", "audience": ["SEHK-EP", "CCEP"], "pinned": "yes"}
    sent(olive, "/circulars/new", PDF, "演習.pdf", **typed)
    page = visitor("mia").get("/circulars")
    assert (titles(page), page.all("//span[@class='tag']")) == ([SAID.title_en], ["Pinned"])


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(visitor):
    olive = visitor("olive")
    olive.get("/circulars/new")
    page = olive.submit("/circulars/new", **TYPED | {"title_zh": "", "pinned": "yes", "audience": "DB"}, expect=422)
    typed = page.form("/circulars/new").fields
    said = (typed["text_en"].split(), typed["pinned"], typed["audience"], typed["shown_from"])
    assert (
        said == (SAID.text_en.split(), "yes", "DB", "24/11/2026") and "Enter the Traditional Chinese title" in page.text
    )


def test_a_file_that_cannot_be_published_is_refused_at_its_field(visitor):
    olive = visitor("olive")
    olive.get("/circulars/new")
    page = sent(olive, "/circulars/new", b"MZ", "a.pdf", expect=422, **TYPED)
    assert "Expected PDF as the name says" in " ".join(page.all("//p[@id='file-error']")) and not page.faults()


def test_a_circular_to_come_stands_among_those_of_who_publishes(office, visitor):
    olive = visitor("olive")
    olive.get("/circulars/new")
    olive.submit("/circulars/new", **TYPED)
    page = olive.get("/circulars")
    assert (titles(page), titles(olive.get(page.link("To come")))) == ([], [SAID.title_en])


def test_a_circular_is_changed_on_its_page(office, visitor):
    number = written(office, upload=Upload("a.pdf", PDF))
    olive = visitor("olive")
    olive.get(olive.get(f"/circulars/{number}").link("Change"))
    page = olive.submit(f"/circulars/{number}/change", title_en="Rehearsal moved")
    assert page.heading == "Rehearsal moved" and "a.pdf" in page.text


def test_a_page_that_is_out_of_date_leads_to_the_circular_as_it_stands(office, visitor):
    number = written(office)
    olive = visitor("olive")
    olive.get(f"/circulars/{number}/change")
    rewritten(office, number, by="oscar", title_en="Rehearsal moved")
    page = olive.submit(f"/circulars/{number}/change", title_en="Something else", expect=409)
    assert page.link("Open the circular again") == f"/circulars/{number}"


def test_a_circular_is_withdrawn_on_its_page_and_stays_for_the_record(office, visitor):
    number = written(office)
    olive = visitor("olive")
    olive.get(olive.get(f"/circulars/{number}").link("Withdraw"))
    olive.submit(f"/circulars/{number}/withdrawal")
    page = olive.get("/circulars")
    assert (titles(page), titles(olive.get(page.link("Withdrawn")))) == ([], [SAID.title_en])


def test_the_trail_of_the_exchange_says_what_was_done_in_words(office, visitor):
    number = written(office, audience=("DB", "HKCC"))
    rewritten(office, number, audience=(), pinned=True)
    called_back(office, number)
    agnes = visitor("agnes")
    text = agnes.get(f"/administration/{office.person('agnes').company}").text
    said = ("Circular published", "Circular changed", "Circular withdrawn", "DB, HKCC", "Everybody", "No last day")
    assert [words for words in said if words not in text] == []
