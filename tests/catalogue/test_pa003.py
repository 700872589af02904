"""Change of responsible officers: who stands in the register from which day on, and how many remain."""

from datetime import date

import pytest

from engine.errors import WarningsOpen

APPOINTED = {
    "officers.0.action": "APPOINT",
    "officers.0.ce_no": "ATL555",
    "officers.0.name": "Tam Lok Yi",
    "officers.0.regulated_activity": "1\n4",
    "officers.0.start_or_cease_date": "2026-11-30",
    "declare_true": "yes",
    "pics_ack": "yes",
}
CEASED = {
    "officers.0.action": "CEASE",
    "officers.0.officer": "ARO318",
    "officers.0.start_or_cease_date": "2026-11-20",
    "officers.0.reason": "Resignation",
    "declare_true": "yes",
    "pics_ack": "yes",
}


@pytest.fixture
def desk(desk_of):
    return desk_of("PA003")


@pytest.fixture
def reference(desk):
    return desk.opened("B00123", "SEHK-EP")


def test_the_form_counts_who_remains_for_each_activity(desk, reference):
    assert desk.shown(reference, **CEASED)["after"] == [{"value": "1", "count": 2}, {"value": "4", "count": 2}]


def test_an_appointment_needs_the_letter_of_the_sfc(desk, reference):
    assert desk.refused(reference, APPOINTED) == {"sfc_letters"}


def test_an_officer_stands_in_the_register_from_the_day_of_appointment(desk, reference):
    desk.put(reference, "sfc_letters")
    desk.sent(reference, APPOINTED)
    desk.accepted(reference, "MPA")
    days = [date(2026, 11, 29), date(2026, 11, 30)]
    assert ["ATL555" in desk.register("responsible_officer", "B00123", day) for day in days] == [False, True]


def test_an_officer_who_ceased_is_gone_at_once(desk, reference):
    desk.sent(reference, CEASED)
    desk.accepted(reference, "MPA")
    assert set(desk.register("responsible_officer", "B00123", date(2026, 11, 23))) == {"AMB404", "AQR112"}


def test_the_last_but_one_officer_of_an_activity_is_warned_of(desk, reference):
    with pytest.raises(WarningsOpen):
        desk.complete(reference, "mia.maker", {**CEASED, "officers.0.officer": "AQR112", "remarks": "Until May."})
