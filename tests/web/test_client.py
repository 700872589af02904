"""The test client finds what a page does wrong."""

import pytest
from flask import Flask, redirect, request

from tests.web.client import Client
from tests.web.page import Page
from tests.web.reply import FIXED, POLICY

GOOD = """<!doctype html><html lang="en"><head><title>Sign in · Client Connect</title></head><body>
<main id="content"><h1>Sign in</h1>
<form action="/sign-in" method="post"><input type="hidden" name="csrf_token" value="t0">
<label for="email">E-mail</label><input id="email" name="email" value="maker@alpha.test">
<button>Sign in</button></form><p><a href="#content">Top</a></p></main></body></html>"""

WRONG = [
    ("<title>Sign in", "<title>Log in", "does not start with the h1"),
    ("<h1>Sign in</h1>", "<h1>Sign in</h1><h1>Again</h1>", "2 h1"),
    ('lang="en"', "", "no lang"),
    ("<main", '<p id="email"></p><main', "'email' stands 2 times"),
    ('href="#content"', 'href="#nowhere"', "link to nowhere"),
    (">Top<", "><", "says nothing"),
    ("<button>Sign in</button>", "<button></button>", "says nothing"),
    ('name="csrf_token"', 'name="token"', "without csrf_token"),
    ('action="/sign-in" method="post"', "", "without action and method"),
    ('<label for="email">E-mail</label>', "", "'email' has no label"),
    ("<p>", '<p style="color: red">', "style attribute"),
    ("<p>", '<p onclick="go()">', "onclick attribute"),
    ("<p>", "<style>p {}</style><p>", "inline style"),
    ("<p>", "<script>go()</script><p>", "inline script"),
    ("<p>", "<p>Traceback (most recent call last)", "Traceback"),
    ("<p>", '<p><img src="/logo.svg">', "has no alt"),
]


@pytest.fixture
def headers():
    policy = "; ".join(f"{name} {value}" for name, value in POLICY.items())
    fixed = {name: min(allowed) for name, allowed in FIXED.items()}
    return fixed | {"Content-Security-Policy": policy, "Permissions-Policy": "camera=()"}


@pytest.fixture
def small(headers):
    app = Flask("small", static_folder=None)
    app.add_url_rule("/sign-in", "page", lambda: GOOD)
    app.add_url_rule("/sign-in", "post", lambda: redirect("/said?" + "&".join(request.form), 303), methods=["POST"])
    app.add_url_rule("/said", "said", lambda: GOOD.replace("Top", request.query_string.decode()))
    app.after_request(lambda response: response.headers.extend(headers) or response)
    return app


def test_a_good_page_has_no_fault():
    assert Page("/", 200, GOOD).faults() == []


@pytest.mark.parametrize(("right", "wrong", "sentence"), WRONG)
def test_a_bad_page_is_told_its_fault(right, wrong, sentence):
    assert any(sentence in fault for fault in Page("/", 200, GOOD.replace(right, wrong, 1)).faults())


def test_a_form_is_sent_with_what_it_already_held(small):
    client = Client(small)
    client.get("/sign-in")
    assert client.submit("/sign-in", password="secret").links == ["csrf_token&email&password"]


@pytest.mark.parametrize("name", [*FIXED, "Content-Security-Policy", "Permissions-Policy"])
def test_a_missing_header_fails_the_test(small, headers, name):
    del headers[name]
    with pytest.raises(AssertionError, match=name):
        Client(small).get("/sign-in")


@pytest.mark.parametrize(
    "cookie",
    [
        "sid=1; Secure; HttpOnly; Path=/; SameSite=Lax",
        "__Host-sid=1; HttpOnly; Path=/; SameSite=Lax",
        "__Host-sid=1; Secure; Path=/; SameSite=Lax",
        "__Host-sid=1; Secure; HttpOnly; Path=/; SameSite=None",
        "__Host-sid=1; Secure; HttpOnly; Path=/; SameSite=Lax; Domain=portal.test",
    ],
)
def test_a_loose_cookie_fails_the_test(small, headers, cookie):
    headers |= {"Set-Cookie": cookie, "Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    with pytest.raises(AssertionError, match="cookie"):
        Client(small, plain_http=False).get("/sign-in")
