"""The notice to browsers that are not supported: given once, put away by a button, and never in anybody's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, request, url_for

from app.web import agents
from app.web.guards import local_path, portal, public

bp = Blueprint("browsers", __name__)
PUT_AWAY = "browser"
KEPT = timedelta(days=180)


@bp.post("/browser-notice/dismissal")
@public
def dismiss() -> Any:
    """Put the notice away for half a year, and lead back."""
    response = redirect(local_path(request.form.get("next")) or url_for("dashboard.show"), 303)
    rules: dict[str, Any] = {"secure": not portal().settings.plain_http, "httponly": True, "samesite": "Lax"}
    response.set_cookie(_cookie_name(), "1", max_age=KEPT, path="/", **rules)
    return response


def notice() -> dict[str, str] | None:
    """Where the reader goes on from, when their browser is not supported and the notice not put away."""
    told = request.headers.get("User-Agent", ""), request.headers.get("Sec-CH-UA", "")
    if _cookie_name() in request.cookies or not agents.is_outdated(*told):
        return None
    return {"next": "" if request.method == "POST" else request.full_path.rstrip("?")}


def _cookie_name() -> str:
    return PUT_AWAY if portal().settings.plain_http else f"__Host-{PUT_AWAY}"
