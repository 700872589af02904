"""Every other kind of field: rows, addresses, lists, what the portal reckons itself, and other languages."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checking import components, lint
from engine.errors import BadForm, Refused, UnknownFields, WrongAnswers
from engine.forms import alignment, form, schema
from engine.forms.form import Facts
from engine.forms.spoken import shown, table_rows, typed
from engine.hours import exchange_calendar
from engine.language.scope import Scope

BANKS = {"HSBC": {"bank_code": "004", "name": "HSBC"}, "BOC": {"bank_code": "012", "name": "Bank of China"}}
CONTACTS = {
    "C1": {"name": "Chan Tai Man", "email": "chan@x.test", "limit": "10"},
    "C2": {"name": "Lee Ka Yan", "email": "lee@x.test", "limit": "20"},
}
FACTS = Facts(
    scope=Scope(now=datetime(2026, 11, 23, 2, tzinfo=UTC), calendar=exchange_calendar(2026, 2027)),
    case={"received_on": date(2026, 11, 23), "lead_days": 3},
    register={"designated_bank": BANKS, "contact": CONTACTS},
    choices={"designated_bank": [("HSBC", "HSBC · 004"), ("BOC", "Bank of China · 012")]},
)
ACTION = [{"value": name, "label": name.capitalize()} for name in ("ADD", "CHANGE", "REMOVE")]


def read(*components):
    content = json.dumps({"id": "many", "type": "default", "components": components}).encode()
    return schema.read(content, "forms/many.form")


def one(type_, key="it", **more):
    return {"type": type_, "key": key, "label": key.capitalize(), **more}


def wanted(component):
    return {**component, "validate": {**component.get("validate", {}), "required": True}}


def people(*columns, **more):
    return {
        "type": "dynamiclist",
        "path": "persons",
        "label": "Contact persons",
        "components": list(columns)
        or [
            wanted({**one("textfield", "name"), "validate": {"maxLength": 20}}),
            wanted({**one("select", "action"), "values": ACTION}),
            one("textfield", "email", properties={"kind": "email", "required_if": 'row.action != "REMOVE"'}),
            one("number", "limit", properties={"show_if": 'row.action == "CHANGE"', "warn": "row.limit > 100"}),
            one("textfield", "office", properties={"kind": "address"}),
        ],
        **more,
    }


PEOPLE = read(people(properties={"most": "3"}))
CHAN = {"persons.0.name": "Chan Tai Man", "persons.0.action": "ADD", "persons.0.email": "chan@x.test"}
LEE = {"persons.1.name": "Lee Ka Yan", "persons.1.action": "REMOVE"}


def answered(asked, raw, facts=FACTS):
    return form.check(asked, form.clean(asked, raw), facts).answers


def wrong(asked, raw, facts=FACTS):
    with pytest.raises(WrongAnswers) as refused:
        form.check(asked, form.clean(asked, raw), facts)
    return refused.value.fields


# one text, many kinds
@pytest.mark.parametrize(
    ("component", "written", "kept"),
    [
        (one("textfield", properties={"kind": "email"}), " Chan@x-y.test ", "Chan@x-y.test"),
        (one("textfield", properties={"kind": "phone"}), "9123 4567", "+85291234567"),
        (one("textfield", properties={"kind": "phone"}), "+44 (20) 7946-0958", "+442079460958"),
        (one("textfield", properties={"kind": "url"}), "https://x.test/a?b=c#d", "https://x.test/a?b=c#d"),
        (one("textfield", properties={"kind": "month_day"}), "02-29", "02-29"),
        (one("datetime", subtype="time"), "9:05", "09:05"),
        (one("checklist", values=ACTION), "REMOVE\nADD\nADD", ["ADD", "REMOVE"]),
        (one("taglist"), "one\n two \n\none", ["one", "two"]),
        (one("taglist", values=ACTION), "CHANGE", ["CHANGE"]),
        (one("checkbox", properties={"kind": "declaration"}), "yes", True),
    ],
)
def test_a_text_becomes_what_its_kind_says(component, written, kept):
    assert answered(read(component), {"it": written}) == {"it": kept}


@pytest.mark.parametrize(
    ("component", "written"),
    [
        *(
            (one("textfield", properties={"kind": "email"}), text)
            for text in ("chan", "a@b", "a b@x.test", "a@x.test\nb")
        ),
        *(
            (one("textfield", properties={"kind": "phone"}), text)
            for text in ("123", "+852 1234", "+0123456789", "+١٢٣")
        ),
        *(
            (one("textfield", properties={"kind": "url"}), text)
            for text in ("http://x.test", "javascript:alert(1)", "https://me@x.test", "https://x", "https://x.test/ a")
        ),
        *(
            (one("textfield", properties={"kind": "month_day"}), text)
            for text in ("02-30", "13-01", "00-10", "4-31", "2026-02-01")
        ),
        *((one("datetime", subtype="time"), text) for text in ("24:00", "9:60", "noon")),
        (one("checklist", values=ACTION), "ADD\nSTEAL"),
        (one("taglist"), "a\x00b"),
        (one("taglist"), "\n".join(map(str, range(51)))),
        (one("taglist", validate={"maxLength": 3}), "long"),
    ],
)
def test_a_text_of_no_such_kind_is_refused(component, written):
    assert list(wrong(read(component), {"it": written})) == ["it"]


@pytest.mark.parametrize(("month", "day", "kept"), [("02", "29", "02-29"), ("2", "9", "02-09"), ("", "", None)])
def test_a_month_and_a_day_may_come_apart(month, day, kept):
    asked = read(one("textfield", properties={"kind": "month_day"}))
    assert answered(asked, {"it.month": month, "it.day": day}) == {"it": kept}


def test_a_month_without_its_day_is_wrong():
    assert list(wrong(read(one("textfield", properties={"kind": "month_day"})), {"it.month": "2"})) == ["it"]


# addresses
ADDRESS = read(wanted(one("textfield", "office", properties={"kind": "address"})))


def test_an_address_is_kept_by_its_lines():
    raw = {"office.line1": "1 Queen's Road", "office.district": "Central", "office.country": "HK"}
    assert answered(ADDRESS, raw)["office"] == {
        "line1": "1 Queen's Road",
        "line2": None,
        "line3": None,
        "district": "Central",
        "country": "HK",
    }


def test_an_address_is_read_as_lines():
    value = {"line1": "1 Queen's Road", "line2": None, "district": "Central", "country": "HK"}
    assert shown(ADDRESS.field("office"), value) == "1 Queen's Road, Central, Hong Kong"


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ({}, ["office.line1"]),
        ({"office.country": "HK"}, ["office.line1"]),
        ({"office.line2": "x"}, ["office.country", "office.line1"]),
        ({"office.line1": "x" * 61, "office.country": "ZZ"}, ["office.country", "office.line1"]),
        ({"office.line1": "a\x00", "office.country": "HK"}, ["office.line1"]),
    ],
)
def test_what_is_wrong_with_an_address_stands_at_its_line(raw, names):
    assert sorted(wrong(ADDRESS, raw)) == names


@pytest.mark.parametrize("name", ["office", "office.line4", "office.line1.x", "office."])
def test_an_address_has_no_other_lines(name):
    with pytest.raises(UnknownFields):
        form.clean(ADDRESS, {name: "x"})


# rows
def test_rows_become_a_list_of_their_answers():
    assert answered(PEOPLE, CHAN)["persons"] == [
        {"name": "Chan Tai Man", "action": "ADD", "email": "chan@x.test", "limit": None, "office": None}
    ]


def test_gaps_between_rows_are_closed_up():
    assert form.clean(PEOPLE, {"persons.7.name": "B", "persons.2.name": "A"}) == {
        "persons.0.name": "A",
        "persons.1.name": "B",
    }


def test_an_empty_row_is_no_answer():
    raw = {"persons.0.name": " ", "persons.0.office.country": "HK", **LEE}
    assert [row["name"] for row in answered(PEOPLE, raw)["persons"]] == ["Lee Ka Yan"]


def test_what_is_wrong_in_a_row_is_named_by_its_place():
    raw = {**CHAN, "persons.1.name": "x" * 21, "persons.1.action": "ADD", "persons.1.email": "?"}
    assert sorted(wrong(PEOPLE, raw)) == ["persons.1.email", "persons.1.name"]


def test_the_place_of_a_row_counts_the_empty_ones_before_it():
    assert list(wrong(PEOPLE, {"persons.0.name": "", "persons.1.name": "x"})) == [
        "persons.1.action",
        "persons.1.email",
    ]


def test_a_row_reads_its_own_answers():
    assert form.required(PEOPLE, {**CHAN, **LEE}, FACTS) & {"persons.0.email", "persons.1.email"} == {"persons.0.email"}


def test_a_hidden_cell_has_no_answer():
    assert answered(PEOPLE, {**CHAN, "persons.0.limit": "5"})["persons"][0]["limit"] is None


def test_a_cell_is_warned_about_by_its_place():
    raw = {**CHAN, "persons.0.action": "CHANGE", "persons.0.limit": "500"}
    assert form.check(PEOPLE, raw, FACTS).warnings == {"persons.0.limit": "Check Limit"}


def test_a_warning_in_a_row_is_confirmed_by_its_place():
    raw = {**CHAN, "persons.0.action": "CHANGE", "persons.0.limit": "500", "persons.0.limit.confirmed": "yes"}
    assert form.check(PEOPLE, form.clean(PEOPLE, raw), FACTS).confirmed == ("persons.0.limit",)


@pytest.mark.parametrize(
    "name",
    [
        "persons",
        "persons.0",
        "persons.0.",
        "persons.0.colour",
        "persons.0.name.x",
        "persons.01.name",
        "persons.-1.name",
        "persons.+1.name",
        "persons.1_0.name",
        "persons.٣.name",
        "persons.999999.name",
        "persons.x.name",
        "persons.0.name.confirmed",
        "persons.0.0.name",
        "persons.confirmed",
        "strangers.0.name",
    ],
)
def test_a_row_that_nobody_asked_for_is_refused(name):
    with pytest.raises(UnknownFields):
        form.clean(PEOPLE, {name: "x"})


def test_no_form_takes_more_than_its_rows():
    raw = {f"persons.{place}.name": "x" for place in range(4)}
    assert wrong(PEOPLE, raw)["persons"] == ["Enter at most 3 rows; this has 4"]


@pytest.mark.parametrize("most", [{}, {"properties": {"most": "50"}}])
def test_no_form_takes_more_than_fifty_rows(most):
    raw = {f"persons.{place}.name": "x" for place in range(51)}
    with pytest.raises(WrongAnswers) as refused:
        form.clean(read(people(**most)), raw)
    assert refused.value.fields == {"persons": ["Enter at most 50 rows; this has 51"]}


def test_rows_that_were_never_cleaned_are_counted_too():
    raw = {f"persons.{place}.name": "x" for place in range(60)}
    with pytest.raises(WrongAnswers) as refused:
        form.check(PEOPLE, raw, FACTS)
    assert refused.value.fields["persons"] == ["Enter at most 3 rows; this has 60"]


def test_too_few_rows_are_refused():
    asked = read(people(one("textfield", "name"), properties={"least": "2"}))
    assert wrong(asked, {"persons.0.name": "x"}) == {"persons": ["Enter at least 2 rows; this has 1"]}


def test_required_rows_are_asked_for():
    assert wrong(read(wanted(people())), {}) == {"persons": ["Add at least one row: Contact persons"]}


def test_a_rule_of_the_rows_sees_them_all():
    rule = {"rule": 'unique(form.persons, "name")', "rule_message": "Enter each person once"}
    asked = read(people(one("textfield", "name"), properties=rule))
    assert wrong(asked, {"persons.0.name": "A", "persons.1.name": "A"}) == {"persons": ["Enter each person once"]}


def test_hidden_rows_are_no_answer_and_ask_nothing():
    asked = read(one("textfield", "more"), people(properties={"show_if": 'form.more == "x"'}))
    assert answered(asked, {"persons.0.name": "x" * 99}) == {"more": None, "persons": None}


# where rows begin
def test_rows_begin_with_the_records_of_a_register():
    asked = read(
        people(one("textfield", "name"), one("number", "limit"), properties={"prefill": "records(register.contact)"})
    )
    assert form.prefilled(asked, FACTS) == {
        "persons.0.name": "Chan Tai Man",
        "persons.0.limit": "10",
        "persons.1.name": "Lee Ka Yan",
        "persons.1.limit": "20",
    }


@pytest.mark.parametrize(
    ("more", "count"), [({}, 0), ({"defaultRepetitions": 2}, 2), ({"validate": {"required": True}}, 1)]
)
def test_rows_begin_with_as_many_as_the_file_says(more, count):
    assert len(form.prefilled(read(people(one("textfield", "name"), **more)), FACTS)) == count


def test_rows_that_stay_as_they_are_take_their_read_only_cells_from_their_records():
    columns = one("textfield", "name", properties={"read_only": "true"}), one("textfield", "answer")
    asked = read(people(*columns, allowAddRemove=False, properties={"prefill": "records(register.contact)"}))
    assert answered(asked, {"persons.1.answer": "Yes", "persons.0.answer": ""})["persons"] == [
        {"name": "Chan Tai Man", "answer": None},
        {"name": "Lee Ka Yan", "answer": "Yes"},
    ]


# what the portal answers itself
BANK = read(
    one("select", "bank", properties={"register": "designated_bank"}),
    one(
        "textfield",
        "code",
        properties={"read_only": "true", "prefill": "register.designated_bank[form.bank].bank_code"},
    ),
    {**one("expression", "double"), "properties": {"value": "length(form.code) * 2"}},
)


def test_a_read_only_answer_follows_what_was_chosen():
    assert answered(BANK, {"bank": "BOC"}) == {"bank": "BOC", "code": "012", "double": 6}


def test_a_read_only_answer_cannot_be_sent_even_when_it_follows():
    with pytest.raises(UnknownFields, match="code"):
        form.clean(BANK, {"bank": "BOC", "code": "999"})


def test_what_is_computed_cannot_be_sent():
    with pytest.raises(UnknownFields, match="double"):
        form.clean(BANK, {"double": "9"})


def test_a_read_only_cell_follows_its_own_row():
    asked = read(
        people(
            one("select", "bank", properties={"register": "designated_bank"}),
            one(
                "textfield",
                "code",
                properties={"read_only": "true", "prefill": "register.designated_bank[row.bank].bank_code"},
            ),
        )
    )
    raw = {"persons.0.bank": "BOC", "persons.1.bank": "HSBC"}
    assert [row["code"] for row in answered(asked, raw)["persons"]] == ["012", "004"]


def test_a_read_only_cell_cannot_be_sent():
    asked = read(
        people(one("textfield", "a"), one("textfield", "b", properties={"read_only": "true", "prefill": "row.a"}))
    )
    with pytest.raises(UnknownFields):
        form.clean(asked, {"persons.0.a": "x", "persons.0.b": "y"})


def test_answers_that_follow_each_other_in_a_circle_come_to_an_end():
    asked = read(
        one("number", "first", properties={"read_only": "true", "prefill": "form.second + 1"}),
        one("number", "second", properties={"read_only": "true", "prefill": "0 if form.first is None else form.first"}),
    )
    assert answered(asked, {})["first"] is not None


TABLE = {"type": "table", "id": "now", "label": "Contacts today", "dataSource": "=now"}
TABLE |= {"columns": [{"key": "name", "label": "Name"}, {"key": "limit", "label": "Limit"}]}
TABLE |= {"properties": {"rows": "records(register.contact)"}}


def test_a_table_shows_the_columns_of_its_records():
    asked = read(TABLE)
    entry = next(asked.fields)
    assert table_rows(entry, answered(asked, {})[entry.key]) == [["Chan Tai Man", "10"], ["Lee Ka Yan", "20"]]


# files
FILES = read(wanted(one("filepicker", "letter", properties={"most": "1"})))
LETTER = {"name": "letter.pdf", "sha256": "0" * 64, "size": 5}


def test_files_come_from_what_was_uploaded():
    assert answered(FILES, {}, replace(FACTS, files={"letter": [LETTER]}))["letter"] == (LETTER,)


@pytest.mark.parametrize("name", ["letter", "letter.name", "letter.0.name"])
def test_no_text_is_a_file(name):
    with pytest.raises(UnknownFields):
        form.clean(FILES, {name: "letter.pdf"})


@pytest.mark.parametrize(
    ("files", "sentence"), [([], "Attach: Letter"), ([LETTER, LETTER], "Attach at most 1 files; this has 2")]
)
def test_files_may_be_too_few_or_too_many(files, sentence):
    assert wrong(FILES, {}, replace(FACTS, files={"letter": files})) == {"letter": [sentence]}


# acts
def test_a_row_is_added_with_what_its_cells_begin_with():
    asked = read(people(one("textfield", "name"), one("textfield", "on", properties={"prefill": "case.reference"})))
    scope = replace(FACTS, case={"reference": "CT001"}).seen_with({})
    assert form.acted(asked, {}, "persons:add", scope) == {"persons.0.name": "", "persons.0.on": "CT001"}


@pytest.mark.parametrize(
    ("act", "names"),
    [("persons:remove:0", ["B", "C"]), ("persons:up:2", ["A", "C", "B"]), ("persons:down:0", ["B", "A", "C"])],
)
def test_rows_are_removed_and_moved(act, names):
    raw = {f"persons.{place}.name": name for place, name in enumerate("ABC")}
    assert list(form.acted(PEOPLE, raw, act).values()) == names


@pytest.mark.parametrize(
    "act",
    [
        "",
        "persons",
        "persons:add:1",
        "persons:remove",
        "persons:remove:9",
        "persons:remove:-1",
        "persons:up:0",
        "persons:down:0",
        "persons:drop:0",
        "name:add",
        "persons:add\n",
        "persons:remove:00",
    ],
)
def test_an_act_that_nobody_offers_is_refused(act):
    with pytest.raises(UnknownFields):
        form.acted(PEOPLE, {"persons.0.name": "A"}, act)


def test_no_row_is_added_beyond_the_most():
    raw = {f"persons.{place}.name": "x" for place in range(3)}
    with pytest.raises(WrongAnswers, match="persons"):
        form.acted(PEOPLE, raw, "persons:add")


def test_no_row_is_removed_below_the_least():
    asked = read(people(properties={"least": "1"}))
    with pytest.raises(WrongAnswers, match="persons"):
        form.acted(asked, {"persons.0.name": "x"}, "persons:remove:0")


@pytest.mark.parametrize(
    ("act", "name"), [("add", "persons.2"), ("remove:1", "persons.1"), ("up:1", "persons.0"), ("down:0", "persons.1")]
)
def test_after_an_act_one_looks_at_its_row(act, name):
    raw = form.acted(PEOPLE, {"persons.0.name": "A", "persons.1.name": "B"}, f"persons:{act}")
    assert form.place_after(PEOPLE, raw, f"persons:{act}") in {name, "persons.0"}


# at rest and in words
def test_rows_survive_the_database():
    answers = answered(PEOPLE, {**CHAN, "persons.0.office.line1": "A", "persons.0.office.country": "HK"})
    assert form.loaded(PEOPLE, json.loads(json.dumps(form.dumped(answers)))) == answers


def test_a_number_in_a_row_is_kept_as_text():
    answers = answered(PEOPLE, {**CHAN, "persons.0.action": "CHANGE", "persons.0.limit": "5"})
    assert form.dumped(answers)["persons"][0]["limit"] == "5"


def test_answers_typed_again_are_the_same_answers():
    raw = {**CHAN, **LEE, "persons.1.office.line1": "A", "persons.1.office.country": "HK"}
    answers = answered(PEOPLE, raw)
    assert answered(PEOPLE, form.retyped(PEOPLE, answers)) == answers


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ([{"a": 1, "b": None}], [{"a": 1}], set()),
        ([{"a": 1}], [{"a": 2}], {"x"}),
        ([{"a": 1}], [{"a": 1}, {"a": 2}], {"x"}),
        ([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}], {"x"}),
        ((LETTER,), [LETTER], set()),
    ],
)
def test_differences_reach_into_rows(old, new, keys):
    assert form.differences({"x": old}, {"x": new}) == keys


@pytest.mark.parametrize(
    ("component", "value", "text"),
    [
        (one("checklist", values=ACTION), ["ADD", "REMOVE"], "Add, Remove"),
        (one("taglist"), ["a", "b"], "a, b"),
        (one("textfield", properties={"kind": "month_day"}), "02-29", "29 February"),
        (one("textfield", properties={"kind": "phone"}), "+85291234567", "+852 91234567"),
        (one("number", properties={"unit": "msg/s"}), Decimal(4000), "4,000 msg/s"),
        (one("filepicker"), (LETTER,), "letter.pdf"),
        (one("expression", properties={"value": "1"}), 4000, "4,000"),
        (one("expression", properties={"value": "1"}), None, ""),
    ],
)
def test_every_kind_is_shown_as_people_read_it(component, value, text):
    assert shown(read(component).field("it"), value) == text


def test_rows_are_shown_one_on_a_line():
    answers = answered(PEOPLE, {**CHAN, **LEE})
    assert shown(PEOPLE.field("persons"), answers["persons"]) == (
        "1. Chan Tai Man · Add · chan@x.test\n2. Lee Ka Yan · Remove"
    )


def test_a_yes_in_a_row_says_to_what():
    row = {"name": "Ann", "signs": True, "leads": False}
    answers = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
    entry = read(
        {
            "type": "dynamiclist",
            "path": "it",
            "label": "Persons",
            "components": [
                {"type": "textfield", "key": "name", "label": "Name"},
                {"type": "checkbox", "key": "signs", "label": "Signs"},
                {"type": "radio", "key": "leads", "label": "Leads", "values": answers},
            ],
        }
    )
    assert shown(entry.field("it"), [row]) == "1. Ann · Signs: Yes · Leads: No"


def test_a_list_is_typed_a_line_each():
    assert typed(read(one("taglist")).field("it"), ["a", "b"]) == "a\nb"


# side by side
A, B, C = {"name": "A", "at": "x"}, {"name": "B", "at": "y"}, {"name": "C", "at": "z"}


@pytest.mark.parametrize(
    ("lists", "lines"),
    [
        ([[A, B], [B, A]], [(B, B), (A, A)]),
        ([[A, B, C], [A, C]], [(A, A), (C, C), (B, None)]),
        ([[A], [C, A]], [(None, C), (A, A)]),
        ([[A, B], [A, {**B, "at": "q"}]], [(A, A), (B, {**B, "at": "q"})]),
        ([[A], [], [A]], [(A, None, A)]),
        ([[], [A]], [(None, A)]),
        ([[A], [{"name": "Q", "at": "q"}]], [(None, {"name": "Q", "at": "q"}), (A, None)]),
    ],
)
def test_rows_are_followed_however_they_were_moved(lists, lines):
    assert [line.rows for line in alignment.aligned(lists)] == lines


# other languages
def test_a_form_speaks_another_language_where_it_has_words_for_it():
    words = {"label_zh_Hant": "顏色", "option_zh_Hant.a": "甲", "hint": "x"}
    values = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
    entry = read(one("select", values=values, properties=words)).in_language("zh-Hant").field("it")
    assert (entry.label, entry.options) == ("顏色", (("a", "甲"), ("b", "B")))


def test_a_form_falls_back_to_english():
    assert read(one("textfield")).in_language("zh_Hans").field("it").label == "It"


def test_a_group_has_readers_for_its_fields():
    group = {"type": "group", "label": "G", "components": [one("textfield", "a"), people()]}
    asked = read({**group, "properties": {"readers": "company, next"}})
    assert {column.readers for column in (asked.field("a"), *asked.field("persons").fields)} == {
        frozenset({"company", "next"})
    }


# files that are refused
@pytest.mark.parametrize(
    ("component", "words"),
    [
        (
            people({"type": "dynamiclist", "path": "more", "label": "M", "components": [one("textfield")]}),
            "plain fields",
        ),
        (people(one("filepicker")), "plain fields in rows"),
        (people({**TABLE, "key": "t"}, one("textfield")), "plain fields in rows"),
        (people(one("textfield", "a"), one("textfield", "a")), "every key once"),
        (people(one("textfield", properties={"read_only": "true", "prefill": "row.it"})), "somebody answers"),
        (people(one("textfield", properties={"show_if": "row.nobody"})), "row.nobody is none"),
        (people(properties={"most": "51"}), "most from 0 to 50"),
        (people(properties={"least": "-1"}), "least from 0 to 50"),
        (people(properties={"read_only": "true", "prefill": "register.contact"}), "use a table"),
        ({**people(), "path": "comment"}, "comment is taken"),
        ({**people(), "path": "act"}, "act is taken"),
        (one("textfield", properties={"show_if": "row.it"}), "but found row"),
        (one("textfield", properties={"kind": "colour"}), "Expected a kind of"),
        (one("number", properties={"kind": "email"}), "Expected a kind of nothing"),
        (one("textfield", properties={"readers": "everybody"}), "Expected readers of"),
        (one("textfield", properties={"rule_message_zh_Hant": "{form.nobody}"}), "form.nobody is none"),
        (one("expression"), "Expected a property `value`"),
        (one("expression", expression="=1 + 1", properties={"value": "1"}), "found FEEL"),
        ({**TABLE, "columns": []}, "Expected columns"),
        ({**TABLE, "properties": {}}, "Expected a property `rows`"),
        (one("checklist"), "Expected options"),
    ],
)
def test_a_field_that_cannot_be_asked_is_refused(component, words):
    with pytest.raises(BadForm, match=words.replace(".", r"\.").replace("`", "`")):
        read(component)


@pytest.mark.parametrize(
    ("component", "words"),
    [
        (one("textfield", properties={"least": "1"}), "found least"),
        (one("textfield", properties={"rows": "1"}), "found rows"),
        (one("textfield", properties={"option_zh_Hant": "x"}), "found option_zh_Hant"),
        (people(properties={"colour": "x"}), "found colour"),
        (people(properties={"import": "csv"}), "Expected an import of xlsx, but it is csv"),
        (one("textfield", properties={"import": "xlsx"}), "found import"),
        (people(one("textfield", properties={"colour": "x"})), "found colour"),
    ],
)
def test_what_the_portal_does_not_read_is_a_fault(component, words):
    content = json.dumps({"id": "many", "components": [component]}).encode()
    assert [words in fault.sentence for fault in components.faults(content, "many.form")] == [True]


def test_a_table_may_keep_what_the_editor_writes_into_it():
    content = json.dumps({"id": "many", "components": [TABLE]}).encode()
    assert not list(components.faults(content, "many.form"))


@pytest.mark.parametrize("text", ["form.persons", 'total(form.persons, "id_no")', "count(form.persons)"])
def test_lists_show_nothing_personal_from_rows(text):
    asked = read(people(one("textfield", "id_no", properties={"class": "personal"})))
    assert list(components.shown_to_lists(text, asked)) == [
        "in about: Expected a field that lists may show, but persons.id_no is personal: leave it out."
    ]


def test_a_row_must_know_what_it_reads():
    content = json.dumps(
        {"id": "many", "components": [people(one("textfield", properties={"rule": 'row["b"] == "x"'}))]}
    )
    found = lint.check_folder({"forms/many.form": content.encode()})
    assert any("row.b is none" in fault.sentence for fault in found)


# by chance
NAMES = st.sampled_from(
    [f"persons.{place}.{key}" for place in (0, 1, 2, 7) for key in ("name", "action", "email", "limit", "office.line1")]
    + [
        "persons.0.office.country",
        "persons.0.limit.confirmed",
        "bank",
        "double",
        "code",
        "tags",
        "day.month",
        "day.day",
    ]
)
TEXTS = st.sampled_from(["", "ADD", "CHANGE", "a@x.test", "5", "500", "HK", "yes", "BOC", "02", "30"]) | st.text(
    max_size=9
)
EVERY = read(
    people(),
    one("select", "bank", properties={"register": "designated_bank"}),
    one(
        "textfield",
        "code",
        properties={"read_only": "true", "prefill": "register.designated_bank[form.bank].bank_code"},
    ),
    one("expression", "double", properties={"value": 'count_where(form.persons, "action", "ADD")'}),
    one("taglist", "tags"),
    one("textfield", "day", properties={"kind": "month_day"}),
    TABLE,
)


@given(st.dictionaries(NAMES | st.text(max_size=12), TEXTS, max_size=12))
def test_whatever_is_sent_is_checked_or_refused_and_nothing_else(raw):
    try:
        form.check(EVERY, form.clean(EVERY, raw), FACTS)
    except Refused:
        return


@given(st.dictionaries(NAMES, TEXTS, max_size=12))
def test_whatever_was_sent_the_form_can_be_shown_again(raw):
    assert form.standing(EVERY, raw, FACTS).shown


@given(st.dictionaries(NAMES, TEXTS, max_size=8))
def test_what_is_checked_survives_the_database(raw):
    try:
        answers = form.check(EVERY, raw, FACTS).answers
    except Refused:
        return
    kept = form.loaded(EVERY, json.loads(json.dumps(form.dumped(answers))))
    assert kept == {key: value for key, value in answers.items() if value is not None}


@given(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=3), st.data())
def test_an_act_keeps_every_other_row(names, data):
    raw = {f"persons.{place}.name": name for place, name in enumerate(names)}
    act = data.draw(st.sampled_from(["remove", "up", "down"]))
    place = data.draw(st.integers(0, len(names) - 1))
    try:
        after = list(form.acted(PEOPLE, raw, f"persons:{act}:{place}").values())
    except Refused:
        return
    left = names[:place] + names[place + 1 :]
    assert sorted(after) == sorted(left if act == "remove" else names)


@given(st.lists(st.text("ab", min_size=1, max_size=3), max_size=2))
def test_a_row_added_and_removed_again_changes_nothing(names):
    raw = {f"persons.{place}.name": name for place, name in enumerate(names)}
    added = form.acted(PEOPLE, raw, "persons:add")
    assert form.acted(PEOPLE, added, f"persons:remove:{len(names)}") == raw


# the page for analysts
PAGE = (Path(schema.__file__).parent / "fields.md").read_text()


@pytest.mark.parametrize("name", sorted(schema.KINDS))
def test_every_component_stands_on_the_page(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    "name", sorted({*components.PROPERTIES, *components.OWN["dynamiclist"]} - {"per_field_comments"})
)
def test_every_property_stands_on_the_page(name):
    assert f"`{name}`" in PAGE


def test_what_a_column_begins_with_may_depend_on_the_record_of_its_row():
    action = one(
        "select", "action", values=ACTION, properties={"prefill": '"CHANGE" if row.email is not None else "ADD"'}
    )
    rows = {**one("dynamiclist"), "path": "it", "components": [action, one("textfield", "email")]}
    raw = form.prefilled(read({**rows, "properties": {"prefill": "records(register.contact)"}}), FACTS)
    assert [raw["it.0.action"], raw["it.1.action"]] == ["CHANGE", "CHANGE"]


# choices from a register, and what others answered before
def test_a_register_offers_only_what_the_form_lets_through():
    entry = one("select", properties={"register": "designated_bank", "only": 'choice.bank_code == "004"'})
    assert form.options(read(entry).field("it"), FACTS) == (("HSBC", "HSBC · 004"),)


def test_what_is_not_offered_is_refused():
    entry = one("select", properties={"register": "designated_bank", "only": 'choice.key != "BOC"'})
    assert "it" in wrong(read(entry), {"it": "BOC"})


def test_what_is_offered_does_not_depend_on_other_answers():
    with pytest.raises(BadForm, match="only: Expected names of case, choice, register"):
        read(one("select", properties={"register": "designated_bank", "only": "choice.key == form.it"}))


def test_only_stands_beside_a_register():
    entry = {**one("select", values=ACTION), "properties": {"only": 'choice.key == "ADD"'}}
    content = json.dumps({"id": "many", "type": "default", "components": [entry]}).encode()
    assert "beside a register" in str(lint.check_folder({"forms/many.form": content}))


def test_the_form_of_a_later_step_knows_what_the_maker_answered():
    later = read(one("number", properties={"rule": "form.it <= request.limit", "rule_message": "At most that"}))
    assert wrong(later, {"it": "11"}, replace(FACTS, request={"limit": Decimal(10)})) == {"it": ["At most that"]}
