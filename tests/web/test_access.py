"""Every address by everybody: who is let in, as a table that is a decision."""

import difflib
import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.seed import DEMO_PASSWORD
from tests.commands.office import PEOPLE, opened
from tests.web.everything import NORA, address, one_of_everything
from tests.web.visitors import Visitors

PINNED = Path(__file__).with_name("access.txt")
HOW = "To accept the new table, read the difference, then: ACCEPT_ACCESS=1 bin/test tests/web/test_access.py"
ROLES = {
    "password only": "bo",
    "other company": "leo",
    "no right": "nora",
    "maker": "mia",
    "checker": "chen",
    "ccda": "ada",
    "other ccda": "carmen",
    "desk": "edith",
    "events": "lily",
    "admin": "agnes",
    "ops": "olive",
    "analyst": "andy",
    "auditor": "audrey",
}
OUTSIDE = ("/sign-in", "/health", "/demo", "/calendar/feed", "/help", "/support", "/browser-notice", "/language")
FIELDS = {
    "/filters/<int:saved>": {"act": "begin-plainly"},
    "/tasks/<uuid:task_id>/file-acts": {"act": "signed_dda:remove:{file_id}"},
    "/people/<int:person>/desks": {"seen": "none"},
    "/people/certification": {"person": "{person}"},
}


@pytest.fixture(scope="module")
def prepared(seeded, tmp_path_factory):
    """An office with one of everything, to copy for each role, and what to put into addresses."""
    office = opened(seeded, tmp_path_factory.mktemp("access"))
    values = one_of_everything(office)
    office.portal.database.close()
    return office, values


@pytest.fixture(scope="module")
def found(prepared, tmp_path_factory):
    """What each role is answered at each address."""
    office, values = prepared
    table = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PEOPLE, "nora", NORA)
        for role in ("nobody", *ROLES):
            own = opened(office, tmp_path_factory.mktemp("role"))
            own = replace(own, portal=replace(own.portal, blobs=office.portal.blobs))
            for address, outcome in _tried(Visitors(own), role, values):
                table.setdefault(address, {})[role] = outcome
            own.portal.database.close()
    return table


def test_the_table_of_who_is_let_in_is_the_accepted_one(found):
    lines = [f"{address}: {_let_in(who)}" for address, who in sorted(found.items())]
    if os.environ.get("ACCEPT_ACCESS"):
        PINNED.write_text("\n".join(lines) + "\n", encoding="utf-8")
    pinned = PINNED.read_text(encoding="utf-8").splitlines() if PINNED.exists() else []
    difference = difflib.unified_diff(pinned, lines, "accepted", "found", lineterm="", n=0)
    assert pinned == lines, "\n".join(["", *difference, HOW])


def test_r43_nobody_is_let_in_before_the_code(found):
    inside = {address: who for address, who in found.items() if not address.split()[1].startswith(OUTSIDE)}
    assert [address for address, who in inside.items() if {who["nobody"], who["password only"]} != {"sign in"}] == []


def test_r10_no_address_fails_for_anybody(found):
    assert [address for address, who in found.items() if "fault" in who.values()] == []


def test_no_other_company_is_let_into_what_is_one_companys(found):
    own = [who for address, who in found.items() if any(part in address for part in ("<reference>", "<uuid:", "<int:"))]
    assert [who for who in own if {who["other company"], who["other ccda"]} != {"no"}] == []


def _let_in(who):
    roles = [role for role, outcome in who.items() if outcome == "in"]
    if set(roles) >= set(ROLES) - {"password only"}:
        return (
            "everybody"
            if len(roles) == len(who)
            else "everybody signed in" + ", password only" * ("password only" in roles)
        )
    return ", ".join(roles) or "-"


def _tried(visitors, role, values):
    client = _client(visitors, role)
    rules = [rule for rule in visitors.app.url_map.iter_rules() if rule.endpoint != "static"]
    tries = [(method, rule.rule) for rule in rules for method in rule.methods & {"GET", "POST"}]
    for method, rule in sorted(tries):
        if rule != "/sign-out":  # it would end the visit
            yield f"{method} {rule}", _outcome(client, method, address(rule, values), FIELDS.get(rule, {}), values)


def _client(visitors, role):
    if role in ROLES and role != "password only":
        return visitors(ROLES[role])
    client = visitors.stranger()
    client.get("/sign-in")
    if role == "password only":
        client.submit("/sign-in", email=PEOPLE["bo"], password=DEMO_PASSWORD)
    return client


def _outcome(client, method, url, fields, values):
    said = {name: value.format(**values) for name, value in fields.items()}
    response = client.raw.open(
        url,
        method=method,
        base_url=client.origin,
        data={"csrf_token": client.page.csrf_token, **said} if method == "POST" else None,
        headers={"Origin": client.origin, "Referer": client.origin + "/"},
        environ_overrides=client.environ,
    )
    where = urlsplit(response.headers.get("Location", "")).path
    if response.status_code >= 500:
        return "fault"
    if response.status_code == 401 or where == "/sign-in":
        return "sign in"
    return "no" if response.status_code in (403, 404) else "in"
