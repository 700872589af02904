"""CT010, OCG-C sessions: the technical desk allocates comp IDs while the trading desk looks at the same time."""

import pytest

from tests.catalogue.filing import attach, decided, drafted, ended, prefilled, record, wrong
from tests.commands.office import APPROVE, FORWARD

TAIL = {
    "connectivity_test": "2026-12-05",
    "tech_contact": "nora.yim@lionrock.test",
    "declare_true": "yes",
    "pics_ack": "yes",
}
NEW = {
    "request_type": "ADD_SESSION",
    "sessions.0.protocol": "BINARY",
    "sessions.0.kind": "TRADING",
    "sessions.0.market": "SEHK",
    "sessions.0.throttle": "150",
    "sessions.0.site_a_ip": "198.51.100.11",
    "sessions.0.site_b_ip": "198.51.100.21",
    **TAIL,
}
FASTER = {"request_type": "CHANGE_THROTTLE", "sessions.0.session": "LRB01C", "sessions.0.throttle": "250", **TAIL}
ALLOCATED = {**FORWARD, "allocated.0.comp_id": "LRB02C"}


def filed(office, answers=NEW):
    reference = drafted(office, "CT010", "leo")
    if answers["request_type"] == "ADD_SESSION":
        attach(office, reference, "leo", "network_diagram")
    ended(office, reference, ("leo", answers), ("rita", APPROVE))
    return reference


def test_the_sessions_of_today_and_their_throttle_come_from_the_register(office):
    known = prefilled(office, drafted(office, "CT010", "leo"))
    assert ([one["key"] for one in known["present_sessions"]], known["throttle_before"]) == (["LRB01C"], 50)


@pytest.mark.parametrize("first", ["irene", "karen"])
def test_a_new_session_has_the_comp_id_that_the_technical_desk_allocated_whoever_looked_last(office, first):
    reference = filed(office)
    desks = {"irene": ("#ITC", ALLOCATED), "karen": ("#CTO", FORWARD)}
    for who in sorted(desks, key=lambda who: who != first):
        decided(office, reference, who, *desks[who])
    ended(office, reference, ("kelvin", APPROVE))
    kept = record(office, "ocg_session", "B00456", "LRB02C")
    assert (kept["protocol"], kept["throttle"], kept["site_a_ip"]) == ("BINARY", "150", "198.51.100.11")


def test_only_the_technical_desk_is_asked_for_comp_ids(office):
    reference = filed(office)
    decided(office, reference, "karen", "#CTO")
    assert wrong(office, reference, "irene", FORWARD) == ["allocated.0.comp_id"]


def test_a_changed_throttle_counts_in_the_next_request(office):
    reference = filed(office, FASTER)
    decided(office, reference, "irene", "#ITC")
    decided(office, reference, "karen", "#CTO")
    ended(office, reference, ("kelvin", APPROVE))
    assert record(office, "ocg_session", "B00456", "LRB01C")["throttle"] == "250"


def test_an_address_outside_the_networks_of_the_firm_is_refused(office):
    reference = drafted(office, "CT010", "leo")
    attach(office, reference, "leo", "network_diagram")
    assert wrong(office, reference, "leo", {**NEW, "sessions.0.site_a_ip": "203.0.113.9"}) == ["sessions.0.site_a_ip"]
