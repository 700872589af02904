"""Delegated administrators of CCASS and CCMS: who may administer, and that two of them remain."""

from datetime import date

import pytest

DELETED = {"action": "DELETE", "da": "HBSDA1", "effective_date": "2026-11-25", "declare_true": "yes", "pics_ack": "yes"}
REGISTERED = {**DELETED, "action": "EMAIL_REGISTRATION", "email": "N.Kam@harbourbright.test", "phone": "37000029"}
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def desk(desk_of):
    return desk_of("DA003")


@pytest.fixture
def reference(desk):
    return desk.opened("B00123", "HKSCC-DCP")


def test_the_present_particulars_stand_beside_the_new_ones(desk, reference):
    shown = desk.shown(reference, action="CHANGE", da="HBSDA2")
    assert (shown["present_role"], shown["present_admin_rights"]) == ("CHECKER", ["USERS", "PASSWORDS", "GROUPS"])


def test_the_only_maker_cannot_be_deleted(desk, reference):
    assert desk.refused(reference, DELETED) == {"action"}


def test_an_address_is_registered_and_everything_else_stays(desk, reference):
    desk.sent(reference, REGISTERED)
    desk.accepted(reference, "CPS")
    kept = desk.register("delegated_admin", "B00123", FRIDAY)["HBSDA1"]
    assert (kept["email"], kept["role"]) == ("n.kam@harbourbright.test", "MAKER")


def test_an_administrator_of_another_membership_is_another_record(desk, reference):
    desk.sent(reference, REGISTERED)
    desk.accepted(reference, "CPS")
    assert desk.register("delegated_admin", "H00123", FRIDAY)["HBSDA1"]["email"] == "nora.kam@harbourbright.test"


def test_a_designated_bank_files_it_too(desk):
    reference = desk.opened("D00011", "DB", "bank.maker@jadegate.test")
    said = {**REGISTERED, "da": "JGBDA1"}
    assert desk.sent(reference, said, "bank.maker@jadegate.test", "bank.checker@jadegate.test") == reference
