"""The pages of events at every width, and a whole enrolment: from the card to a place on the waiting list."""

import pytest

from tests.browser.visitor import DESKTOP, PHONE, TABLET
from tests.commands.events import enrolled, in_line, published, seated

PAGES = {
    "penny": ["/events", "/events?when=past", "/events/{code}", "/events/{code}/withdrawal"],
    "lily": [
        "/events",
        "/events/new",
        "/events/{code}",
        "/events/{code}/particulars",
        "/events/{code}/attendees",
        "/events/{code}/closing",
        "/events/{code}/cancellation",
    ],
}


@pytest.fixture
def code(site):
    """An event of three places that are all given away, and one who waits."""
    made = published(site.office)
    enrolled(site.office, made, "ivan", "cat", "dan")
    enrolled(site.office, made, "penny", "amy", "bob")
    return made


@pytest.mark.long
@pytest.mark.parametrize("width", [DESKTOP, TABLET, PHONE])
@pytest.mark.parametrize("who", PAGES)
def test_every_page_of_events_is_sound_at_this_width(arrive, code, who, width):
    visitor = arrive(who, width=width)
    for url in PAGES[who]:
        visitor.visit(url.format(code=code))


def test_a_place_is_given_back_without_scripts(site, arrive, code):
    penny = arrive("penny", width=PHONE, java_script_enabled=False)
    penny.visit(f"/events/{code}")
    penny.press("Withdraw attendees")
    penny.page.get_by_label("Amy").check()
    penny.press("Withdraw")
    assert (seated(site.office, code), in_line(site.office, code)) == (["cat", "dan", "bob"], [])
