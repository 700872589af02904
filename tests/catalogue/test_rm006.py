"""RM006: accounts behind large open positions, due by noon of the next business day."""

from datetime import UTC, datetime

from tests.catalogue.filing import drafted, record, sent, standing, wrong
from tests.commands.office import FORWARD, Office

FIRM = ("mia", "chen")
REPORT = {
    "market": "HKFE",
    "account_no": "HB-10042",
    "account_kind": "INDIVIDUAL",
    "holder_name": "Ng Man Fai",
    "id_type": "HKID",
    "id_no": "A123456(3)",
    "controller_name": "Ng Man Fai",
    "first_reportable_date": "2026-11-20",
    "declare_true": "yes",
    "pics_ack": "yes",
}
WHY = {"late_reason": "The client told us of the transfer on Monday."}


def at_noon_past(office: Office) -> None:
    office.clock.set(datetime(2026, 11, 23, 4, 1, tzinfo=UTC))


def test_the_accounts_that_are_still_to_be_reported_stand_above_the_form(office):
    found = standing(office, drafted(office, "RM006", "mia", "HKFE-EP")).answers
    assert [row["account_no"] for row in found["outstanding"]] == ["HB-10042", "HB-10051"]


def test_one_person_of_the_desk_completes_it_and_the_account_is_reported(office):
    reference = sent(office, "RM006", FIRM, REPORT, "HKFE-EP")
    office.complete(reference, "janet", FORWARD)
    assert (office.status(reference), record(office, "lop_account", "F00123", "HB-10042")["state"]) == (
        "COMPLETED",
        "REPORTED",
    )


def test_a_minute_after_noon_the_report_is_late_and_says_why(office):
    reference = drafted(office, "RM006", "mia", "HKFE-EP")
    at_noon_past(office)
    assert (wrong(office, reference, "mia", REPORT), wrong(office, reference, "mia", REPORT | WHY)) == (
        ["late_reason"],
        [],
    )


def test_what_was_submitted_in_time_is_late_when_it_is_approved_after_noon(office):
    reference = drafted(office, "RM006", "mia", "HKFE-EP")
    office.complete(reference, "mia", REPORT)
    at_noon_past(office)
    assert wrong(office, reference, "chen", {"decision": "approve"}) == ["OutOfDate"]


def test_an_options_participant_reports_its_own_market(office):
    found = standing(office, drafted(office, "RM006", "mia", "SEOP")).answers
    assert (found["market"], [row["account_no"] for row in found["outstanding"]]) == ("SEHK_OPTIONS", ["HBO-2001"])
