"""The bell in a real browser: it counts what is new while a page stays open, and says it at every width."""

import pytest

from tests.browser.visitor import DESKTOP, PHONE

SOON_MILLISECONDS = 30_000
PAGES = ["/notices", "/account/letters", "/account/calendar", "/account"]


def counted(visitor):
    return visitor.page.locator("[data-bell-said]").text_content()


def test_r16_the_bell_counts_a_new_notice_within_thirty_seconds_and_without_reload(site, arrive):
    chen = arrive("chen")
    chen.page.clock.install()
    chen.visit("/")
    chen.page.evaluate("() => { window.stayed = true; }")
    before = counted(chen)
    site.office.submitted()
    with chen.page.expect_response("**/notices/count"):
        chen.page.clock.fast_forward(SOON_MILLISECONDS)
    chen.page.get_by_role("link", name="1 unread notice").wait_for()
    assert (before, chen.page.locator("[data-bell-count]").inner_text()) == ("Notices, none unread", "1")
    assert chen.page.evaluate("() => window.stayed")


def test_a_hidden_page_asks_nothing(site, arrive):
    chen = arrive("chen")
    chen.page.clock.install()
    chen.page.add_init_script("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });")
    chen.visit("/")
    asked = []
    chen.page.on("request", lambda request: asked.append(request.url))
    chen.page.clock.fast_forward(10 * SOON_MILLISECONDS)
    chen.page.wait_for_timeout(200)
    assert asked == []


def test_a_page_that_comes_to_the_front_again_asks_at_once(site, arrive):
    chen = arrive("chen")
    site.office.submitted()
    with chen.page.expect_response("**/notices/count"):
        chen.page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    chen.page.wait_for_timeout(100)
    assert counted(chen) == "1 unread notice"


@pytest.mark.long
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
