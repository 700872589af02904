"""Earlier answers in a form of today: what it takes, and what has to be answered again."""

from dataclasses import replace

import pytest

from engine.forms import form
from engine.forms.copies import copied, label_of
from tests.engine.test_rows import FACTS, answered, one, people, read, wanted

PERSONS = {
    "persons.0.name": "Ann",
    "persons.0.action": "ADD",
    "persons.0.email": "ann@x.test",
    "persons.0.office.line1": "1 Star Street",
    "persons.0.office.country": "HK",
    "persons.1.name": "Ben",
    "persons.1.action": "CHANGE",
    "persons.1.email": "ben@x.test",
    "persons.1.limit": "5",
}
ITEM, ANSWER = one("textfield", "item", properties={"read_only": "true"}), one("textfield", "answer")
TWO = {"a": {"item": "Power"}, "b": {"item": "Network"}}


def again(asked, before, raw, facts=FACTS, then=None):
    """Answers copied from one form into another; then: what was known when they were given."""
    return copied(asked, before, form.dumped(answered(before, raw, then or facts)), facts)


def items(*more):
    """Rows that a register fixes."""
    return people(ITEM, ANSWER, *more, allowAddRemove=False, properties={"prefill": "records(register.item)"})


def knowing(records):
    return replace(FACTS, register={**FACTS.register, "item": records})


def test_rows_are_copied_cell_by_cell():
    kept = again(read(people()), read(people()), PERSONS)
    assert {name: text for name, text in kept.raw.items() if text} == PERSONS
    assert kept.again == ()


def test_a_column_that_nobody_knows_any_more_is_dropped():
    columns = [one("textfield", "name"), one("textfield", "role")]
    kept = again(read(people(*columns)), read(people()), PERSONS)
    assert (kept.raw, kept.again) == ({"persons.0.name": "Ann", "persons.1.name": "Ben"}, ())


def test_a_column_that_takes_less_is_answered_again():
    short = {**one("textfield", "name"), "validate": {"maxLength": 2}}
    kept = again(read(people(short)), read(people()), PERSONS)
    assert (kept.raw["persons.0.name"], kept.again) == ("", ("persons.name",))


def test_a_choice_of_a_register_that_has_ended_is_made_again():
    asked = read(one("select", "bank", properties={"register": "designated_bank"}))
    fewer = replace(FACTS, choices={"designated_bank": [("BOC", "Bank of China")]})
    kept = again(asked, asked, {"bank": "HSBC"}, fewer, FACTS)
    assert (kept.raw, kept.again) == ({"bank": ""}, ("bank",))


def test_of_a_list_what_is_still_offered_is_kept():
    asked = read(one("checklist", "banks", properties={"register": "designated_bank"}))
    fewer = replace(FACTS, choices={"designated_bank": [("BOC", "Bank of China")]})
    kept = again(asked, asked, {"banks": "HSBC\nBOC"}, fewer, FACTS)
    assert (kept.raw, kept.again) == ({"banks": "BOC"}, ("banks",))


@pytest.mark.parametrize(
    "now",
    [
        one("textfield", "it", properties={"kind": "address"}),
        one("number", "it"),
        one("datetime", "it"),
        {**one("select", "it"), "values": [{"value": "a", "label": "A"}]},
        {**one("checklist", "it"), "values": [{"value": "a", "label": "A"}]},
        one("textfield", "it", properties={"kind": "month_day"}),
        people(path="it"),
        one("filepicker", "it"),
        one("expression", "it", properties={"value": "1"}),
    ],
    ids=lambda now: now["type"],
)
def test_a_text_is_no_answer_to_a_question_of_another_kind(now):
    kept = again(read(now), read(one("textfield", "it")), {"it": "some words"})
    assert not any(kept.raw.values())


@pytest.mark.parametrize("then", [people(path="it"), one("textfield", "it", properties={"kind": "address"})])
def test_what_came_in_parts_is_no_text(then):
    in_rows, in_lines = {"it.0.name": "Ann", "it.0.action": "REMOVE"}, {"it.line1": "1 Star", "it.country": "HK"}
    kept = again(read(one("textfield", "it")), read(then), in_rows if "path" in then else in_lines)
    assert not any(kept.raw.values())


def test_a_tick_that_may_be_left_out_is_copied():
    asked = read(one("checkbox"))
    assert again(asked, asked, {"it": "yes"}) == copied(asked, asked, {"it": True}, FACTS)
    assert again(asked, asked, {"it": "yes"}).raw == {"it": "yes"}


@pytest.mark.parametrize(
    "tick",
    [
        wanted(one("checkbox")),
        one("checkbox", properties={"kind": "declaration"}),
        one("checkbox", properties={"required_if": "True"}),
    ],
)
def test_a_tick_that_has_to_be_given_is_given_again(tick):
    kept = again(read(tick), read(tick), {"it": "yes"})
    assert (kept.raw, kept.again) == ({}, ("it",))


def test_a_day_in_a_row_that_is_over_is_chosen_again():
    day = one("datetime", "day", properties={"rule": "row.day >= today()"})
    then = read(people(one("datetime", "day")))
    kept = again(read(people(day)), then, {"persons.0.day": "2026-11-20", "persons.1.day": "2026-11-24"})
    assert kept.raw == {"persons.0.day": "", "persons.1.day": "2026-11-24"}
    assert kept.again == ("persons.day",)


def test_a_rule_about_anything_but_a_day_waits_until_the_form_is_checked():
    asked = read(one("textfield", properties={"rule": 'form.it == "b"'}))
    assert again(asked, read(one("textfield")), {"it": "a"}).raw == {"it": "a"}


def test_fixed_rows_are_found_by_what_they_ask():
    then, now = knowing(TWO), knowing({"b": TWO["b"], "a": TWO["a"]})
    kept = again(read(items()), read(items()), {"persons.0.answer": "yes", "persons.1.answer": "no"}, now, then)
    assert (kept.raw, kept.again) == ({"persons.0.answer": "no", "persons.1.answer": "yes"}, ())


def test_an_item_that_is_asked_in_other_words_is_answered_again():
    then, now = knowing(TWO), knowing({**TWO, "a": {"item": "Power and cooling"}})
    kept = again(read(items()), read(items()), {"persons.0.answer": "yes", "persons.1.answer": "no"}, now, then)
    assert (kept.raw, kept.again) == ({"persons.0.answer": "", "persons.1.answer": "no"}, ("persons",))


def test_whatever_was_copied_may_be_kept_as_a_draft():
    asked = read(people(), one("textfield", "at", properties={"prefill": "case.lead_days", "read_only": "true"}))
    kept = again(asked, asked, PERSONS)
    assert form.clean(asked, kept.raw) == kept.raw


def test_a_column_is_called_by_its_rows():
    asked = read(people(), one("textfield"))
    assert [label_of(asked, name) for name in ("persons.email", "it")] == ["Contact persons: Email", "It"]
