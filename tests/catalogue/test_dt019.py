"""DT019, market maker permits: nothing incomplete leaves the firm, and the desk allocates the number."""

from tests.catalogue.filing import attach, drafted, ended, record, wrong
from tests.commands.office import APPROVE, FORWARD

TAIL = {"effective_date": "2026-12-07", "declare_true": "yes", "pics_ack": "yes"}
APPLICATION = {
    "action": "APPLY",
    "products": "HSI_FUT\nHSI_OPT",
    "mm_class": "PRIMARY",
    "mm_account_no": "M002",
    "trading_unit": "HB1",
    "quoting_staff.0.name": "Tony Lam",
    "quoting_staff.0.phone": "+85237000021",
    "quoting_staff.0.hkats_user": "HBS01",
    "register_in_affiliate": "no",
    **TAIL,
}
AFFILIATE = {
    "register_in_affiliate": "yes",
    "affiliate_name": "Harbour Bright (UK) Limited",
    "regulated_by": "FCA, United Kingdom",
    "standing": "CAPITAL",
    "paid_up_capital_hkd": "100,000,000",
    "equity_hkd": "200,000,000",
}
SURRENDER = {"action": "SURRENDER", "permit": "MM0101", "surrender_reason": "The desk has closed.", **TAIL}


def done(office, answers, *documents, **allocated):
    reference = drafted(office, "DT019", "mia")
    attach(office, reference, "mia", *documents)
    processed = {**FORWARD, **allocated}
    return ended(office, reference, ("mia", answers), ("chen", APPROVE), ("daisy", processed), ("david", APPROVE))


def test_a_permit_stands_in_the_register_under_its_number_with_its_conditions(office):
    done(office, APPLICATION, "internal_report", permit_no="MM0102", conditions="Quotes in four series.")
    kept = record(office, "mm_permit", "F00123", "MM0102")
    assert (kept["products"], kept["conditions"]) == (["HSI_FUT", "HSI_OPT"], "Quotes in four series.")


def test_an_application_without_internal_report_does_not_leave_the_maker(office):
    assert wrong(office, drafted(office, "DT019", "mia"), "mia", APPLICATION) == ["internal_report"]


def test_an_affiliate_shows_its_standing_with_documents(office):
    reference = drafted(office, "DT019", "mia")
    attach(office, reference, "mia", "internal_report")
    assert wrong(office, reference, "mia", APPLICATION | AFFILIATE) == ["affiliate_evidence"]


def test_a_permit_in_the_name_of_an_affiliate_says_so(office):
    done(office, APPLICATION | AFFILIATE, "internal_report", "affiliate_evidence", permit_no="MM0102")
    assert record(office, "mm_permit", "F00123", "MM0102")["affiliate_name"] == "Harbour Bright (UK) Limited"


def test_a_surrendered_permit_is_gone(office):
    assert (done(office, SURRENDER), record(office, "mm_permit", "F00123", "MM0101")) == ("APPROVED", None)
