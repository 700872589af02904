"""My account in a real browser: at every width, without scripts, and with a passkey of Chromium's own."""

import re

import pyotp
import pytest

from app.seed import DEMO_PASSWORD
from tests.browser.visitor import DESKTOP, PHONE
from tests.commands.office import PEOPLE

PAGES = ["/account", "/account/password", "/account/channel", "/account/recovery-codes", "/account/sign-ins"]
PAGES += ["/account/passkeys", "/account/passkeys/new"]
OPEN_PAGES = ["/sign-in/forgotten", "/sign-in/link/invented", "/sign-in/help"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def at_home(site):
    """The same portal at the name that passkeys are made for."""
    site.origin = site.origin.replace("127.0.0.1", "localhost")
    return site


def with_authenticator(visitor):
    """Chromium's virtual authenticator, as CDP drives it."""
    cdp = visitor.context.new_cdp_session(visitor.page)
    cdp.send("WebAuthn.enable")
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return cdp, made["authenticatorId"]


def give_mailed_code(site, visitor, who, button):
    """Have a code mailed and type it."""
    visitor.press("Mail me a code")
    visitor.field("One-time code").fill(site.mailed_code(site.office, PEOPLE[who]))
    visitor.press(button)


def make_passkey(site, visitor, who="mia", name="My phone"):
    visitor.visit("/account/passkeys")
    visitor.press("Add a passkey")
    give_mailed_code(site, visitor, who, "Continue")
    visitor.field("Name").fill(name)
    visitor.press("Make the passkey")


def give_password(visitor, who="mia"):
    visitor.visit("/sign-in")
    visitor.page.get_by_label("E-mail address").fill(PEOPLE[who])
    visitor.page.get_by_label("Password").fill(DEMO_PASSWORD)
    visitor.press("Sign in")


@pytest.mark.long
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_page_of_an_account_is_sound_at_this_width(arrive, width):
    arrive("mia")
    mia = arrive("mia", width=width)
    for url in PAGES:
        mia.visit(url)


@pytest.mark.long
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_open_page_is_sound_at_this_width(arrive, width):
    somebody = arrive(width=width)
    for url in OPEN_PAGES:
        somebody.visit(url)


@pytest.mark.long
def test_r45_the_channel_is_changed_on_a_phone(site, arrive):
    mia = arrive("mia", "/account", width=PHONE, has_touch=True, is_mobile=True)
    mia.press("Change to the app")
    give_mailed_code(site, mia, "mia", "Continue")
    secret = mia.page.locator(".secret").inner_text().replace(" ", "")
    mia.page.get_by_label("The 6 digits the app shows now").fill(pyotp.TOTP(secret).at(site.office.clock.now()))
    mia.press("Change to the app")
    mia.reads("Your one-time codes come from your authenticator app now.")


def test_everything_but_passkeys_works_without_scripts(at_home, arrive):
    mia = arrive("mia", "/account/recovery-codes", java_script_enabled=False)
    give_mailed_code(at_home, mia, "mia", "Make 10 recovery codes")
    assert mia.page.locator(".codes code").count() == 10
    mia.visit("/account/passkeys")
    mia.reads("you need a browser that knows passkeys, with JavaScript")
    assert not mia.page.get_by_role("link", name="Add a passkey").is_visible()


def test_r32_from_a_welcome_mail_to_the_dashboard(site, arrive):
    site.office.run_sql("UPDATE people SET password_hash = NULL WHERE email = :email", email=PEOPLE["bo"])
    bo = arrive()
    bo.visit("/sign-in")
    bo.press("Forgotten your password?")
    bo.page.get_by_label("E-mail address").fill(PEOPLE["bo"])
    bo.press("Mail me a link")
    site.settle()
    bo.press("Open the demo mail")
    with bo.page.expect_navigation():
        bo.page.locator("li", has_text=PEOPLE["bo"]).get_by_role("link", name="Your Client Connect account").click()
    link = re.search(r"\S+/sign-in/link/\S+", bo.page.locator(".letter").inner_text())[0]
    bo.visit(link)
    bo.field("New password").fill("lantern-tram-on-a-hill")
    bo.page.get_by_label("The new password again").fill("lantern-tram-on-a-hill")
    bo.press("Set this password")
    assert bo.heading == "Your password is set"


def test_r43_a_passkey_is_made_and_signs_in_after_the_password(at_home, arrive):
    mia = arrive("mia")
    with_authenticator(mia)
    make_passkey(at_home, mia)
    mia.reads("Your passkey is ready for the next sign-in.")
    mia.press("Sign out", within="header")
    give_password(mia)
    mia.press("Use a passkey")
    assert mia.heading == "Dashboard"


@pytest.mark.long
def test_whoever_removes_a_passkey_is_offered_none_at_the_next_sign_in(at_home, arrive):
    mia = arrive("mia")
    with_authenticator(mia)
    make_passkey(at_home, mia)
    at_home.office.clock.move(seconds=30)
    mia.visit("/account/passkeys")
    mia.press("Remove")
    give_mailed_code(at_home, mia, "mia", "Remove it")
    mia.reads("The passkey is removed.")
    mia.press("Sign out", within="header")
    give_password(mia)
    assert mia.page.get_by_role("button", name="Use a passkey").count() == 0


def test_a_passkey_whose_user_is_not_verified_opens_nothing_and_the_code_does(at_home, arrive):
    mia = arrive("mia")
    cdp, authenticator = with_authenticator(mia)
    make_passkey(at_home, mia)
    mia.press("Sign out", within="header")
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    give_password(mia)
    mia.page.get_by_role("button", name="Use a passkey").click()
    mia.page.get_by_text("The passkey did not answer.").wait_for()
    mia.field("One-time code").fill(at_home.mailed_code(at_home.office, PEOPLE["mia"]))
    mia.press("Continue")
    assert mia.heading == "Dashboard"


def test_at_an_address_of_numbers_the_page_says_where_passkeys_work(site, arrive):
    mia = arrive("mia", "/account/passkeys")
    mia.reads("Open the portal at http://localhost:")


@pytest.mark.long
def test_without_scripts_no_passkey_is_offered_at_the_sign_in(at_home, arrive):
    mia = arrive("mia")
    with_authenticator(mia)
    make_passkey(at_home, mia)
    plain = arrive(java_script_enabled=False)
    give_password(plain)
    assert not plain.page.get_by_role("button", name="Use a passkey").is_visible()
