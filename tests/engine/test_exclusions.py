"""What stays on paper: seven categories with a reason each, and no process of any of them."""

import pytest

from engine.checking.lint import check_folder
from engine.drawings import bpmn
from engine.exclusions import EXCLUSIONS, NAMED
from tests.engine import corpus

SEVEN = ["TRANSACTION", "BACKUP", "INVESTOR", "TERMINATION", "COUNTER", "ORIGINAL_REQUIRED", "LOW_USAGE"]
MAIN = b'<camunda:property name="form.main" value="ask" />'


def of_category(category):
    """The small eService with a category that it names."""
    folder = corpus.sound()
    named = MAIN + b'<camunda:property name="category" value="%s" />' % category.encode()
    return {**folder, "processes/AA001.bpmn": folder["processes/AA001.bpmn"].replace(MAIN, named)}


def is_refused(category):
    """Whether lint refuses a drawing of that category, once and with the reason."""
    said = [fault.sentence for fault in check_folder(of_category(category)) if fault.element == "AA001"]
    return [NAMED[category].reason in sentence for sentence in said] == [True]


def test_r64_no_transaction_becomes_an_eservice():
    assert is_refused("TRANSACTION")


def test_r65_no_form_for_a_terminal_that_is_down_becomes_an_eservice():
    assert is_refused("BACKUP")


def test_r66_no_form_of_investor_participants_becomes_an_eservice():
    assert is_refused("INVESTOR")


def test_r67_no_end_of_a_participantship_becomes_an_eservice():
    assert is_refused("TERMINATION")


def test_r68_no_form_for_the_depository_counter_becomes_an_eservice():
    assert is_refused("COUNTER")


def test_r69_no_form_that_needs_an_original_becomes_an_eservice():
    assert is_refused("ORIGINAL_REQUIRED")


def test_r70_no_form_that_is_seldom_used_becomes_an_eservice():
    assert is_refused("LOW_USAGE")


def test_r64_to_r70_no_process_that_ships_names_a_category():
    drawings = (bpmn.read(content, name)[0] for name, content in corpus.shipped().items() if name.endswith(".bpmn"))
    assert [drawing.process for drawing in drawings if "category" in drawing.properties] == []


def test_r64_to_r70_the_table_holds_exactly_these_seven():
    assert [one.name for one in EXCLUSIONS] == SEVEN


def test_r64_the_reason_for_transaction_forms_names_the_platforms_that_handle_them():
    assert "NextGen" in NAMED["TRANSACTION"].reason


@pytest.mark.parametrize("exclusion", EXCLUSIONS, ids=lambda one: one.name)
def test_every_reason_is_one_sentence(exclusion):
    assert exclusion.reason.count(".") == 1 and exclusion.reason.endswith(".")
