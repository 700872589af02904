"""The tracker of a request: who has it, how long yet, what comes next, its drawing as a text, and its comments."""

import re
from datetime import UTC, date, datetime

import pytest

from app.commands.requests.comments import comment
from app.store.calendars import published
from app.web.tracker import Took, took
from engine.hours import Now
from tests.commands import accounts, test_desks
from tests.commands.office import MONDAY_TEN, ROOT, Office

NOW = Now(MONDAY_TEN, published(MONDAY_TEN))
PROPOSE = {"decision": "propose_reject", "reason_code": "LATE", "comment": "It came too late"}
WORDS = "Please ring before noon"


def steps(page, state):
    return page.all(f"//ol[@class='steps']/li[@class='{state}']")


def say(office: Office, reference: str, who: str, to: str = "everybody", text: str = WORDS) -> None:
    comment(office.portal, reference, text, to, office.by(who))


def ended(office: Office, count: int) -> None:
    """That many requests were completed today, each received on Thursday, two business days before."""
    reference = office.sent()
    columns = "eservice, release, function, desk, company_id, membership_id, participant_id, opened_by, opened_at"
    columns += ", changed_at, state, ways_out, head, proposed"
    for number in range(count):
        office.run_sql(
            f"INSERT INTO cases (reference, status, received_on, closed_at, {columns}) SELECT"
            f" 'CT027-20261119-{number:06}', 'COMPLETED', '2026-11-19', changed_at, {columns} FROM cases"
            " WHERE reference = :reference",
            reference=reference,
        )


# --- steps ------------------------------------------------------------------------------------------------------------
def test_the_desk_reads_which_step_it_has_and_until_when(office, visitor):
    page = visitor("karen").get(f"/requests/{office.sent()}")
    assert "HKEX processing: Process" in steps(page, "now")[0] and "business days left, due" in steps(page, "now")[0]


def test_the_firm_does_not_read_which_step_the_desk_has(office, visitor):
    reference = office.sent()
    before = visitor("mia").get(f"/requests/{reference}").all("//ol[@class='steps']/li")
    office.clock.move(hours=1)
    office.process(reference)
    assert visitor("mia").get(f"/requests/{reference}").all("//ol[@class='steps']/li") == before


def test_the_firm_does_not_read_that_the_desk_means_to_reject(office, visitor):
    reference = office.sent()
    before = visitor("mia").get(f"/requests/{reference}").all("//ol[@class='steps']/li")
    office.complete(reference, "karen", PROPOSE)
    assert visitor("mia").get(f"/requests/{reference}").all("//ol[@class='steps']/li") == before


def test_the_desk_reads_that_a_rejection_comes_next(office, visitor):
    reference = office.sent()
    office.complete(reference, "karen", PROPOSE)
    assert steps(visitor("kelvin").get(f"/requests/{reference}"), "later") == ["Later: Rejected"]


@pytest.mark.parametrize(
    ("days", "said"), [(0, "1 business day left"), (1, "due today at 17:00"), (2, "overdue by 1 business day")]
)
def test_how_long_is_left_is_counted_in_business_days(office, visitor, days, said):
    reference = office.submitted()
    office.clock.move(days=days)
    assert said in steps(visitor("chen").get(f"/requests/{reference}"), "now")[0]


def test_a_request_that_has_become_late_today_says_since_when(office, visitor):
    reference = office.submitted()
    office.clock.move(days=1, hours=8)
    assert "overdue since 17:00" in steps(visitor("chen").get(f"/requests/{reference}"), "now")[0]


def test_what_comes_next_is_what_the_drawing_says(office, visitor):
    page = visitor("mia").get(f"/requests/{office.submitted()}")
    assert [line.removeprefix("Later: ").split("HKEX")[0] for line in steps(page, "later")] == [
        "Process",
        "Approve",
        "Completed",
    ]


def test_of_two_companies_the_second_one_comes_next_by_name(office, visitor):
    page = visitor("mia").get(f"/requests/{accounts.at_bank(office)}")
    labels = [line.removeprefix("Later: ") for line in steps(page, "later")]
    assert [label.split(" (")[0] for label in labels][:1] == ["Check your partJade Gate Bank Limited"]


