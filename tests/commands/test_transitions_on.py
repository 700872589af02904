"""The transitions at the exchange and the ways out: who may take them, where they lead and who hears of them."""

from functools import partial

import pytest

from app.commands.managing.memberships import end_membership
from app.commands.requests import claims, drafts, files, nudges
from app.commands.requests import tasks as task_commands
from engine import errors
from engine.people import Right
from tests.commands import accounts
from tests.commands.office import APPROVE, answers
from tests.commands.refusing import SATURDAY_NINE, refused
from tests.commands.telling import told

MIA, CHEN, BO = "mia.maker@harbourbright.test", "chen.checker@harbourbright.test", "bo.both@harbourbright.test"
IVAN, IRIS = "bank.maker@jadegate.test", "bank.checker@jadegate.test"
KAREN, KELVIN = "proc.cto@exchange.test", "appr.cto@exchange.test"
EDITH, ERIC = "proc.cco@exchange.test", "appr.cco@exchange.test"
BY_DESK = {"decision": "return", "comment": "Please choose the later date"}
PROPOSE = {"decision": "propose_reject", "reason_code": "LATE", "comment": "It came after the deadline"}
REJECT = {"decision": "reject", "reason_code": "LATE", "comment": "It came after the deadline"}
BACK = {"decision": "back", "comment": "Look at the session again"}
REASON = "Entered for the wrong firm"


def proposed(office):
    return office.complete(office.sent(), "karen", PROPOSE)


def returned(office):
    reference = office.submitted()
    office.give_back(reference)
    return reference


def returned_by_exchange(office):
    return office.complete(office.sent(), "karen", BY_DESK)


# --- T12 process ------------------------------------------------------------------------------------------------------
def test_t12_the_desks_processor_passes_it_to_the_approver(either_office):
    reference = either_office.sent()
    assert told(either_office, "task.opened", lambda: either_office.process(reference)) == [KELVIN]
    assert (either_office.status(reference), either_office.task(reference).lane) == ("PENDING_HKEX", "desk_checker")


@pytest.mark.parametrize(
    ("who", "reason"),
    [("kelvin", errors.NoRight), ("mia", errors.NoRight), ("daisy", errors.NotFound), ("leo", errors.NotFound)],
)
def test_t12_nobody_but_the_desks_processor_processes(office, who, reason):
    reference = office.sent()
    with refused(office, reason):
        office.process(reference, who)


@pytest.mark.parametrize("raw", [{}, {"decision": "approve"}, {"decision": "propose_reject", "comment": "Too late"}])
def test_t12_what_the_desk_fills_must_be_valid(office, raw):
    reference = office.sent()
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "karen", raw)


# --- T13 back within the desk -----------------------------------------------------------------------------------------
def test_t13_the_approver_sends_it_back_to_the_processor(either_office):
    reference = either_office.processed()
    opened = told(either_office, "task.opened", lambda: either_office.complete(reference, "kelvin", BACK))
    assert (either_office.status(reference), opened) == ("PENDING_HKEX", [KAREN])


def test_t13_sending_back_wants_a_comment(office):
    reference = office.processed()
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "kelvin", BACK | {"comment": ""})


# --- T14 approve at the exchange --------------------------------------------------------------------------------------
def test_t14_the_approver_completes_it_and_all_parties_hear(either_office):
    reference = either_office.processed()
    assert told(either_office, "case.ended", lambda: either_office.accept(reference)) == [KELVIN, CHEN, MIA, KAREN]
    assert either_office.status(reference) == "COMPLETED"
    assert len(either_office.rows("registers", reference=reference)) == 1
    assert len(either_office.rows("jobs", kind="pdf")) == 1


def test_t14_a_bank_account_is_approved_and_the_bank_hears(either_office):
    reference = accounts.processed(either_office)
    ended = told(either_office, "case.ended", lambda: either_office.complete(reference, "eric", APPROVE))
    assert either_office.status(reference) == "APPROVED"
    assert ended == [ERIC, IRIS, IVAN, CHEN, MIA, EDITH]


def test_t14_the_processor_does_not_approve(office):
    office.grant("karen", Right("desk_checker", "CTO"))
    reference = office.processed()
    with refused(office, errors.FourEyes):
        office.accept(reference, "karen")


@pytest.mark.parametrize("who", ["daisy", "eric", "rita", "ivan"])
def test_t14_for_another_desk_or_company_it_is_not_there(office, who):
    reference = office.processed()
    with refused(office, errors.NotFound):
        office.accept(reference, who)


