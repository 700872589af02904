"""The file of hotlines and mailboxes: what it says, and that one with a fault is named with its place."""

import json
from datetime import datetime

import pytest

from app.outside import contacts
from app.outside.contacts import BadContacts
from app.start import CannotStart, settings_of
from engine.functions import TITLES
from engine.hours import HONG_KONG, Calendar

GOOD = {"hotline": "+852 0000 0000", "mailbox": "desk@example.com", "opens": "09:00", "closes": "18:00"}


@pytest.fixture
def keep(tmp_path):
    def kept(said):
        path = tmp_path / "contacts.json"
        path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
        return str(path)

    return kept


def test_what_ships_names_every_business_function_and_nobody_who_exists():
    known = contacts.read("")
    told = [known.general, *known.functions.values()]
    assert set(known.functions) == set(TITLES)
    assert all(one.mailbox.endswith("@example.com") and "+852 0000 0" in one.hotline for one in told)


def test_a_function_without_a_contact_of_its_own_has_the_general_one(keep):
    known = contacts.read(keep({"general": GOOD, "functions": {"EU_Events": {**GOOD, "mailbox": "e@example.com"}}}))
    found = [known.of(name).mailbox for name in ("EU_Events", "EU_Readiness")]
    assert found == ["e@example.com", "desk@example.com"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{", "JSON"),
        ([], "no .general."),
        ({"general": {"hotline": "1"}}, "exactly hotline, mailbox, opens, closes"),
        ({"general": {**GOOD, "hotline": "call us"}}, "hotline of .general. is 'call us'"),
        ({"general": {**GOOD, "mailbox": "desk@"}}, "mailbox of .general."),
        ({"general": {**GOOD, "opens": "9:00"}}, "opens of .general."),
        ({"general": {**GOOD, "opens": 9}}, "opens of .general."),
        ({"general": {**GOOD, "closes": "08:00"}}, "closes at 08:00"),
        ({"general": GOOD, "functions": {"EU_Nothing": GOOD}}, "EU_Nothing.* no business function"),
        ({"general": GOOD, "functions": []}, "functions.* no object"),
        ({"general": GOOD, "desks": {}}, "desks.* not known"),
    ],
)
def test_a_fault_is_named_with_its_place(keep, said, words):
    with pytest.raises(BadContacts, match=words):
        contacts.read(keep(said))


def test_the_portal_does_not_start_with_a_file_that_cannot_be_used(keep, tmp_path):
    env = {"CLIENT_CONNECT_DEMO": "1", "CLIENT_CONNECT_ROOT": str(tmp_path), "CLIENT_CONNECT_SUPPORT": keep("{")}
    with pytest.raises(CannotStart, match="CLIENT_CONNECT_SUPPORT"):
        settings_of(env)


@pytest.mark.parametrize(
    ("day", "time", "half", "is_open"),
    [
        (23, "09:00", False, True),
        (23, "08:59", False, False),
        (23, "18:00", False, False),
        (22, "10:00", False, False),
        (23, "11:59", True, True),
        (23, "12:00", True, False),
    ],
)
def test_a_hotline_is_open_on_business_days_within_its_hours(day, time, half, is_open):
    at = datetime.fromisoformat(f"2026-11-{day}T{time}").replace(tzinfo=HONG_KONG)
    calendar = Calendar(half=frozenset([at.date()] if half else []))
    assert contacts.read("").general.is_open(at, calendar) == is_open
