"""The core of the portal in a second browser engine: WebKit, which is Safari's.

For a night, and for those who ask: `WEBKIT=1 bin/test -m long tests/browser/test_webkit.py`.
"""

import os
from contextlib import ExitStack

import pytest

from tests.browser.visitor import DESKTOP, PHONE, wait_until
from tests.browser.webkit import missing, screen, window
from tests.browser.webkit_visitor import WebKitVisitor, listen

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),  # Selenium's own
]

WAYS = {
    "desktop": {},
    "phone in the dark": {"width": PHONE, "is_dark": True},
    "without scripts": {"has_scripts": False},
    "phone without scripts": {"width": PHONE, "has_scripts": False},
}
PAGES = [
    "/",
    "/?tab=waiting",
    "/?tab=history",
    "/eservices",
    "/search?q=limit",
    "/notices",
    "/account",
    "/help",
    "/requests/{ended}",
    "/requests/{sent}",
    "/requests/{sent}/ways-out/withdraw",
    "/nowhere",
]
LIMIT, VENDOR = "New limit (HKD)", "Name of the vendor"
SUBMIT = "Submit to your checker"


@pytest.fixture(scope="session")
def display():
    """A screen for WebKit; skips the test where there is no WebKit, except in continuous integration."""
    if names := missing():
        sentence = f"Expected {' and '.join(names)} for WebKit, but there is none: set WEBKIT=1, or install it."
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    with screen() as display:
        yield display


@pytest.fixture
def arrive(display, site, tmp_path_factory):
    """Opens a window of WebKit."""
    site.app.after_request(listen)
    with ExitStack() as windows:

        def opened(width=DESKTOP, is_dark=False, has_scripts=True):
            how = {"width": width, "is_dark": is_dark, "has_scripts": has_scripts}
            home = tmp_path_factory.mktemp("webkit")
            return WebKitVisitor(site, windows.enter_context(window(display, home, **how)), home, **how)

        yield opened


@pytest.fixture
def draft(site):
    """The address of a draft's form."""
    return f"/tasks/{site.office.task(site.office.open_draft()).id}"


@pytest.fixture
def mia(arrive, draft):
    """The maker, at the form."""
    mia = arrive()
    mia.arrive_as("mia", draft)
    return mia


def fill(mia):
    """Answer every question, also those that depend on another answer."""
    mia.fill(LIMIT, "50000000")
    mia.tick("One trading session")
    mia.choose("Trading session", "HBS01C")
    mia.tick("Notional value checks are applied")
    mia.tick("Yes")
    mia.fill(VENDOR, "Orchid Systems")
    mia.tick("The setting has been arranged")
    mia.fill("Effective date", "11/26/2026")  # as an American window writes it
    mia.choose("Approving responsible officer", "AMB404")
    mia.tick("The information given is true")
    mia.tick("The persons named know")


def make(mia):
    """Open, fill and submit a request; return its reference."""
    if mia.width == PHONE:
        mia.named("Menu", within="header").click()
    mia.press("Cash trading", within="nav[@id='menu']")
    mia.press("Open a request")
    mia.press("Check your answers")
    mia.reads("answers need attention")
    fill(mia)
    mia.press("Check your answers")
    mia.reads("Orchid Systems")
    mia.press(SUBMIT)
    mia.reads("Pending checker")
    (case,) = mia.site.office.rows("cases")
    return case.reference


def agree(person, who, *names):
    """Sign in, take up what waits, say yes, and sign out."""
    person.sign_in(who)
    for name in names:
        person.press(name)
    person.sign_out()


def kept(site):
    """The limits that are kept of drafts."""
    return [row.answers.get("limit_hkd", "").replace(",", "") for row in site.office.rows("answers") if row.entry == 0]


@pytest.mark.parametrize("way", WAYS)
def test_a_request_is_made_checked_processed_and_its_sealed_pdf_downloaded(site, arrive, way):
    person = arrive(**WAYS[way])
    person.sign_in("mia")
    reference = make(person)
    person.sign_out()
    agree(person, "chen", "Check", "Approve")
    agree(person, "karen", "Process", "Process")
    agree(person, "kelvin", "Approve", "Approve")
    site.settle()
    person.sign_in("mia")
    person.visit(f"/requests/{reference}")
    person.reads("Completed")
    assert site.verdict(person.download("Audit trail (PDF)")).intact


@pytest.mark.parametrize("way", WAYS)
def test_pages_are_sound(site, arrive, way):
    site.office.submitted()
    references = {"sent": site.office.sent(), "ended": site.office.completed()}
    mia = arrive(**WAYS[way])
    mia.arrive_as("mia")
    for page in PAGES:
        mia.visit(page.format(**references))
        mia.open_drawings()


def test_the_error_summary_has_the_focus_and_each_line_leads_to_its_field(mia):
    mia.press("Check your answers")
    assert mia.focused == "errors"
    mia.named("Enter the new limit").click()
    assert mia.focused == "f-limit_hkd"


def test_a_question_appears_with_the_answer_it_depends_on(mia):
    assert not mia.field(VENDOR).is_displayed()
    mia.tick("Yes")
    assert mia.field(VENDOR).is_displayed()


def test_what_is_wrong_is_said_while_typing(mia):
    mia.fill(LIMIT, "30,000,000\t")
    wait_until(lambda: "Enter a limit other than the current one" in mia.text)


def test_a_slow_press_is_not_lost_when_an_error_above_it_goes_away(mia):
    mia.press("Check your answers")
    mia.fill(LIMIT, "50000000")
    mia.press_slowly("The whole firm")
    assert mia.field("The whole firm").is_selected()
    wait_until(lambda: mia.text.count("Enter the new limit") == 1)


def test_a_press_is_not_lost_when_a_date_above_it_is_read_back(mia):
    mia.fill("Effective date", "11/26/2026")
    mia.tick("The information given is true")
    assert mia.field("The information given is true").is_selected()


def test_what_was_typed_is_kept_by_itself(site, mia):
    mia.fill(LIMIT, "41000000")
    mia.tick("The whole firm")
    wait_until(lambda: kept(site) == ["41000000"], 30)
