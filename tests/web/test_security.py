"""What holds for every answer, and which requests never reach a view."""

import pytest

from app.web.guards import local_path
from app.web.security import CONTENT_POLICY
from tests.signing import EMAIL, PASSWORD, add_person, mailed_code, still_portal
from tests.web.client import Client
from tests.web.door import door

SECRET_KEY = "a-secret-of-the-tests-that-is-long-enough"
HOME = "http://127.0.0.1:8080"


@pytest.fixture
def portal(sqlite_url, tmp_path):
    portal = still_portal(sqlite_url, tmp_path)
    yield portal
    portal.database.close()


@pytest.fixture
def public_portal(sqlite_url, tmp_path):
    portal = still_portal(sqlite_url, tmp_path, demo=False, secret_key=SECRET_KEY, base_url="https://portal.test")
    yield portal
    portal.database.close()


@pytest.fixture
def app(portal):
    return door(portal)


def signed_in(app, portal, **options):
    client = Client(app, **options)
    add_person(portal)
    client.sign_in(EMAIL, PASSWORD, lambda: mailed_code(portal))
    return client


def note(client, token=True, **headers):
    data = {"csrf_token": client.page.csrf_token} if token else {}
    return client.raw.post("/notes", data=data, base_url=client.origin, headers=headers).status_code


@pytest.mark.parametrize("url", ["/", "/sign-in", "/nowhere", "/static/nothing.css", "/sign-out"])
def test_every_answer_has_the_headers(app, url):
    response = app.test_client().get(url, base_url=HOME)
    assert response.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Server"] == ""
    assert "Permissions-Policy" in response.headers


def test_only_the_demo_without_tls_asks_for_no_tls(app, public_portal):
    plain = app.test_client().get("/sign-in", base_url=HOME)
    public = door(public_portal).test_client().get("/sign-in", base_url="https://portal.test")
    assert "Strict-Transport-Security" not in plain.headers
    assert public.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_cookies_are_bound_to_the_host_and_to_tls(public_portal):
    client = signed_in(door(public_portal), public_portal, plain_http=False)
    cookies = [client.raw.get_cookie(name, domain="portal.test") for name in ("__Host-sid", "__Host-form")]
    assert all(cookie.secure and cookie.http_only and cookie.same_site == "Lax" for cookie in cookies)


def test_a_form_of_this_sign_in_is_taken(app, portal):
    assert note(signed_in(app, portal)) == 204


def test_a_form_without_its_token_is_refused(app, portal):
    assert note(signed_in(app, portal), token=False) == 403


def test_a_token_of_another_browser_is_refused(app, portal):
    client, other = signed_in(app, portal), Client(app)
    client.page = other.get("/sign-in")
    assert note(client) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_sent_by_another_site_is_refused(app, portal, site):
    assert note(signed_in(app, portal), **{"Sec-Fetch-Site": site}) == 403


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://127.0.0.1:9999"])
def test_a_form_from_a_foreign_origin_is_refused(app, portal, origin):
    assert note(signed_in(app, portal), Origin=origin) == 403


def test_a_link_from_another_site_may_lead_here(app):
    response = app.test_client().get("/sign-in", base_url=HOME, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:5000", "[::1]:8080"])
def test_the_demo_answers_to_every_name_of_this_machine(app, host):
    assert app.test_client().get("/sign-in", base_url=f"http://{host}").status_code == 200


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "[evil", "localhost@evil.test"])
def test_the_demo_answers_to_no_other_name(app, host):
    response = app.test_client().get("/sign-in", base_url=HOME, headers={"Host": host})
    assert response.status_code == 400


@pytest.mark.parametrize(("host", "status"), [("portal.test", 200), ("127.0.0.1", 400), ("portal.test:444", 400)])
def test_a_portal_answers_to_its_own_name_only(public_portal, host, status):
    response = door(public_portal).test_client().get("/sign-in", base_url=f"https://{host}")
    assert response.status_code == status


def test_more_than_a_megabyte_is_not_read(app):
    response = app.test_client().post("/sign-in", data={"email": "x" * 1_100_000}, base_url=HOME)
    assert response.status_code == 413


def test_an_address_that_tries_too_often_has_to_wait(app):
    client = Client(app, address="203.0.113.9")
    app.config["SIGN_IN_RATE"] = "3 per minute"
    for _ in range(3):
        client.get("/sign-in")
        client.submit("/sign-in", email="x@y.test", password="wrong", expect=422)
    client.get("/sign-in")
    response = client.raw.post(
        "/sign-in",
        data={"csrf_token": client.page.csrf_token},
        base_url=HOME,
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert (response.status_code, 0 < int(response.headers["Retry-After"]) <= 60) == (429, True)


def test_an_address_that_sends_many_wrong_passwords_has_to_wait(app):
    client = Client(app, address="203.0.113.9")
    app.config["FAILED_RATE"] = "2 per hour"
    client.get("/sign-in")
    assert [_guess(client, who) for who in ("x@y.test", "y@y.test", "z@y.test")] == [422, 422, 429]


def test_the_addresses_of_one_network_are_counted_together(app):
    app.config["SIGN_IN_RATE"] = "1 per minute"
    clients = [Client(app, address=address) for address in ("2001:db8::1", "2001:db8::2", "2001:db8:1::1")]
    for client in clients:
        client.get("/sign-in")
    assert [_guess(client, "x@y.test") for client in clients] == [422, 429, 422]


def _guess(client, who):
    fields = {"csrf_token": client.page.csrf_token, "email": who, "password": "wrong"}
    return client.raw.post("/sign-in", data=fields, base_url=HOME, environ_overrides=client.environ).status_code


def test_another_address_may_still_try(app):
    app.config["SIGN_IN_RATE"] = "1 per minute"
    for address in ("203.0.113.9", "203.0.113.10"):
        client = Client(app, address=address)
        client.get("/sign-in")
        client.submit("/sign-in", email="x@y.test", password="wrong", expect=422)


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 404)])
def test_the_mail_of_the_demo_exists_in_the_demo_only(portal, public_portal, demo, status):
    app, home = (door(portal), HOME) if demo else (door(public_portal), "https://portal.test")
    assert app.test_client().get("/demo/mail", base_url=home).status_code == status


def test_every_view_wears_its_guard(app):
    guards = {name: getattr(view, "guard", None) for name, view in app.view_functions.items() if name != "static"}
    assert guards["signin.password"] == "public"
    assert guards["signin.code"] == "half_signed_in"
    assert guards["dashboard.show"] == "signed_in"
    assert None not in guards.values()


@pytest.mark.parametrize("path", ["/", "/tasks/1?decision=return", "/requests/CT027-20261123-000001"])
def test_a_path_of_this_site_may_be_led_back_to(path):
    assert local_path(path) == path
