"""Each transition of the status machine: who may take it, when it is refused, where it leads and who hears of it."""

import pytest

from app.commands.requests import cases as case_commands
from app.commands.requests.tasks import OutOfDate, Unchanged
from engine import errors
from engine.people import Right
from tests.commands import accounts
from tests.commands.office import APPROVE, answers
from tests.commands.refusing import SATURDAY_NINE, refused
from tests.commands.telling import told

MIA, CHEN, BO = "mia.maker@harbourbright.test", "chen.checker@harbourbright.test", "bo.both@harbourbright.test"
IVAN, IRIS = "bank.maker@jadegate.test", "bank.checker@jadegate.test"
KAREN, EDITH = "proc.cto@exchange.test", "proc.cco@exchange.test"
BY_DESK = {"decision": "return", "comment": "Please choose the later date"}


def maker_of_both_companies(office):
    """Bo, who files for one company, checks for the bank as well."""
    seat = accounts.seat_of(office, "ivan", "DB")
    lanes = ("maker", "checker")
    office.grant("bo", *(Right(lane, "EU_MoneySettlement", seat) for lane in lanes))
    return "bo"


# --- T1 open ----------------------------------------------------------------------------------------------------------
def test_t1_a_maker_opens_a_draft_and_nobody_is_told(either_office):
    reference = either_office.open_draft()
    assert (either_office.status(reference), either_office.rows("jobs")) == ("DRAFT", [])


@pytest.mark.parametrize("who", ["chen", "karen", "olive", "audrey", "ivan"])
def test_t1_nobody_opens_without_the_makers_right(office, who):
    with refused(office, errors.NoRight):
        office.open_draft(who)


def test_t1_a_company_does_not_open_what_its_memberships_do_not_entitle_to(office):
    with refused(office, errors.NoRight):
        office.open_draft("leo", code="MS001")


def test_t1_nothing_is_opened_during_maintenance(office):
    office.clock.move(**SATURDAY_NINE)
    with refused(office, errors.ServiceClosed):
        office.open_draft()


# --- T2 save ----------------------------------------------------------------------------------------------------------
def test_t2_saving_a_draft_keeps_its_status(either_office):
    reference = either_office.open_draft()
    either_office.save(reference)
    assert (either_office.status(reference), either_office.rows("jobs")) == ("DRAFT", [])


def test_t2_saving_what_was_returned_keeps_its_status(office):
    reference = office.submitted()
    office.give_back(reference)
    office.save(reference, limit_hkd="45,000,000")
    assert office.status(reference) == "RETURNED_BY_CHECKER"


@pytest.mark.parametrize(("who", "reason"), [("chen", errors.NotFound), ("leo", errors.NotFound)])
def test_t2_nobody_else_saves_a_draft(office, who, reason):
    reference = office.open_draft()
    with refused(office, reason):
        office.save(reference, who)


def test_t2_a_stale_page_saves_nothing(office):
    reference = office.open_draft()
    with refused(office, errors.StalePage):
        office.save(reference, version=office.version(reference) + 1)


def test_t2_what_was_submitted_is_not_saved(office):
    reference = office.open_draft()
    task = office.task(reference)
    office.submit(reference)
    with refused(office, errors.TaskNotOpen):
        office.page(reference, "mia", answers(), task=task)()


# --- T3 submit --------------------------------------------------------------------------------------------------------
def test_t3_a_submitted_draft_waits_for_the_checkers_who_are_told(either_office):
    reference = either_office.open_draft()
    assert told(either_office, "task.opened", lambda: either_office.submit(reference)) == [BO, CHEN]
    assert either_office.status(reference) == "PENDING_CHECKER"


@pytest.mark.parametrize("who", ["chen", "leo", "karen", "olive"])
def test_t3_only_a_maker_of_the_company_submits(office, who):
    reference = office.open_draft()
    with refused(office, errors.NoRight if who == "olive" else errors.NotFound):
        office.submit(reference, who)


def test_t3_a_form_that_is_not_valid_is_not_submitted(office):
    reference = office.open_draft()
    with refused(office, errors.WrongAnswers):
        office.submit(reference, limit_hkd="")


def test_t3_a_file_that_is_asked_for_must_be_there(office):
    seat = accounts.seat_of(office, "mia", "HKSCC-DCP")
    reference = case_commands.open_case(office.portal, "MS001", office.by("mia"), seat)
    with refused(office, errors.WrongAnswers) as caught:
        office.complete(reference, "mia", accounts.ASKED)
    assert set(caught.value.fields) == {"signed_dda"}


def test_t3_a_day_that_is_too_early_for_the_lead_time_is_refused(office):
    reference = office.open_draft()
    with refused(office, errors.WrongAnswers):
        office.submit(reference, effective_date="2026-11-25")


