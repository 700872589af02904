"""The page that shows every kind of field: for analysts to choose from, and for designers to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request, url_for

from app.web import gallery, specimens
from app.web.guards import current_person, portal, signed_in
from engine.rights import may

bp = Blueprint("components", __name__, url_prefix="/components")
Raw = Mapping[str, str]
ACT = re.compile(r"persons:(?P<verb>add|remove|up|down)(:(?P<index>\d))?")
PART = re.compile(r"persons\.(\d)\.(name|email|phone|signs)")
LONGEST_AMOUNT = 15


@bp.route("", methods=["GET", "POST"])
@signed_in
def show() -> str:
    """Every kind of field; the buttons of the rows do what they say, and nothing is kept."""
    _allow()
    sections = gallery.sections(_rows_after(request.form))
    return render_template(
        "components.html",
        sections=sections,
        errors=gallery.summary(sections) if "checked" in request.form else [],
        here=url_for("components.show"),
        check_url=url_for("components.check"),
    )


@bp.post("/check")
@signed_in
def check() -> Any:
    """Which mail addresses are wrong, and the total, for the page's script."""
    _allow()
    wrong = {name: [specimens.BAD_MAIL] for name, text in request.form.items() if _is_bad_mail(name, text)}
    return jsonify(errors=wrong, warnings={}, computed={"total": _total(request.form)})


def _allow() -> None:
    if not portal().settings.demo and not may(current_person(), "see the components"):
        abort(404)


def _is_bad_mail(name: str, text: str) -> bool:
    return "email" in name.rpartition(".")[2] and bool(text) and "@" not in text


def _rows_after(raw: Raw) -> list[dict[str, str]]:
    """The persons as they were typed, after the button that was pressed."""
    people = _typed(raw) if raw else specimens.PERSONS
    act = ACT.fullmatch(raw.get("act", ""))
    if act is None:
        return people
    if act["verb"] == "add":
        return [*people, dict.fromkeys(specimens.PERSONS[0], "")]
    index = int(act["index"] or len(people))
    return _after(people, act["verb"], index) if index < len(people) else people


def _total(raw: Raw) -> str:
    """Both limits together."""
    digits = [raw.get(name, "").replace(",", "") for name in ("limit_a", "limit_b")]
    return f"{sum(int(text) for text in digits if text.isdecimal() and len(text) <= LONGEST_AMOUNT):,}"


def _typed(raw: Raw) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, given in raw.items():
        part = PART.fullmatch(name)
        if part:
            found.setdefault(int(part[1]), dict.fromkeys(specimens.PERSONS[0], ""))[part[2]] = given
    return [found[index] for index in sorted(found)]


def _after(people: list[dict[str, str]], verb: str, index: int) -> list[dict[str, str]]:
    rest = [*people[:index], *people[index + 1 :]]
    if verb == "remove":
        return rest
    place = max(index - 1, 0) if verb == "up" else index + 1
    return [*rest[:place], people[index], *rest[place:]]
