"""Forms ask, prefill, hide and check as their files say."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import form, schema
from engine.errors import BadForm, UnknownFields, WrongAnswers
from engine.expression import Scope
from engine.form import Checked, Facts
from engine.hours import exchange_calendar
from engine.spoken import shown, typed
from tests.engine import corpus

CALENDAR = exchange_calendar(2026, 2027)
CT027 = schema.read(corpus.shipped()["forms/CT027.form"], "forms/CT027.form")
CHECK = schema.read(corpus.shipped()["forms/check.form"], "forms/check.form")
APPROVE = schema.read(corpus.shipped()["forms/approve.form"], "forms/approve.form")
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


# text
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
        form.check(APPROVE, {"decision": "reject", "comment": "Not entitled"}, FACTS)


def test_no_decision_is_none_of_the_options():
    with pytest.raises(WrongAnswers, match="decision"):
        form.check(CHECK, {"decision": "reject"}, FACTS)


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


# by chance
RAW = st.dictionaries(
    st.sampled_from([*sorted(CT027.keys), "limit_hkd.confirmed"]) | st.text(max_size=8),
    st.sampled_from(["yes", "no", "FIRM", "SESSION", "S01", "RO1", "50,000,000", "300000000", "26/11/2026", "", "-1"])
    | st.text(st.characters(exclude_categories=[]), max_size=20)
    | st.decimals().map(str)
    | st.dates().map(str),
    max_size=14,
)


@given(RAW, st.booleans())
def test_whatever_is_sent_is_checked_or_refused(raw, from_good):
    sent = {**GOOD, **raw} if from_good else raw
    try:
        found = form.check(CT027, form.clean(CT027, sent), FACTS)
    except (WrongAnswers, UnknownFields):
        return
    assert isinstance(found, Checked)


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
    "component",
    [
        {"type": "textfield", "key": "note"},
        {"type": "textfield", "key": "Note", "label": "Note"},
        {"type": "textfield", "key": 5, "label": "Note"},
        {"type": "radio", "key": "note", "label": "Note"},
        {"type": "number", "key": "note", "label": "Note", "validate": {"min": "few"}},
        {"type": "number", "key": "note", "label": "Note", "validate": {"min": float("nan")}},
        {"type": "textfield", "key": "note", "label": "Note", "validate": {"maxLength": "long"}},
        {"type": "textfield", "key": "note", "label": "Note", "validate": ["required"]},
        {"type": "select", "key": "note", "label": "Note", "values": [{"label": "A"}]},
        {"type": "textfield", "key": "note", "label": "Note", "properties": {"class": "hidden"}},
        {"type": "textfield", "key": "note", "label": "Note", "properties": {"rule": "eval('1')"}},
        {"type": "textfield", "key": "note", "label": "Note", "properties": {"rule": "secrets.x"}},
        {"type": "textfield", "key": "note", "label": "Note", "properties": {"rule_message": "{1 +}"}},
        {"type": "group", "components": 5},
        "textfield",
        None,
    ],
)
def test_a_component_that_cannot_be_asked_is_refused(component):
    with pytest.raises(BadForm, match=r"forms/small\.form"):
        small(component)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"id": 1, "components": []}', b"[" * 100_000])
def test_a_file_that_is_no_form_is_refused(content):
    with pytest.raises(BadForm):
        schema.read(content, "forms/small.form")
