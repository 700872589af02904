"""The pages of events: what firms find, enrol in and give back, and how the exchange keeps them."""

import csv
import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from tests.commands.events import (
    SAID,
    cancelled,
    changed,
    closed,
    enrolled,
    event,
    in_line,
    listed,
    published,
    seat_of,
    seated,
    written,
)
from tests.commands.standing import away
from tests.web.test_notices import feed, made

LATER = datetime.fromisoformat("2026-12-10T17:00:00+08:00")


def full(office, **said):
    """An event of three places that are all given away, and one of Jade Gate who waits."""
    code = published(office, **said)
    enrolled(office, code, "penny", "amy", "bob")
    enrolled(office, code, "ivan", "cat", "dan")
    return code


def found(page):
    """The events on a page, by their addresses."""
    return [one.rpartition("/")[2] for one in page.tree.xpath("//li//h2/a/@href")]


def fields(**said):
    """What a page of an event sends."""
    sent = {name: list(value) if isinstance(value, tuple) else value for name, value in SAID._asdict().items()}
    return sent | said


# --- the list ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["mia", "chen", "ada", "ivan", "penny", "karen", "audrey", "agnes", "lily"])
def test_everybody_finds_what_is_for_everybody(office, visitor, who):
    code = published(office)
    assert code in found(visitor(who).get("/events"))


def test_only_its_audience_finds_an_event(office, visitor):
    code = published(office, audience=("SEHK-EP",))
    pages = [visitor(who).get("/events") for who in ("mia", "penny", "lily")]
    assert [code in found(page) for page in pages] == [True, False, True]


def test_for_others_its_page_does_not_exist(office, visitor):
    code = published(office, audience=("SEHK-EP",))
    visitor("penny").get(f"/events/{code}", expect=404)


def test_what_is_not_published_does_not_exist_but_for_its_keepers(office, visitor):
    code = written(office)
    for who, answer in (("mia", 404), ("karen", 404), ("agnes", 200)):
        visitor(who).get(f"/events/{code}", expect=answer)


def test_what_is_over_stands_apart(office, visitor):
    code = published(office)
    office.clock.set(LATER)
    client = visitor("mia")
    assert (code in found(client.get("/events")), code in found(client.get("/events?when=past"))) == (False, True)


def test_without_events_the_page_says_so(office, visitor):
    office.run_sql("DELETE FROM attendees")
    office.run_sql("DELETE FROM events")
    assert "No event is coming up for your memberships." in visitor("mia").get("/events").text


def test_a_card_says_how_many_places_are_left(office, visitor):
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    assert "1 of 3 places left · Enrolment closes on Fri 4 Dec 2026, 17:00 HKT" in visitor("mia").get("/events").text


def test_a_card_says_what_the_firm_has(office, visitor):
    full(office)
    text = visitor("ivan").get("/events").text
    assert "1 attendee of your firm has a place" in text
    assert "1 attendee of your firm is on the waiting list, as number 1" in text


def test_a_card_shows_the_chinese_title(office, visitor):
    published(office)
    assert SAID.title_zh in visitor("mia").get("/events").all("//li//p[@lang='zh-Hant']")


def test_of_a_cancelled_event_the_card_says_so_and_offers_nothing(office, visitor):
    code = published(office)
    cancelled(office, code)
    page = visitor("penny").get(f"/events/{code}")
    assert "Cancelled" in page.text and not [one for one in page.forms if one.goes_to(f"/events/{code}/enrolments")]


# --- enrolling --------------------------------------------------------------------------------------------------------
def test_enrol_leads_to_the_form_with_the_event_filled_in(office, visitor):
    code = published(office)
    client = visitor("penny")
    client.get(f"/events/{code}")
    page = client.submit(f"/events/{code}/enrolments")
    assert page.tree.xpath("//select[@name='event']/option[@selected]/@value") == [code]


def test_whoever_has_several_memberships_says_for_which(office, visitor):
    code = published(office)
    client = visitor("mia")
    client.get(f"/events/{code}")
    page = client.submit(f"/events/{code}/enrolments", expect=422)
    assert "Choose for which membership" in page.text


@pytest.mark.parametrize("who", ["rita", "ada", "lily"])
def test_whoever_makes_no_enrolments_is_offered_none(office, visitor, who):
    code = published(office)
    page = visitor(who).get(f"/events/{code}")
    assert not [one for one in page.forms if one.goes_to(f"/events/{code}/enrolments")]