def test_t14_nothing_is_approved_during_maintenance(office):
    reference = office.processed()
    office.clock.move(**SATURDAY_NINE)
    with refused(office, errors.ServiceClosed):
        office.accept(reference)


# --- T15 return by the exchange ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("point", "who"), [("sent", "karen"), ("processed", "kelvin")])
def test_t15_processor_and_approver_return_it_to_the_company(either_office, point, who):
    reference = getattr(either_office, point)()
    opened = told(either_office, "task.returned", lambda: either_office.complete(reference, who, BY_DESK))
    assert (either_office.status(reference), opened) == ("RETURNED_BY_HKEX", [BO, MIA])


def test_t15_a_return_wants_a_comment(office):
    reference = office.sent()
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "karen", {"decision": "return", "comment": "no"})


# --- T16 reject -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["NOT_BUSINESS_DAY", "LATE", "INCOMPLETE", "NOT_ENTITLED"])
def test_t16_the_approver_rejects_what_the_processor_proposed(office, code):
    reference = proposed(office)
    office.complete(reference, "kelvin", REJECT | {"reason_code": code})
    assert office.status(reference) == "REJECTED"


def test_t16_all_hear_of_a_rejection(either_office):
    reference = proposed(either_office)
    ended = told(either_office, "case.ended", lambda: either_office.complete(reference, "kelvin", REJECT))
    assert ended == [KELVIN, CHEN, MIA, KAREN]


@pytest.mark.parametrize("wrong", [{"reason_code": "MISMATCH"}, {"reason_code": ""}, {"comment": ""}])
def test_t16_a_rejection_wants_a_reason_code_of_its_list_and_a_comment(office, wrong):
    reference = proposed(office)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "kelvin", REJECT | wrong)


def test_t16_nobody_confirms_the_rejection_that_they_proposed(office):
    office.grant("karen", Right("desk_checker", "CTO"))
    reference = proposed(office)
    with refused(office, errors.FourEyes):
        office.complete(reference, "karen", REJECT)


# --- T17, T18 discard -------------------------------------------------------------------------------------------------
def test_t17_a_maker_discards_a_draft_and_nobody_hears(either_office):
    reference = either_office.open_draft()
    either_office.leave(reference, "discard", "mia")
    assert either_office.status(reference) == "DISCARDED"


@pytest.mark.parametrize("who", ["chen", "leo", "karen"])
def test_t17_for_others_there_is_no_draft_to_discard(office, who):
    reference = office.open_draft()
    with refused(office, errors.NotFound):
        office.leave(reference, "discard", who)


def test_t18_what_only_the_own_checker_has_seen_is_discarded(either_office):
    reference = returned(either_office)
    either_office.leave(reference, "discard", "mia")
    assert either_office.status(reference) == "DISCARDED"


@pytest.mark.parametrize("point", [returned_by_exchange, accounts.sent_back])
def test_t18_what_others_have_seen_is_withdrawn_and_they_hear(office, point):
    reference = point(office)
    with refused(office, errors.NoWayOut):
        office.leave(reference, "discard", "mia", REASON)
    ended = told(office, "case.ended", lambda: office.leave(reference, "withdraw", "mia", REASON))
    assert office.status(reference) == "WITHDRAWN"
    assert set(ended) >= ({KAREN} if point is returned_by_exchange else {IVAN, IRIS})


def test_t18_what_the_own_checker_returned_after_others_saw_it_is_withdrawn(office):
    reference = returned_by_exchange(office)
    office.submit(reference, limit_hkd="45,000,000")
    office.give_back(reference)
    with refused(office, errors.NoWayOut):
        office.leave(reference, "discard", "mia", REASON)


# --- T19 withdraw -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["mia", "chen"])
@pytest.mark.parametrize(
    "point",
    [returned, returned_by_exchange, accounts.at_bank, accounts.answered, accounts.agreed, accounts.sent_back],
)
def test_t19_maker_and_checker_withdraw_until_the_desk_has_it_in_hand(office, point, who):
    reference = point(office)
    office.leave(reference, "withdraw", who, REASON)
    assert office.status(reference) == "WITHDRAWN"


def test_t19_all_who_could_read_it_hear_of_a_withdrawal(either_office):
    reference = accounts.agreed(either_office)
    ended = told(either_office, "case.ended", lambda: either_office.leave(reference, "withdraw", "mia", REASON))
    assert {MIA, CHEN, IVAN, IRIS} <= set(ended)


