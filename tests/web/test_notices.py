"""The bell, the page of notices, and how one wants to hear of requests, as a person with a browser finds them."""

import json
import re
from urllib.parse import urlsplit

import pytest

from app.commands.managing import accounts
from app.seed import DEMO_PASSWORD
from tests.commands.office import PEOPLE

BACKGROUND = {"X-Background": "1", "Accept": "application/json"}


def counted(client):
    """What the bell of an open page is told."""
    answer = client.raw.get("/notices/count", base_url=client.origin, headers=BACKGROUND)
    return answer.status_code, json.loads(answer.data) if answer.status_code == 200 else None


def newest(office, who):
    return max(row.id for row in office.rows("notices", person_id=office.number(who)))


def bell(page):
    return re.search(r"data-bell-said>([^<]*)<", page.source)[1]


# --- the bell ---------------------------------------------------------------------------------------------------------
def test_r16_the_bell_says_how_many_are_unread(office, visitor):
    before = bell(visitor("chen").get("/"))
    office.submitted()
    one = bell(visitor("chen").get("/"))
    office.submitted()
    assert (before, one, bell(visitor("chen").get("/"))) == (
        "Notices, none unread",
        "1 unread notice",
        "2 unread notices",
    )


def test_an_open_page_hears_of_a_new_notice(office, visitor):
    chen = visitor("chen")
    office.submitted()
    assert counted(chen) == (200, {"unread": 1, "shown": "1", "said": "1 unread notice"})


def test_asking_for_the_count_keeps_no_sign_in_alive(office, visitor):
    chen = visitor("chen")
    answers = []
    for _ in range(4):
        office.clock.move(minutes=5)
        answers.append(counted(chen)[0])
    assert answers == [200, 200, 401, 401]


def test_nobody_is_told_a_count_without_a_sign_in(visitor):
    assert counted(visitor.stranger())[0] == 401


# --- the page ---------------------------------------------------------------------------------------------------------
def test_without_notices_the_page_says_what_will_be_here(visitor):
    page = visitor("chen").get("/notices")
    assert "Nothing yet." in page.text and "Mark all as read" not in page.text


def test_a_notice_leads_to_its_request_and_is_read_then(office, visitor):
    reference = office.submitted()
    chen = visitor("chen")
    before = chen.get("/notices")
    page = chen.get(f"/notices/{newest(office, 'chen')}")
    assert (urlsplit(page.url).path, bell(before)) == (f"/requests/{reference}", "1 unread notice")
    assert bell(page) == "Notices, none unread"


def test_all_are_read_with_one_press(office, visitor):
    for _ in range(3):
        office.submitted()
    chen = visitor("chen")
    chen.get("/notices")
    page = chen.submit("/notices/reading")
    assert (page.source.count('class="unread"'), page.source.count('href="/notices/'), bell(page)) == (
        0,
        3,
        "Notices, none unread",
    )


def test_older_notices_follow_on_the_next_page(office, visitor, monkeypatch):
    monkeypatch.setattr("app.web.notices.PAGE", 2)
    for _ in range(3):
        office.submitted()
    chen = visitor("chen")
    first = chen.get("/notices")
    older = re.search(r'href="(/notices\?before=\d+)"', first.source)[1]
    second = chen.get(older)
    links = [re.findall(r'href="/notices/(\d+)"', page.source) for page in (first, second)]
    assert ([len(each) for each in links], "Older notices" in second.text) == ([2, 1], False)


@pytest.mark.parametrize("before", ["0", "999999999", "x", "-1", "9" * 40])
def test_an_invented_place_to_go_on_from_is_no_fault(office, visitor, before):
    office.submitted()
    assert visitor("chen").get(f"/notices?before={before}").heading == "Notices"


def test_somebody_elses_notice_does_not_exist(office, visitor):
    office.submitted()
    visitor("mia").get(f"/notices/{newest(office, 'chen')}", expect=404)
    assert office.rows("notices", id=newest(office, "chen"))[0].read_at is None


def test_a_notice_ends_with_the_right_to_see_its_request(office, visitor):
    office.submitted()
    chen, notice = visitor("chen"), newest(office, "chen")
    office.revoke("chen")
    assert "Nothing yet." in chen.get("/notices").text
    chen.get(f"/notices/{notice}", expect=404)


@pytest.mark.parametrize("point", ["submitted", "sent", "processed", "completed"])
@pytest.mark.parametrize("who", ["mia", "chen", "karen", "kelvin"])
def test_every_notice_can_be_said_and_opened(office, visitor, point, who):
    getattr(office, point)()
    client = visitor(who)
    for notice in re.findall(r'href="(/notices/\d+)"', client.get("/notices").source):
        assert urlsplit(client.get(notice).url).path.startswith("/requests/")


# --- how one wants to hear of requests --------------------------------------------------------------------------------
CHOSEN = {"tasks": "digest", "moves": "portal", "reminders": "mail"}


def choices_of(office, who):
    return {row.letters: row.way for row in office.rows("letter_choices", person_id=office.number(who))}


def test_what_is_chosen_is_kept_shown_and_mailed(office, visitor):
    mia = visitor("mia")
    mia.get("/account/letters")
    page = mia.submit("/account/letters", CHOSEN)
    shown = mia.get("/account/letters").form("/account/letters").fields
    assert "You hear of requests as you chose." in page.text
    assert (choices_of(office, "mia"), {name: shown[name] for name in CHOSEN}) == (CHOSEN, CHOSEN)
    assert office.mailed("letters_chosen") == [PEOPLE["mia"]]


