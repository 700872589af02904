"""The annual attestation: the questions of the exchange's register, answered, signed and marked when late."""

from datetime import UTC, date, datetime

import pytest

SIGNED = {"signer_ro": "AMB404", "declare_true": "yes", "pics_ack": "yes"}
YES = {**{f"answers.{place}.answer": "YES" for place in range(8)}, **SIGNED}
CAMPAIGN = "Annual attestation 2026"
AFTER_DUE = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(desk_of):
    return desk_of("PA010")


@pytest.fixture
def reference(desk):
    return desk.opened("B00123", "SEHK-EP")


def test_the_questions_come_from_the_register_in_their_order(desk, reference):
    shown = desk.shown(reference)
    assert [shown[f"answers.{place}.key"] for place in (0, 7)] == ["A01", "D01"]


def test_the_form_counts_what_is_answered(desk, reference):
    shown = desk.shown(reference, **{"answers.0.answer": "YES", "answers.3.answer": "NA"})
    assert (shown["answered"], shown["asked"]) == (2, 8)


def test_every_question_has_to_be_answered(desk, reference):
    assert desk.refused(reference, SIGNED) == {f"answers.{place}.answer" for place in range(8)}


def test_what_is_attested_in_time_is_noted_so(desk, reference):
    desk.sent(reference, YES)
    desk.accepted(reference, "MSV")
    assert desk.register("attestation_return", "B00123", date(2026, 11, 23))[CAMPAIGN]["timeliness"] == "IN TIME"


def test_what_comes_after_the_due_date_is_accepted_and_marked_late(desk, reference):
    desk.office.clock.set(AFTER_DUE)
    desk.sent(reference, YES)
    desk.accepted(reference, "MSV")
    assert desk.register("attestation_return", "B00123", date(2027, 2, 1))[CAMPAIGN]["timeliness"] == "LATE"


def test_a_clearing_member_without_responsible_officers_names_a_director(desk):
    reference = desk.opened("N00123", "CCEP")
    said = {**YES, "signer_ro": ""}
    assert desk.refused(reference, said) == {"signer_name"}
