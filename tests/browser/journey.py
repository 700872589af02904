"""One request of CT027 from the first sign-in to the sealed PDF, with every return on the way."""

from __future__ import annotations

from tests.browser.visitor import PHONE, Visitor

SUBMIT = "Submit to your checker"
RETURN = "Return with comments"
COMMENT = "Comment"


def open_request(mia: Visitor) -> str:
    """Open a request from the menu and return its reference."""
    if mia.width == PHONE:
        mia.page.get_by_role("link", name="Menu").click()
    mia.press("Cash trading", within="nav#menu")
    mia.press("Open a request")
    return mia.page.locator(".reference").first.inner_text()


def fill(mia: Visitor, *, limit: str = "50000000", day: str = "2026-11-26") -> None:
    """Answer every question."""
    mia.field("New limit (HKD)").fill(limit)
    mia.page.get_by_label("The whole firm").check()
    mia.page.get_by_label("Notional value checks are applied").check()
    mia.page.get_by_label("No", exact=True).check()
    mia.field("Effective date").fill(day)
    mia.page.get_by_label("Approving responsible officer").select_option("AMB404")
    mia.page.get_by_label("The information given is true").check()
    mia.page.get_by_label("The persons named know").check()


def submit(mia: Visitor) -> None:
    """Check the answers and submit."""
    mia.press("Check your answers")
    mia.press(SUBMIT)


def take_up(visitor: Visitor, name: str) -> None:
    """Go to the dashboard and take up what it offers."""
    visitor.visit("/")
    visitor.press(name)


def give_back(visitor: Visitor, words: str, *, about: str = "", remark: str = "") -> None:
    """Return the request with a comment, and one at an answer."""
    visitor.press(RETURN)
    visitor.field(COMMENT).fill(words)
    if about:
        asked = visitor.page.get_by_label(f"Your comment on {about}")
        if not asked.is_visible():
            visitor.page.locator("details.unchanged summary").click()
        asked.fill(remark)
    visitor.press(RETURN)


def whole(mia: Visitor, chen: Visitor, karen: Visitor, kelvin: Visitor) -> str:
    """Live the life of a request and return its reference."""
    mia.sign_in("mia")
    reference = open_request(mia)
    mia.press("Check your answers")
    mia.reads("answers need attention")
    fill(mia)
    submit(mia)
    mia.reads("Pending checker")

    chen.arrive_as("chen")
    chen.press("Check")
    give_back(chen, "Please look at the limit again", about="New limit (HKD)", remark="Half of this")
    chen.reads("Returned by checker")

    take_up(mia, "Correct and resubmit")
    mia.reads("Half of this")
    submit(mia)
    mia.reads("You changed nothing since it was returned")
    mia.press("Change answers")
    fill(mia, limit="25000000")
    submit(mia)

    take_up(chen, "Check")
    assert "25,000,000" in chen.page.locator("ins").first.inner_text()
    chen.press("Approve")

    karen.arrive_as("karen")
    karen.press("Process")
    give_back(karen, "The date is too early for us", about="Effective date", remark="Friday or later")
    take_up(mia, "Correct and resubmit")
    mia.reads("Friday or later")
    fill(mia, limit="25000000", day="2026-11-27")
    submit(mia)
    take_up(chen, "Check")
    chen.press("Approve")

    take_up(karen, "Process")
    karen.press("Process")
    kelvin.arrive_as("kelvin")
    kelvin.press("Approve")
    kelvin.press("Send back to the processor")
    kelvin.field(COMMENT).fill("Please check the vendor again")
    kelvin.press("Send back to the processor")
    take_up(karen, "Process")
    karen.press("Process")
    take_up(kelvin, "Approve")
    kelvin.press("Approve")
    return reference
