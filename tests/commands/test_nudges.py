"""Nudging the company that has a request: once in a business day, by its own people, to the right side only."""

import pytest

from app.commands.requests import nudges
from app.commands.requests.nudges import NothingToNudge, NudgedAlready
from engine import errors
from tests.commands import accounts
from tests.commands.office import race
from tests.commands.refusing import SATURDAY_NINE, refused

IVAN, IRIS = "bank.maker@jadegate.test", "bank.checker@jadegate.test"


def nudge(office, reference, who="mia", key=""):
    return nudges.nudge(office.portal, reference, office.by(who, key))


@pytest.mark.parametrize("who", ["mia", "bo", "chen"])
def test_maker_and_checker_nudge_the_company_that_has_it(office, who):
    reference = accounts.at_bank(office)
    nudge(office, reference, who)
    assert (office.mailed("task.nudged"), office.actions(reference)[-1][0]) == ([IVAN], "task.nudged")


def test_the_checker_is_nudged_when_the_checker_has_it(office):
    nudge(office, accounts.answered(office))
    assert office.mailed("task.nudged") == [IRIS]


def test_a_nudge_leaves_open_pages_fresh(office):
    reference = accounts.at_bank(office)
    press = office.page(reference, "ivan", accounts.AGREED)
    nudge(office, reference)
    assert press() == reference


def test_the_same_company_is_nudged_once_in_a_business_day(either_office):
    reference = accounts.at_bank(either_office)
    nudge(either_office, reference)
    either_office.clock.move(hours=13, minutes=59)
    with refused(either_office, NudgedAlready):
        nudge(either_office, reference, "chen")
    either_office.clock.move(minutes=1)
    assert nudge(either_office, reference, "chen") == reference


def test_a_weekend_is_no_business_day(office):
    reference = accounts.at_bank(office)
    office.clock.move(days=4)
    nudge(office, reference)
    office.clock.move(days=2)
    with refused(office, NudgedAlready) as caught:
        nudge(office, reference)
    assert "Mon 30 Nov 2026, 00:00 HKT" in str(caught.value)


@pytest.mark.parametrize(
    ("who", "reason"),
    [("ivan", errors.NoRight), ("olive", errors.NoRight), ("edith", errors.NotFound), ("leo", errors.NotFound)],
)
def test_nobody_else_nudges(office, who, reason):
    reference = accounts.at_bank(office)
    with refused(office, reason):
        nudge(office, reference, who)


@pytest.mark.parametrize("point", [accounts.submitted, accounts.agreed, accounts.sent_back])
def test_there_is_nothing_to_nudge_while_no_other_company_has_it(office, point):
    reference = point(office)
    with refused(office, NothingToNudge):
        nudge(office, reference)


def test_an_ended_request_is_not_nudged(office):
    reference = accounts.approved(office)
    with refused(office, errors.CaseEnded):
        nudge(office, reference)


def test_nobody_is_nudged_during_maintenance(office):
    reference = accounts.at_bank(office)
    office.clock.move(**SATURDAY_NINE)
    with refused(office, errors.ServiceClosed):
        nudge(office, reference)


def test_nudging_twice_with_one_token_is_one_nudge(either_office):
    reference = accounts.at_bank(either_office)
    assert [nudge(either_office, reference, key="one") for _ in range(2)] == [reference] * 2
    assert either_office.mailed("task.nudged") == [IVAN]


def test_of_two_nudges_at_once_one_counts(either_office):
    reference = accounts.at_bank(either_office)
    results = race(lambda: nudge(either_office, reference), lambda: nudge(either_office, reference, "chen"))
    assert sorted(type(one).__name__ for one in results) == ["NudgedAlready", "str"]
    assert either_office.mailed("task.nudged") == [IVAN]
