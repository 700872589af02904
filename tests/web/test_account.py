"""My account, as a person with a browser finds and changes it."""

import re
from base64 import b32decode

import pyotp
import pytest

from app.seed import DEMO_PASSWORD
from tests.web.visitors import promised_code

NEW = "lantern-tram-on-a-hill"
EMAIL = "mia.maker@harbourbright.test"
PAGES = ["/account", "/account/password", "/account/channel", "/account/recovery-codes", "/account/sign-ins"]


@pytest.fixture
def mia(visitor):
    return visitor("mia")


def ask_for_code(client, url):
    """The code that somebody has mailed to themselves from that page."""
    client.get(url)
    client.submit("/account/code")


def mailed(office, email=EMAIL):
    return promised_code(office, email)


def change_to_app(client, office):
    """The secret of the app that somebody has set up in place of mailed codes."""
    ask_for_code(client, "/account/channel")
    page = client.submit("/account/channel", code=mailed(office))
    secret = "".join(re.search(r'class="secret">([A-Z2-7 ]+)<', page.source)[1].split())
    client.submit("/account/channel/proof", code=pyotp.TOTP(secret).at(office.clock.now()))
    return secret


def lock(office):
    office.run_sql("UPDATE people SET locked_at = :at, failures = 5", at=office.clock.now().isoformat())


# --- what it says -----------------------------------------------------------------------------------------------------
def facts(page):
    """What stands under "What I may do", by its name."""
    rights = "//section[@aria-labelledby='rights']"
    names, values = page.all(f"{rights}//dt"), page.all(f"{rights}//dd")
    return list(zip(names, values, strict=True))


def test_my_account_says_who_i_am(mia):
    page = mia.get("/account")
    for words in (EMAIL, "Mia Chan · Harbour Bright Securities Limited", "Business user"):
        assert words in page.text


def test_my_account_says_what_i_may_do_for_each_membership(mia):
    page = mia.get("/account")
    assert page.all("//section[@aria-labelledby='rights']//h3")[0] == "B00123 · SEHK-EP"
    assert facts(page)[0][0] == "Maker"
    assert facts(page)[0][1].startswith("Cash trading, Clearing relationships")


def test_somebody_who_is_both_reads_maker_and_checker(visitor):
    assert {name for name, _ in facts(visitor("bo").get("/account"))} == {"Maker and checker"}


def test_staff_read_what_they_do_at_their_desk(visitor):
    page = visitor("karen").get("/account")
    assert "Exchange staff" in page.text
    assert facts(page) == [("Processes requests", "HKEX Cash Trading Operations")]


@pytest.mark.parametrize("who", ["mia", "karen", "olive", "audrey"])
def test_my_account_is_found_from_any_page(visitor, who):
    client = visitor(who)
    assert client.get("/").link("My account") == "/account"
    assert client.get("/account").all("//nav//a[@aria-current]") == ["My account"]


@pytest.mark.parametrize("url", [*PAGES, "/account/channel/proof"])
def test_nobody_opens_these_pages_without_a_sign_in(visitor, url):
    assert visitor.stranger().get(url).url.startswith("/sign-in")


def test_r46_whoever_gets_codes_by_mail_reads_that_the_app_is_better(mia):
    assert "Tip: an authenticator app is quicker and safer than e-mail." in mia.get("/account").text
    assert "Recommended." in mia.get("/account/channel").text


def test_r46_whoever_has_the_app_reads_no_tip(mia, office):
    change_to_app(mia, office)
    assert "Tip:" not in mia.get("/account").text


@pytest.mark.parametrize("url", PAGES[1:])
def test_every_form_says_who_unlocks_a_locked_account(mia, office, url):
    lock(office)
    assert "A delegated administrator (CCDA) of your company can unlock it." in mia.get(url).text


def test_what_was_done_is_a_word_of_ours_and_never_of_the_address(mia):
    assert "Done." not in mia.get("/account?done=anything").text


# --- password ---------------------------------------------------------------------------------------------------------
def test_r55_a_password_is_changed_and_this_sign_in_goes_on(mia):
    mia.get("/account/password")
    page = mia.submit("/account/password", old=DEMO_PASSWORD, password=NEW, again=NEW)
    assert "Your password is changed" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "wrong", "password": NEW, "again": NEW}, "This is not your password."),
        ({"old": DEMO_PASSWORD, "password": NEW, "again": f"{NEW}x"}, "not the same password"),
        ({"old": DEMO_PASSWORD, "password": "password1", "again": "password1"}, "easy to guess"),
        ({}, "Use at least 8"),
    ],
)
def test_r55_what_is_wrong_with_a_change_of_password_is_said(mia, fields, words):
    mia.get("/account/password")
    assert words in mia.submit("/account/password", fields, expect=422).text


def test_r39_the_fifth_wrong_password_says_that_the_account_is_locked(mia):
    mia.get("/account/password")
    for _ in range(5):
        page = mia.submit("/account/password", old="wrong", password=NEW, again=NEW, expect=422)
    assert "Your account is locked after too many wrong passwords" in page.text


# --- one-time codes ---------------------------------------------------------------------------------------------------
def test_r45_from_mailed_codes_to_an_app(mia, office):
    secret = change_to_app(mia, office)
    assert len(b32decode(secret)) == 20
    assert "Your one-time codes come from your authenticator app now." in mia.page.text


