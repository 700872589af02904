"""RD001: declarations of readiness; only what failed is looked at."""

import pytest

from tests.catalogue.filing import drafted, record, sent, standing, wrong
from tests.commands.office import FORWARD

FIRM, OTHER = ("mia", "chen"), ("leo", "rita")
PASSED = {
    "session": "SWT27-D1",
    **{f"items.{place}.result": "PASS" for place in range(6)},
    "declarer_ro": "AMB404",
    "declare_true": "yes",
    "pics_ack": "yes",
}
FAILED = PASSED | {"items.3.result": "FAIL", "items.3.note": "Drop copy stopped at 10:40"}


def test_the_items_come_from_the_register_and_the_initiative_from_the_session(office):
    reference = drafted(office, "RD001", "mia", "SEHK-EP")
    found = standing(office, reference, PASSED).answers
    assert (len(found["items"]), found["initiative"], found["overall"]) == (
        6,
        "Severe weather trading, annual drill",
        "PASS",
    )


def test_what_passed_stands_at_once(office):
    reference = sent(office, "RD001", FIRM, PASSED, "SEHK-EP")
    assert (office.status(reference), record(office, "readiness", "B00123", "SWT27-D1")["overall"]) == (
        "COMPLETED",
        "PASS",
    )


@pytest.mark.parametrize(("session", "desk", "who"), [("SWT27-D1", "CTO", "karen"), ("HKATS27-R1", "DTO", "daisy")])
def test_what_failed_is_looked_at_by_the_desk_of_its_market(office, session, desk, who):
    reference = sent(office, "RD001", FIRM, FAILED | {"session": session}, "SEHK-EP")
    asked = office.task(reference).key
    office.complete(reference, who, FORWARD)
    assert (asked, office.status(reference)) == (f"request/process#{desk}", "COMPLETED")


@pytest.mark.parametrize("session", ["LOPR26-P1", "OTPC27-R2"])
def test_a_session_that_has_closed_or_is_still_to_come_is_refused(office, session):
    reference = drafted(office, "RD001", "mia", "SEHK-EP")
    assert wrong(office, reference, "mia", PASSED | {"session": session}) == ["session"]


def test_a_second_declaration_replaces_the_first_and_its_history_stays(office):
    again = PASSED | {"declarer_ro": "BJA907", "session.confirmed": "yes"}
    sent(office, "RD001", OTHER, again, "SEHK-EP")
    kept = office.rows("registers", register="readiness", owner="B00456", key="SWT27-D1")
    assert [row.record["overall"] for row in kept] == ["FAIL", "PASS"]
