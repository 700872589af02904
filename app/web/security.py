"""What holds for every request and every answer: hosts, origins, form tokens, headers, rates."""

from __future__ import annotations

from ipaddress import ip_network
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from app.commands.portal import Keys
from app.config import Settings
from app.web.guards import somebody

MEGABYTE = 1024 * 1024
LARGEST_UPLOAD = 11 * MEGABYTE  # one file of 10 MB, and the form around it
UPLOADS = ("files.upload", "paper_forms.publish", "bulletins.new", "bulletins.change", "documents.publish")
WRONG = 422
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_NUMBER = 2**53 - 1  # of a record in an address: no database has more, and none is asked for more
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Server": "",  # else the server names itself
}
TRANSPORT = "max-age=31536000; includeSubDomains"
FOREVER = "public, max-age=31536000, immutable"  # files of /static carry a hash in their names
SIGN_IN_RATE = "60 per minute"
FAILED_RATE = "30 per hour"  # wrong passwords of one address: five lock an account, and nobody shall lock a company
NETWORK = 64  # bits of an IPv6 address that one customer has


def _whence() -> str:
    """The address that a request is counted for: of IPv6, the whole network that one customer has."""
    address = get_remote_address()
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/{NETWORK}", strict=False))


csrf = CSRFProtect()
limiter = Limiter(_whence, storage_uri="memory://", headers_enabled=True)


def sign_in_rate() -> str:
    """How many tries one address has; tests and load drivers may set another."""
    rate: str = current_app.config["SIGN_IN_RATE"]
    return rate


def failed_rate() -> str:
    """How many wrong passwords one address may send; tests may set another."""
    rate: str = current_app.config["FAILED_RATE"]
    return rate


limited = limiter.limit(sign_in_rate, methods=["POST"])  # above every view that takes a guess
read_limited = limiter.limit(sign_in_rate, methods=["GET"])  # above every page that a secret address opens
failing = limiter.limit(failed_rate, methods=["POST"], deduct_when=lambda answer: answer.status_code == WRONG)


def secure(app: Flask, settings: Settings) -> None:
    """Put every rule of this file before and behind each view of the app."""
    app.secret_key = Keys(settings.secret_key).derive("form")
    app.config.update(_limits(settings))
    app.url_map.converters["int"] = RecordNumber
    app.before_request(_refuse_heads_of_forms)
    app.before_request(_refuse_strange_hosts)
    app.before_request(_refuse_nothings)
    app.before_request(_refuse_strange_origins)
    app.before_request(_let_files_in)
    app.before_request(_refuse_without_token)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(_set_headers)


def at_home(domain: str) -> bool:
    """Whether the page is read at that domain or below it: only there a browser uses passkeys made for it."""
    host = _hostname(request.host) or ""
    return host == domain or host.endswith(f".{domain}")


def _limits(settings: Settings) -> dict[str, object]:
    return {
        "SETTINGS": settings,
        "MAX_CONTENT_LENGTH": MEGABYTE,
        "SIGN_IN_RATE": SIGN_IN_RATE,
        "FAILED_RATE": FAILED_RATE,
        "WTF_CSRF_CHECK_DEFAULT": False,  # checked below, with 403 for an answer
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the cookie it is bound to
        "WTF_CSRF_SSL_STRICT": False,  # the origin is checked below, by a better header
        "SESSION_COOKIE_NAME": "form" if settings.plain_http else "__Host-form",
        "SESSION_COOKIE_SECURE": not settings.plain_http,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
    }


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


class RecordNumber(IntegerConverter):
    """The number of a record in an address."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_NUMBER)


def _refuse_heads_of_forms() -> None:
    """Flask takes HEAD wherever it takes GET, past every check of a form: a page with a form has no need of it."""
    if request.method == "HEAD" and request.url_rule and "POST" in (request.url_rule.methods or ()):
        abort(405)


def _refuse_strange_hosts() -> None:
    host, settings = request.host, _settings()
    if host == urlsplit(settings.base_url).netloc or request.endpoint == "ops.health":
        return
    if not (settings.demo and _hostname(host) in LOOPBACK):
        abort(400, "Expected this portal's own address, but the request names another host.")


def _refuse_nothings() -> None:
    """A NUL is no letter: one database keeps it and the other fails on it."""
    if "\x00" in request.path:
        abort(404)
    if any("\x00" in text for text in request.args.values()):
        abort(400, "Expected readable text, but the address holds a NUL character.")


def _refuse_strange_origins() -> None:
    if request.method in SAFE_METHODS:
        return
    own = request.host_url.rstrip("/")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, "Expected a form of this portal, but another site sent it.")
    if request.headers.get("Origin", own) not in (own, _settings().base_url):
        abort(403, "Expected a form of this portal, but another site sent it.")


def _let_files_in() -> None:
    """Only who is signed in may send more than forms are; said before anything reads the form."""
    if request.endpoint in UPLOADS and somebody() is not None:
        request.max_content_length = LARGEST_UPLOAD


def _refuse_without_token() -> None:
    if request.endpoint is None:
        return
    try:
        csrf.protect()
    except CSRFError:
        abort(403, "Expected a form of this sign-in, but the page is from another one. Open the page again.")


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    if not _settings().plain_http:
        response.headers["Strict-Transport-Security"] = TRANSPORT
    is_asset = request.endpoint == "static" and response.status_code in (200, 206, 304)
    response.headers["Cache-Control"] = FOREVER if is_asset else "no-store"
    return response


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
