"""Several desks, brokers, decision tables and dispatches: the templates that analysts copy, through the commands."""

import pytest

from engine import errors
from engine.people import Right
from tests.commands.office import APPROVE, FORWARD, race
from tests.commands.refusing import refused

TOLD = {"subject": "Rehearsal of December", "result": "FAIL", "details": "Two orders were lost.", "declare_true": "yes"}
BY_DESK = {"decision": "return", "comment": "Please look at it again"}
PROPOSE = {"decision": "propose_reject", "reason_code": "LATE", "comment": "It came too late"}


def sent(office, code, told=TOLD):
    """A request of a template that its firm has approved."""
    office.deploy(code)
    reference = office.complete(office.open_draft(code=code), "mia", told)
    return office.approve(reference)


def at(office, reference, step):
    """The open task of a step, or of a step and its desk or broker."""
    return next(task for task in office.tasks(reference) if task.key.endswith(step))


# --- TM003: two desks at once -----------------------------------------------------------------------------------------
def test_both_desks_have_it_at_once_and_each_sees_it(office):
    reference = sent(office, "TM003")
    assert [task.holder for task in office.tasks(reference)] == ["CTO", "ITC"]
    assert office.mailed("task.opened")[-2:] == ["proc.cto@exchange.test", "proc.itc@exchange.test"]


def test_a_desk_completes_its_own_task_only(office):
    reference = sent(office, "TM003")
    with refused(office, errors.NoRight):
        office.complete(reference, "irene", FORWARD, task=at(office, reference, "process#CTO"))


def test_the_approver_waits_for_both(either_office):
    reference = sent(either_office, "TM003")
    either_office.complete(reference, "karen", FORWARD, task=at(either_office, reference, "#CTO"))
    waiting = [task.holder for task in either_office.tasks(reference)]
    either_office.complete(reference, "irene", FORWARD, task=at(either_office, reference, "#ITC"))
    assert (waiting, either_office.task(reference).step) == (["ITC"], "approve")
    assert either_office.accept(reference) == reference


def test_two_desks_that_complete_at_the_same_moment_are_told_and_nothing_is_lost(either_office):
    for _ in range(4):
        reference = sent(either_office, "TM003")
        pages = {
            "karen": either_office.page(reference, "karen", FORWARD, task=at(either_office, reference, "#CTO")),
            "irene": either_office.page(reference, "irene", FORWARD, task=at(either_office, reference, "#ITC")),
        }
        results = dict(zip(pages, race(*pages.values()), strict=True))
        assert reference in results.values()
        for who, result in results.items():
            if isinstance(result, errors.StalePage):
                either_office.complete(reference, who, FORWARD)
        assert either_office.task(reference).step == "approve"
        assert [action[1] for action in either_office.actions(reference)].count("process") == 2


def test_a_return_of_one_desk_while_the_other_completes_has_one_winner(either_office):
    for _ in range(4):
        reference = sent(either_office, "TM003")
        returned, done = race(
            either_office.page(reference, "karen", BY_DESK, task=at(either_office, reference, "#CTO")),
            either_office.page(reference, "irene", FORWARD, task=at(either_office, reference, "#ITC")),
        )
        assert sorted(isinstance(one, errors.Refused) for one in (returned, done)) == [False, True]
        assert either_office.status(reference) == ("RETURNED_BY_HKEX" if returned == reference else "PENDING_HKEX")


def test_a_return_of_one_desk_closes_the_task_of_the_other(office):
    reference = sent(office, "TM003")
    held = at(office, reference, "#ITC")
    office.complete(reference, "karen", BY_DESK, task=at(office, reference, "#CTO"))
    with refused(office, errors.TaskNotOpen):
        office.complete(reference, "irene", FORWARD, task=held)


