"""Every page that the journeys do not come by, at the width of a desktop, a tablet and a phone, and without scripts."""

import pytest

from tests.browser.visitor import DESKTOP, PHONE

TABLET = 768
WIDTHS = (DESKTOP, TABLET, PHONE)
PAGES = {
    "mia": [
        "/?tab=waiting",
        "/?tab=drafts",
        "/?tab=history",
        "/eservices",
        "/search?q=limit",
        "/search?q=nothing-like-it",
        "/requests/{sent}",
        "/requests/{sent}/ways-out/withdraw",
        "/requests/{ended}",
        "/nowhere",
        "/sign-in/help",
    ],
    "chen": ["/", "/eservices"],
    "karen": ["/"],
    "audrey": ["/", "/requests/{ended}"],
}


@pytest.fixture
def references(site):
    """A request at every point."""
    office = site.office
    office.open_draft()
    office.submitted()
    site.settle()
    return {"sent": office.sent(), "ended": office.completed()}


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_sound_at_this_width(arrive, references, width):
    for who, urls in PAGES.items():
        visitor = arrive(who, width=width)
        for url in urls:
            visitor.visit(url.format(**references))


def test_every_page_is_sound_where_no_script_arrives(arrive, references):
    mia = arrive()
    mia.context.route("**/*.js", lambda route: route.abort())
    mia.ignore("net::ERR_FAILED")
    mia.arrive_as("mia")
    for url in PAGES["mia"]:
        mia.visit(url.format(**references))


def test_the_drawing_is_walked_through_by_its_bar(arrive, references):
    mia = arrive("mia")
    mia.visit(f"/requests/{references['ended']}")
    bar = mia.page.locator(".replay").first
    for _ in range(3):
        bar.get_by_role("button", name="Earlier step").click()
    assert "Step 3 of 6" in bar.inner_text() or "Step 2 of 5" in bar.inner_text()
