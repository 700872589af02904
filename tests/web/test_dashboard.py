"""The dashboard: what I do next, what waits for others, drafts, and what is past."""

import pytest


def rows(page):
    """The references in the list, top to bottom."""
    return page.all("//span[@class='reference']")


def test_it_says_what_time_it_is_and_what_submitting_now_means(visitor):
    page = visitor("mia").get("/")
    assert "Monday 23 November 2026, 10:00 HKT · business day · submissions until 17:00 count as received" in page.text


def test_after_the_cut_off_it_names_the_next_day(office, visitor):
    office.clock.move(hours=8)
    assert "submissions now count as received on Tue 24 Nov 2026" in visitor("mia").get("/").text


def test_nothing_to_do_is_said(visitor):
    assert "Nothing waits for you" in visitor("chen").get("/").text


def test_a_checker_is_led_to_what_waits(office, visitor):
    reference = office.submitted()
    chen = visitor("chen")
    assert chen.get(chen.page.link(f"Check {reference}")).heading == "Check: OTP-C Order Consideration Limit"


def test_who_submitted_is_not_asked_to_check(office, visitor):
    reference = office.submit(office.open_draft("bo"), "bo")
    bo = visitor("bo")
    assert rows(bo.get("/")) == []
    assert rows(bo.get("/?tab=waiting")) == [reference]


def test_what_others_have_is_named_with_who_has_it(office, visitor):
    office.submitted()
    assert "Bo Lam or Chen Wai" in visitor("mia").get("/?tab=waiting").text


def test_a_draft_is_in_its_makers_list_of_drafts_alone(office, visitor):
    reference = office.open_draft()
    assert rows(visitor("mia").get("/?tab=drafts")) == [reference]
    assert rows(visitor("chen").get("/?tab=drafts")) == []


def test_a_draft_says_that_it_is_not_submitted(office, visitor):
    office.open_draft()
    assert "not submitted" in visitor("mia").get("/?tab=drafts").text


def test_what_has_ended_is_history(office, visitor):
    reference = office.completed()
    mia = visitor("mia")
    assert rows(mia.get("/?tab=history")) == [reference]
    assert rows(mia.get("/?tab=waiting")) == []


def test_another_company_sees_none_of_it(office, visitor):
    office.submitted(), office.completed(), office.open_draft()
    leo = visitor("leo")
    assert [rows(leo.get(f"/?tab={tab}")) for tab in ("todo", "waiting", "drafts", "history")] == [[], [], [], []]


def test_a_desk_sees_what_was_sent_to_it_and_has_no_drafts(office, visitor):
    office.submitted()
    sent = office.sent()
    karen = visitor("karen")
    assert rows(karen.page) == [sent]
    assert "Drafts" not in karen.page.text


def test_another_desk_sees_nothing(office, visitor):
    office.sent()
    assert rows(visitor("daisy").get("/?tab=waiting")) == []


def test_an_auditor_sees_every_request(office, visitor):
    references = {office.submitted(), office.sent()}
    assert set(rows(visitor("audrey").get("/?tab=waiting"))) == references


def test_a_membership_filters_every_list_and_stays_in_the_address(office, visitor):
    office.submitted()
    chen = visitor("chen")
    page = chen.get("/?membership=F00123")
    assert rows(page) == []
    assert page.link("B00123") == "/?membership=B00123"
    assert chen.get(page.link("History")).url == "/?tab=history&membership=F00123"


def test_what_is_due_today_is_marked(office, visitor):
    office.submitted()
    office.clock.move(days=1)
    assert visitor("chen").page.all("//span[@class='due overdue']") == ["Today 17:00"]


def test_what_is_late_says_since_when(office, visitor):
    office.submitted()
    office.clock.move(days=2)
    assert visitor("chen").page.all("//span[@class='due overdue']") == ["Overdue since Tue 24 Nov"]


def test_older_requests_are_one_link_away(office, visitor):
    references = [office.open_draft() for _ in range(27)]
    mia = visitor("mia")
    first = mia.get("/?tab=drafts")
    second = mia.get(first.link("More requests"))
    assert rows(first) + rows(second) == references[::-1]
    assert "More requests" not in second.links


@pytest.mark.parametrize(
    "query",
    ["tab=nothing", "tab=waiting&before=x", "tab=waiting&before=-1", "membership=%27", "tab=waiting&before=%C2%B2"],
)
def test_a_strange_address_shows_a_dashboard(visitor, query):
    assert visitor("mia").get(f"/?{query}").heading == "Dashboard"


def test_every_tab_counts_what_it_holds(office, visitor):
    office.submitted(), office.submitted(), office.open_draft()
    tabs = visitor("chen").page.all("//nav[@class='tabs']/a")
    assert tabs == ["To do2", "In progress2", "Drafts, not submitted0", "History"]
