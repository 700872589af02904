"""Signing in as a person with a browser does it."""

import re
from base64 import b32decode

import pytest

from app.commands.signing import codes, recovery
from tests.signing import (
    EMAIL,
    HOME,
    PASSWORD,
    add_person,
    another,
    app_code,
    change_person,
    full,
    mailed_code,
    promised,
    seen,
    still_portal,
)
from tests.web.client import Client
from tests.web.door import door


@pytest.fixture
def portal(sqlite_url, tmp_path):
    portal = still_portal(sqlite_url, tmp_path)
    yield portal
    portal.database.close()


@pytest.fixture
def mia(portal):
    return add_person(portal)


@pytest.fixture
def client(portal):
    return Client(door(portal))


def give_password(client, password=PASSWORD, **options):
    client.get("/sign-in")
    return client.submit("/sign-in", email=EMAIL, password=password, **options)


def sign_in(client, portal):
    return client.sign_in(EMAIL, PASSWORD, lambda: mailed_code(portal))


def test_password_and_code_lead_to_the_dashboard(client, portal, mia):
    assert sign_in(client, portal).heading == "Mia Chan"


def test_a_wrong_password_is_refused_on_the_same_page(client, mia):
    page = give_password(client, "wrong", expect=422)
    assert "is not right, or the account is locked" in page.text


def test_a_stranger_and_a_person_get_the_same_answer(client, mia):
    answers = []
    for email in (EMAIL, "no.one.maker@brightharbour.test"[: len(EMAIL)].ljust(len(EMAIL), "x")):
        client.get("/sign-in")
        token = client.page.csrf_token
        client.submit("/sign-in", email=email, password="wrong", expect=422)
        body = client.response.get_data(as_text=True).replace(email, "")
        answers.append(re.sub(r'name="csrf_token" value="[^"]*"', "", body))
        assert token
    assert answers[0] == answers[1]


def test_r43_half_a_sign_in_opens_no_page(client, mia):
    give_password(client)
    assert client.get("/").url.startswith("/sign-in")


def test_the_code_page_does_not_spell_the_address_out(client, mia):
    page = give_password(client)
    assert "m•••@harbourbright.test" in page.text
    assert EMAIL not in page.text


def test_a_wrong_code_is_refused_on_the_same_page(client, portal, mia):
    give_password(client)
    page = client.submit("/sign-in/code", code=another(mailed_code(portal)), expect=422)
    assert "This code is not right" in page.text


def test_the_fifth_wrong_code_leads_to_the_page_about_locks(client, portal):
    add_person(portal, kind="ccda")
    give_password(client)
    for _ in range(4):
        client.submit("/sign-in/code", code=another(mailed_code(portal)), expect=422)
    page = client.submit("/sign-in/code", code=another(mailed_code(portal)), expect=403)
    assert "clearingps@example.test" in page.text


def test_a_new_code_is_mailed_on_demand(client, portal, mia):
    give_password(client)
    portal.clock.move(seconds=30)
    client.submit("/sign-in/code/mail")
    assert len(promised(portal, "signin_code")) == 2


def test_an_impatient_person_is_told_how_long_to_wait(client, portal, mia):
    give_password(client)
    page = client.submit("/sign-in/code/mail", expect=422)
    assert "Wait 30 seconds" in page.text


def test_r44_r46_without_a_channel_the_choice_comes_first_and_recommends_the_app(client, portal):
    add_person(portal, channel=None)
    page = give_password(client)
    assert page.url == "/sign-in/channel"
    assert "recommended" in page.text


def test_an_app_is_set_up_by_a_mailed_code_its_secret_and_its_first_code(client, portal):
    add_person(portal, channel=None)
    give_password(client)
    assert client.submit("/sign-in/channel", channel="app").url == "/sign-in/code"
    client.submit("/sign-in/code", code=mailed_code(portal))
    html = client.response.get_data(as_text=True)
    secret = "".join(re.search(r'class="secret">([A-Z2-7 ]+)<', html)[1].split())
    assert len(b32decode(secret)) == 20
    assert 'src="data:image/svg+xml' in html
    assert client.submit("/sign-in/app", code=app_code(portal, secret=secret)).heading == "Mia Chan"