def test_desks_at_once_are_lines_of_their_own(office, visitor):
    page = visitor("olive").get(f"/requests/{test_desks.sent(office, 'TM003')}")
    assert len(steps(page, "now")) == 2


# --- when it is expected to be done -----------------------------------------------------------------------------------
def done_in(*days: int) -> list[tuple[date, datetime]]:
    """Requests that were received on Monday 16 November 2026 and took so many business days of that week."""
    first = date(2026, 11, 16)
    return [(first, datetime(2026, 11, 16 + one, 3, 0, tzinfo=UTC)) for one in days]


def test_median_and_nine_of_ten_are_counted_in_business_days():
    assert took(done_in(1, 2, 2, 2, 4, 4), NOW) == Took(6, 2, 4)


def test_of_fewer_than_five_nothing_is_told():
    assert took(done_in(1, 2, 3, 4), NOW) is None


def test_a_weekend_does_not_count():
    assert took([(date(2026, 11, 13), datetime(2026, 11, 16, 3, 0, tzinfo=UTC))] * 5, NOW) == Took(5, 1, 1)


def test_without_a_history_the_promise_of_the_service_is_told(office, visitor):
    page = visitor("mia").get(f"/requests/{office.sent()}")
    assert "Expected by Wed 25 Nov 2026: 2 business days after it was received." in page.text


def test_before_it_is_received_the_days_are_told(office, visitor):
    page = visitor("mia").get(f"/requests/{office.submitted()}")
    assert "Expected 2 business days after it is received." in page.text


def test_with_a_history_it_is_told_how_long_others_took(office, visitor):
    ended(office, 5)
    page = visitor("mia").get(f"/requests/{office.sent()}")
    assert "Usually done by Wed 25 Nov 2026; the last 5 took 2 business days." in page.text


def test_what_others_had_done_on_the_same_day_is_expected_today(office, visitor):
    for _ in range(5):
        office.completed()
    page = visitor("mia").get(f"/requests/{office.sent()}")
    assert "Usually done by Mon 23 Nov 2026; the last 5 took less than a business day." in page.text


def test_four_earlier_requests_tell_nothing(office, visitor):
    ended(office, 4)
    assert "Usually" not in visitor("mia").get(f"/requests/{office.sent()}").text


def test_a_request_that_has_ended_expects_nothing(office, visitor):
    page = visitor("mia").get(f"/requests/{office.completed()}")
    assert not page.all("//p[@class='expected']")


# --- the drawing as a text --------------------------------------------------------------------------------------------
def test_the_text_marks_where_it_is_now(office, visitor):
    page = visitor("mia").get(f"/requests/{office.submitted()}")
    marked = page.all("//li[@class='is-here']/p")
    assert [" ".join(line.split()) for line in marked][-1] == "2.4 Check · Checker here now"


def test_the_text_tells_the_firm_no_more_than_the_picture(office, visitor):
    reference = office.sent()
    before = visitor("mia").get(f"/requests/{reference}").all("//div[contains(@class, 'drawing-text')]")
    office.process(reference)
    assert visitor("mia").get(f"/requests/{reference}").all("//div[contains(@class, 'drawing-text')]") == before


def in_chinese(visitor, language="zh_Hant"):
    mia = visitor("mia")
    mia.post("/language", language=language, next="/")
    return mia


@pytest.mark.parametrize(("language", "name"), [("zh_Hant", "填寫及提交"), ("zh_Hans", "填写及提交")])
def test_a_chinese_reader_is_given_the_drawing_with_chinese_names(office, visitor, language, name):
    drawn = in_chinese(visitor, language).download(f"/requests/{office.submitted()}/drawing/P1.bpmn").text
    assert f'name="{name}"' in drawn and 'name="Complete and submit"' not in drawn


def test_the_lanes_of_a_drawing_keep_the_names_by_which_they_are_titled(office, visitor):
    mia, reference = in_chinese(visitor), office.submitted()
    drawn = mia.download(f"/requests/{reference}/drawing/P1.bpmn").text
    titles = re.search(r'data-lanes="([^"]+)"', mia.get(f"/requests/{reference}").source)[1]
    assert ('name="checker"' in drawn, "&#34;checker&#34;: &#34;\\u8986" in titles) == (True, True)