@pytest.mark.parametrize("who", ["ivan", "iris", "edith"])
def test_t19_neither_the_bank_nor_the_desk_withdraws(office, who):
    reference = accounts.agreed(office)
    with refused(office, errors.NoRight):
        office.leave(reference, "withdraw", who, REASON)


def test_t19_once_the_desk_has_processed_it_a_withdrawal_is_asked_for(either_office):
    reference = either_office.processed()
    asked = told(either_office, "way_out.proposed", lambda: either_office.leave(reference, "withdraw", "mia", REASON))
    assert (either_office.status(reference), asked) == ("PENDING_HKEX", [KELVIN, KAREN])


def test_t19_a_withdrawal_during_maintenance_is_refused(office):
    reference = office.submitted()
    office.clock.move(**SATURDAY_NINE)
    with refused(office, errors.ServiceClosed):
        office.leave(reference, "withdraw", "mia", REASON)


# --- T20 abort --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "point", ["open_draft", "submitted", "sent", "processed", returned, accounts.at_bank, accounts.sent_back]
)
def test_t20_two_operators_abort_whatever_is_open(office, point):
    reference = getattr(office, point)() if isinstance(point, str) else point(office)
    office.abort(reference)
    assert office.status(reference) == "ABORTED"


def test_t20_one_operator_aborts_nothing_alone(either_office):
    reference = either_office.submitted()
    either_office.leave(reference, "abort", "olive", REASON)
    with refused(either_office, errors.FourEyes):
        either_office.answer(reference, "abort", "olive", accept=True)
    assert either_office.status(reference) == "PENDING_CHECKER"


@pytest.mark.parametrize("who", ["mia", "chen", "karen", "audrey"])
def test_t20_nobody_but_operations_confirms_an_abort(office, who):
    reference = office.sent()
    office.leave(reference, "abort", "olive", REASON)
    with refused(office, errors.NoRight):
        office.answer(reference, "abort", who, accept=True)


def test_t20_an_abort_wants_a_reason(office):
    reference = office.submitted()
    with refused(office, errors.ReasonMissing):
        office.leave(reference, "abort", "olive", "")


def test_t20_a_membership_that_ends_aborts_its_requests(either_office):
    reference = either_office.sent()
    ended = end_membership(either_office.portal, "B00123", "SEHK-EP", by=either_office.by("agnes"))
    assert (either_office.status(reference), ended.aborted) == ("ABORTED", (reference,))


# --- R89: what has ended stays as it is -------------------------------------------------------------------------------
ENDS = {
    "APPROVED": accounts.approved,
    "COMPLETED": lambda office: office.completed(),
    "REJECTED": lambda office: office.complete(proposed(office), "kelvin", REJECT),
    "WITHDRAWN": lambda office: office.leave(office.sent(), "withdraw", "mia", REASON),
    "DISCARDED": lambda office: office.leave(office.open_draft(), "discard", "mia"),
    "ABORTED": lambda office: office.abort(office.sent()),
}


@pytest.mark.parametrize("status", ENDS)
def test_r89_no_way_out_and_no_answer_changes_what_has_ended(office, status):
    reference = ENDS[status](office)
    assert office.status(reference) == status
    for name, who in (("withdraw", "mia"), ("discard", "mia"), ("abort", "olive")):
        with refused(office, errors.CaseEnded):
            office.leave(reference, name, who, REASON)
        with refused(office, errors.CaseEnded):
            office.answer(reference, name, who, accept=True)
        with refused(office, errors.CaseEnded):
            office.take_back(reference, name, who)
    with refused(office, errors.CaseEnded):
        nudges.nudge(office.portal, reference, office.by("mia"))


@pytest.mark.parametrize("status", ENDS)
def test_r89_no_page_that_is_still_open_changes_what_has_ended(office, monkeypatch, status):
    seen, known = [], type(office).task
    monkeypatch.setattr(type(office), "task", lambda self, reference: seen.append(known(self, reference)) or seen[-1])
    reference = ENDS[status](office)
    version, portal, by = office.version(reference), office.portal, office.by("mia")
    add = partial(files.add_file, field="signed_dda", name="x.pdf", content=accounts.PDF)
    for task in seen:
        for act in (
            partial(task_commands.complete_task, portal, task.id, version=version, raw=answers(), by=by),
            partial(drafts.save_draft, portal, task.id, version=version, raw=answers(), explicit=True, by=by),
            partial(claims.claim_task, portal, task.id, take_over=True, by=by),
            partial(claims.release_task, portal, task.id, by),
            partial(add, portal, task.id, version=version, by=by),
        ):
            with refused(office, errors.TaskNotOpen):
                act()
