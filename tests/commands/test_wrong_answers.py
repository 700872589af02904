"""Answers that do not fit, and requests that nobody could check: refused without a trace."""

import pytest

from app.commands.requests.tasks import OutOfDate, Unchanged
from engine import errors
from tests.commands.office import FORWARD, GIVEN, answers
from tests.commands.refusing import lock, refused

PROPOSE = {"decision": "propose_reject", "reason_code": "LATE", "comment": "It came too late"}
STRANGE = ["typename", "__builtins__", "status", "decision", "pre_approved", "maker_id", "limit_hkd\n", "x" * 300]


@pytest.mark.parametrize("name", STRANGE)
def test_a_field_that_the_form_does_not_ask_for_is_refused(office, name):
    reference = office.open_draft()
    with refused(office, errors.UnknownFields):
        office.complete(reference, "mia", {**GIVEN, name: "1"})
    with refused(office, errors.UnknownFields):
        office.save(reference, **{name: "1"})


def test_a_read_only_field_cannot_be_changed(either_office):
    reference = either_office.open_draft()
    with refused(either_office, errors.UnknownFields):
        either_office.submit(reference, current_limit_hkd="1")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("limit_hkd", ""),
        ("limit_hkd", "0"),
        ("limit_hkd", "-5"),
        ("limit_hkd", "30,000,000"),
        ("limit_hkd", "1e9"),
        ("limit_hkd", "1.5"),
        ("limit_hkd", "9" * 16),
        ("scope", "EVERYTHING"),
        ("notional_check_applied", ""),
        ("effective_date", "2026-11-25"),
        ("effective_date", "2026-11-28"),
        ("effective_date", "2026-12-25"),
        ("effective_date", "soon"),
        ("approving_ro", "BJA907"),
        ("remarks", "nul\x00"),
        ("remarks", "x" * 1001),
        ("declare_true", ""),
    ],
)
def test_answers_that_do_not_fit_the_form_are_refused_at_their_field(office, field, wrong):
    reference = office.open_draft()
    with refused(office, errors.WrongAnswers) as caught:
        office.submit(reference, **{field: wrong})
    assert set(caught.value.fields) == {field}


@pytest.mark.parametrize("field", ["session", "vendor_name"])
def test_what_an_answer_makes_necessary_is_asked_for(office, field):
    reference = office.open_draft()
    chosen = {"scope": "SESSION", "uses_bss_vendor": "yes", "session": "HBS01C", "vendor_name": "A", field: ""}
    with refused(office, errors.WrongAnswers) as caught:
        office.submit(reference, **chosen, vendor_arranged="yes")
    assert set(caught.value.fields) == {field}


def test_a_warning_waits_for_its_confirmation(either_office):
    reference = either_office.open_draft()
    with refused(either_office, errors.WarningsOpen) as caught:
        either_office.submit(reference, limit_hkd="150,000,001")
    assert set(caught.value.fields) == {"limit_hkd"}
    either_office.submit(reference, **{"limit_hkd": "150,000,001", "limit_hkd.confirmed": "yes"})
    assert either_office.status(reference) == "PENDING_CHECKER"


def test_a_submit_without_any_draft_is_refused(office):
    reference = office.open_draft()
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "mia", None)


@pytest.mark.parametrize(
    ("proposal", "raw"),
    [
        (FORWARD, {"decision": "reject", "comment": "It came too late"}),
        (PROPOSE, {"decision": "approve"}),
        (PROPOSE, {"decision": "forward"}),
    ],
)
def test_the_approver_decides_nothing_that_was_not_proposed(office, proposal, raw):
    reference = office.sent()
    office.complete(reference, "karen", proposal)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "kelvin", raw)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"decision": "maybe"},
        {"decision": "reject"},
        {"decision": "return"},
        {"decision": "return", "comment": "no"},
        {"decision": "return", "comment": "    \n   "},
        {"decision": "return", "comment": "nul\x00 in it"},
        {"decision": "return", "comment": "long enough", "comment.limit_hkd": "x" * 501},
    ],
)
def test_a_decision_that_does_not_fit_its_form_is_refused(office, raw):
    reference = office.submitted()
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "chen", raw)


def test_comments_are_pinned_to_answers_of_the_form_only(office):
    reference = office.submitted()
    with refused(office, errors.UnknownFields):
        office.give_back(reference, status="changed")


def test_a_return_comes_back_changed_or_confirmed(either_office):
    reference = either_office.submitted()
    either_office.give_back(reference)
    with refused(either_office, Unchanged):
        either_office.submit(reference)
    either_office.complete(reference, "mia", answers(), confirmed=True)
    assert either_office.status(reference) == "PENDING_CHECKER"


def test_an_unchanged_answer_with_a_confirmed_warning_is_still_unchanged(office):
    large = {"limit_hkd": "200,000,000", "limit_hkd.confirmed": "yes"}
    reference = office.submit(office.open_draft(), **large)
    office.give_back(reference)
    with refused(office, Unchanged):
        office.submit(reference, **large)


def test_answers_that_no_longer_hold_when_it_is_approved_go_back_to_the_maker(either_office):
    reference = either_office.submitted()
    either_office.clock.move(days=2)
    with refused(either_office, OutOfDate) as caught:
        either_office.approve(reference)
    assert set(caught.value.fields) == {"effective_date"}
    either_office.give_back(reference)
    assert either_office.status(reference) == "RETURNED_BY_CHECKER"


def test_an_approval_after_the_cut_off_counts_for_the_next_day(office):
    reference = office.open_draft()
    office.submit(reference, effective_date="2026-11-26")
    office.clock.move(hours=7, minutes=1)
    with refused(office, OutOfDate):
        office.approve(reference)


def test_a_submit_that_nobody_could_check_names_who_can_help(either_office):
    reference = either_office.open_draft()
    either_office.revoke("chen")
    either_office.revoke("bo")
    with refused(either_office, errors.NobodyCanCheck) as caught:
        either_office.submit(reference)
    assert "Ada Lau, Ben Yip" in str(caught.value)


def test_the_maker_is_nobody_who_could_check(office):
    reference = office.open_draft("bo")
    office.revoke("chen")
    with refused(office, errors.NobodyCanCheck):
        office.submit(reference, "bo")


def test_whoever_only_submits_what_another_drew_up_is_nobody_who_could_check_it(office):
    reference = office.open_draft()
    office.revoke("chen")
    with refused(office, errors.NobodyCanCheck):
        office.submit(reference, "bo")


def test_a_locked_checker_is_nobody_who_could_check(office):
    reference = office.open_draft("leo")
    lock(office, "rita")
    with refused(office, errors.NobodyCanCheck):
        office.submit(reference, "leo", approving_ro="BJA907")