def test_no_app_page_opens_before_the_mailed_code_is_right(client, portal):
    add_person(portal, channel=None)
    give_password(client)
    client.submit("/sign-in/channel", channel="app")
    client.submit("/sign-in/code", code=another(mailed_code(portal)), expect=422)
    assert client.get("/sign-in/app").url == "/sign-in/code"


def test_the_page_before_the_app_says_why_a_code_was_mailed(client, portal):
    add_person(portal, channel=None)
    give_password(client)
    page = client.submit("/sign-in/channel", channel="app")
    assert "Before you set up your app" in page.text
    assert "m•••@harbourbright.test" in page.text


@pytest.mark.parametrize(("email", "password"), [(f"{EMAIL}\0", PASSWORD), (EMAIL, f"{PASSWORD}\0"), ("\0", "\0")])
def test_a_nul_byte_gets_the_ordinary_refusal(client, mia, email, password):
    client.get("/sign-in")
    page = client.submit("/sign-in", email=email, password=password, expect=422)
    assert "is not right, or the account is locked" in page.text


def test_a_nul_byte_in_a_code_gets_the_ordinary_refusal(client, portal, mia):
    give_password(client)
    page = client.submit("/sign-in/code", code=f"{mailed_code(portal)}\0", expect=422)
    assert "This code is not right" in page.text


def test_a_chosen_channel_is_not_asked_for_again(client, mia):
    give_password(client)
    assert client.get("/sign-in/channel").url == "/sign-in/code"


@pytest.mark.parametrize("url", ["/sign-in/code", "/sign-in/channel", "/sign-in/app"])
def test_no_page_between_the_steps_opens_without_the_first(client, url):
    assert client.get(url).url == "/sign-in"


@pytest.mark.parametrize("url", ["/sign-in", "/sign-in/code"])
def test_whoever_is_in_needs_no_door(client, portal, mia, url):
    sign_in(client, portal)
    assert client.get(url).heading == "Mia Chan"


def test_a_page_that_needs_a_sign_in_is_shown_after_it(client, portal, mia):
    assert client.get("/?tab=drafts").url == "/sign-in?next=/?tab%3Ddrafts"
    client.submit("/sign-in", email=EMAIL, password=PASSWORD)
    assert client.submit("/sign-in/code", code=mailed_code(portal)).url == "/?tab=drafts"


@pytest.mark.parametrize(
    "strange", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "/a\nb", "/\t/evil.test"]
)
def test_nobody_is_led_away_after_signing_in(client, portal, mia, strange):
    client.get("/sign-in")
    client.submit("/sign-in", {"next": strange}, email=EMAIL, password=PASSWORD)
    assert client.submit("/sign-in/code", code=mailed_code(portal)).url == "/"


def test_a_form_from_an_address_that_is_none_leads_to_the_sign_in(client):
    client.get("/sign-in")
    sent, headers = {"csrf_token": client.page.csrf_token}, {"Referer": "http://["}
    reply = client.raw.post("/notes", data=sent, base_url=client.origin, headers=headers)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/sign-in")


def test_signing_out_ends_it_for_every_copy_of_the_cookie(client, portal, mia):
    sign_in(client, portal)
    copied = client.raw.get_cookie("sid", domain="127.0.0.1").value
    client.sign_out()
    assert client.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client(client.app)
    thief.raw.set_cookie("sid", copied, domain="127.0.0.1")
    assert thief.get("/").url.startswith("/sign-in")


def test_a_planted_cookie_is_worth_nothing_after_the_sign_in(client, portal, mia):
    client.raw.set_cookie("sid", "planted", domain="127.0.0.1")
    sign_in(client, portal)
    assert client.raw.get_cookie("sid", domain="127.0.0.1").value != "planted"
    thief = Client(client.app)
    thief.raw.set_cookie("sid", "planted", domain="127.0.0.1")
    assert thief.get("/").url.startswith("/sign-in")


def test_signing_in_again_ends_the_sign_in_before(client, portal, mia):
    give_password(client)
    former = client.raw.get_cookie("sid", domain="127.0.0.1").value
    give_password(client)
    other = Client(client.app)
    other.raw.set_cookie("sid", former, domain="127.0.0.1")
    assert other.get("/sign-in/code").url == "/sign-in"


