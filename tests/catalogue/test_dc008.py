"""DC008, DCASS lines: two desks look at the same time, and the technical one gives new lines their IDs."""

import pytest

from tests.catalogue.filing import attach, decided, drafted, ended, prefilled, record, wrong
from tests.commands.office import APPROVE, FORWARD

TAIL = {
    "requested_date": "2027-01-06",
    "contacts": "vera.lee@harbourbright.test",
    "declare_true": "yes",
    "pics_ack": "yes",
}
SITE = {"lines.0.site_address": "8 Harbour Road, 12/F", "lines.0.vendor": "V2"}
CAPACITY = {"lines.0.bandwidth_mbps": "20", "lines.0.connections_count": "2"}
NEW = {"lines.0.action": "NEW_TEST_LINE", **SITE, **CAPACITY, "lines.0.gateways": "NETWORK_GATEWAY", **TAIL}
MOVE = {"lines.0.action": "RELOCATE", "lines.0.line": "DL0001", **SITE, **TAIL}
ALLOCATED = {**FORWARD, "allocated.0.line_id": "DL0009"}


def done(office, answers, *documents, allocated=FORWARD):
    reference = drafted(office, "DC008", "mia")
    attach(office, reference, "mia", *documents)
    ended(office, reference, ("mia", answers), ("chen", APPROVE))
    decided(office, reference, "irene", "#ITC", allocated)
    decided(office, reference, "fanny", "#DCO")
    ended(office, reference, ("felix", APPROVE))
    return reference


def test_the_lines_of_today_come_from_the_register(office):
    known = prefilled(office, drafted(office, "DC008", "mia"))
    assert [one["key"] for one in known["present_lines"]] == ["DL0001", "DL0002"]


@pytest.mark.parametrize(("gateway", "fee"), [("NETWORK_GATEWAY", 6_500), ("CENTRAL_GATEWAY", 5_200)])
def test_the_fee_is_reckoned_from_the_tariff(office, gateway, fee):
    reference = drafted(office, "DC008", "mia")
    ended(office, reference, ("mia", {**NEW, "lines.0.gateways": gateway}))
    assert office.case(reference).about == f"monthly fee HKD {fee:,}"


def test_a_new_line_stands_in_the_register_under_the_id_that_the_technical_desk_gave_it(office):
    done(office, NEW, allocated=ALLOCATED)
    kept = record(office, "dcass_line", "H00123", "DL0009", on="2027-01-06")
    assert (kept["environment"], kept["bandwidth_mbps"], kept["vendor"]) == ("TEST", "20", "V2")


def test_a_line_that_moves_keeps_its_bandwidth(office):
    done(office, MOVE, "floor_plan")
    kept = record(office, "dcass_line", "H00123", "DL0001", on="2027-01-06")
    assert (kept["site_address"], kept["bandwidth_mbps"]) == ("8 Harbour Road, 12/F", 10)


def test_a_line_that_moves_needs_a_floor_plan(office):
    assert wrong(office, drafted(office, "DC008", "mia"), "mia", MOVE) == ["floor_plan"]