def test_after_the_close_no_enrolment_is_offered(office, visitor):
    code = published(office)
    closed(office, code)
    page = visitor("penny").get(f"/events/{code}")
    assert "Enrolment closed on Mon 23 Nov 2026, 10:00 HKT" in page.text
    assert not [one for one in page.forms if one.goes_to(f"/events/{code}/enrolments")]


# --- giving back ------------------------------------------------------------------------------------------------------
def test_a_firm_gives_a_place_back_on_the_page_of_the_event(office, visitor):
    code = full(office)
    client = visitor("penny")
    client.get(client.get(f"/events/{code}").link("Withdraw attendees"))
    chosen = [str(one.id) for one in listed(office, code) if one.name == "Amy"]
    client.submit(f"/events/{code}/withdrawal", attendee=chosen)
    assert (seated(office, code), in_line(office, code)) == (["bob", "cat", "dan"], [])


def test_a_substitute_does_both_in_the_place_of_whoever_is_away(office, visitor):
    code = published(office)
    enrolled(office, code, "mia", "amy")
    office.revoke("chen")
    away(office, "mia", "chen")
    client = visitor("chen")
    client.get(f"/events/{code}")
    page = client.submit(f"/events/{code}/enrolments", membership=str(seat_of(office, "mia")))
    assert page.tree.xpath("//select[@name='event']/option[@selected]/@value") == [code]
    client.get(f"/events/{code}/withdrawal")
    client.submit(f"/events/{code}/withdrawal", attendee=[str(listed(office, code)[0].id)])
    assert "Chen Wai for Mia Chan" in visitor("ada").get("/people/trail").text


def test_whoever_chooses_nobody_is_asked_again(office, visitor):
    code = full(office)
    client = visitor("penny")
    client.get(f"/events/{code}/withdrawal")
    assert "Choose whom to withdraw." in client.submit(f"/events/{code}/withdrawal", expect=422).text


def test_colleagues_without_the_function_read_no_names(office, visitor):
    code = full(office)
    page = visitor("paul").get(f"/events/{code}")
    assert "2 attendees of your firm have places" in page.text and "Amy" not in page.text


def test_no_firm_reads_the_names_of_another(office, visitor):
    code = full(office)
    page = visitor("ivan").get(f"/events/{code}")
    assert "Cat" in page.text and "Amy" not in page.text


def test_the_page_of_withdrawing_does_not_exist_for_whoever_has_nobody_there(office, visitor):
    code = full(office)
    visitor("gary").get(f"/events/{code}/withdrawal", expect=404)


def test_a_notice_of_an_event_leads_to_the_event(office, visitor):
    code = full(office)
    changed(office, code, capacity="9")
    client = visitor("ivan")
    (link,) = client.get("/notices").tree.xpath("//a[contains(., 'Moved up')]/@href")
    assert client.get(link).url == f"/events/{code}"


# --- keeping ----------------------------------------------------------------------------------------------------------
def test_an_event_is_written_and_published_on_its_pages(office, visitor):
    client = visitor("lily")
    client.get("/events/new")
    page = client.submit("/events/new", **fields())
    client.submit(f"{page.url}/publication")
    assert event(office, page.url.rpartition("/")[2]).takes_place


def test_what_was_typed_stays_when_something_of_it_is_wrong(office, visitor):
    client = visitor("lily")
    client.get("/events/new")
    page = client.submit("/events/new", **fields(capacity="none", audience=["DB"]), expect=422)
    assert "Enter a whole number from 1 to 9999." in page.text
    assert page.tree.xpath("//input[@name='title_en']/@value") == [SAID.title_en]
    assert page.tree.xpath("//input[@name='audience'][@checked]/@value") == ["DB"]


def test_an_event_is_changed_on_its_page(office, visitor):
    code = published(office)
    client = visitor("lily")
    client.get(f"/events/{code}/particulars")
    client.submit(f"/events/{code}/particulars", capacity="7")
    assert event(office, code).capacity == 7


@pytest.mark.parametrize("act", ["closing", "cancellation"])
def test_closing_and_cancelling_are_asked_for_twice(office, visitor, act):
    code = published(office)
    client = visitor("lily")
    client.get(f"/events/{code}/{act}")
    before = event(office, code).is_open(office.clock.now())
    client.submit(f"/events/{code}/{act}")
    assert (before, event(office, code).is_open(office.clock.now())) == (True, False)