def test_r45_and_back_to_mailed_codes(mia, office):
    secret = change_to_app(mia, office)
    office.clock.move(seconds=60)
    mia.get("/account/channel")
    mia.submit("/account/channel", code=pyotp.TOTP(secret).at(office.clock.now()))
    page = mia.submit("/account/channel/proof", code=mailed(office))
    assert "Your one-time codes come by e-mail now." in page.text


def test_the_secret_is_not_shown_before_a_code_of_the_old_kind(mia):
    mia.get("/account/channel")
    page = mia.submit("/account/channel", code="000000", expect=422)
    assert "This code is not right" in page.text
    assert mia.get("/account/channel/proof").url == "/account/channel"


def test_a_wrong_first_code_is_refused_on_the_same_page(mia, office):
    ask_for_code(mia, "/account/channel")
    mia.submit("/account/channel", code=mailed(office))
    page = mia.submit("/account/channel/proof", code="12", expect=422)
    assert "This code is not right" in page.text
    assert "Set up your authenticator app" in page.text


@pytest.mark.parametrize("url", ["/account/channel", "/account/recovery-codes"])
def test_a_code_is_mailed_on_demand_and_leads_back(mia, office, url):
    mia.get(url)
    page = mia.submit("/account/code")
    assert page.url == url
    assert "We sent 6 digits to m•••@harbourbright.test." in page.text
    again = mia.submit("/account/code")
    assert "Wait 30 seconds before you ask for a new code." in again.text


def test_a_strange_way_back_leads_to_my_account(mia):
    mia.get("/account/channel")
    assert mia.submit("/account/code", back="https://evil.test/").url == "/account"


def test_another_code_for_the_new_address_is_mailed_on_demand(mia, office):
    secret = change_to_app(mia, office)
    office.clock.move(seconds=60)
    mia.get("/account/channel")
    mia.submit("/account/channel", code=pyotp.TOTP(secret).at(office.clock.now()))
    assert "Wait 30 seconds" in mia.submit("/account/channel/mail").text
    office.clock.move(seconds=30)
    mia.submit("/account/channel/mail")
    assert "by e-mail now" in mia.submit("/account/channel/proof", code=mailed(office)).text


# --- recovery codes ---------------------------------------------------------------------------------------------------
def test_ten_recovery_codes_are_shown_once(mia, office):
    ask_for_code(mia, "/account/recovery-codes")
    page = mia.submit("/account/recovery-codes", code=mailed(office))
    codes = page.all("//ol//code")
    assert len(codes) == 10
    assert mia.response.headers["Cache-Control"] == "no-store"
    again = mia.get("/account/recovery-codes")
    assert not [code for code in codes if code in again.text]
    assert "10 of your codes can still be used." in again.text


def test_no_recovery_codes_without_a_code(mia):
    mia.get("/account/recovery-codes")
    page = mia.submit("/account/recovery-codes", code="000000", expect=422)
    assert page.all("//ol//code") == []


def test_r45_whoever_lost_the_old_kind_changes_with_a_recovery_code(mia, office):
    ask_for_code(mia, "/account/recovery-codes")
    codes = mia.submit("/account/recovery-codes", code=mailed(office)).all("//ol//code")
    page = mia.get("/account/channel")
    page = mia.get(page.link("I get no codes of the old kind: use a recovery code"))
    wrong = mia.submit("/account/channel?by=recovery", code="abcde-23456", expect=422)
    assert "This code is not right" in wrong.text
    assert mia.submit("/account/channel?by=recovery", code=codes[0]).url == "/account/channel/proof"


# --- sign-ins ---------------------------------------------------------------------------------------------------------
def test_the_other_sign_in_is_ended_with_the_password(visitor, mia):
    other = visitor("mia")
    page = mia.get("/account/sign-ins")
    assert "this one" in page.text and "127.0.0.1" in page.text
    mark = page.tree.xpath("//input[@name='end'][@value!='others']/@value")[0]
    assert "The sign-in has ended." in mia.submit("/account/sign-ins", end=mark, password=DEMO_PASSWORD).text
    assert other.get("/").url.startswith("/sign-in")


def test_all_others_are_ended_with_the_password(visitor, mia):
    others = [visitor("mia"), visitor("mia")]
    mia.get("/account/sign-ins")
    page = mia.submit("/account/sign-ins", end="others", password=DEMO_PASSWORD)
    assert "Every other sign-in has ended." in page.text
    assert all(other.get("/").url.startswith("/sign-in") for other in others)


def test_nothing_ends_with_a_wrong_password(visitor, mia):
    other = visitor("mia")
    mia.get("/account/sign-ins")
    page = mia.submit("/account/sign-ins", end="others", password="wrong", expect=422)
    assert "This is not your password." in page.text
    assert other.get("/").heading == "Dashboard"


def test_what_has_ended_already_is_said(visitor, mia):
    visitor("mia")
    mia.get("/account/sign-ins")
    page = mia.submit("/account/sign-ins", end="invented", password=DEMO_PASSWORD, expect=409)
    assert "This sign-in had ended already." in page.text
