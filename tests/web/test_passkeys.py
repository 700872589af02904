"""My passkeys, as a browser without a script of ours sends them."""

import json

import pytest

from app.commands.signing import codes, passkeys
from tests.authenticator import Authenticator, other_challenge
from tests.signing import EMAIL, HOME, PASSWORD, add_person, change_person, full, mailed_code, seen, still_portal
from tests.web.client import Client
from tests.web.door import door
from tests.web.visitors import promised_code

HERE = "http://localhost:8080"
MIA = "mia.maker@harbourbright.test"


@pytest.fixture
def device():
    return Authenticator(HERE)


@pytest.fixture
def mia(visitor):
    return visitor("mia")


def after_code(client, office):
    """What the browser is asked to make, after a code."""
    client.get("/account/passkeys/new")
    client.submit("/account/code")
    page = client.submit("/account/passkeys/new", code=promised_code(office, MIA))
    office.clock.move(seconds=30)
    return page.tree.xpath("//form[@data-options]/@data-options")[0]


def made(client, office, device, name="My phone", **options):
    answer = device.make(after_code(client, office))
    return client.submit("/account/passkeys/key", name=name, answer=answer, **options)


# --- my passkeys ------------------------------------------------------------------------------------------------------
def test_a_passkey_is_made_named_and_listed(mia, office, device):
    page = made(mia, office, device)
    assert "Your passkey is ready for the next sign-in." in page.text
    assert "My phone" in mia.get("/account/passkeys").text


def test_no_passkey_is_asked_of_the_browser_without_a_code(mia):
    mia.get("/account/passkeys/new")
    page = mia.submit("/account/passkeys/new", code="000000", expect=422)
    assert "This code is not right" in page.text
    assert mia.get("/account/passkeys/key").url == "/account/passkeys/new"


def test_a_passkey_without_a_name_is_asked_for_one(mia, office, device):
    page = made(mia, office, device, name=" \n", expect=422)
    assert "Give it a name by which you know it again." in page.text
    answer = device.make(page.tree.xpath("//form[@data-options]/@data-options")[0])
    assert "ready" in mia.submit("/account/passkeys/key", name="Mine", answer=answer).text


def test_a_passkey_for_another_question_is_not_kept(mia, office, device):
    answer = device.make(after_code(mia, office), challenge=other_challenge())
    page = mia.submit("/account/passkeys/key", name="Mine", answer=answer, expect=422)
    assert "The passkey was not kept." in page.text
    assert "You have no passkeys." in mia.get("/account/passkeys").text


def test_a_passkey_is_removed_with_a_code(mia, office, device):
    made(mia, office, device)
    page = mia.get("/account/passkeys")
    mia.get(page.link("Remove: My phone"))
    page = mia.submit("/account/code")
    assert page.url.startswith("/account/passkeys/removal?key=")
    page = mia.submit(page.url, code=promised_code(office, MIA))
    assert "The passkey is removed." in page.text
    assert "You have no passkeys." in mia.get("/account/passkeys").text


def test_nobody_opens_the_page_of_somebody_else_s_passkey(visitor, mia, office, device):
    made(mia, office, device)
    url = mia.get("/account/passkeys").link("Remove: My phone")
    assert visitor("chen").get(url).url == "/account/passkeys"


def test_a_name_is_shown_as_it_is_and_does_nothing(mia, office, device):
    made(mia, office, device, name="<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in mia.get("/account/passkeys").text


# --- at the sign-in ---------------------------------------------------------------------------------------------------
class AtHome(Client):
    """A browser at the name that passkeys are made for."""

    def __init__(self, app):
        super().__init__(app)
        self.origin = HERE


@pytest.fixture
def portal(sqlite_url, tmp_path):
    portal = still_portal(sqlite_url, tmp_path)
    yield portal
    portal.database.close()


@pytest.fixture
def at_home(portal, device):
    """Whoever has a passkey, between the password and the code."""
    add_person(portal)
    token = full(portal)
    portal.clock.move(seconds=30)
    codes.send_code(portal, seen(portal, token), HOME)
    passkeys.begin_making(portal, seen(portal, token), mailed_code(portal), HOME)
    answer = device.make(passkeys.what_to_make(portal, seen(portal, token)))
    passkeys.finish_making(portal, seen(portal, token), "Mine", answer, HOME)
    client = AtHome(door(portal))
    client.get("/sign-in")
    client.submit("/sign-in", email=EMAIL, password=PASSWORD)
    return client


def asked(client):
    """What the script is told to have signed."""
    form = {"csrf_token": client.page.csrf_token}
    return client.raw.post("/sign-in/passkey/options", base_url=client.origin, data=form)


def test_r43_a_passkey_leads_to_the_dashboard(at_home, device):
    answer = device.sign(asked(at_home).get_data(as_text=True))
    assert at_home.submit("/sign-in/passkey", code=answer).heading == "Mia Chan"


def test_what_is_to_be_signed_is_told_as_json_and_kept_by_nobody(at_home):
    response = asked(at_home)
    assert (response.mimetype, response.headers["Cache-Control"]) == ("application/json", "no-store")
    assert json.loads(response.get_data(as_text=True))["userVerification"] == "required"


@pytest.mark.parametrize("answer", ["", "{}", "nonsense", "[" * 5000])
def test_a_passkey_that_is_none_is_refused_and_the_code_still_works(at_home, portal, answer):
    page = at_home.submit("/sign-in/passkey", code=answer, expect=422)
    assert "The passkey was not accepted." in page.text
    assert at_home.submit("/sign-in/code", code=mailed_code(portal)).heading == "Mia Chan"


def test_the_fifth_refused_passkey_leads_to_the_page_about_locks(at_home, device):
    for expect in (422, 422, 422, 422, 403):
        answer = device.sign(asked(at_home).get_data(as_text=True), challenge=other_challenge())
        page = at_home.submit("/sign-in/passkey", code=answer, expect=expect)
    assert page.heading == "This account is locked"


def test_a_passkey_is_offered_only_where_it_works(at_home, portal):
    assert 'data-passkey="get"' in at_home.get("/sign-in/code").source
    elsewhere = Client(at_home.app)
    elsewhere.get("/sign-in")
    assert "data-passkey" not in elsewhere.submit("/sign-in", email=EMAIL, password=PASSWORD).source


def test_whoever_has_no_passkey_is_told_nothing_to_sign(portal):
    add_person(portal)
    client = AtHome(door(portal))
    client.get("/sign-in")
    page = client.submit("/sign-in", email=EMAIL, password=PASSWORD)
    assert "data-passkey" not in page.source
    assert asked(client).status_code == 409


def test_who_is_locked_between_the_steps_is_told_before_the_passkey_is_looked_at(at_home, portal):
    change_person(portal, 1, locked_at=portal.clock.now())
    assert at_home.submit("/sign-in/passkey", code="{}", expect=403).heading == "This account is locked"


@pytest.mark.parametrize("url", ["/sign-in/passkey", "/sign-in/passkey/options"])
def test_no_passkey_is_taken_without_the_password(portal, url):
    client = AtHome(door(portal))
    client.get("/sign-in")
    assert client.post(url, {"code": "{}"}).url == "/sign-in"