def test_t3_what_nobody_could_check_is_not_submitted(office):
    reference = office.open_draft()
    office.revoke("chen")
    office.revoke("bo")
    with refused(office, errors.NobodyCanCheck):
        office.submit(reference)


def test_t3_a_stale_page_submits_nothing(office):
    reference = office.open_draft()
    with refused(office, errors.StalePage):
        office.complete(reference, "mia", answers(), version=office.version(reference) + 1)


# --- T4 resubmit ------------------------------------------------------------------------------------------------------
def test_t4_what_was_returned_comes_back_as_the_next_round(either_office):
    reference = either_office.submitted()
    either_office.give_back(reference)
    again = told(either_office, "task.opened", lambda: either_office.submit(reference, limit_hkd="45,000,000"))
    case = either_office.case(reference)
    assert (case.status, case.round, again) == ("PENDING_CHECKER", 2, [BO, CHEN])


def test_t4_an_unchanged_return_wants_a_confirmation(office):
    reference = office.submitted()
    office.give_back(reference)
    with refused(office, Unchanged):
        office.submit(reference)


def test_t4_what_the_exchange_returned_goes_through_the_own_checker_again(office):
    reference = office.sent()
    office.complete(reference, "karen", BY_DESK)
    office.submit(reference, effective_date="2026-11-30")
    assert (office.status(reference), office.task(reference).lane) == ("PENDING_CHECKER", "checker")


# --- T5 approve -------------------------------------------------------------------------------------------------------
def test_t5_an_approved_request_waits_for_the_desk_which_is_told_and_its_maker(either_office):
    reference = either_office.submitted()
    assert told(either_office, "task.opened", lambda: either_office.approve(reference)) == [KAREN]
    assert either_office.mailed("case.moved") == [MIA]
    assert either_office.status(reference) == "PENDING_HKEX"


def test_t5_an_approved_request_waits_for_the_second_company(either_office):
    reference = accounts.submitted(either_office)
    act = told(either_office, "task.opened", lambda: either_office.complete(reference, "chen", APPROVE))
    assert (either_office.status(reference), act) == ("PENDING_NEXT_COMPANY", [IVAN])


def test_t5_a_maker_of_any_round_does_not_approve(office):
    reference = office.submit(office.open_draft("bo"), "bo")
    office.give_back(reference)
    office.submit(reference, "mia", limit_hkd="45,000,000")
    with refused(office, errors.FourEyes):
        office.approve(reference, "bo")


def test_t5_what_holds_no_longer_today_is_not_approved(office):
    reference = office.submitted()
    office.clock.move(days=2)
    with refused(office, OutOfDate):
        office.approve(reference)


@pytest.mark.parametrize("who", ["rita", "iris", "karen", "edith"])
def test_t5_for_others_it_is_not_there_to_approve(office, who):
    reference = office.submitted()
    with refused(office, errors.NotFound):
        office.approve(reference, who)


# --- T6 return by the checker -----------------------------------------------------------------------------------------
def test_t6_a_return_goes_to_the_makers(either_office):
    reference = either_office.submitted()
    assert told(either_office, "task.returned", lambda: either_office.give_back(reference)) == [BO, MIA]
    assert either_office.status(reference) == "RETURNED_BY_CHECKER"


@pytest.mark.parametrize("comment", ["", "no", "     "])
def test_t6_a_return_wants_a_comment_of_five_letters(office, comment):
    reference = office.submitted()
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "chen", {"decision": "return", "comment": comment})


# --- T7 the second company's own part ---------------------------------------------------------------------------------
def test_t7_the_banks_maker_answers_and_its_checker_is_told(either_office):
    reference = accounts.at_bank(either_office)
    done = told(either_office, "task.opened", lambda: either_office.complete(reference, "ivan", accounts.AGREED))
    task = either_office.task(reference)
    assert (either_office.status(reference), task.lane, done) == ("PENDING_NEXT_COMPANY", "next_checker", [IRIS])


@pytest.mark.parametrize(
    ("who", "reason"), [("iris", errors.NoRight), ("mia", errors.NoRight), ("chen", errors.NoRight)]
)
def test_t7_only_the_banks_makers_answer(office, who, reason):
    reference = accounts.at_bank(office)
    with refused(office, reason):
        office.complete(reference, who, accounts.AGREED)


@pytest.mark.parametrize("who", ["gary", "leo", "edith", "karen"])
def test_t7_for_strangers_and_the_desk_it_is_not_there_yet(office, who):
    reference = accounts.at_bank(office)
    with refused(office, errors.NotFound):
        office.complete(reference, who, accounts.AGREED)