def test_who_is_deactivated_is_out_with_the_next_click(client, portal, mia):
    sign_in(client, portal)
    change_person(portal, mia, active=False)
    assert client.get("/").url.startswith("/sign-in")


def test_who_is_locked_by_a_stranger_goes_on_working(client, portal, mia):
    sign_in(client, portal)
    stranger = Client(client.app)
    for _ in range(5):
        give_password(stranger, "wrong", expect=422)
    assert client.get("/").heading == "Mia Chan"


def test_who_is_locked_between_the_steps_is_told(client, portal, mia):
    give_password(client)
    change_person(portal, mia, locked_at=portal.clock.now())
    assert client.get("/sign-in/code", expect=403).heading == "This account is locked"


@pytest.mark.parametrize("headers", [{"X-Background": "1"}, {"Accept": "application/json"}, {"Sec-Fetch-Mode": "cors"}])
def test_a_script_without_a_sign_in_gets_401(client, headers):
    assert client.raw.get("/", base_url=client.origin, headers=headers).status_code == 401


def test_background_requests_do_not_keep_a_sign_in_awake(client, portal, mia):
    sign_in(client, portal)
    for _ in range(2):
        portal.clock.move(minutes=8)
        last = client.raw.get("/", base_url=client.origin, headers={"X-Background": "1"})
    assert last.status_code == 401


def test_r30_help_says_what_one_needs_for_either_kind_of_code(client):
    page = client.get("/sign-in/help")
    assert "authenticator app" in page.text and "e-mail" in page.text
    assert "clearingps@example.test" in page.text


# --- without a code ---------------------------------------------------------------------------------------------------
def recovery_codes(portal):
    this = seen(portal, full(portal))
    portal.clock.move(seconds=30)
    codes.send_code(portal, this, HOME)
    return recovery.make_codes(portal, this, mailed_code(portal), HOME)


def test_a_recovery_code_leads_to_the_dashboard(client, portal, mia):
    code = recovery_codes(portal)[0]
    page = give_password(client)
    client.get(page.link("I have no code: use a recovery code"))
    assert client.submit("/sign-in/recovery", code=code).heading == "Mia Chan"


def test_a_wrong_recovery_code_is_refused_on_the_same_page(client, portal, mia):
    give_password(client)
    client.get("/sign-in/recovery")
    page = client.submit("/sign-in/recovery", code="abcde-23456", expect=422)
    assert "This code is not right" in page.text


def test_no_recovery_code_is_asked_for_before_a_channel_is_chosen(client, portal):
    add_person(portal, channel=None)
    give_password(client)
    assert client.get("/sign-in/recovery").url == "/sign-in/channel"


def test_no_recovery_code_is_asked_for_without_a_password(client):
    assert client.get("/sign-in/recovery").url == "/sign-in"


# --- devices ----------------------------------------------------------------------------------------------------------
def test_a_browser_is_marked_at_the_first_sign_in_and_keeps_its_mark(client, portal, mia):
    sign_in(client, portal)
    first = client.raw.get_cookie("device", domain="127.0.0.1")
    client.sign_out()
    sign_in(client, portal)
    again = client.raw.get_cookie("device", domain="127.0.0.1")
    assert (first.value, first.max_age, len(first.value)) == (again.value, 400 * 24 * 3600, 43)


def test_a_browser_that_is_new_is_told_by_mail_and_one_of_before_is_not(client, portal, mia):
    sign_in(client, portal)
    client.sign_out()
    sign_in(client, portal)
    assert promised(portal, "device_new") == []
    sign_in(Client(client.app), portal)
    assert [letter["to"] for letter in promised(portal, "device_new")] == [EMAIL]


def test_half_a_sign_in_marks_no_browser(client, mia):
    give_password(client)
    assert client.raw.get_cookie("device", domain="127.0.0.1") is None


def test_outside_the_demo_the_mark_is_bound_to_the_host(sqlite_url, tmp_path):
    settings = {"demo": False, "secret_key": "s" * 40, "base_url": "https://portal.test"}
    portal = still_portal(sqlite_url, tmp_path, **settings)
    add_person(portal)
    client = Client(door(portal), plain_http=False)
    sign_in(client, portal)
    assert client.raw.get_cookie("__Host-device", domain="portal.test").secure
    portal.database.close()