def test_an_event_that_moved_meanwhile_is_not_changed(office, visitor):
    code = published(office)
    client = visitor("lily")
    client.get(f"/events/{code}/particulars")
    changed(office, code, capacity="9")
    client.submit(f"/events/{code}/particulars", capacity="7", expect=409)
    assert event(office, code).capacity == 9


# --- who comes --------------------------------------------------------------------------------------------------------
def test_the_list_of_attendees_says_who_has_a_place_and_who_waits(office, visitor):
    code = full(office)
    text = visitor("lily").get(f"/events/{code}/attendees").text
    assert "Pearl River Registrars Limited" in text and "Waiting list, number 1" in text


def test_the_list_as_csv_holds_company_request_mode_and_state(office, visitor):
    code = full(office)
    reply = visitor("lily").download(f"/events/{code}/attendees.csv")
    lines = list(csv.reader(io.StringIO(reply.data.decode("utf-8-sig"))))
    first = dict(zip(lines[0], lines[1], strict=True))
    assert (first["Name"], first["Company"], first["Takes part"], first["State"], first["Request"][:5]) == (
        "Amy",
        "Pearl River Registrars Limited",
        "Online",
        "Has a place",
        "EV002",
    )


def test_no_cell_of_a_download_is_a_formula(office, visitor):
    code = published(office)
    enrolled(office, code, "penny", "amy")
    office.run_sql("UPDATE attendees SET name = '=1+1', phone = '+85237000051' WHERE email = 'amy@firm.test'")
    client = visitor("lily")
    book = load_workbook(io.BytesIO(client.download(f"/events/{code}/attendees.xlsx").data))
    text = client.download(f"/events/{code}/attendees.csv").data.decode("utf-8-sig")
    assert [cell.data_type for cell in book.active[2] if cell.value and str(cell.value)[0] in "=+"] == ["s", "s"]
    assert '"\'=1+1"' in text and '"\'+85237000051"' in text


def test_a_download_of_attendees_is_recorded(office, visitor):
    code = full(office)
    visitor("lily").download(f"/events/{code}/attendees.csv")
    (row,) = office.rows("people_trail", action="attendees.downloaded")
    assert row.person_id == office.number("lily")


def test_who_came_is_noted_on_the_list(office, visitor):
    code = full(office)
    office.clock.set(LATER)
    client = visitor("lily")
    client.get(f"/events/{code}/attendees")
    client.submit(f"/events/{code}/attendees", came=[str(listed(office, code)[0].id)])
    assert [one.attended for one in listed(office, code)] == [True, False, False, None]


# --- in other calendars -----------------------------------------------------------------------------------------------
def test_a_calendar_holds_the_events_that_the_firm_comes_to(office, visitor):
    code = published(office)
    enrolled(office, code, "penny", "amy")
    text = feed(visitor, made(visitor("penny"))).get_data(as_text=True).replace("\r\n ", "")
    assert f"UID:{code}@" in text and "DTSTART:20261210T063000Z\r\nDTEND:20261210T080000Z" in text


def test_a_calendar_holds_the_close_of_what_one_may_still_enrol_in(office, visitor):
    code = published(office)
    text = feed(visitor, made(visitor("penny"))).get_data(as_text=True).replace("\r\n ", "")
    assert f"UID:{code}-closes@" in text and f"SUMMARY:Enrolment closes: {SAID.title_en}" in text


@pytest.mark.parametrize("who", ["rita", "lily"])
def test_the_calendar_of_whoever_enrols_nobody_holds_no_close(office, visitor, who):
    code = published(office)
    assert code not in feed(visitor, made(visitor(who))).get_data(as_text=True)


def test_a_calendar_holds_nothing_of_events_for_others(office, visitor):
    code = published(office, audience=("SEHK-EP",))
    assert code not in feed(visitor, made(visitor("penny"))).get_data(as_text=True)


def test_a_cancelled_event_leaves_the_calendar(office, visitor):
    code = published(office)
    enrolled(office, code, "penny", "amy")
    cancelled(office, code)
    assert code not in feed(visitor, made(visitor("penny"))).get_data(as_text=True)
