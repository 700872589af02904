"""Forms ask, prefill, hide and check as their files say."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadForm, UnknownFields, WrongAnswers
from engine.forms import form, schema
from engine.forms.form import Checked, Facts
from engine.forms.spoken import shown, typed
from engine.hours import exchange_calendar
from engine.language.scope import Scope
from tests.engine import corpus

CALENDAR = exchange_calendar(2026, 2027)
CT027 = schema.read(corpus.shipped()["forms/CT027.form"], "forms/CT027.form")
CHECK = schema.read(corpus.shipped()["forms/check.form"], "forms/check.form")
PROCESS = schema.read(corpus.shipped()["forms/process.form"], "forms/process.form")
APPROVE = schema.read(corpus.shipped()["forms/approve.form"], "forms/approve.form")
REJECT = schema.read(corpus.shipped()["forms/reject.form"], "forms/reject.form")
FACTS = Facts(
    scope=Scope(now=datetime(2026, 11, 23, 2, tzinfo=UTC), calendar=CALENDAR),
    case={"received_on": date(2026, 11, 23), "lead_days": 3},
    register={"order_limit": {"limit_hkd": "50000000"}},
    choices={"ocg_session": [("S01", "Session 1")], "responsible_officer": [("RO1", "Chan Siu Ming")]},
)
GOOD = {
    "limit_hkd": "60,000,000",
    "scope": "FIRM",
    "notional_check_applied": "yes",
    "uses_bss_vendor": "no",
    "effective_date": "26/11/2026",
    "approving_ro": "RO1",
    "declare_true": "yes",
    "pics_ack": "yes",
}


def checked(**changes):
    return form.check(CT027, form.clean(CT027, {**GOOD, **changes}), FACTS)


def wrong(**changes):
    with pytest.raises(WrongAnswers) as refused:
        checked(**changes)
    return refused.value.fields


def small(*components):
    content = json.dumps({"id": "small", "type": "default", "components": components}).encode()
    return schema.read(content, "forms/small.form")


def text(key, **more):
    return {"type": "textfield", "key": key, "label": key.title(), **more}


def number(key, **more):
    return {"type": "number", "key": key, "label": key.title(), **more}


# what stands in it
def test_the_current_limit_is_prefilled_from_the_register():
    assert form.prefilled(CT027, FACTS)["current_limit_hkd"] == "50,000,000"


def test_without_a_record_the_current_limit_stays_empty():
    assert form.prefilled(CT027, Facts(FACTS.scope)) == {}


def test_a_read_only_answer_comes_from_the_register():
    assert checked().answers["current_limit_hkd"] == Decimal(50_000_000)


def test_a_read_only_field_cannot_be_sent():
    with pytest.raises(UnknownFields, match="current_limit_hkd"):
        form.clean(CT027, {**GOOD, "current_limit_hkd": "1"})


@pytest.mark.parametrize("name", ["typename", "__builtins__", "status", "decision", "pre_approved", "maker_id", ""])
def test_a_field_that_nobody_asked_for_is_refused(name):
    with pytest.raises(UnknownFields):
        form.clean(CT027, {**GOOD, name: "1"})


# typed answers
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("limit_hkd", Decimal(60_000_000)),
        ("scope", "FIRM"),
        ("session", None),
        ("notional_check_applied", True),
        ("uses_bss_vendor", False),
        ("effective_date", date(2026, 11, 26)),
        ("vendor_arranged", None),
        ("remarks", None),
    ],
)
def test_an_answer_becomes_a_typed_value(key, value):
    assert checked().answers[key] == value


@pytest.mark.parametrize("written", ["60000000", "60,000,000", "HKD 60,000,000", "$60000000", " 60 000 000 "])
def test_a_limit_can_be_written_as(written):
    assert checked(limit_hkd=written).answers["limit_hkd"] == 60_000_000


@pytest.mark.parametrize(
    "written",
    ["6,0000000", "60,00", "1,5", "sixty", "1e9", "٦٠", "0x10", "--5", "1_000", "NaN", "9" * 16, "0", "-5", "1.5"],
)
def test_a_limit_cannot_be_written_as(written):
    assert list(wrong(limit_hkd=written)) == ["limit_hkd"]


@pytest.mark.parametrize("written", ["2026-11-26", "26/11/2026", "26 11 2026", "26-11-2026", "26 / 11 / 2026"])
def test_a_date_can_be_written_as(written):
    assert checked(effective_date=written).answers["effective_date"] == date(2026, 11, 26)


@pytest.mark.parametrize(
    "written", ["11/26/2026", "26/11/26", "tomorrow", "2026-02-30", "01/01/1899", "2026-11-26T09:00"]
)
def test_a_date_cannot_be_written_as(written):
    assert list(wrong(effective_date=written)) == ["effective_date"]


# rules
def test_the_effective_date_keeps_the_lead_time():
    assert wrong(effective_date="25/11/2026") == {
        "effective_date": ["Enter a business day, Thursday 26 November 2026 or later"]
    }


def test_the_effective_date_is_a_business_day():
    assert "effective_date" in wrong(effective_date="28/11/2026")


def test_the_new_limit_is_another_one():
    assert wrong(limit_hkd="50,000,000") == {"limit_hkd": ["Enter a limit other than the current one, 50,000,000"]}


def test_a_large_step_is_warned_about():
    assert checked(limit_hkd="300,000,000").warnings == {
        "limit_hkd": "The new limit is more than five times the current one, 50,000,000"
    }


def test_a_confirmed_warning_is_kept_as_confirmed():
    found = checked(**{"limit_hkd": "300,000,000", "limit_hkd.confirmed": "yes"})
    assert (found.warnings, found.confirmed) == ({}, ("limit_hkd",))


def test_only_fields_with_a_warning_can_be_confirmed():
    with pytest.raises(UnknownFields):
        form.clean(CT027, {**GOOD, "scope.confirmed": "yes"})


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_required_answer_is_asked_for(key):
    assert key in wrong(**{key: ""})


def test_a_session_is_asked_for_when_the_limit_is_for_one():
    assert list(wrong(scope="SESSION")) == ["session"]


def test_a_session_comes_from_the_register():
    assert list(wrong(scope="SESSION", session="S99")) == ["session"]


def test_a_session_for_the_whole_firm_is_dropped():
    assert checked(session="S01").answers["session"] is None


def test_a_vendor_is_named_and_arranged_when_there_is_one():
    assert sorted(wrong(uses_bss_vendor="yes")) == ["vendor_arranged", "vendor_name"]


def test_a_hidden_answer_shows_nothing():
    asked = small(
        text("first"),
        text("second", properties={"show_if": 'form.first == "on"'}),
        text("third", properties={"show_if": 'form.second == "on"'}),
    )
    assert form.visible(asked, {"first": "off", "second": "on"}, FACTS) == {"first"}


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{form.scope}: {form.limit_hkd}", "The whole firm: 60,000,000"),
        ("{form.scope}: {form.session}", "The whole firm"),
        ("{form.uses_bss_vendor == False} {form.session}", "yes"),
    ],
)
def test_a_line_about_answers_has_choices_in_words_and_leaves_out_what_is_not_given(template, line):
    assert form.summed_up(CT027, template, FACTS.seen_with(checked().answers)) == line


def test_what_a_hidden_answer_would_demand_is_not_demanded():
    asked = small(
        text("first"),
        text("second", properties={"show_if": 'form.first == "on"'}),
        text("third", properties={"required_if": 'form.second == "on"'}),
    )
    assert form.required(asked, {"first": "off", "second": "on"}, FACTS) == frozenset()


@pytest.mark.parametrize(("scope", "shown"), [("SESSION", True), ("FIRM", False), ("", False), ("other", False)])
def test_the_session_is_shown_only_when_the_limit_is_for_one(scope, shown):
    assert ("session" in form.visible(CT027, {"scope": scope}, FACTS)) is shown


@pytest.mark.parametrize(("vendor", "needed"), [("yes", True), ("no", False)])
def test_the_vendor_must_be_named_only_when_there_is_one(vendor, needed):
    assert ("vendor_name" in form.required(CT027, {"uses_bss_vendor": vendor}, FACTS)) is needed


def test_no_rule_is_broken_by_an_empty_answer():
    asked = small(number("few", properties={"rule": "-form.few < 0 and form.few % 2 == 1"}))
    assert form.check(asked, {}, FACTS).answers == {"few": None}


def test_a_rule_without_a_message_names_its_field():
    asked = small(text("name", properties={"rule": 'form.name == "x"'}))
    with pytest.raises(WrongAnswers) as refused:
        form.check(asked, {"name": "y"}, FACTS)
    assert refused.value.fields == {"name": ["Check Name"]}


def test_a_hidden_field_breaks_no_rule():
    asked = small(text("name", properties={"show_if": "False", "rule": "False", "required_if": "True"}))
    assert form.check(asked, {"name": "x"}, FACTS).answers == {"name": None}


def test_a_rule_sees_what_the_register_says_and_not_what_is_sent():
    asked = small(
        number("old", properties={"read_only": "true", "prefill": "register.order_limit.limit_hkd"}),
        text("name", properties={"rule": "form.old == 50000000"}),
    )
    assert form.check(asked, {"old": "1", "name": "x"}, FACTS).answers["old"] == 50_000_000


def test_the_largest_limit_can_be_changed_again():
    largest = replace(FACTS, register={"order_limit": {"limit_hkd": "9" * 15}})
    assert form.check(CT027, GOOD, largest).warnings == {}


def test_the_first_limit_has_none_to_compare_with():
    assert form.check(CT027, GOOD, Facts(FACTS.scope, FACTS.case, {}, FACTS.choices)).warnings == {}


def test_a_confirmation_alone_confirms_nothing():
    assert checked(**{"limit_hkd.confirmed": "yes"}).confirmed == ()


def test_a_wrong_answer_is_told_before_any_warning():
    assert list(wrong(limit_hkd="300,000,000", scope="")) == ["scope"]


def test_every_wrong_answer_is_told_at_once():
    assert sorted(wrong(limit_hkd="x", effective_date="x", scope="x")) == ["effective_date", "limit_hkd", "scope"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (text("name", label="Name of the firm"), "Enter name of the firm"),
        (text("name", label="HKD account"), "Enter HKD account"),
        ({"type": "checkbox", "key": "name", "label": "Sure"}, "Tick: Sure"),
        (
            {"type": "select", "key": "name", "label": "Colour", "values": [{"value": "a", "label": "A"}]},
            "Choose: Colour",
        ),
        (text("name", properties={"missing": "Say it"}), "Say it"),
    ],
    ids=["small letter", "capitals", "tick", "choose", "own words"],
)
def test_what_is_missing_is_asked_for_in_words(asked, sentence):
    with pytest.raises(WrongAnswers) as refused:
        form.check(small({**asked, "validate": {"required": True}}), {"name": ""}, FACTS)
    assert refused.value.fields == {"name": [sentence]}


# messages
@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("from {case.received_on}", "from Monday 23 November 2026"),
        ("until {cutoff_after(1)}", "until Tuesday 24 November 2026, 17:00 HKT"),
        ("now {register.order_limit.limit_hkd}", "now 50000000"),
        ("{form.amount * 1000} HKD", "5,000 HKD"),
        ("was {form.unknown}", "was none"),
        ("ready: {form.amount > 2}", "ready: yes"),
        ("{no expression", "{no expression"),
    ],
)
def test_a_message_says_values_as_people_read_them(message, said):
    assert form.filled(message, FACTS.seen_with({"amount": 5})) == said


# numbers
@pytest.mark.parametrize(
    ("written", "kept"), [("1.5", "1.5"), ("1.50", "1.50"), ("0.25", "0.25"), ("1,234.5", "1234.5")]
)
def test_a_number_may_have_as_many_decimals_as_the_form_says(written, kept):
    asked = small(number("share", decimalDigits=2))
    assert form.dumped(form.check(asked, {"share": written}, FACTS).answers) == {"share": kept}


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("1.234", "Enter at most 2 decimals"),
        ("-1", "Enter 0 or more"),
        ("1000.01", "Enter 1,000 or less"),
        ("x", "Enter Share as a number, such as 50,000,000"),
    ],
)
def test_a_number_outside_its_range_is_refused_with_the_range(written, sentence):
    asked = small(number("share", decimalDigits=2, validate={"min": 0, "max": 1000}))
    with pytest.raises(WrongAnswers) as refused:
        form.check(asked, {"share": written}, FACTS)
    assert refused.value.fields == {"share": [sentence]}


# dates
def test_a_far_date_is_checked_without_harm():
    assert checked(effective_date="31/12/2199").answers["effective_date"] == date(2199, 12, 31)


@pytest.mark.parametrize("written", ["2200-01-01", "9999-12-31", "0001-01-01", "1899-12-31", "31/12/9999"])
def test_a_date_of_no_use_is_refused(written):
    assert wrong(effective_date=written) == {"effective_date": ["Enter a date between 1900 and 2199"]}


# text
@pytest.mark.parametrize(("written", "length"), [("abc", 3), ("  abc  ", 3), ("港曜證券", 4), ("e\u0301" * 5, 5)])
def test_a_text_is_as_long_as_its_letters(written, length):
    asked = small(text("name", validate={"minLength": length, "maxLength": length}))
    assert len(form.check(asked, {"name": written}, FACTS).answers["name"]) == length


def test_a_text_may_be_too_short():
    asked = small(text("name", validate={"minLength": 3}))
    with pytest.raises(WrongAnswers, match="name"):
        form.check(asked, {"name": "ab"}, FACTS)


def test_an_optional_text_may_be_empty_although_it_has_a_least_length():
    asked = small(text("name", validate={"minLength": 3}))
    assert form.check(asked, {"name": " "}, FACTS).answers == {"name": None}


def test_a_draft_keeps_what_was_typed_even_when_it_is_wrong():
    assert form.clean(CT027, {"limit_hkd": " sixty ", "scope": "?"}) == {"limit_hkd": "sixty", "scope": "?"}


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ud800"])
def test_what_cannot_be_printed_is_refused(mark):
    assert wrong(remarks=f"a{mark}b") == {"remarks": ["Remove the characters that cannot be printed"]}


def test_a_line_may_not_break():
    assert "vendor_name" in wrong(uses_bss_vendor="yes", vendor_arranged="yes", vendor_name="a\nb")


def test_line_ends_and_composed_letters_are_made_alike():
    assert checked(remarks="e\u0301\r\nb\rc").answers["remarks"] == "\u00e9\nb\nc"


def test_a_text_ends_at_its_limit():
    assert wrong(remarks="x" * 1001) == {"remarks": ["Enter at most 1,000 characters; this has 1,001"]}


def test_no_form_asks_for_more_than_its_longest_text():
    assert small(text("note", validate={"maxLength": 10**9})).field("note").longest == schema.LONGEST_TEXT


# deciding
def test_a_return_needs_a_comment():
    with pytest.raises(WrongAnswers, match="comment"):
        form.check(CHECK, {"decision": "return"}, FACTS)


def test_a_comment_can_be_pinned_to_a_field():
    raw = {"decision": "return", "comment": "Please look again", "comment.limit_hkd": "Too high"}
    kept = form.clean(CHECK, raw, other_fields=CT027.keys)
    assert form.check(CHECK, kept, FACTS).comments == {"limit_hkd": "Too high"}


def test_a_comment_cannot_be_pinned_to_nothing():
    with pytest.raises(UnknownFields):
        form.clean(CHECK, {"decision": "return", "comment.nothing": "?"}, other_fields=CT027.keys)


def test_a_comment_on_an_approval_is_dropped():
    assert form.check(CHECK, {"decision": "approve", "comment": "Well done"}, FACTS).answers["comment"] is None


def test_a_rejection_needs_a_reason_code():
    with pytest.raises(WrongAnswers, match="reason_code"):
        form.check(REJECT, {"decision": "reject", "comment": "Not entitled"}, FACTS)


@pytest.mark.parametrize("decision", ["reject", "back", "return"])
def test_every_answer_to_a_proposed_rejection_needs_a_comment(decision):
    with pytest.raises(WrongAnswers, match="comment"):
        form.check(REJECT, {"decision": decision, "reason_code": "LATE", "comment": "no"}, FACTS)


def test_no_decision_is_none_of_the_options():
    with pytest.raises(WrongAnswers, match="decision"):
        form.check(CHECK, {"decision": "reject"}, FACTS)


@pytest.mark.parametrize("text", ["x" * 501, "a\x00b", "a\u2028b"])
def test_a_pinned_comment_is_plain_and_not_too_long(text):
    raw = {"decision": "return", "comment": "Please look again", "comment.limit_hkd": text}
    with pytest.raises(WrongAnswers, match=r"comment\.limit_hkd"):
        form.check(CHECK, raw, FACTS)


def test_pinned_comments_on_an_approval_are_dropped():
    assert form.check(CHECK, {"decision": "approve", "comment.limit_hkd": "Fine"}, FACTS).comments == {}


def test_an_empty_pinned_comment_is_none():
    raw = {"decision": "return", "comment": "Please look again", "comment.limit_hkd": ""}
    assert form.check(CHECK, raw, FACTS).comments == {}


def test_no_comment_can_be_pinned_where_the_form_has_none():
    with pytest.raises(UnknownFields):
        form.clean(CT027, {"comment.limit_hkd": "Too high"}, other_fields=CT027.keys)


# at rest
def test_answers_survive_the_database():
    answers = checked(remarks="a").answers
    kept = json.loads(json.dumps(form.dumped(answers)))
    assert form.loaded(CT027, kept) == {key: value for key, value in answers.items() if value is not None}


def test_differences_name_what_changed():
    assert form.differences({"a": 1, "b": None}, {"a": 2, "c": None}) == {"a"}


@pytest.mark.parametrize("key", ["limit_hkd", "scope", "uses_bss_vendor", "declare_true"])
def test_a_value_typed_again_is_the_same_value(key):
    value = checked().answers[key]
    assert checked(**{key: typed(CT027.field(key), value)}).answers[key] == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("limit_hkd", "60,000,000"),
        ("scope", "The whole firm"),
        ("uses_bss_vendor", "No"),
        ("effective_date", "Thu 26 Nov 2026"),
        ("session", ""),
    ],
)
def test_a_value_is_shown_as_people_read_it(key, text):
    assert shown(CT027.field(key), checked().answers[key]) == text


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("limit_hkd", "1,000,000"),
        ("effective_date", "2026-11-26"),
        ("scope", "FIRM"),
        ("declare_true", "yes"),
        ("uses_bss_vendor", "no"),
        ("remarks", "a\nb"),
    ],
)
def test_a_typed_value_is_typed_as_it_was(key, raw):
    value = checked(**{key: raw}).answers[key]
    assert typed(CT027.field(key), value) == raw


def test_nothing_is_typed_as_nothing():
    assert (typed(None, 5), typed(CT027.field("remarks"), None)) == ("", "")


@pytest.mark.parametrize(("value", "text"), [(True, "Yes"), (False, "No"), (None, ""), ("", "")])
def test_a_tick_is_shown_in_words(value, text):
    assert shown(CT027.field("declare_true"), value) == text


def test_a_choice_is_shown_by_the_label_of_its_register():
    assert shown(CT027.field("session"), "S01", FACTS.choices["ocg_session"]) == "Session 1"


def test_a_choice_that_is_gone_is_shown_as_it_is():
    assert shown(CT027.field("session"), "S09", FACTS.choices["ocg_session"]) == "S09"


def test_a_key_that_the_form_no_longer_has_is_not_loaded():
    assert form.loaded(CT027, {"scope": "FIRM", "colour": "red"}) == {"scope": "FIRM"}


# by chance
LIMITS = st.none() | st.integers(0, 10**15 - 1).map(str) | st.decimals(0, 10**14, places=2).map(str)
RAW = st.dictionaries(
    st.sampled_from([*sorted(CT027.keys), "limit_hkd.confirmed"]) | st.text(max_size=8),
    st.sampled_from(["yes", "no", "FIRM", "SESSION", "S01", "RO1", "50,000,000", "300000000", "26/11/2026", "", "-1"])
    | st.text(st.characters(exclude_categories=[]), max_size=20)
    | st.decimals().map(str)
    | st.dates().map(str),
    max_size=14,
)


@given(RAW, st.booleans(), LIMITS)
def test_whatever_is_sent_is_checked_or_refused(raw, from_good, current):
    sent = {**GOOD, **raw} if from_good else raw
    facts = replace(FACTS, register={"order_limit": {"limit_hkd": current}})
    try:
        found = form.check(CT027, form.clean(CT027, sent), facts)
    except (WrongAnswers, UnknownFields):
        return
    assert isinstance(found, Checked)


@given(RAW, st.booleans())
def test_what_is_checked_survives_the_database_and_a_second_check(raw, from_good):
    try:
        found = form.check(CT027, {**GOOD, **raw} if from_good else raw, FACTS)
    except WrongAnswers:
        return
    again = {
        key: typed(CT027.field(key), value) for key, value in form.loaded(CT027, form.dumped(found.answers)).items()
    }
    assert form.check(CT027, again, FACTS).answers == found.answers


DECISIONS = st.fixed_dictionaries(
    {},
    optional={
        "decision": st.sampled_from(["approve", "return", "reject", "back", ""]) | st.text(max_size=5),
        "reason_code": st.sampled_from(["LATE", "INCOMPLETE", "?"]),
        "comment": st.text(max_size=12),
        "comment.limit_hkd": st.text(max_size=12) | st.just("x" * 501),
        "comment.nothing": st.text(max_size=3),
    },
)


@given(st.sampled_from([CHECK, APPROVE, PROCESS, REJECT]), DECISIONS)
def test_whatever_is_decided_is_checked_or_refused(asked, raw):
    try:
        found = form.check(asked, form.clean(asked, raw, other_fields=CT027.keys), FACTS)
    except (WrongAnswers, UnknownFields):
        return
    assert found.answers["decision"] == raw["decision"]


@given(RAW)
def test_what_is_hidden_has_no_answer(raw):
    try:
        found = form.check(CT027, {**GOOD, **raw}, FACTS)
    except WrongAnswers:
        return
    seen = form.visible(CT027, {**GOOD, **raw}, FACTS)
    assert not any(found.answers.get(key) for key in CT027.keys - seen)


@given(RAW)
def test_whatever_is_sent_the_page_can_show_the_form_again(raw):
    known = {key: value for key, value in raw.items() if key in CT027.keys}
    assert form.required(CT027, known, FACTS) <= CT027.keys


@given(RAW)
def test_the_current_limit_never_depends_on_what_is_sent(raw):
    try:
        found = form.check(CT027, {**GOOD, **raw}, FACTS)
    except WrongAnswers:
        return
    assert found.answers["current_limit_hkd"] == Decimal(50_000_000)


# files
@pytest.mark.parametrize(
    ("component", "words"),
    [
        (text("note", label=""), "a label that people read"),
        (text("note", label=5), "a label that people read"),
        (text("Note"), "a key of small letters"),
        (text("note\n"), "a key of small letters"),
        (text("_note"), "a key of small letters"),
        (text("n" * 61), "a key of small letters"),
        ({"type": "textfield", "key": 5, "label": "Note"}, "a key of small letters"),
        (text("case"), "case is taken"),
        ({"type": "radio", "key": "note", "label": "Note"}, "Expected options or a `register` property"),
        ({"type": "select", "key": "note", "label": "Note", "values": [{"label": "A"}]}, "another shape"),
        ({"type": "datetime", "subtype": "datetime", "key": "note", "label": "Note"}, "set subtype to date or time"),
        ({"type": "dynamiclist", "id": "note"}, "a key of small letters"),
        ({"type": "script", "id": "note"}, "Expected one of checkbox"),
        ({"type": ["number"], "id": "note"}, "another shape"),
        (number("note", validate={"min": "few"}), "another shape"),
        (number("note", validate={"min": float("nan")}), "another shape"),
        (number("note", decimalDigits="two"), "another shape"),
        (text("note", validate={"maxLength": "long"}), "another shape"),
        (text("note", validate=["required"]), "another shape"),
        (text("note", properties="required"), "another shape"),
        (text("note", properties={"class": "hidden"}), "Expected a class of"),
        (text("note", properties={"rule": "eval('1')"}), "in rule: Expected one of the functions"),
        (text("note", properties={"rule": "__import__('os')"}), "in rule: Expected one of the functions"),
        (
            text("note", properties={"rule": "secrets.x"}),
            "in rule: Expected names of case, form, register, request, but found secrets",
        ),
        (
            text("note", properties={"show_if": "form.nobody"}),
            "in show_if: Expected a field of this form, but form.nobody",
        ),
        (text("note", properties={"rule_message": "{1 +}"}), "in rule_message: Expected an expression"),
        (text("note", properties={"warn_message": "{form.nobody}"}), "in warn_message: Expected a field of this form"),
        (text("note", properties={"rule": "= form.note > 5"}), "in rule: Expected an expression such as"),
        (text("note", label="=if a then b else c"), "Expected plain text in label, but found FEEL `=if a"),
        (text("note", readonly="=true"), "Expected plain text in readonly, but found FEEL"),
        (text("note", conditional={"hide": "=x = 1"}), "write a show_if, prefill or rule property"),
        (text("note", validate={"min": "=1 + 1"}), "Expected plain text in min, but found FEEL"),
    ],
)
def test_a_component_that_cannot_be_asked_is_named_with_its_file(component, words):
    with pytest.raises(BadForm) as refused:
        small(text("before"), {"type": "group", "label": "Group", "components": [component]})
    assert re.match(
        rf"forms/small\.form: {component.get('key', 'note')}: .*{re.escape(words)}", str(refused.value), re.DOTALL
    )


@pytest.mark.parametrize("component", ["textfield", None, 5, [], {}, {"type": "group", "components": 5}])
def test_what_is_no_component_is_named_with_its_file(component):
    with pytest.raises(BadForm, match=r"forms/small\.form: .+: Expected"):
        small(text("before"), component)


def test_no_key_stands_twice():
    with pytest.raises(BadForm, match="note: Expected every key once"):
        small(text("note"), {"type": "group", "components": [text("note")]})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"id": 1, "components": []}',
        b'{"id": "small", "components": {}}',
        b'{"id": "small", "components": [{"type": "textfield", "key": "a", "label": "\\ud800"}]}',
        '{"id": "small", "components": []}'.encode("utf-16"),
    ],
)
def test_a_file_that_is_no_form_is_refused(content):
    with pytest.raises(BadForm, match=r"forms/small\.form: Expected a form-js schema"):
        schema.read(content, "forms/small.form")


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.sampled_from(["a", "=a", "form.a", "{form.a}", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
    max_leaves=5,
)
SPOILT = st.fixed_dictionaries(
    {"type": st.sampled_from([*schema.KINDS, "group", "separator", "table"]) | ANYTHING},
    optional={
        "key": st.sampled_from(["a", "b"]) | ANYTHING,
        "label": st.sampled_from(["A", "B"]) | ANYTHING,
        "validate": st.dictionaries(st.sampled_from(["required", "min", "maxLength"]), ANYTHING) | ANYTHING,
        "values": st.just([{"value": "a", "label": "A"}]) | ANYTHING,
        "properties": st.dictionaries(st.sampled_from([*schema.EXPRESSIONS, "class", "warn_message"]), ANYTHING)
        | ANYTHING,
        "components": ANYTHING,
        "decimalDigits": ANYTHING,
    },
)


@given(st.lists(SPOILT | ANYTHING, max_size=3))
def test_whatever_a_file_says_it_is_a_form_or_refused(components):
    try:
        found = small(*components)
    except BadForm:
        return
    assert isinstance(found, schema.Form)


@pytest.mark.parametrize("name", sorted(name for name in corpus.shipped() if name.endswith(".form")))
def test_every_shipped_form_is_read(name):
    assert schema.read(corpus.shipped()[name], name).id in name