def test_a_choice_stands_in_the_companys_trail(office, visitor):
    mia = visitor("mia")
    mia.get("/account/letters")
    mia.submit("/account/letters", CHOSEN)
    assert "Ways to hear of requests chosen" in visitor("ada").get("/people/trail").text


def test_choosing_what_holds_already_is_no_act(office, visitor):
    mia = visitor("mia")
    mia.get("/account/letters")
    mia.submit("/account/letters")
    assert office.mailed("letters_chosen") == []


@pytest.mark.parametrize("way", ["", "never", None])
def test_a_way_that_there_is_not_is_refused(office, visitor, way):
    mia = visitor("mia")
    mia.get("/account/letters")
    page = mia.submit("/account/letters", {**CHOSEN, "moves": way}, expect=422)
    assert "Choose one of the three." in page.text
    assert choices_of(office, "mia") == {}


def test_my_account_says_what_i_have_chosen(visitor):
    mia = visitor("mia")
    mia.get("/account/letters")
    page = mia.submit("/account/letters", CHOSEN)
    said = page.all("//section[@aria-labelledby='news']//dd[not(@class)]")
    assert said == ["In the daily digest only", "In the portal only", "Each by mail", "None"]


# --- the calendar for other programs ----------------------------------------------------------------------------------
def made(client):
    """The path of an address that somebody has made."""
    client.get("/account/calendar")
    page = client.submit("/account/calendar", password=DEMO_PASSWORD)
    return urlsplit(re.search(r">(http[^<]*\.ics)<", page.source)[1]).path


def feed(visitor, path, expect=200):
    return visitor.stranger().download(path, expect=expect)


def test_a_calendar_holds_what_is_due_without_names_and_answers(office, visitor):
    path = made(visitor("chen"))
    reference = office.submitted()
    answer = feed(visitor, path)
    text = answer.get_data(as_text=True).replace("\r\n ", "")
    assert answer.mimetype == "text/calendar"
    assert f"SUMMARY:Due: Check\\, OTP-C Order Consideration Limit ({reference})\r\nURL:http" in text
    assert "DTSTART:20261124T090000Z\r\n" in text
    assert not [word for word in ("Mia", "Chen", "Harbour", "50,000,000", "50000000") if word in text]


def test_a_calendar_holds_the_days_on_which_own_changes_take_effect(office, visitor):
    mia, leo = made(visitor("mia")), made(visitor("leo"))
    reference = office.completed()
    assert "DTSTART;VALUE=DATE:20261127\r\nDTEND;VALUE=DATE:20261128" in feed(visitor, mia).get_data(as_text=True)
    assert reference not in feed(visitor, leo).get_data(as_text=True)


@pytest.mark.parametrize("token", ["x", "none", "A" * 43])
def test_an_invented_address_is_nobodys_calendar(visitor, token):
    feed(visitor, f"/calendar/feed/{token}.ics", expect=404)


def test_a_new_address_ends_the_old_one(office, visitor):
    mia = visitor("mia")
    old, new = made(mia), made(mia)
    feed(visitor, old, expect=404)
    assert feed(visitor, new).get_data(as_text=True).startswith("BEGIN:VCALENDAR\r\n")


def test_a_revoked_address_leads_nowhere(office, visitor):
    mia = visitor("mia")
    path = made(mia)
    mia.get("/account/calendar")
    mia.submit("/account/calendar/revocation")
    feed(visitor, path, expect=404)
    assert (office.mailed("feed_made"), office.mailed("feed_revoked")) == ([PEOPLE["mia"]], [PEOPLE["mia"]])


def test_the_calendar_of_somebody_suspended_does_not_exist(office, visitor):
    path = made(visitor("mia"))
    office.run_sql("UPDATE people SET active = false WHERE id = :id", id=office.number("mia"))
    feed(visitor, path, expect=404)


def test_the_calendar_of_an_account_that_was_ended_does_not_come_back_with_it(office, visitor):
    path, mia = made(visitor("mia")), office.number("mia")
    accounts.deactivate(office.portal, office.by("ada"), mia)
    accounts.activate(office.portal, office.by("ada"), mia)
    feed(visitor, path, expect=404)


def test_a_right_that_was_taken_away_leaves_the_calendar_with_it(office, visitor):
    path = made(visitor("chen"))
    reference = office.submitted()
    office.revoke("chen")
    assert reference not in feed(visitor, path).get_data(as_text=True)


def test_nobody_makes_an_address_without_the_password(office, visitor):
    mia = visitor("mia")
    mia.get("/account/calendar")
    page = mia.submit("/account/calendar", password="a guess", expect=422)
    assert "This is not your password." in page.text
    assert office.rows("feeds") == []


def test_the_token_of_an_address_is_kept_nowhere(office, visitor):
    path = made(visitor("mia"))
    token = path.rpartition("/")[2].removesuffix(".ics")
    kept = str([office.rows(name) for name in ("feeds", "people_trail", "administration_trail", "jobs")])
    assert token not in kept


def test_guesses_at_addresses_are_slowed_down(office, visitor):
    visitor.app.config["SIGN_IN_RATE"] = "3 per minute"
    stranger = visitor.stranger()
    answers = [stranger.raw.get(f"/calendar/feed/{n}.ics", base_url=stranger.origin).status_code for n in range(4)]
    assert answers == [404, 404, 404, 429]


def test_long_titles_are_folded_within_seventy_five_bytes(office, visitor):
    path = made(visitor("karen"))
    office.sent()
    assert max(len(line) for line in feed(visitor, path).data.split(b"\r\n")) <= 75


def test_a_calendar_reads_no_more_than_its_owner(office, visitor):
    path = made(visitor("leo"))
    office.submitted()
    assert "BEGIN:VEVENT" not in feed(visitor, path).get_data(as_text=True)
