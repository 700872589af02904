"""CC001: special segregated accounts of Stock Connect, and who executes for them."""

import pytest

from tests.catalogue.filing import drafted, offered, record, sent, standing, wrong
from tests.commands.office import APPROVE, FORWARD

BANK = ("ivan", "iris")
CHANGE = {
    "action": "CHANGE_BROKERS",
    "spsa": "800123",
    "brokers.0.broker": "N00123",
    "brokers.1.broker": "N00456",
    "effective_date": "2026-11-26",
    "authorisation_held": "yes",
    "declare_true": "yes",
}
OPEN = CHANGE | {
    "action": "OPEN",
    "spsa": "",
    "investor_name": "Delta Growth Fund",
    "lei": "5493006MHB84DD0ZWV18",
    "investor_type": "FUND",
    "market": "SSE",
}
LAST = {"decision": "acknowledge"}


def test_the_present_brokers_stand_beside_the_new_ones(office):
    reference = drafted(office, "CC001", "ivan")
    found = standing(office, reference, CHANGE).answers
    assert (found["current_brokers"], [row["is_new"] for row in found["brokers"]]) == (["N00123"], [False, True])


def test_only_the_accounts_of_the_firm_are_offered(office):
    assert offered(office, drafted(office, "CC001", "ivan"), "spsa") == ["800123", "800207"]


def test_only_the_broker_that_is_new_is_asked(office):
    reference = sent(office, "CC001", BANK, CHANGE)
    assert [task.key for task in office.tasks(reference)] == ["request/broker_ack#N00456"]


def test_the_new_broker_acknowledges_and_the_register_takes_it_up(office):
    reference = sent(office, "CC001", BANK, CHANGE)
    for who, said in (("rita", LAST), ("edith", FORWARD), ("eric", APPROVE)):
        office.complete(reference, who, said)
    assert record(office, "spsa", "C00044", "800123")["brokers"] == ["N00123", "N00456"]


def test_an_account_is_opened_under_the_id_that_the_desk_allocates(office):
    reference = sent(office, "CC001", BANK, OPEN | {"brokers.1.broker": ""})
    for who, said in (("chen", LAST), ("edith", FORWARD | {"investor_id": "800500"}), ("eric", APPROVE)):
        office.complete(reference, who, said)
    assert record(office, "spsa", "C00044", "800500")["name"] == "Delta Growth Fund"


@pytest.mark.parametrize("allocated", [{}, {"investor_id": "800207"}, {"investor_id": "8005"}])
def test_no_account_is_opened_without_an_id_of_its_own(office, allocated):
    reference = sent(office, "CC001", BANK, OPEN | {"brokers.1.broker": ""})
    office.complete(reference, "chen", LAST)
    assert wrong(office, reference, "edith", FORWARD | allocated) == ["investor_id"]
