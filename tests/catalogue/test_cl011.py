"""CL011, clearing relationships: who clears changes in the register on the day it takes effect."""

import pytest

from tests.catalogue.filing import attach, decided, drafted, ended, prefilled, record, wrong
from tests.commands.office import APPROVE

APPOINTMENT = {
    "change_type": "NEW_APPOINTMENT",
    "scope": "HK_SECURITIES",
    "incoming_gcp": "B00789",
    "position_transfer": "ALL_OPEN",
    "ipo_brokerage_account": "388021012345678",
    "agreement_date": "2026-11-20",
    "agreement_signed": "yes",
    "effective_date": "2026-11-25",
    "declare_true": "yes",
}
END = {key: value for key, value in APPOINTMENT.items() if key not in ("incoming_gcp", "ipo_brokerage_account")}
END["change_type"] = "TERMINATE"
CONFIRMED = {
    "answer": "agree",
    "confirms_agreement": "yes",
    "contact_name": "Gary Poon",
    "contact_email": "gcp.maker@victoriapeak.test",
    "contact_phone": "+85237000301",
}
AGREE = {"decision": "agree"}


def filed(office, who, checker, answers):
    reference = drafted(office, "CL011", who)
    attach(office, reference, who, "signature_page")
    ended(office, reference, (who, answers), (checker, APPROVE))
    return reference


def at_both_desks(office, reference):
    decided(office, reference, "edith", "#CCO")
    decided(office, reference, "karen", "#CTO")
    office.complete(reference, "eric", APPROVE)


def test_the_present_clearing_participant_comes_from_the_register(office):
    known = prefilled(office, drafted(office, "CL011", "leo"))
    assert (known["ep_type"], known["outgoing_gcp"]) == ("NCP", "B00789")


def test_nobody_is_appointed_where_somebody_clears_already(office):
    reference = drafted(office, "CL011", "leo")
    attach(office, reference, "leo", "signature_page")
    assert "scope" in wrong(office, reference, "leo", APPOINTMENT)


def test_a_firm_that_stops_to_clear_for_itself_has_its_clearing_participant_in_the_register(office):
    reference = filed(office, "mia", "chen", APPOINTMENT)
    ended(office, reference, ("gary", CONFIRMED), ("gina", AGREE))
    at_both_desks(office, reference)
    kept = record(office, "clearing_link", "B00123")
    assert (kept["ep_type"], kept["gcp"], office.status(reference)) == ("NCP", "B00789", "COMPLETED")


def test_both_desks_look_at_the_same_time(office):
    reference = filed(office, "leo", "rita", END)
    assert sorted(task.holder for task in office.tasks(reference)) == ["CCO", "CTO"]


def test_an_agreement_that_ends_leaves_nobody_in_the_register(office):
    reference = filed(office, "leo", "rita", END)
    at_both_desks(office, reference)
    assert record(office, "clearing_link", "B00456")["gcp"] == ""


@pytest.mark.parametrize("field", ["confirms_agreement", "contact_name"])
def test_the_clearing_participant_confirms_the_agreement_and_names_somebody(office, field):
    reference = filed(office, "mia", "chen", APPOINTMENT)
    assert wrong(office, reference, "gary", {**CONFIRMED, field: ""}) == [field]
