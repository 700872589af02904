"""Setting a password with a link from a mail, and asking for such a link, as a person with a browser does it."""

import re

import pytest

from tests.signing import (
    EMAIL,
    add_person,
    answer_askers,
    change_person,
    given_link,
    mailed_code,
    mailed_token,
    person_row,
    promised,
    still_portal,
)
from tests.web.client import Client
from tests.web.door import door

NEW = "lantern-tram-on-a-hill"


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


def set_password(client, token, password=NEW, again=NEW, **options):
    client.get(f"/sign-in/link/{token}")
    return client.submit(f"/sign-in/link/{token}", password=password, again=again, **options)


def asked(client, email):
    client.get("/sign-in/forgotten")
    page = client.submit("/sign-in/forgotten", email=email)
    answer_askers(client.app.extensions["portal"])
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page.source).replace(email, "")


def test_r32_from_the_welcome_mail_to_the_first_sign_in(client, portal):
    mia = add_person(portal, password_hash=None, channel=None)
    page = set_password(client, given_link(portal, mia, "welcome"))
    assert page.heading == "Your password is set"
    assert client.sign_in(EMAIL, NEW, lambda: mailed_code(portal)).heading == "Mia Chan"


def test_r56_from_the_sign_in_page_to_a_new_password(client, portal, mia):
    page = client.get("/sign-in")
    client.get(page.link("Forgotten your password?"))
    client.submit("/sign-in/forgotten", email=EMAIL)
    answer_askers(portal)
    set_password(client, mailed_token(portal))
    assert client.sign_in(EMAIL, NEW, lambda: mailed_code(portal)).heading == "Mia Chan"


def test_r32_looking_at_a_link_does_not_use_it_up(client, portal, mia):
    token = given_link(portal, mia)
    for _ in range(3):
        client.get(f"/sign-in/link/{token}")
    assert set_password(client, token).heading == "Your password is set"


def test_the_page_of_a_link_names_the_login_and_nobody_may_keep_it_or_learn_its_address(client, portal, mia):
    page = client.get(f"/sign-in/link/{given_link(portal, mia)}")
    assert f'value="{EMAIL}"' in page.source
    headers = client.response.headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "same-origin")


@pytest.mark.parametrize("state", ["unknown", "used", "too old"])
def test_r32_a_link_that_is_over_says_so_and_offers_a_new_one(client, portal, mia, state):
    token = given_link(portal, mia)
    if state == "used":
        set_password(client, token)
    portal.clock.move(minutes=30 if state == "too old" else 0)
    page = client.get(f"/sign-in/link/{'invented' if state == 'unknown' else token}", expect=410)
    assert page.heading == "This link no longer works"
    assert page.link("Ask for a new link") == "/sign-in/forgotten"


def test_a_link_that_ends_while_one_types_sets_nothing(client, portal, mia):
    token = given_link(portal, mia)
    client.get(f"/sign-in/link/{token}")
    portal.clock.move(minutes=30)
    page = client.submit(f"/sign-in/link/{token}", password=NEW, again=NEW, expect=410)
    assert page.heading == "This link no longer works"


def test_a_weak_password_is_refused_with_the_reason(client, portal, mia):
    page = set_password(client, given_link(portal, mia), "password1", "password1", expect=422)
    assert "This password is easy to guess" in page.text


def test_two_different_passwords_are_refused(client, portal, mia):
    before = person_row(portal, mia).password_hash
    page = set_password(client, given_link(portal, mia), NEW, f"{NEW}x", expect=422)
    assert "not the same password" in page.text
    assert person_row(portal, mia).password_hash == before


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("business", "(CCDA) of your company"),
        ("ccda", "clearingps@example.test"),
        ("staff", "portal can"),
    ],
)
def test_a_new_password_says_who_unlocks_an_account_that_stays_locked(client, portal, kind, words):
    person = add_person(portal, kind=kind)
    change_person(portal, person, locked_at=portal.clock.now())
    page = set_password(client, given_link(portal, person))
    assert "Your account is still locked." in page.text
    assert words in page.text


def test_r56_everybody_who_asks_for_a_link_reads_the_same(client, portal, mia):
    stranger = asked(client, "nobody@harbourbright.test")
    known = asked(client, EMAIL)
    change_person(portal, mia, locked_at=portal.clock.now())
    locked = asked(client, EMAIL)
    change_person(portal, mia, active=False)
    assert known == stranger == locked == asked(client, EMAIL)
    assert len(promised(portal, "account_reset")) == 2


def test_who_asks_for_a_link_without_an_address_is_told(client):
    client.get("/sign-in/forgotten")
    page = client.submit("/sign-in/forgotten", email=" ", expect=422)
    assert "Enter the e-mail address" in page.text


@pytest.mark.parametrize("url", ["/sign-in/forgotten", "/sign-in/link/invented"])
def test_guesses_are_rated_like_those_at_the_sign_in(client, url):
    client.app.config["SIGN_IN_RATE"] = "2 per minute"
    client.get("/sign-in/forgotten")
    form = {"csrf_token": client.page.csrf_token, "email": "x@y.test"}
    statuses = [client.raw.post(url, base_url=client.origin, data=form).status_code for _ in range(3)]
    assert statuses[-1] == 429


def test_a_nul_byte_in_an_address_is_an_address_that_nobody_has(client, mia):
    assert "nobody@" not in asked(client, "nobody@harbourbright.test\0")
