"""The page that shows every kind of field: for analysts to choose from, and for designers to look at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request, url_for

from app.web import specimens
from app.web.guards import current_person, portal, signed_in

bp = Blueprint("components", __name__, url_prefix="/components")
EXCHANGE = frozenset({"analyst", "ops", "admin", "staff"})


@bp.route("", methods=["GET", "POST"])
@signed_in
def show() -> str:
    """Every kind of field; the buttons of the rows do what they say, and nothing is kept."""
    _allow()
    sections = specimens.sections(specimens.rows_after(request.form))
    return render_template(
        "components.html",
        sections=sections,
        errors=specimens.summary(sections) if "checked" in request.form else [],
        here=url_for("components.show"),
        check_url=url_for("components.check"),
    )


@bp.post("/check")
@signed_in
def check() -> Any:
    """Which mail addresses are wrong, and the total, for the page's script."""
    _allow()
    wrong = {name: [specimens.BAD_MAIL] for name, text in request.form.items() if _is_bad_mail(name, text)}
    return jsonify(errors=wrong, warnings={}, computed={"total": specimens.total(request.form)})


def _allow() -> None:
    if not portal().settings.demo and current_person().kind not in EXCHANGE:
        abort(404)


def _is_bad_mail(name: str, text: str) -> bool:
    return "email" in name.rpartition(".")[2] and bool(text) and "@" not in text
