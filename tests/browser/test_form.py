"""The form in a browser: errors, keyboard, autosave, double clicks, several windows."""

import pytest
from playwright.sync_api import expect

from tests.browser.journey import SUBMIT, fill
from tests.browser.visitor import wait_until

LIMIT = "New limit (HKD)"


@pytest.fixture
def draft(site):
    """The address of a draft's form."""
    return f"/tasks/{site.office.task(site.office.open_draft()).id}"


@pytest.fixture
def mia(arrive, draft):
    """The maker, at the form."""
    return arrive("mia", draft)


def kept(site, draft):
    """What is kept of a draft."""
    drafts = [row for row in site.office.rows("answers") if row.entry == 0]
    return drafts[0].answers if drafts else {}


def test_the_error_summary_has_the_focus_and_each_line_leads_to_its_field(mia):
    mia.press("Check your answers")
    expect(mia.page.locator("#errors")).to_be_focused()
    mia.page.get_by_role("link", name="Enter the new limit").click()
    expect(mia.field(LIMIT)).to_be_focused()


def test_a_link_of_the_summary_leads_to_a_choice_too(mia):
    mia.press("Check your answers")
    mia.page.get_by_role("link", name="Choose what the limit applies to").click()
    expect(mia.page.get_by_label("The whole firm")).to_be_focused()


def test_what_is_wrong_is_said_while_typing_and_taken_back_once_right(mia):
    mia.field(LIMIT).fill("30,000,000")
    mia.field(LIMIT).blur()
    expect(mia.page.locator("#f-limit_hkd-error")).to_contain_text("Enter a limit other than the current one")
    mia.look()
    mia.field(LIMIT).fill("40,000,000")
    mia.field(LIMIT).blur()
    expect(mia.page.locator("#f-limit_hkd-error")).to_have_count(0)


def test_a_question_appears_with_the_answer_it_depends_on(mia):
    expect(mia.field("Name of the vendor")).to_be_hidden()
    mia.page.get_by_label("Yes", exact=True).check()
    expect(mia.field("Name of the vendor")).to_be_visible()


def test_what_was_typed_is_kept_when_the_tab_is_closed(site, mia, draft):
    mia.field(LIMIT).fill("41000000")
    mia.page.close(run_before_unload=True)
    wait_until(lambda: kept(site, draft).get("limit_hkd", "").replace(",", "") == "41000000")


def test_a_double_click_submits_once(site, mia):
    fill(mia)
    mia.press("Check your answers")
    with mia.page.expect_navigation():
        mia.page.get_by_role("button", name=SUBMIT).dblclick()
    assert mia.heading == "OTP-C Order Consideration Limit"
    (case,) = site.office.rows("cases")
    assert [action for action, _ in site.office.actions(case.reference)].count("task.completed") == 1


def test_the_form_can_be_filled_and_submitted_with_the_keyboard_alone(mia):
    keys = mia.page.keyboard
    mia.field(LIMIT).focus()
    keys.type("50000000")
    for presses in ["Tab", "Space", "Tab", "Space", "Tab", "ArrowRight", "Tab"]:
        keys.press(presses)
    assert mia.page.evaluate("document.activeElement.id") == "f-effective_date"
    keys.type("11262026")  # the browser's own interface is American here
    mia.page.get_by_label("Approving responsible officer").focus()
    for presses in ["ArrowDown", "Tab", "Tab", "Space", "Tab", "Space", "Tab"]:
        keys.press(presses)
    with mia.page.expect_navigation():
        keys.press("Enter")
    mia.look()
    assert mia.heading.startswith("Check your answers"), mia.text
    mia.page.get_by_role("button", name=SUBMIT).focus()
    with mia.page.expect_navigation():
        keys.press("Enter")
    mia.reads("Pending checker")


def test_a_keyboard_skips_the_menu_with_its_first_key(mia):
    mia.page.keyboard.press("Tab")
    expect(mia.page.get_by_role("link", name="Skip to the page")).to_be_focused()
    mia.page.keyboard.press("Enter")
    expect(mia.page.locator("#content")).to_be_focused()


def test_the_second_of_two_windows_learns_that_the_request_has_moved_on(site, arrive):
    reference = site.office.submitted()
    url = f"/tasks/{site.office.task(reference).id}"
    chen = arrive("chen", url)
    late = chen.context.new_page()
    late.goto(url)
    chen.press("Approve")
    with late.expect_navigation():
        late.get_by_role("button", name="Approve").click()
    assert late.locator("h1").inner_text() == "This has changed meanwhile"


def test_r29_a_browser_in_new_york_shows_the_same_hong_kong_times(site, arrive):
    site.office.submitted()
    here, there = arrive("mia"), arrive("mia", timezone_id="America/New_York", locale="en-US")
    pages = []
    for mia in (here, there):
        mia.visit("/?tab=waiting")
        pages.append(mia.page.locator("main").inner_text())
        mia.visit(f"/requests/{site.office.rows('cases')[0].reference}")
        pages.append(mia.page.locator(".aside").inner_text())
    assert pages[:2] == pages[2:]
    assert "16:12 HKT" in pages[0]
