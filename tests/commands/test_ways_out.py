"""Ways out of a request: only those that its drawing offers now, to those for whom it draws them, with a reason."""

import pytest

from app.commands.requests import cases as case_commands
from engine import errors
from tests.commands.refusing import refused

REASON = "Entered for the wrong firm"


@pytest.mark.parametrize("reason", ["", "no", "    \n    ", "x" * 1001])
def test_a_withdrawal_wants_a_reason(office, reason):
    reference = office.submitted()
    with refused(office, errors.ReasonMissing):
        office.leave(reference, "withdraw", "mia", reason)


def test_a_reason_is_plain_text(either_office):
    reference = either_office.submitted()
    with refused(either_office, errors.WrongAnswers):
        either_office.leave(reference, "withdraw", "mia", "nul\x00 in the reason")


def test_a_reason_that_nobody_asked_for_is_not_kept(either_office):
    either_office.leave(either_office.open_draft(), "discard", "mia", "nul\x00" * 2000)
    assert either_office.rows("remarks") == []


@pytest.mark.parametrize(
    ("point", "name", "who"),
    [
        ("open_draft", "withdraw", "mia"),
        ("submitted", "discard", "mia"),
        ("sent", "discard", "mia"),
        ("submitted", "vanish", "mia"),
        ("submitted", "", "mia"),
    ],
)
def test_a_way_out_that_the_drawing_does_not_offer_now_is_refused(office, point, name, who):
    reference = getattr(office, point)()
    with refused(office, errors.NoWayOut):
        office.leave(reference, name, who, REASON)


@pytest.mark.parametrize(
    ("point", "name", "who"),
    [
        ("open_draft", "abort", "mia"),
        ("submitted", "abort", "chen"),
        ("sent", "abort", "karen"),
        ("sent", "withdraw", "karen"),
        ("sent", "withdraw", "olive"),
        ("open_draft", "discard", "olive"),
        ("sent", "abort", "audrey"),
    ],
)
def test_a_way_out_is_for_those_it_is_drawn_for(office, point, name, who):
    reference = getattr(office, point)()
    with refused(office, errors.NoRight):
        office.leave(reference, name, who, REASON)


def test_nobody_leaves_a_request_that_is_not_there(office):
    with refused(office, errors.NotFound):
        case_commands.leave_case(
            office.portal, "CT027-20261123-999999", "abort", version=1, reason=REASON, by=office.by("olive")
        )
