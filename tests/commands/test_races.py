"""Two people at the same moment: one wins, the other is told why, and the trail stays whole."""

import os
from collections import Counter

import pytest

from app.commands.requests import cases as case_commands
from app.store.answered import DRAFT_ENTRY
from engine.errors import NotFound, Refused
from engine.people import Right
from tests.commands.office import APPROVE, GIVEN, RETURN, race

ROUNDS = int(os.environ.get("RACE_ROUNDS", "3"))  # RACE_ROUNDS=150 for a night
REASON = "Entered for the wrong firm"


@pytest.fixture(params=["sqlite", "sqlite, two processes", "postgresql"])
def offices(request):
    """Two offices over one database: the same one twice, or the second with connections of its own."""
    kind, _, processes = request.param.partition(", ")
    one = request.getfixturevalue(f"office_on_{kind}")
    two = one.beside() if processes else one
    yield one, two
    two.portal.database.close()


def winners(results):
    """What the winners got; every loser must have been refused."""
    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    return [one for one in results if not isinstance(one, Refused)]


def withdrawal(office, reference, who, key=""):
    """An open withdrawal page."""
    seen = office.version(reference)
    by = office.by(who, key)
    return lambda: case_commands.leave_case(office.portal, reference, "withdraw", version=seen, reason=REASON, by=by)


def completions(office, reference):
    """How often each step was completed or left."""
    return Counter(action for action in office.actions(reference) if action[0] != "draft.saved")


def test_of_two_checkers_one_approves(offices):
    office, other = offices
    for _ in range(ROUNDS):
        reference = office.submitted()
        pages = office.page(reference, "chen", APPROVE), other.page(reference, "bo", APPROVE)
        assert winners(race(*pages)) == [reference]
        assert completions(office, reference)["task.completed", "review"] == 1
        assert office.is_whole(reference)


def test_of_an_approval_and_a_return_one_counts(offices):
    office, other = offices
    for _ in range(ROUNDS):
        reference = office.submitted()
        pages = office.page(reference, "chen", APPROVE), other.page(reference, "bo", RETURN)
        approved, _returned = results = race(*pages)
        assert winners(results) == [reference]
        expected = "PENDING_HKEX" if approved == reference else "RETURNED_BY_CHECKER"
        assert office.status(reference) == expected
        assert office.is_whole(reference)


def test_of_an_approval_and_a_withdrawal_one_counts(offices):
    office, other = offices
    for _ in range(ROUNDS):
        reference = office.submitted()
        pages = office.page(reference, "chen", APPROVE), withdrawal(other, reference, "mia")
        approved, _withdrawn = results = race(*pages)
        assert winners(results) == [reference]
        assert office.status(reference) == ("PENDING_HKEX" if approved == reference else "WITHDRAWN")
        assert office.is_whole(reference)


def test_of_two_withdrawals_one_counts(offices):
    office, other = offices
    for _ in range(ROUNDS):
        reference = office.submitted()
        pages = withdrawal(office, reference, "mia"), withdrawal(other, reference, "chen")
        assert winners(race(*pages)) == [reference]
        assert completions(office, reference)["case.left", "withdraw"] == 1
        assert office.is_whole(reference)


def test_of_two_makers_one_submits(offices):
    office, other = offices
    for _ in range(ROUNDS):
        reference = office.open_draft()
        pages = office.page(reference, "mia", GIVEN), other.page(reference, "bo", GIVEN)
        assert winners(race(*pages)) == [reference]
        assert completions(office, reference)["task.completed", "submit"] == 1
        assert office.is_whole(reference)


def test_a_double_click_approves_once_and_answers_twice_the_same(offices):
    office, other = offices
    for number in range(ROUNDS):
        reference = office.submitted()
        key = f"click-{number}"
        pages = [one.page(reference, "chen", APPROVE, key=key) for one in (office, other, office)]
        assert race(*pages) == [reference] * 3
        assert completions(office, reference)["task.completed", "review"] == 1
        assert office.is_whole(reference)


def test_a_double_click_opens_one_request_and_answers_twice_the_same(offices):
    office, other = offices
    for number in range(ROUNDS):
        first, second = race(
            lambda key=f"click-{number}": office.open_draft(key=key),
            lambda key=f"click-{number}": other.open_draft(key=key),
        )
        assert first == second
        assert len(office.rows("cases")) == number + 1


def test_a_double_click_withdraws_once_and_answers_twice_the_same(offices):
    office, _ = offices
    for number in range(ROUNDS):
        reference = office.submitted()
        pages = [withdrawal(one, reference, "mia", f"click-{number}") for one in offices]
        assert race(*pages) == [reference] * 2
        assert completions(office, reference)["case.left", "withdraw"] == 1
        assert office.is_whole(reference)


def test_people_who_open_at_the_same_moment_get_references_of_their_own(offices):
    office, other = offices
    for number in range(ROUNDS):
        opened = race(lambda: office.open_draft("mia"), lambda: other.open_draft("bo"), lambda: other.open_draft("leo"))
        assert len({*winners(opened)}) == 3
        assert len(office.rows("cases")) == 3 * (number + 1)


def test_a_save_that_was_accepted_is_in_what_is_submitted(offices):
    office, other = offices
    for _ in range(ROUNDS):
        reference = office.open_draft()
        office.save(reference, limit_hkd="41,000,000")
        saved, submitted = results = race(
            lambda reference=reference: other.save(reference, "bo", limit_hkd="42,000,000", version=1 + 1),
            office.page(reference, "mia", None),
        )
        assert submitted == reference and winners(results)
        number = office.case(reference).id
        (given,) = (row for row in office.rows("answers", case_id=number) if row.entry > DRAFT_ENTRY)
        assert given.answers["limit_hkd"] == ("41000000" if isinstance(saved, Refused) else "42000000")
        assert office.is_whole(reference)


def test_an_approval_counts_before_the_right_is_revoked_or_not_at_all(offices):
    office, other = offices
    seat = office.case(office.open_draft()).membership_id
    for _ in range(ROUNDS):
        reference = office.submitted()
        press = office.page(reference, "chen", APPROVE)
        approved, revoked = results = race(press, lambda: other.revoke("chen"))
        assert revoked is None and winners(results)
        assert approved == reference or isinstance(approved, NotFound)
        assert office.status(reference) == ("PENDING_HKEX" if approved == reference else "PENDING_CHECKER")
        assert office.is_whole(reference)
        office.grant("chen", Right("checker", "EU_CashTrading", seat))
