"""What every answer of the portal carries: its headers and cookies."""

from __future__ import annotations

from werkzeug.test import TestResponse

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
FIXED = {
    "X-Content-Type-Options": {"nosniff"},
    "X-Frame-Options": {"DENY"},
    "Referrer-Policy": {"no-referrer", "same-origin"},
    "Cross-Origin-Opener-Policy": {"same-origin"},
    "Cross-Origin-Resource-Policy": {"same-origin"},
}


def faults(response: TestResponse, *, plain_http: bool, private: bool) -> list[str]:
    """Every rule of an answer that this one breaks; private: only for the person who asked."""
    found = [*_fixed(response), *_policy(response), *_cookies(response, plain_http)]
    if not response.headers.get("Permissions-Policy"):
        found.append("no Permissions-Policy")
    if not plain_http and "max-age=31536000" not in response.headers.get("Strict-Transport-Security", ""):
        found.append("no Strict-Transport-Security of a year")
    if private and "no-store" not in response.headers.get("Cache-Control", ""):
        found.append("a signed-in page may be stored")
    return found


def _fixed(response: TestResponse) -> list[str]:
    got = {name: response.headers.get(name) for name in FIXED}
    return [f"{name} is {got[name]!r}" for name, allowed in FIXED.items() if got[name] not in allowed]


def _policy(response: TestResponse) -> list[str]:
    written = response.headers.get("Content-Security-Policy", "")
    policy = dict([*part.strip().split(" ", 1), ""][:2] for part in written.split(";") if part.strip())
    found = ["Content-Security-Policy has an unsafe part"] if "unsafe-" in written else []
    if response.mimetype != "text/html" and policy.get("default-src") == "'none'":
        return found
    return found + [
        f"Content-Security-Policy: {name} is {policy.get(name)!r}"
        for name, value in POLICY.items()
        if policy.get(name) != value
    ]


def _cookies(response: TestResponse, plain_http: bool) -> list[str]:
    return [fault for cookie in response.headers.getlist("Set-Cookie") for fault in _cookie(cookie, plain_http)]


def _cookie(cookie: str, plain_http: bool) -> list[str]:
    name, _, rest = cookie.partition("=")
    marks = {part.strip().lower() for part in rest.split(";")[1:]}
    wanted = {"httponly", "samesite=lax", "path=/"} | (set() if plain_http else {"secure"})
    found = [f"cookie {name} lacks {mark}" for mark in sorted(wanted - marks)]
    found += [f"cookie {name} has a {mark}" for mark in marks if mark.startswith("domain")]
    if not plain_http and not name.startswith("__Host-"):
        found.append(f"cookie {name} has no __Host- before its name")
    return found
