"""A browser without a screen: cookies, redirects, and the hidden fields of the forms it is shown."""

from __future__ import annotations

import http.client
import io
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

FORM = re.compile(r'<form\b[^>]*?\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
NEXT = re.compile(r'class="next-link" href="([^"]+)"')
TYPED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one request, and after how long."""

    status: int
    headers: list[tuple[str, str]]
    text: str
    seconds: float


Send = Callable[[str, str, dict[str, str], str], Answer]
Watch = Callable[[str, str, Answer], None]


class Surprise(AssertionError):
    """A page was not what a person would have met."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was shown."""

    path: str
    text: str

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that is sent to this address."""
        for where, inner in FORM.findall(self.text):
            if unescape(where) == action:
                return {name: unescape(value) for name, value in HIDDEN.findall(inner)}
        raise Surprise(f"Expected a form for {action} on {self.path}, but there is none: {self.text[-3000:]}")

    def next_link(self, reference: str) -> str:
        """Where the row of a request leads its reader."""
        for row in ROW.findall(self.text):
            if reference in row and (found := NEXT.search(row)):
                return unescape(found[1])
        raise Surprise(f"Expected {reference} with something to do on {self.path}, but it is not there.")


class Browser:
    """One person at one browser; `watch` hears of every request."""

    def __init__(self, send: Send, cookie: str, watch: Watch | None = None) -> None:
        self._send = send
        self._cookies = {"sid": cookie}
        self._watch = watch

    def get(self, path: str) -> Page:
        """A page, wherever redirects lead."""
        return self._shown(self.ask("GET", path), path)

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        """Send a form and follow to the page behind it."""
        return self._shown(self.ask("POST", path, fields), path)

    def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        """One request and its answer."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if fields is not None:
            headers["Content-Type"] = TYPED
        answer = self._send(method, path, headers, urlencode(fields or {}))
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        if self._watch:
            self._watch(method, path, answer)
        return answer

    def _shown(self, answer: Answer, path: str) -> Page:
        while answer.status in (302, 303):
            path = next(value for name, value in answer.headers if name.lower() == "location")
            answer = self.ask("GET", path)
        if answer.status != 200:
            raise Surprise(f"Expected {path} to be shown, but its status is {answer.status}: {answer.text[:3000]}")
        return Page(urlsplit(path).path, answer.text)


def over_http(host: str, port: int) -> Send:
    """Requests over one connection that is kept alive."""
    connection = http.client.HTTPConnection(host, port, timeout=30)

    def send(method: str, path: str, headers: dict[str, str], body: str) -> Answer:
        begun = time.perf_counter()
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        text = response.read().decode()
        return Answer(response.status, response.getheaders(), text, time.perf_counter() - begun)

    return send


def over_wsgi(app: Any, base_url: str) -> Send:
    """Requests to an application of this very process; only the application's own time counts."""
    host = urlsplit(base_url)

    def send(method: str, path: str, headers: dict[str, str], body: str) -> Answer:
        environ = _environ(host.hostname or "", str(host.port), method, path, headers, body.encode())
        said: dict[str, Any] = {}

        def start_response(status: str, answered: list[tuple[str, str]], _error: Any = None) -> None:
            said.update(status=int(status[:3]), headers=answered)

        begun = time.perf_counter()
        answered = app(environ, start_response)
        content = b"".join(answered)
        answered.close()
        seconds = time.perf_counter() - begun
        return Answer(said["status"], said["headers"], content.decode(), seconds)

    return send


def _environ(host: str, port: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    parts = urlsplit(path)
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": f"{host}:{port}",
        "HTTP_COOKIE": headers["Cookie"],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
