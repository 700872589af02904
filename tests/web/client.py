"""A person at a browser without scripts: every page that is fetched is checked, whatever the test is about."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.web import reply
from tests.web.page import Page

MOST_REDIRECTS = 5
NO_FAULT_BELOW = 500


class Client:
    """Fetches pages, fills their forms and follows where they lead.

    start: the page that is before somebody who has gone nowhere yet; it is fetched when a test looks at it.
    """

    def __init__(self, app: Flask, *, plain_http: bool = True, address: str = "127.0.0.1", start: str = "") -> None:
        self.app = app
        self.plain_http = plain_http
        self.origin = "http://127.0.0.1:8080" if plain_http else "https://portal.test"
        self.raw = app.test_client()
        self.environ = {"REMOTE_ADDR": address}
        self._start = start
        self._seen: Page | None = None
        self.response: TestResponse | None = None

    @property
    def page(self) -> Page | None:
        """The last page seen."""
        if self._seen is None and self._start:
            self.get(self._start)
        return self._seen

    @page.setter
    def page(self, seen: Page | None) -> None:
        self._seen = seen

    def get(self, url: str, *, expect: int | None = 200) -> Page:
        """Fetch a page; expect: the status of the page it ends on, None for any."""
        return self._follow("GET", url, None, expect)

    def post(self, url: str, fields: Mapping[str, Any] | None = None, *, expect: int | None = 200, **more: Any) -> Page:
        """Send fields with the last page's csrf_token and fetch the page that follows."""
        given = {"csrf_token": self.page.csrf_token if self.page else None, **(fields or {}), **more}
        return self._follow("POST", url, _told(given), expect)

    def submit(
        self, action: str, fields: Mapping[str, Any] | None = None, *, expect: int | None = 200, **more: Any
    ) -> Page:
        """Fill the last page's form that goes to `action` and send it; a field set to None is left out."""
        assert self.page is not None, "fetch a page first"
        form = self.page.form(action)
        given = _told({**form.fields, **(fields or {}), **more})
        if form.method == "post":
            return self._follow("POST", action, given, expect)
        return self._follow("GET", action, given, expect)

    def download(self, url: str, *, expect: int = 200) -> TestResponse:
        """Fetch something that is not a page."""
        response = self._send("GET", url, None)
        assert response.status_code == expect, f"{url}: {response.status}"
        return response

    def sign_in(self, email: str, password: str, code: str | Callable[[], str], *, channel: str = "email") -> Page:
        """Sign in with a password and a code; channel: chosen when the portal asks for one."""
        self.get("/sign-in")
        page = self.submit("/sign-in", email=email, password=password)
        if urlsplit(page.url).path == "/sign-in/channel":
            page = self.submit("/sign-in/channel", channel=channel)
        assert urlsplit(page.url).path == "/sign-in/code", f"not asked for a code, but: {page.url} {page.text}"
        return self.submit("/sign-in/code", code=code if isinstance(code, str) else code())

    def sign_out(self) -> Page:
        """Sign out by the button on the last page."""
        return self.submit("/sign-out")

    def _follow(self, method: str, url: str, fields: Mapping[str, Any] | None, expect: int | None) -> Page:
        response = self._send(method, url, fields)
        for _ in range(MOST_REDIRECTS):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            assert method == "GET" or response.status_code == 303, f"POST {url} leads on with {response.status}"
            method, url = "GET", urljoin(url, response.headers["Location"])
            assert urlsplit(url).netloc in ("", urlsplit(self.origin).netloc), f"leads away to {url}"
            response = self._send("GET", url, None)
        self._seen = page = self._page(url, response)
        assert expect in (None, response.status_code), f"{url}: {response.status}: {page.text}"
        return page

    def _send(self, method: str, url: str, fields: Mapping[str, Any] | None) -> TestResponse:
        given = {"data": fields} if method == "POST" else {"query_string": fields} if fields else {}
        headers = {"Origin": self.origin, "Referer": self.origin + "/"} if method == "POST" else {}
        response = self.raw.open(
            _inside(url), method=method, base_url=self.origin, headers=headers, environ_overrides=self.environ, **given
        )
        self.response = response
        private = self._is_private(method, url)
        faults = reply.faults(response, plain_http=self.plain_http, private=private)
        assert not faults, _sentence(url, faults)
        return response

    def _page(self, url: str, response: TestResponse) -> Page:
        assert response.mimetype == "text/html", f"{url}: expected a page, but got {response.mimetype}"
        page = Page(_inside(url), response.status_code, response.get_data(as_text=True))
        assert response.status_code < NO_FAULT_BELOW or response.status_code == 503, f"{url}: {page.text}"
        faults = page.faults()
        assert not faults, _sentence(url, faults)
        return page

    def _is_private(self, method: str, url: str) -> bool:
        try:
            endpoint, _ = self.app.url_map.bind("127.0.0.1").match(urlsplit(url).path, method=method)
        except (HTTPException, RequestRedirect):
            return False
        return getattr(self.app.view_functions[endpoint], "guard", "public") in ("signed_in", "half_signed_in")


def _inside(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _sentence(url: str, faults: list[str]) -> str:
    return os.linesep.join([f"{url} breaks the rules of every page:", *(f"  {fault}" for fault in faults)])
