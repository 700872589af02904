"""What stays on paper: seven categories with a reason each, and no process of any of them."""

import pytest

from engine.checking.lint import check_folder
from engine.drawings import bpmn
from engine.exclusions import EXCLUSIONS, NAMED
from tests.engine import corpus

R64_TO_R70 = {
    "r64": "TRANSACTION",
    "r65": "BACKUP",
    "r66": "INVESTOR",
    "r67": "TERMINATION",
    "r68": "COUNTER",
    "r69": "ORIGINAL_REQUIRED",
    "r70": "LOW_USAGE",
}
MAIN = b'<camunda:property name="form.main" value="ask" />'


def of_category(category):
    """The small eService with a category that it names."""
    folder = corpus.sound()
    named = MAIN + b'<camunda:property name="category" value="%s" />' % category.encode()
    return {**folder, "processes/AA001.bpmn": folder["processes/AA001.bpmn"].replace(MAIN, named)}


@pytest.mark.parametrize("category", R64_TO_R70.values(), ids=R64_TO_R70)
def test_r64_to_r70_a_drawing_of_an_excluded_category_is_refused_with_its_reason(category):
    said = [fault.sentence for fault in check_folder(of_category(category)) if fault.element == "AA001"]
    assert [NAMED[category].reason in sentence for sentence in said] == [True]


def test_r64_to_r70_no_process_that_ships_names_a_category():
    drawings = (bpmn.read(content, name)[0] for name, content in corpus.shipped().items() if name.endswith(".bpmn"))
    assert [drawing.process for drawing in drawings if "category" in drawing.properties] == []


def test_r64_to_r70_the_table_holds_exactly_these_seven():
    assert [one.name for one in EXCLUSIONS] == list(R64_TO_R70.values())


def test_r64_the_reason_for_transaction_forms_names_the_platforms_that_handle_them():
    assert "NextGen" in NAMED["TRANSACTION"].reason


@pytest.mark.parametrize("exclusion", EXCLUSIONS, ids=lambda one: one.name)
def test_every_reason_is_one_sentence(exclusion):
    assert exclusion.reason.count(".") == 1 and exclusion.reason.endswith(".")
