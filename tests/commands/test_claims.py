"""Claiming a task: one does it, the others know who, and nobody loses it for good."""

import pytest

from app.commands.jobs import fire_due_timers
from app.commands.requests import claims
from app.commands.requests.tasks import Claimed
from engine import errors
from engine.people import Right
from tests.commands import accounts
from tests.commands.office import FORWARD, race
from tests.commands.refusing import SATURDAY_NINE, refused

REASON = "Entered for the wrong firm"


@pytest.fixture
def desk(either_office):
    """The office with a second processor and a second approver at the desk."""
    either_office.grant("daisy", Right("desk_maker", "CTO"), Right("desk_checker", "CTO"))
    return either_office


def test_a_claim_stands_in_the_trail_and_leaves_open_pages_fresh(desk):
    reference = desk.sent()
    press = desk.page(reference, "karen", FORWARD)
    desk.claim(reference, "karen")
    assert desk.task(reference).claimed_by == desk.number("karen")
    assert desk.actions(reference)[-1] == ("task.claimed", "process")
    assert press() == reference


def test_a_second_claim_is_refused_with_the_name(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    with refused(desk, Claimed) as caught:
        desk.claim(reference, "daisy")
    assert "Karen Ip" in str(caught.value)


def test_claiming_twice_is_one_claim(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    before = desk.everything()
    assert desk.claim(reference, "karen") == reference
    assert desk.everything() == before


def test_a_claim_is_taken_over_when_that_is_said(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    desk.claim(reference, "daisy", take_over=True)
    assert desk.task(reference).claimed_by == desk.number("daisy")
    assert desk.trail(reference)[-1].entry["facts"]["from"] == desk.number("karen")


def test_nobody_releases_the_claim_of_another(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    with refused(desk, Claimed):
        desk.release(reference, "daisy")


def test_nobody_completes_what_another_has_claimed(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    with refused(desk, Claimed):
        desk.process(reference, "daisy")


def test_whoever_took_it_over_completes_it_and_the_first_does_not(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    desk.claim(reference, "daisy", take_over=True)
    with refused(desk, Claimed):
        desk.process(reference, "karen")
    assert desk.process(reference, "daisy") == reference


def test_what_was_released_is_anybodys_again(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    desk.release(reference, "karen")
    assert desk.process(reference, "daisy") == reference


def test_releasing_what_nobody_claimed_changes_nothing(office):
    reference = office.sent()
    before = office.everything()
    assert office.release(reference, "karen") == reference
    assert office.everything() == before


@pytest.mark.parametrize(
    ("who", "reason"),
    [("kelvin", errors.NoRight), ("mia", errors.NoRight), ("leo", errors.NotFound), ("edith", errors.NotFound)],
)
def test_nobody_claims_what_they_may_not_do(office, who, reason):
    reference = office.sent()
    with refused(office, reason):
        office.claim(reference, who)


def test_nobody_claims_the_check_of_their_own_work(office):
    reference = office.submit(office.open_draft("bo"), "bo")
    with refused(office, errors.FourEyes):
        office.claim(reference, "bo")


def test_nothing_is_claimed_or_released_during_maintenance(office):
    reference = office.sent()
    office.clock.move(**SATURDAY_NINE)
    for act in (office.claim, office.release):
        with refused(office, errors.ServiceClosed):
            act(reference, "karen")


def test_a_draft_that_a_colleague_claimed_is_not_saved(office):
    reference = office.open_draft()
    office.claim(reference, "mia")
    with refused(office, Claimed):
        office.save(reference, "bo")


def test_a_claim_is_over_with_its_task(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    desk.process(reference)
    assert desk.task(reference).claimed_by is None
    assert desk.accept(reference) == reference


def test_a_claim_survives_a_reminder(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    desk.clock.set(min(row.due_at for row in desk.rows("timers")))
    assert fire_due_timers(desk.portal) == 1
    assert desk.task(reference).claimed_by == desk.number("karen")


def test_a_claim_survives_the_step_of_another_desk(either_office):
    either_office.deploy("TM003")
    reference = either_office.open_draft(code="TM003")
    told = {"subject": "Rehearsal", "result": "PASS", "declare_true": "yes"}
    either_office.approve(either_office.complete(reference, "mia", told))
    of_desk = {task.holder: task for task in either_office.tasks(reference)}
    claims.claim_task(either_office.portal, of_desk["ITC"].id, by=either_office.by("irene"))
    either_office.complete(reference, "karen", FORWARD, task=of_desk["CTO"])
    assert either_office.task(reference).claimed_by == either_office.number("irene")


def test_of_two_claims_at_once_one_wins(desk):
    other = desk.beside()
    for _ in range(5):
        reference = desk.sent()
        task = desk.task(reference).id
        results = race(
            lambda task=task: claims.claim_task(desk.portal, task, by=desk.by("karen")),
            lambda task=task: claims.claim_task(other.portal, task, by=other.by("daisy")),
        )
        assert sorted(type(one).__name__ for one in results) == ["Claimed", "str"]
        assert [action for action, _ in desk.actions(reference)].count("task.claimed") == 1
    other.portal.database.close()


def test_a_claim_and_a_completion_by_another_at_once_leave_one_of_them(desk):
    for _ in range(5):
        reference = desk.sent()
        task = desk.task(reference).id
        claimed, done = race(
            lambda task=task: claims.claim_task(desk.portal, task, by=desk.by("daisy")),
            desk.page(reference, "karen", FORWARD),
        )
        assert (done == reference) == isinstance(claimed, errors.TaskNotOpen)
        assert (claimed == reference) == isinstance(done, Claimed)


# --- withdrawing what the desk has in hand ----------------------------------------------------------------------------
def test_a_withdrawal_is_only_asked_for_once_the_desk_has_claimed_it(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    desk.leave(reference, "withdraw", "mia", REASON)
    assert (desk.status(reference), len(desk.case(reference).proposed)) == ("PENDING_HKEX", 1)


def test_a_withdrawal_is_direct_again_after_the_release(desk):
    reference = desk.sent()
    desk.claim(reference, "karen")
    desk.release(reference, "karen")
    desk.leave(reference, "withdraw", "mia", REASON)
    assert desk.status(reference) == "WITHDRAWN"


def test_a_claim_of_the_bank_does_not_hold_up_a_withdrawal(office):
    reference = accounts.at_bank(office)
    office.claim(reference, "ivan")
    office.leave(reference, "withdraw", "mia", REASON)
    assert office.status(reference) == "WITHDRAWN"


def test_of_a_claim_and_a_withdrawal_at_once_the_request_knows_the_order(desk):
    for _ in range(5):
        reference = desk.sent()
        task, seen = desk.task(reference).id, desk.version(reference)
        claimed, left = race(
            lambda task=task: claims.claim_task(desk.portal, task, by=desk.by("karen")),
            lambda reference=reference, seen=seen: desk.leave(reference, "withdraw", "mia", REASON, version=seen),
        )
        assert left == reference
        was_first = claimed == reference
        assert desk.status(reference) == ("PENDING_HKEX" if was_first else "WITHDRAWN")
        assert was_first or isinstance(claimed, errors.TaskNotOpen)
