"""Automatic steps: what they change in a register, and what they refuse."""

from datetime import date
from decimal import Decimal

import pytest

from engine.errors import ServiceFailed
from engine.running import services

DAY = date(2026, 12, 1)
INPUTS = {"register": "contact", "key": "B00123", "effective_on": DAY, "record": "contact,email"}
INPUTS |= {"columns": "name, email", "remove": "REMOVE", "skip": "KEEP"}


def row(**cells):
    return {"action": "CHANGE", "contact": None, "email": None, "name": None, **cells}


def changed(*rows):
    return services.call("apply_register_rows", {**INPUTS, "rows": list(rows)}).effects


def of_one(**inputs):
    given = {"register": "account", "key": "B00123", "effective_on": DAY, **inputs}
    (change,) = services.call("apply_register_change", given).effects
    return change


# rows
def test_each_row_sets_the_record_that_it_names():
    found = [(c.register, c.owner, c.key) for c in changed(row(contact="C1"), row(contact="C2"))]
    assert found == [("contact", "B00123", "C1"), ("contact", "B00123", "C2")]


def test_a_row_without_its_first_name_goes_by_the_next():
    assert [change.key for change in changed(row(email="a@x.test"))] == ["a@x.test"]


def test_a_row_sets_the_named_columns_and_no_other():
    (change,) = changed(row(contact="C1", name="Chan", email="a@x.test", phone="1"))
    assert change.values == {"name": "Chan", "email": "a@x.test"}


def test_what_is_empty_in_a_row_stays_as_it_was():
    (change,) = changed(row(contact="C1", name="Chan"))
    assert change.values == {"name": "Chan"}


def test_an_empty_text_or_no_is_set_all_the_same():
    (change,) = changed(row(contact="C1", name="", email=False))
    assert change.values == {"name": "", "email": False}


@pytest.mark.parametrize(("value", "kept"), [(Decimal("1.50"), "1.50"), (DAY, "2026-12-01")])
def test_numbers_and_days_are_kept_as_text(value, kept):
    (change,) = changed(row(contact="C1", name=value))
    assert change.values == {"name": kept}


def test_a_row_that_keeps_changes_nothing():
    assert [c.key for c in changed(row(contact="C1", action="KEEP"), row(contact="C2"))] == ["C2"]


def test_a_row_that_removes_marks_the_record_and_sets_nothing_else():
    (change,) = changed(row(contact="C1", name="Chan", action="REMOVE"))
    assert change.values == {services.REMOVED: True}


def test_every_change_comes_from_the_day_on():
    assert {change.effective_on for change in changed(row(contact="C1"), row(contact="C2", action="REMOVE"))} == {DAY}


def test_a_row_with_a_day_of_its_own_counts_from_then():
    given = {**INPUTS, "effective_column": "on", "rows": [row(contact="C1", on=date(2026, 12, 9)), row(contact="C2")]}
    found = [change.effective_on for change in services.call("apply_register_rows", given).effects]
    assert found == [date(2026, 12, 9), DAY]


def test_every_row_sets_what_is_set_besides():
    given = {**INPUTS, "rows": [row(contact="C1", name="Chan")], "set.state": "LIVE", "set.note": None}
    (change,) = services.call("apply_register_rows", given).effects
    assert change.values == {"name": "Chan", "state": "LIVE"}


def test_no_rows_change_nothing():
    assert changed() == ()


@pytest.mark.parametrize(
    "rows",
    [
        [row(contact="C1"), row(contact="C1")],
        [row(contact="C1"), row(contact="C1", action="REMOVE")],
        [row(contact="a@x.test"), row(email="a@x.test")],
        [row(contact="C1"), row(contact="C2"), row(contact="C1")],
    ],
)
def test_the_same_record_twice_is_refused(rows):
    with pytest.raises(ServiceFailed, match="Expected each record once"):
        changed(*rows)


@pytest.mark.parametrize("cells", [{}, {"contact": ""}, {"contact": "", "email": ""}, {"action": "REMOVE"}])
def test_a_row_that_names_no_record_is_refused(cells):
    with pytest.raises(ServiceFailed, match="has no name"):
        changed(row(**cells))


def test_a_kept_row_may_be_without_a_name_and_stand_twice():
    assert changed(row(action="KEEP"), row(contact="C1"), row(contact="C1", action="KEEP"))[0].key == "C1"


@pytest.mark.parametrize("name", [*INPUTS, "rows"])
def test_an_empty_input_is_refused(name):
    given = {**INPUTS, "rows": [row(contact="C1")], name: None}
    with pytest.raises(ServiceFailed, match=f"a value for {name} of the automatic step"):
        services.call("apply_register_rows", given)


# one record
def test_the_record_of_the_participant_is_named():
    assert of_one(record="0123", **{"set.bank": "DB0001"}).key == "0123"


def test_where_a_participant_has_one_record_none_is_named():
    assert of_one(**{"set.bank": "DB0001"}).key == ""


def test_an_empty_record_is_refused():
    with pytest.raises(ServiceFailed, match="a value for record"):
        of_one(record=None, **{"set.bank": "DB0001"})


def test_what_is_empty_is_left_as_it_was():
    assert of_one(**{"set.bank": "DB0001", "set.limit": None}).values == {"bank": "DB0001"}


def test_a_step_says_what_it_lacks_and_what_it_does_not_know():
    missing, unknown = services.missing_inputs("apply_register_rows", frozenset({"rows", "key", "bank"}))
    assert (missing, unknown) == (set(INPUTS) - {"key"}, {"bank"})


def test_rows_without_an_action_of_their_own_have_the_common_one():
    given = {**INPUTS, "rows": [{"contact": "C1"}], "action": "REMOVE"}
    (change,) = services.call("apply_register_rows", given).effects
    assert change.values == {services.REMOVED: True}