def test_no_processor_of_any_desk_approves(office):
    office.grant("irene", Right("desk_checker", "CTO"))
    reference = sent(office, "TM003")
    office.complete(reference, "karen", FORWARD, task=at(office, reference, "#CTO"))
    office.complete(reference, "irene", FORWARD, task=at(office, reference, "#ITC"))
    with refused(office, errors.FourEyes):
        office.accept(reference, "irene")


# --- TM004: a decision table ------------------------------------------------------------------------------------------
def test_what_passes_is_completed_by_the_table_alone(either_office):
    reference = sent(either_office, "TM004", TOLD | {"result": "PASS"})
    assert (either_office.status(reference), either_office.tasks(reference)) == ("COMPLETED", [])


def test_what_does_not_pass_is_looked_at(office):
    reference = sent(office, "TM004")
    assert (office.status(reference), office.task(reference).holder) == ("PENDING_HKEX", "CTO")
    assert office.status(office.process(reference)) == "COMPLETED"


def test_a_rejection_of_the_exception_wants_a_second_person(office):
    office.grant("karen", Right("desk_checker", "CTO"))
    reference = office.complete(sent(office, "TM004"), "karen", PROPOSE)
    with refused(office, errors.FourEyes):
        office.complete(reference, "karen", PROPOSE | {"decision": "reject"})
    office.complete(reference, "kelvin", PROPOSE | {"decision": "reject"})
    assert office.status(reference) == "REJECTED"


# --- TM005: dispatch and receipt --------------------------------------------------------------------------------------
DISPATCHED = {"method": "COURIER", "tracking_no": "HK-1", "dispatched_on": "2026-11-23"}


def dispatched(office):
    reference = office.process(sent(office, "TM005"))
    office.accept(reference)
    return office.complete(reference, "karen", DISPATCHED)


def test_what_arrives_completes_the_request(either_office):
    reference = dispatched(either_office)
    either_office.complete(reference, "mia", {"decision": "received"})
    assert either_office.status(reference) == "COMPLETED"


def test_what_is_missing_is_dispatched_again(office):
    reference = dispatched(office)
    office.complete(reference, "mia", {"decision": "missing", "comment": "Nothing has come"})
    assert (office.task(reference).step, office.status(reference)) == ("dispatch", "PENDING_HKEX")


def test_a_dispatch_of_tomorrow_is_refused(office):
    reference = office.process(sent(office, "TM005"))
    office.accept(reference)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "karen", DISPATCHED | {"dispatched_on": "2026-11-24"})


def test_the_exchange_does_not_confirm_the_receipt(office):
    reference = dispatched(office)
    with refused(office, errors.NoRight):
        office.complete(reference, "karen", {"decision": "received"})


# --- TM006: brokers ---------------------------------------------------------------------------------------------------
BROKERS = {"subject": "Brokers of an account", "brokers": "N00456", "declare_true": "yes"}


def test_a_broker_acknowledges_and_the_exchange_goes_on(either_office):
    reference = sent(either_office, "TM006", BROKERS)
    was = either_office.status(reference), either_office.task(reference).lane
    either_office.complete(reference, "rita", {"decision": "acknowledge"})
    assert (was, either_office.status(reference)) == (("PENDING_NEXT_COMPANY", "broker"), "PENDING_HKEX")


@pytest.mark.parametrize(
    ("who", "reason"), [("leo", errors.NoRight), ("mia", errors.NoRight), ("iris", errors.NotFound)]
)
def test_nobody_but_the_named_broker_acknowledges(office, who, reason):
    reference = sent(office, "TM006", BROKERS)
    with refused(office, reason):
        office.complete(reference, who, {"decision": "acknowledge"})


def test_an_objection_wants_a_comment(office):
    reference = sent(office, "TM006", BROKERS)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "rita", {"decision": "object"})


def test_the_firm_is_no_broker_of_its_own_request(office):
    office.deploy("TM006")
    reference = office.complete(office.open_draft(code="TM006"), "mia", BROKERS | {"brokers": "N00123"})
    with refused(office, errors.NoSuchParty):
        office.complete(reference, "chen", APPROVE)
