"""RM001: position limits and the CBPL, approved in full or in part."""

import pytest

from tests.catalogue.filing import drafted, offered, record, standing, wrong
from tests.commands.attaching import put, right_name
from tests.commands.office import APPROVE, FORWARD, Office

ASKED = {
    "market": "HKCC",
    "kind": "CBPL_REVISION",
    "limit": "CBPL_HKCC",
    "products": "HSI_FUT\nHHI_FUT",
    "requested_limit": "9,000",
    "effective_date": "2026-11-26",
    "liquid_capital_hkd": "85,000,000",
    "as_of": "2026-10-31",
    "strategy": "Clients write covered calls and the firm needs room for their delta.",
    "approving_ro": "AMB404",
    "declare_true": "yes",
    "pics_ack": "yes",
}
EXCESS = ASKED | {
    "kind": "EXCESS_LIMIT",
    "limit": "HSI",
    "products": "HSI_FUT",
    "requested_limit": "15,000",
    "effective_date": "",
    "period_from": "2026-11-26",
    "period_to": "2027-02-26",
}
PART = FORWARD | {"approved_limit": "12,000", "conditions": "Reported daily to the desk."}


def with_the_desk(office: Office, raw: dict[str, str]) -> str:
    reference = drafted(office, "RM001", "mia", "HKCC")
    put(office, reference, right_name(reference, participant="H00123"), field="frr_page")
    office.complete(reference, "mia", raw)
    office.complete(reference, "chen", APPROVE)
    return reference


def test_the_current_limit_stands_beside_the_new_one(office):
    reference = drafted(office, "RM001", "mia", "HKCC")
    found = standing(office, reference, ASKED).answers
    assert (found["current_limit"], offered(office, reference, "limit")) == (6000, ["CBPL_HKCC", "HHI", "HSI"])


def test_a_revision_changes_the_limit_itself(office):
    reference = with_the_desk(office, ASKED)
    office.complete(reference, "helen", FORWARD | {"approved_limit": "8,000", "conditions": "Until the next return."})
    office.complete(reference, "henry", APPROVE)
    assert record(office, "position_limit", "H00123", "CBPL_HKCC")["limit"] == "8000"


def test_an_excess_for_a_period_leaves_the_limit_as_it_is(office):
    reference = with_the_desk(office, EXCESS)
    for who, said in (("helen", PART), ("henry", APPROVE)):
        office.complete(reference, who, said)
    found = record(office, "position_limit", "H00123", "HSI")
    assert (found["limit"], found["excess_limit"], found["period_to"]) == (10000, "12000", "2027-02-26")


@pytest.mark.parametrize(
    ("changed", "refused"),
    [({"approved_limit": "15,001"}, "approved_limit"), ({"conditions": ""}, "conditions")],
)
def test_the_desk_approves_no_more_than_was_requested_and_says_why_less(office, changed, refused):
    reference = with_the_desk(office, EXCESS)
    assert wrong(office, reference, "helen", PART | changed) == [refused]


def test_nothing_is_asked_for_without_the_page_of_the_return(office):
    assert wrong(office, drafted(office, "RM001", "mia", "HKCC"), "mia", ASKED) == ["frr_page"]