def test_t7_the_bank_answers_none_of_the_companys_own_fields(office):
    reference = accounts.at_bank(office)
    with refused(office, errors.UnknownFields):
        office.complete(reference, "ivan", accounts.AGREED | {"account_no": "87654321"})


# --- T8 the second company agrees -------------------------------------------------------------------------------------
def test_t8_the_banks_checker_sends_it_to_the_desk_and_the_company_hears(either_office):
    reference = accounts.answered(either_office)
    opened = told(either_office, "task.opened", lambda: either_office.complete(reference, "iris", accounts.AGREE))
    assert (either_office.status(reference), opened) == ("PENDING_HKEX", [EDITH])
    assert {MIA, CHEN} <= set(either_office.mailed("case.moved"))


def test_t8_the_banks_maker_of_any_round_does_not_check(office):
    seat = accounts.seat_of(office, "ivan", "DB")
    office.grant("ivan", Right("checker", "EU_MoneySettlement", seat))
    reference = accounts.answered(office)
    with refused(office, errors.FourEyes):
        office.complete(reference, "ivan", accounts.AGREE)


def test_t8_whoever_made_it_for_the_company_does_not_check_it_for_the_bank(either_office):
    who = maker_of_both_companies(either_office)
    reference = accounts.submitted(either_office, who)
    either_office.complete(reference, "chen", APPROVE)
    either_office.complete(reference, "ivan", accounts.AGREED)
    with refused(either_office, errors.FourEyes):
        either_office.complete(reference, who, accounts.AGREE)


def test_t8_whoever_answered_for_the_bank_does_not_check_for_the_company(office):
    who = maker_of_both_companies(office)
    reference = accounts.at_bank(office)
    office.complete(reference, who, accounts.AGREED)
    office.complete(reference, "iris", accounts.MISMATCH)
    office.complete(reference, "mia", accounts.asked(account_no="87654321"))
    with refused(office, errors.FourEyes):
        office.complete(reference, who, APPROVE)


# --- T9 back within the second company --------------------------------------------------------------------------------
def test_t9_the_banks_checker_sends_it_back_to_its_maker(either_office):
    reference = accounts.answered(either_office)
    opened = told(either_office, "task.opened", lambda: either_office.complete(reference, "iris", accounts.BACK))
    task = either_office.task(reference)
    assert (either_office.status(reference), task.lane, opened) == ("PENDING_NEXT_COMPANY", "next_maker", [IVAN])


def test_t9_sending_back_wants_a_comment(office):
    reference = accounts.answered(office)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "iris", {"decision": "back", "comment": ""})


# --- T10 the second company returns -----------------------------------------------------------------------------------
def test_t10_the_bank_returns_it_to_the_company(either_office):
    reference = accounts.at_bank(either_office)
    either_office.complete(reference, "ivan", accounts.NOT_OURS)
    opened = told(either_office, "task.returned", lambda: either_office.complete(reference, "iris", accounts.MISMATCH))
    assert (either_office.status(reference), opened) == ("RETURNED_BY_NEXT_COMPANY", [BO, MIA])
    assert CHEN in either_office.mailed("case.moved")


def test_t10_the_banks_maker_alone_returns_nothing(office):
    reference = accounts.at_bank(office)
    office.complete(reference, "ivan", accounts.NOT_OURS)
    assert (office.status(reference), office.task(reference).lane) == ("PENDING_NEXT_COMPANY", "next_checker")


@pytest.mark.parametrize("wrong", [{"comment": ""}, {"reason_code": ""}, {"reason_code": "LATE"}])
def test_t10_a_return_wants_a_comment_and_a_reason_code_of_its_list(office, wrong):
    reference = accounts.answered(office)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "iris", accounts.MISMATCH | wrong)


# --- T11 the second company rejects -----------------------------------------------------------------------------------
def test_t11_the_bank_rejects_it_and_the_company_hears(either_office):
    reference = accounts.answered(either_office)
    ended = told(either_office, "case.ended", lambda: either_office.complete(reference, "iris", accounts.REFUSE))
    assert either_office.status(reference) == "REJECTED"
    assert {MIA, CHEN, IVAN, IRIS} <= set(ended)


@pytest.mark.parametrize("wrong", [{"comment": "no"}, {"reason_code": ""}, {"reason_code": "NOT_BUSINESS_DAY"}])
def test_t11_a_rejection_wants_a_comment_and_a_reason_code_of_its_list(office, wrong):
    reference = accounts.answered(office)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "iris", accounts.REFUSE | wrong)


def test_t11_the_banks_maker_rejects_nothing(office):
    reference = accounts.at_bank(office)
    with refused(office, errors.UnknownFields):
        office.complete(reference, "ivan", accounts.REFUSE)
