"""The Rights Guidance Notes: every eService under its right, once."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.running import definition
from engine.running.guidance import notes

ROOT = Path(__file__).parents[2]
FOLDER = {
    f"{room}/{path.name}": path.read_bytes() for room in ("processes", "forms") for path in (ROOT / room).iterdir()
}
CODES = ("CT027", "PA002", "MS001")


@pytest.fixture(scope="module")
def services():
    return [definition.compiled(definition.gather(FOLDER, code), code).eservice for code in CODES]


def test_r73_every_eservice_stands_under_its_right_and_under_no_other(services):
    placed = [(note.name, one.code) for note in notes(services) for one in note.opens]
    assert sorted(placed) == sorted((service.function, service.code) for service in services)


def test_r73_an_eservice_of_a_function_that_nobody_knows_stands_there_too(services):
    strange = replace(services[0], function="EU_Nothing", code="XX001")
    assert [one.code for note in notes([strange]) if note.name == "EU_Nothing" for one in note.opens] == ["XX001"]


def test_a_right_names_the_memberships_for_which_it_exists():
    (note,) = [one for one in notes([]) if one.name == "EU_MoneySettlement"]
    assert note.memberships == ("HKSCC-DCP", "HKSCC-GCP", "HKSCC-CUST", "HKCC", "HKCC-GCP", "SEOCH", "SEOCH-GCP", "DB")


def test_the_rights_that_nobody_grants_are_marked():
    assert [one.name for one in notes([]) if one.special] == ["EU_CCDARights", "EU_SmartcardMaint"]
