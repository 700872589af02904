"""The bell in a real browser: it counts what is new while a page stays open, and says it at every width."""

import time

import pytest

from tests.browser.visitor import DESKTOP, PHONE

SOON_SECONDS = 30
PAGES = ["/notices", "/account/letters", "/account/calendar", "/account"]


def counted(visitor):
    return visitor.page.locator("[data-bell-said]").text_content()


def test_r16_the_bell_counts_a_new_notice_within_thirty_seconds_and_without_reload(site, arrive):
    chen = arrive("chen")
    before = counted(chen)
    chen.page.evaluate("() => { window.stayed = true; }")
    site.office.submitted()
    deadline = time.monotonic() + SOON_SECONDS
    while counted(chen) == before and time.monotonic() < deadline:
        chen.page.wait_for_timeout(200)
    assert (before, counted(chen)) == ("Notices, none unread", "1 unread notice")
    assert chen.page.locator("[data-bell-count]").inner_text() == "1"
    assert chen.page.evaluate("() => window.stayed")


def test_a_page_that_comes_to_the_front_again_asks_at_once(site, arrive):
    chen = arrive("chen")
    site.office.submitted()
    with chen.page.expect_response("**/notices/count"):
        chen.page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    chen.page.wait_for_timeout(100)
    assert counted(chen) == "1 unread notice"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_page_of_notices_is_sound_at_this_width(site, arrive, width):
    site.office.give_back(site.office.submitted())
    mia = arrive("mia", width=width)
    for path in PAGES:
        mia.visit(path)
    mia.visit("/notices")
    mia.press("Returned by checker")
    assert mia.heading == "OTP-C Order Consideration Limit"


def test_notices_are_read_without_scripts(site, arrive):
    site.office.submitted()
    chen = arrive("chen", java_script_enabled=False)
    chen.visit("/notices")
    chen.press("Mark all as read")
    assert counted(chen) == "Notices, none unread"
