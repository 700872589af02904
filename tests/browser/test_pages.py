"""What pages do for whoever comes with a keyboard, a long name or no scripts."""

import pytest

from tests.browser.visitor import DESKTOP, PHONE

EVERYWHERE = ["/?tab=waiting", "/requests/{sent}", "/requests/{sent}/ways-out/withdraw", "/search?q=limit"]
LONG = "Consolidated Harbourfront International Securities and Derivatives Brokerage (Asia Pacific) Limited"
CHINESE = "港灣海濱國際證券及期貨經紀（亞太區）控股有限公司　陳大文"


@pytest.fixture
def references(site):
    """A request at every point."""
    office = site.office
    office.open_draft()
    office.submitted()
    return {"sent": office.sent(), "ended": office.completed()}


def test_every_page_is_sound_where_no_script_arrives(arrive, references):
    mia = arrive()
    mia.context.route("**/*.js", lambda route: route.abort())
    mia.ignore("net::ERR_FAILED")
    mia.arrive_as("mia")
    for url in EVERYWHERE:
        mia.visit(url.format(**references))


@pytest.mark.parametrize("name", [LONG, CHINESE, "W" * 120])
def test_long_names_fit_on_a_phone(site, arrive, references, name):
    site.office.run_sql("UPDATE companies SET name_en = :name", name=name)
    site.office.run_sql("UPDATE people SET name = :name", name=name)
    chen = arrive("chen", width=PHONE)
    chen.visit("/?tab=waiting")
    chen.visit(f"/requests/{references['sent']}")
    chen.visit("/")
    chen.press("Check")


def test_the_drawing_is_walked_through_by_its_bar(arrive, references):
    mia = arrive("mia", f"/requests/{references['ended']}")
    mia.page.get_by_role("button", name="Zoom and step through").first.click()
    bar = mia.page.locator(".replay").first
    for step in (4, 3, 2):
        bar.get_by_role("button", name="Earlier step").click()
        assert f"Step {step} of 5" in bar.inner_text()


def test_a_drawing_whose_viewer_does_not_arrive_stays_and_can_be_asked_for_again(arrive, references):
    mia = arrive("mia", f"/requests/{references['ended']}")
    mia.ignore("net::ERR_FAILED")
    mia.context.route("**/diagram.*", lambda route: route.abort())
    mia.page.get_by_role("button", name="Zoom and step through").first.click()
    again = mia.page.get_by_role("button", name="The viewer did not arrive: try again")
    again.wait_for()
    mia.context.unroute("**/diagram.*")
    again.click()
    mia.page.locator("figure.drawn").first.wait_for()
    mia.look()


@pytest.mark.parametrize("width", [DESKTOP, pytest.param(PHONE, marks=pytest.mark.long)])
def test_text_of_the_drawing_and_comments_are_opened_and_used_with_the_keyboard(arrive, references, width):
    mia = arrive("mia", width=width)
    mia.visit(f"/requests/{references['sent']}")
    for words in ("The drawings as text, step by step", "Write a comment"):
        mia.page.locator("summary", has_text=words).focus()
        mia.page.keyboard.press("Enter")
    mia.look()
    mia.page.locator("#f-to").focus()
    mia.page.keyboard.press("Space")
    mia.page.locator("#f-comment").fill("Please ring before noon")
    mia.press("Send the comment")
    assert "Please ring before noon" in mia.page.locator(".comments").inner_text()
