"""Smartcards: delegated administrators alone ask for them, and a lost one is suspended before the exchange acts."""

from datetime import date

import pytest

from app.commands.definitions import read_folder
from engine.checking.lint import check_folder
from engine.errors import FourEyes, NoRight
from engine.running.definition import gather
from tests.commands.office import ROOT

FIRST, SECOND = "ccda1", "ccda2"
COMMON = {
    "delivery": "COURIER",
    "effective_date": "2026-11-25",
    "declare_true": "yes",
    "pics_ack": "yes",
}
LOST = {
    **COMMON,
    "action": "REPLACE_LOST",
    "cards.0.card": "HBSUSR1",
    "cards.0.lost_on": "2026-11-22",
    "cards.0.lost_time": "18:30",
}
SERIAL = {"issued.0.serial_no": "SC10000201"}
SHIPPED = {"method": "COURIER", "tracking_no": "HK 1234", "dispatched_on": "2026-11-23"}
TODAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


@pytest.fixture
def desk(desk_of):
    return desk_of("SC001")


@pytest.fixture
def reference(desk):
    return desk.opened("B00123", "HKSCC-DCP", FIRST)


@pytest.fixture
def lost(desk, reference):
    desk.put(reference, "loss_statement", who=FIRST)
    desk.sent(reference, LOST, FIRST, SECOND)
    desk.office.clock.move(minutes=5)
    return reference


def state(desk, day=TODAY):
    return desk.register("smartcard", "B00123", day)["HBSUSR1"]["state"]


def test_a_lost_card_is_suspended_as_soon_as_the_checker_approves(desk, lost):
    assert (state(desk), desk.office.status(lost)) == ("SUSPENDED", "PENDING_HKEX")


def test_a_lost_card_is_live_until_the_checker_approves(desk, reference):
    desk.put(reference, "loss_statement", who=FIRST)
    desk.complete(reference, FIRST, LOST)
    assert state(desk) == "LIVE"


def test_a_new_card_takes_the_place_of_the_lost_one_once_it_arrived(desk, lost):
    desk.accepted(lost, "CPS", given=SERIAL)
    desk.complete(lost, "proc.cps", SHIPPED)
    desk.complete(lost, FIRST, {"decision": "received"})
    kept = desk.register("smartcard", "B00123", FRIDAY)["HBSUSR1"]
    assert (kept["serial_no"], kept["state"], kept["name"]) == ("SC10000201", "LIVE", "Ken Ho")


def test_what_the_exchange_returns_goes_through_both_again(desk, lost):
    desk.complete(lost, "proc.cps", {"decision": "return", "comment": "Name the place of the loss."})
    desk.sent(lost, {**LOST, "remarks": "Lost in the MTR."}, FIRST, SECOND)
    assert desk.office.status(lost) == "PENDING_HKEX"


def test_nobody_but_a_delegated_administrator_asks_for_cards(desk):
    with pytest.raises(NoRight):
        desk.opened("B00123", "HKSCC-DCP", "mia.maker")


def test_an_administrator_does_not_check_their_own_request(desk, reference):
    desk.put(reference, "loss_statement", who=FIRST)
    desk.complete(reference, FIRST, LOST)
    with pytest.raises(FourEyes):
        desk.complete(reference, FIRST, {"decision": "approve"})


def test_a_drawing_in_which_an_idle_draft_would_reach_the_desk_is_refused():
    folder = gather(read_folder(ROOT), "SC001")
    drawn = folder["processes/SC001.bpmn"].replace(
        b'sourceRef="lost" targetRef="lapsed"', b'sourceRef="lost" targetRef="exchange"'
    )
    found = check_folder({**folder, "processes/SC001.bpmn": drawn})
    assert any("gets round every check" in fault.sentence for fault in found)
