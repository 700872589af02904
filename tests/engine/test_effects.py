"""Which registers an eService sets, and what their columns are called."""

import pytest

from app.commands import definitions
from engine.running.definition import compiled, gather
from engine.running.effects import called, registers_set
from tests.commands.office import ROOT

FOLDER = definitions.read_folder(ROOT)


def found(code):
    return registers_set(compiled(gather(FOLDER, code), code))


@pytest.mark.parametrize(
    ("code", "register", "column", "label"),
    [
        ("CT027", "order_limit", "limit_hkd", "Current limit (HKD)"),
        ("PA003", "responsible_officer", "ce_no", "CE number"),
        ("RM001", "position_limit", "conditions", "Conditions"),
    ],
)
def test_a_column_is_called_as_its_question_is(code, register, column, label):
    assert found(code)[register][column].label.startswith(label.split(" (")[0])


def test_every_eservice_of_the_catalogue_sets_a_register():
    codes = definitions.codes_of(FOLDER)
    assert [code for code in codes if not code.startswith("TM") and not found(code)] == []


def test_a_column_without_a_question_is_called_by_its_name():
    assert called("serial_no") == "Serial no"