def test_the_picture_without_a_script_has_chinese_names_too(office, visitor):
    drawn = in_chinese(visitor).get(f"/requests/{office.submitted()}").all("//*[local-name()='svg']")
    assert (any("覆核人退回" in one for one in drawn), any("Returned" in one for one in drawn)) == (True, False)


def test_an_english_reader_is_given_the_drawing_as_it_was_drawn(office, visitor):
    drawn = visitor("mia").download(f"/requests/{office.submitted()}/drawing/P1.bpmn").data
    assert drawn == (ROOT / "processes" / "P1.bpmn").read_bytes()


# --- comments ---------------------------------------------------------------------------------------------------------
def test_a_comment_is_written_on_the_page_and_stands_there(office, visitor):
    mia, reference = visitor("mia"), accounts.at_bank(office)
    mia.get(f"/requests/{reference}")
    page = mia.submit(f"/requests/{reference}/comments", comment=WORDS, to="everybody")
    assert WORDS in page.all("//ol[@class='comments']/li")[0]


@pytest.mark.parametrize("who", ["chen", "ivan", "iris", "olive", "audrey"])
def test_others_who_take_part_read_it_there(office, visitor, who):
    reference = accounts.answered(office)
    say(office, reference, "mia")
    assert WORDS in visitor(who).get(f"/requests/{reference}").all("//ol[@class='comments']/li")[0]


@pytest.mark.parametrize(
    ("who", "other"), [("mia", "ivan"), ("mia", "edith"), ("ivan", "mia"), ("ivan", "edith"), ("edith", "mia")]
)
def test_a_comment_for_the_own_company_is_nowhere_in_the_page_of_another(office, visitor, who, other):
    reference = accounts.agreed(office)
    say(office, reference, who, "own")
    assert WORDS not in visitor(other).get(f"/requests/{reference}").source


@pytest.mark.parametrize("who", ["ivan", "edith"])
def test_the_page_of_another_is_the_same_as_without_it(office, visitor, who):
    reference, reader = accounts.agreed(office), visitor(who)
    before = reader.get(f"/requests/{reference}").text
    say(office, reference, "mia", "own")
    assert reader.get(f"/requests/{reference}").text == before


def test_without_words_or_reader_the_page_says_what_is_missing(office, visitor):
    mia, reference = visitor("mia"), accounts.at_bank(office)
    mia.get(f"/requests/{reference}")
    page = mia.submit(f"/requests/{reference}/comments", expect=422)
    assert {"Enter your comment", "Choose who reads it"} <= set(page.links)


def test_what_was_typed_stays_when_nobody_was_chosen(office, visitor):
    mia, reference = visitor("mia"), accounts.at_bank(office)
    mia.get(f"/requests/{reference}")
    page = mia.submit(f"/requests/{reference}/comments", comment=WORDS, expect=422)
    assert WORDS in page.source


def test_the_form_names_those_who_take_part(office, visitor):
    page = visitor("ivan").get(f"/requests/{accounts.at_bank(office)}")
    assert "Everybody who takes part now: Harbour Bright Securities Limited, Jade Gate Bank Limited" in page.text


@pytest.mark.parametrize("who", ["audrey"])
def test_who_only_watches_has_no_form(office, visitor, who):
    page = visitor(who).get(f"/requests/{accounts.at_bank(office)}")
    assert "Write a comment" not in page.text


def test_a_request_that_has_ended_has_no_form(office, visitor):
    assert "Write a comment" not in visitor("mia").get(f"/requests/{accounts.approved(office)}").text


def test_a_stranger_finds_no_request_to_write_in(office, visitor):
    url = f"/requests/{accounts.at_bank(office)}/comments"
    assert visitor("leo").post(url, {"comment": WORDS, "to": "everybody"}, expect=404).heading == "Not found"


def test_markup_in_a_comment_is_text(office, visitor):
    reference = accounts.at_bank(office)
    say(office, reference, "mia", text="<b>bold</b>")
    assert "&lt;b&gt;bold" in visitor("ivan").get(f"/requests/{reference}").source
