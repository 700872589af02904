"""Who may open a page: one decorator above each view, and the cookie that says who asks."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as AnyResponse

from app.commands.portal import Portal
from app.commands.signing import signin as commands
from app.commands.signing.tries import Origin
from app.store.signins import Signin
from engine.people import Person
from engine.rights import may

View = Callable[..., Any]
LONGEST_TOKEN = 64
TOKEN_BYTES = 32
SIGN_IN, DEVICE = "sid", "device"
DEVICE_LIFE = timedelta(days=400)  # the longest that browsers keep a cookie


class Visitor(UserMixin):
    """Whoever holds the cookie of an open sign-in, as Flask-Login wants to see them."""

    def __init__(self, signin: Signin) -> None:
        self.signin = signin

    @property
    def is_authenticated(self) -> bool:
        """Whether the code was given too; a password alone opens nothing."""
        return self.signin.stage == "full"

    def get_id(self) -> str:
        """The sign-in, not the person: nothing else may bring it back."""
        return self.signin.id


def admit(app: Flask) -> None:
    """Let Flask-Login find the visitor by our own cookie and by nothing else."""
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_visitor)
    manager.init_app(app, add_context_processor=False)


def portal() -> Portal:
    """The running portal."""
    found: Portal = current_app.extensions["portal"]
    return found


def origin() -> Origin:
    """Where this request comes from."""
    known = request.cookies.get(_cookie_name(DEVICE), "")
    return Origin(request.remote_addr or "", request.headers.get("User-Agent", ""), known[:LONGEST_TOKEN])


def marked_origin() -> Origin:
    """The same for a full sign-in: a browser without a mark gets one."""
    found = origin()
    return found if found.device else found._replace(device=secrets.token_urlsafe(TOKEN_BYTES))


def current_signin() -> Signin | None:
    """The open sign-in of this request, of either stage."""
    return current_user.signin if isinstance(current_user._get_current_object(), Visitor) else None


def somebody() -> Person | None:
    """Who is fully signed in, if anybody."""
    signin = current_signin()
    return signin.person if signin and signin.stage == "full" else None


def current_person() -> Person:
    """Who is fully signed in; answers 401 when nobody is."""
    person = somebody()
    if person is None:
        abort(401)
    return person


def public(view: View) -> View:
    """Anybody may open this."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def half_signed_in(view: View) -> View:
    """Only between password and code."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        signin = current_signin()
        if signin is None:
            return redirect(url_for("signin.password"), 303)
        if signin.stage != "password":
            return redirect(url_for("dashboard.show"), 303)
        return view(*args, **kwargs)

    guarded.guard = "half_signed_in"  # type: ignore[attr-defined]
    return guarded


def signed_in(view: View) -> View:
    """Only after password and code; pages lead to the sign-in and back, scripts get 401."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if somebody() is not None:
            return view(*args, **kwargs)
        if _is_background():
            abort(401)
        return redirect(url_for("signin.password", next=_way_back()), 303)

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return guarded


def only(what: str) -> Callable[[View], View]:
    """Only for those who may do what the table of rights calls so; for everybody else the page does not exist."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not may(current_person(), what):
                abort(404)
            return view(*args, **kwargs)

        outer = signed_in(guarded)
        outer.needs = what  # type: ignore[attr-defined]
        return outer

    return guard


def demo_only(view: View) -> View:
    """Anybody, but only in the demo; elsewhere it does not exist."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not portal().settings.demo:
            abort(404)
        return view(*args, **kwargs)

    guarded.guard = "demo_only"  # type: ignore[attr-defined]
    return guarded


def local_path(text: str | None) -> str | None:
    """The text when it is a path on this site, else None."""
    if not text or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or any(ord(letter) < 33 or ord(letter) == 127 for letter in text):
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc else text


def hand_out(response: AnyResponse, token: str) -> AnyResponse:
    """Give the browser the cookie of a sign-in."""
    response.set_cookie(_cookie_name(SIGN_IN), token, **_cookie_rules())
    return response


def mark(response: AnyResponse, device: str) -> AnyResponse:
    """Let the browser keep its mark, by which its owner is not warned of it again."""
    response.set_cookie(_cookie_name(DEVICE), device, max_age=DEVICE_LIFE, **_cookie_rules())
    return response


def take_back(response: AnyResponse) -> AnyResponse:
    """Make the browser forget the cookie."""
    response.delete_cookie(_cookie_name(SIGN_IN), **_cookie_rules())
    return response


def _visitor(request: Request) -> Visitor | None:
    token = request.cookies.get(_cookie_name(SIGN_IN), "")
    if not 0 < len(token) <= LONGEST_TOKEN:
        return None
    signin = commands.visit(portal(), token, active=request.headers.get("X-Background") != "1")
    return None if signin is None else Visitor(signin)


def _cookie_name(name: str) -> str:
    return name if portal().settings.plain_http else f"__Host-{name}"


def _cookie_rules() -> dict[str, Any]:
    return {"path": "/", "secure": not portal().settings.plain_http, "httponly": True, "samesite": "Lax"}


def _is_background() -> bool:
    if request.headers.get("X-Background") == "1" or request.accept_mimetypes.best == "application/json":
        return True
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def _way_back() -> str | None:
    if request.method != "POST":
        return local_path(request.full_path.rstrip("?"))
    with suppress(ValueError):  # a browser may be told to say anything
        came_from = urlsplit(request.referrer or "")
        return local_path(came_from.path) if came_from.netloc == request.host else None
    return None
