"""Change of company particulars: what stands in the register, and what three desks put there."""

from datetime import date

import pytest

ASKED = {
    "change_items": "PHONE",
    "new_phone": "3700 1234",
    "legal_effective_date": "2026-11-25",
    "effective_date": "2026-11-25",
    "declare_true": "yes",
}
DESKS = ("MPA", "CCO", "DCO")
THURSDAY = date(2026, 11, 26)


@pytest.fixture
def desk(desk_of):
    return desk_of("PA001")


@pytest.fixture
def reference(desk):
    return desk.opened("B00123", "SEHK-EP")


def test_the_register_says_what_is_changed(desk, reference):
    shown = desk.shown(reference, change_items="REG_ADDR\nLEI")
    assert (shown["current_reg_addr"]["district"], shown["current_lei"]) == ("Central", "HBSL0000000000000023")


def test_a_new_name_without_its_documents_is_refused(desk, reference):
    named = {**ASKED, "change_items": "NAME", "new_name_en": "Harbour Light Securities Limited"}
    assert desk.refused(reference, named) == {"name_certificate", "name_resolution"}


def test_the_register_changes_on_the_effective_date_once_three_desks_agree(desk, reference):
    desk.sent(reference, ASKED)
    desk.accepted(reference, *DESKS)
    assert desk.register("company", "B00123", THURSDAY)[""]["phone"] == "+85237001234"


def test_what_does_not_change_stays_in_the_register(desk, reference):
    desk.sent(reference, ASKED)
    desk.accepted(reference, *DESKS)
    assert desk.register("company", "B00123", THURSDAY)[""]["br_no"] == "31245678"


def test_a_registrar_files_it_too(desk):
    reference = desk.opened("R00005", "REG", "maker@pearlriver.test")
    assert desk.sent(reference, ASKED, "maker@pearlriver.test", "checker@pearlriver.test") == reference


def test_a_new_office_is_kept_line_by_line(desk, reference):
    lines = {"line1": "20/F, Tamar House", "district": "Admiralty", "country": "HK"}
    moved = {**ASKED, "change_items": "BUS_ADDR", **{f"new_bus_addr.{part}": text for part, text in lines.items()}}
    desk.sent(reference, moved)
    desk.accepted(reference, *DESKS)
    assert desk.register("company", "B00123", THURSDAY)[""]["bus_addr"]["line1"] == "20/F, Tamar House"
