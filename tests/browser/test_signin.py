"""The first sign-in, with an authenticator app; and the pages that everybody can open."""

import pyotp
import pytest

from app.seed import DEMO_PASSWORD
from tests.browser.visitor import PHONE
from tests.commands.office import PEOPLE


@pytest.fixture
def bo(arrive):
    """Somebody who has just given their password for the first time."""
    bo = arrive()
    bo.visit("/sign-in")
    bo.page.get_by_label("E-mail address").fill(PEOPLE["bo"])
    bo.page.get_by_label("Password").fill(DEMO_PASSWORD)
    bo.press("Sign in")
    return bo


def choose_app(site, bo):
    """Go on with the app that is chosen already, and give the mailed code that comes before it."""
    bo.press("Continue")
    bo.page.get_by_label("One-time code").fill(site.mailed_code(site.office, PEOPLE["bo"]))
    bo.press("Continue")


def test_r44_r46_the_first_sign_in_sets_up_the_recommended_app(site, bo):
    assert bo.page.get_by_label("Authenticator app").is_checked()
    choose_app(site, bo)
    assert bo.page.get_by_alt_text("QR code that holds the key below").bounding_box()["width"] >= 200
    secret = bo.page.locator(".secret").inner_text().replace(" ", "")
    bo.page.get_by_label("The 6 digits the app shows now").fill(pyotp.TOTP(secret).at(site.office.clock.now()))
    bo.press("Confirm and sign in")
    assert bo.heading == "Dashboard"


def test_who_has_an_app_is_not_offered_a_code_by_mail(site, arrive, bo):
    choose_app(site, bo)
    secret = bo.page.locator(".secret").inner_text().replace(" ", "")
    bo.page.get_by_label("The 6 digits the app shows now").fill(pyotp.TOTP(secret).at(site.office.clock.now()))
    bo.press("Confirm and sign in")
    bo.press("Sign out", within="header")
    bo.press("Sign in again")
    bo.page.get_by_label("E-mail address").fill(PEOPLE["bo"])
    bo.page.get_by_label("Password").fill(DEMO_PASSWORD)
    bo.press("Sign in")
    assert "Send a" not in bo.text


def test_the_choice_of_channel_can_be_taken_back_before_the_first_code(site, bo):
    choose_app(site, bo)
    bo.press("Use e-mail instead")
    bo.page.get_by_label("E-mail", exact=True).check()
    bo.press("Continue")
    assert bo.heading == "Enter your one-time code"


def test_a_wrong_password_is_said_and_has_the_focus(arrive):
    somebody = arrive()
    somebody.visit("/sign-in")
    somebody.page.get_by_label("E-mail address").fill("nobody@portal.test")
    somebody.page.get_by_label("Password").fill("wrong")
    somebody.press("Sign in")
    somebody.reads("The e-mail address or the password is not right")


def test_a_phone_signs_out_from_any_page(arrive):
    mia = arrive("mia", width=PHONE, has_touch=True, is_mobile=True)
    mia.press("Sign out", within="body")
    assert mia.heading == "You are signed out"
