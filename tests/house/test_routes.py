"""Every address of the portal, who guards it, and that the list is a decision."""

import difflib
import os
from pathlib import Path

import pytest
from werkzeug.routing import IntegerConverter

PINNED = Path(__file__).with_name("routes.txt")
GUARDS = {"public", "half_signed_in", "signed_in", "demo_only"}
HOW = "To accept the new list, read the difference, then: ACCEPT_ROUTES=1 bin/test tests/house/test_routes.py"


@pytest.fixture
def views(web_app):
    rules = [rule for rule in web_app.url_map.iter_rules() if rule.endpoint != "static"]
    return [(rule, web_app.view_functions[rule.endpoint]) for rule in rules]


@pytest.fixture
def routes(views):
    return sorted(_line(rule, view) for rule, view in views)


def test_every_view_wears_a_guard(views):
    assert not [rule.endpoint for rule, view in views if getattr(view, "guard", None) not in GUARDS]


def test_the_list_of_routes_is_the_accepted_one(routes):
    if os.environ.get("ACCEPT_ROUTES"):
        PINNED.write_text("\n".join(routes) + "\n", encoding="utf-8")
    pinned = PINNED.read_text(encoding="utf-8").splitlines() if PINNED.exists() else []
    difference = difflib.unified_diff(pinned, routes, "accepted", "found", lineterm="", n=0)
    assert pinned == routes, "\n".join(["", *difference, HOW])


def _line(rule, view):
    methods = "/".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
    return f"{rule.rule} {methods} {rule.endpoint} {getattr(view, 'guard', 'UNGUARDED')}"


def test_no_page_with_a_form_answers_to_head(web_app, views):
    client, answered = web_app.test_client(), set()
    for rule, _view in views:
        if {"HEAD", "POST"} <= rule.methods:
            path = rule.build({name: _any_value(rule, name) for name in rule.arguments})[1]
            answered.add(client.head(path, base_url="http://127.0.0.1:8080").status_code)
    assert answered == {405}


def test_no_view_takes_everything_but_get_for_a_form():
    sources = (Path(__file__).parents[2] / "app" / "web").glob("*.py")
    assert not [path.name for path in sources if 'method == "GET"' in path.read_text(encoding="utf-8")]


def _any_value(rule, name):
    return 1 if isinstance(rule._converters[name], IntegerConverter) else "x"
