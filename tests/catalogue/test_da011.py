"""Delegated administrators ask for delegated administrators: nobody else does, and one always remains."""

from datetime import date

import pytest

from app.commands.requests.copies import open_like
from engine.errors import NoRight, NotFound

FIRST, SECOND = "ccda1", "ccda2"
COMMON = {"effective_date": "2026-11-25", "declare_true": "yes", "pics_ack": "yes"}
ADDED = {
    **COMMON,
    "action": "ADD",
    "person_name": "Cora Tang",
    "title": "Compliance Manager",
    "login_email": "cora.tang@harbourbright.test",
    "mobile": "91234567",
    "memberships": "SEHK-EP",
}
REMOVED = {**COMMON, "action": "REMOVE", "ccda": "ccda@lionrock.test", "removal_reason": "Has left the company"}


@pytest.fixture
def desk(desk_of):
    return desk_of("DA011")


@pytest.fixture
def reference(desk):
    return desk.opened("B00123", "SEHK-EP", FIRST)


def test_the_smartcard_right_follows_from_the_memberships(desk, reference):
    chosen = [
        desk.shown(reference, **{**ADDED, "memberships": kind})["smartcard_right"] for kind in ("SEHK-EP", "HKCC")
    ]
    assert chosen == [False, True]


def test_the_only_administrator_of_a_firm_cannot_be_removed(desk):
    reference = desk.opened("B00456", "SEHK-EP", "ccda@lionrock.test")
    desk.put(reference, "authority", who="ccda@lionrock.test")
    assert desk.refused(reference, REMOVED, "ccda@lionrock.test") == {"action"}


def test_a_second_administrator_checks_and_the_exchange_approves(desk, reference):
    desk.put(reference, "authority", who=FIRST)
    desk.sent(reference, ADDED, FIRST, SECOND)
    desk.accepted(reference, "CPS")
    assert desk.register("ccda", "B00123", date(2026, 11, 25))["cora.tang@harbourbright.test"]["name"] == "Cora Tang"


def test_a_business_user_cannot_ask_for_it(desk):
    with pytest.raises(NoRight):
        desk.opened("B00123", "SEHK-EP", "mia.maker")


def test_an_administrator_begins_another_like_it(desk, reference):
    desk.put(reference, "authority", who=FIRST)
    desk.sent(reference, ADDED, FIRST, SECOND)
    new = open_like(desk.office.portal, reference, desk.by(SECOND))
    assert desk.office.rows("answers", case_id=desk.office.case(new).id)[0].answers["person_name"] == "Cora Tang"


def test_nobody_else_begins_another_like_it(desk, reference):
    desk.put(reference, "authority", who=FIRST)
    desk.sent(reference, ADDED, FIRST, SECOND)
    with pytest.raises(NotFound):
        open_like(desk.office.portal, reference, desk.by("mia.maker"))
