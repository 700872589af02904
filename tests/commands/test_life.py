"""The whole life of a request, from its draft to the end that its drawing draws."""

from datetime import date
from itertools import pairwise

import pytest

from app.commands.requests import circumstances
from app.store import calendars, definitions
from engine.hours import Now
from engine.running.replay import replayed
from tests.commands.office import GIVEN, RETURN

BY_RETURN = RETURN | {"comment": "Please choose the later date"}
PROPOSE = {"decision": "propose_reject", "reason_code": "LATE", "comment": "It came after the deadline"}
REJECT = {"decision": "reject", "reason_code": "LATE", "comment": "It came after the deadline"}
BACK = {"decision": "back", "comment": "Look at the session again"}
REASON = "Entered for the wrong firm"


# --- to its success ---------------------------------------------------------------------------------------------------
def test_a_request_goes_from_draft_over_checker_and_exchange_to_completed(either_office):
    office = either_office
    reference = office.open_draft()
    seen = [office.status(reference)]
    for step in (office.save, office.submit, office.approve, office.process, office.accept):
        step(reference)
        seen.append(office.status(reference))
    assert seen == ["DRAFT", "DRAFT", "PENDING_CHECKER", "PENDING_HKEX", "PENDING_HKEX", "COMPLETED"]


def test_each_step_lies_with_the_people_of_its_lane(office):
    reference = office.open_draft()
    seen = [office.task(reference)]
    for step in (office.submit, office.approve, office.process):
        step(reference)
        seen.append(office.task(reference))
    assert [(task.step, task.lane, task.holder) for task in seen] == [
        ("submit", "maker", "EU_CashTrading"),
        ("review", "checker", "EU_CashTrading"),
        ("process", "desk_maker", "CTO"),
        ("approve", "desk_checker", "CTO"),
    ]


def test_a_completed_request_leaves_nothing_to_do(either_office):
    reference = either_office.completed()
    left = [either_office.rows(table) for table in ("tasks", "timers")]
    assert (left, list(either_office.case(reference).ways_out)) == ([[], []], [])


def test_a_request_that_ended_keeps_no_draft(either_office):
    reference = either_office.open_draft()
    either_office.save(reference)
    either_office.leave(reference, "discard", "mia")
    assert either_office.rows("answers") == []


def test_references_carry_the_day_in_hong_kong_and_count_up(office):
    office.clock.move(hours=15)
    assert [office.open_draft(), office.open_draft("leo")] == ["CT027-20261124-000001", "CT027-20261124-000002"]


def test_the_register_holds_the_new_limit_from_its_day_on_with_the_request_that_set_it(either_office):
    reference = either_office.completed()
    (record,) = either_office.rows("registers", reference=reference)
    assert (record.register, record.owner, record.record["limit_hkd"]) == ("order_limit", "B00123", "50000000")
    assert record.effective_on == date(2026, 11, 27)


def test_the_register_of_another_firm_stays_as_it_was(office):
    before = office.rows("registers", owner="B00456")
    office.completed()
    assert office.rows("registers", owner="B00456") == before


@pytest.mark.parametrize(
    ("hours", "day"), [(6.99, date(2026, 11, 23)), (7.01, date(2026, 11, 24))], ids=["before", "after"]
)
def test_a_request_is_received_by_its_cut_off_of_five_in_the_afternoon(office, hours, day):
    reference = office.submitted()
    office.clock.move(hours=hours)
    office.approve(reference)
    assert office.case(reference).received_on == day


def test_a_request_is_not_received_before_it_is_sent(office):
    assert office.case(office.submitted()).received_on is None


def test_the_summary_names_the_old_and_the_new_limit(office):
    assert office.case(office.submitted()).about == "limit 30,000,000 → 50,000,000"


def test_a_draft_that_was_saved_is_what_is_submitted(either_office):
    reference = either_office.open_draft()
    either_office.save(reference, limit_hkd="41,000,000")
    either_office.complete(reference, "mia", None)
    (given,) = (row for row in either_office.rows("answers") if row.entry)
    assert given.answers["limit_hkd"] == "41000000"


def test_answers_are_kept_under_the_entry_that_seals_them(office):
    reference = office.completed()
    steps_done = [(row.entry, row.step) for row in office.rows("answers") if row.entry]
    sealed = {one.entry["seq"]: one.entry for one in office.trail(reference)}
    assert sorted(steps_done) == [(2, "submit"), (3, "review"), (4, "process"), (5, "approve")]
    assert all(sealed[entry]["answers_hash"] for entry, _ in steps_done)


# --- the trail --------------------------------------------------------------------------------------------------------
def test_every_step_is_one_entry_chained_to_the_one_before(either_office):
    reference = either_office.open_draft()
    for step in (either_office.save, either_office.submit, either_office.approve, either_office.process):
        step(reference)
    either_office.accept(reference)
    assert either_office.actions(reference) == [
        ("case.opened", ""),
        ("draft.saved", "submit"),
        ("task.completed", "submit"),
        ("task.completed", "review"),
        ("task.completed", "process"),
        ("task.completed", "approve"),
    ]
    assert either_office.is_whole(reference)


def test_the_status_that_one_entry_leads_to_is_where_the_next_begins(office):
    entries = [sealed.entry for sealed in office.trail(office.completed())]
    assert all(one["status_to"] == following["status_from"] for one, following in pairwise(entries))


def test_entries_name_who_acted_in_which_lane(office):
    actor = office.trail(office.submitted())[-1].entry["actor"]
    assert actor == {
        "id": office.number("mia"),
        "name": "Mia Chan",
        "company": "Harbour Bright Securities Limited",
        "lane": "maker",
    }


def test_from_where_somebody_acted_stands_beside_the_entry_and_not_in_it(office):
    reference = office.submitted()
    assert [row.address for row in office.rows("trail")] == ["203.0.113.7"] * 2
    assert "203.0.113.7" not in str([row.entry for row in office.rows("trail")]), reference


def test_no_answer_stands_in_the_trail(office):
    reference = office.open_draft()
    office.submit(reference, remarks="between us")
    assert not [sealed for sealed in office.trail(reference) if "between us" in str(sealed.entry)]


def test_only_the_first_and_every_wanted_save_stands_in_the_trail(either_office):
    reference = either_office.open_draft("bo")
    for explicit in (False, False, True):
        either_office.save(reference, explicit=explicit)
    assert either_office.actions(reference)[1:] == [("draft.saved", "submit")] * 2


def test_saving_leaves_open_pages_fresh(office):
    reference = office.open_draft()
    press = office.page(reference, "mia", GIVEN)
    office.save(reference)
    assert press() == reference


def test_a_case_replays_from_its_trail_to_the_same_state(either_office):
    office = either_office
    reference = office.submitted()
    office.clock.move(hours=1)
    office.give_back(reference)
    office.submit(reference, limit_hkd="45,000,000")
    for step in (office.approve, office.process, office.accept):
        office.clock.move(hours=5)
        step(reference)
    case, entries = office.case(reference), [sealed.entry for sealed in office.trail(reference)]
    given = {row.entry: row.answers for row in office.rows("answers") if row.entry}
    with office.portal.database.read() as connection:
        definition = definitions.of_release(connection, case.release)
    seen = replayed(
        definition,
        entries,
        given,
        lambda case, answers, at, said: circumstances.context_of(
            definition, case, answers, Now(at, calendars.published(at)), said
        ),
        circumstances.as_facts(case),
    )
    assert [(line.seq, line.same) for line in seen] == [(entry["seq"], True) for entry in entries]


# --- back and forth ---------------------------------------------------------------------------------------------------
def test_a_checker_returns_it_and_the_maker_submits_again(either_office):
    reference = either_office.submitted()
    either_office.give_back(reference)
    assert (either_office.status(reference), either_office.case(reference).round) == ("RETURNED_BY_CHECKER", 2)
    either_office.submit(reference, effective_date="2026-11-30")
    assert (either_office.status(reference), either_office.task(reference).step) == ("PENDING_CHECKER", "review")


def test_comments_are_pinned_to_the_answers_they_are_about(office):
    reference = office.submitted()
    office.give_back(reference, limit_hkd="Fifty or five?")
    remarks = [(row.field, row.text, row.entry) for row in office.rows("remarks")]
    assert remarks == [("", RETURN["comment"], 3), ("limit_hkd", "Fifty or five?", 3)]


@pytest.mark.parametrize("who", ["karen", "kelvin"])
def test_the_exchange_returns_it_to_the_maker(office, who):
    reference = office.sent() if who == "karen" else office.processed()
    office.complete(reference, who, BY_RETURN)
    assert (office.status(reference), office.task(reference).lane) == ("RETURNED_BY_HKEX", "maker")


def test_the_exchanges_approver_sends_it_back_to_the_processor(office):
    reference = office.processed()
    office.complete(reference, "kelvin", BACK)
    assert (office.status(reference), office.task(reference).step) == ("PENDING_HKEX", "process")


def test_a_rejection_is_proposed_by_one_and_decided_by_another(either_office):
    reference = either_office.sent()
    either_office.complete(reference, "karen", PROPOSE)
    assert either_office.status(reference) == "PENDING_HKEX"
    either_office.complete(reference, "kelvin", REJECT)
    assert either_office.status(reference) == "REJECTED"
    assert either_office.rows("registers", reference=reference) == []


@pytest.mark.parametrize(
    ("decision", "status", "step"),
    [("back", "PENDING_HKEX", "process"), ("return", "RETURNED_BY_HKEX", "submit")],
)
def test_a_proposed_rejection_goes_back_or_is_returned(office, decision, status, step):
    reference = office.sent()
    office.complete(reference, "karen", PROPOSE)
    office.complete(reference, "kelvin", {"decision": decision, "comment": "They came in time"})
    assert (office.status(reference), office.task(reference).step) == (status, step)


def test_a_request_may_be_returned_many_times_and_its_state_stays_small(office):
    reference = office.submitted()
    sizes = []
    for round_ in range(12):
        office.give_back(reference)
        office.submit(reference, limit_hkd=str(40_000_000 + round_))
        sizes.append(len(office.case(reference).state))
    assert max(sizes) - min(sizes) < 64
    assert office.is_whole(reference)


# --- the ways out -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["mia", "chen"])
@pytest.mark.parametrize("point", ["submitted", "sent"])
def test_maker_and_checker_may_withdraw_until_the_exchange_has_processed_it(office, who, point):
    reference = getattr(office, point)()
    office.leave(reference, "withdraw", who, REASON)
    assert office.status(reference) == "WITHDRAWN"


def test_a_maker_discards_a_draft_without_a_reason(either_office):
    reference = either_office.open_draft()
    either_office.leave(reference, "discard", "mia")
    assert (either_office.status(reference), either_office.tasks(reference)) == ("DISCARDED", [])


def test_a_maker_discards_what_only_the_checker_has_seen(office):
    reference = office.submitted()
    office.give_back(reference)
    office.leave(reference, "discard", "mia")
    assert office.status(reference) == "DISCARDED"


@pytest.mark.parametrize("point", ["open_draft", "submitted", "sent", "processed"])
def test_operations_abort_whatever_is_open(office, point):
    reference = getattr(office, point)()
    office.abort(reference)
    assert office.status(reference) == "ABORTED"


def test_the_reason_is_kept_with_the_request_and_not_in_its_trail(office):
    reference = office.submitted()
    office.leave(reference, "withdraw", "mia", REASON)
    assert [row.text for row in office.rows("remarks")] == [REASON]
    assert REASON not in str(office.trail(reference)[-1].entry)


# --- who hears of it --------------------------------------------------------------------------------------------------
def test_those_who_can_do_the_next_step_are_written_to(either_office):
    office, seen = either_office, []
    reference = office.open_draft("bo")
    for step in (lambda r: office.submit(r, "bo"), office.approve, office.process, office.accept):
        step(reference)
        seen.append(office.mailed("task.opened"))
    assert seen == [
        ["chen.checker@harbourbright.test"],
        ["chen.checker@harbourbright.test", "proc.cto@exchange.test"],
        *[["appr.cto@exchange.test", "chen.checker@harbourbright.test", "proc.cto@exchange.test"]] * 2,
    ]


def test_makers_hear_that_their_request_was_returned(office):
    office.give_back(office.submitted())
    makers = ["bo.both@harbourbright.test", "mia.maker@harbourbright.test"]
    assert office.mailed("task.returned") == makers


def test_everybody_who_had_a_hand_in_it_hears_how_it_ended(either_office):
    either_office.completed()
    assert either_office.mailed("case.ended") == [
        "appr.cto@exchange.test",
        "chen.checker@harbourbright.test",
        "mia.maker@harbourbright.test",
        "proc.cto@exchange.test",
    ]


def test_nobody_locked_is_written_to(office):
    office.run_sql("UPDATE people SET locked_at = :at WHERE name = 'Bo Lam'", at="2026-11-23 01:00:00")
    office.submitted()
    assert office.mailed("task.opened") == ["chen.checker@harbourbright.test"]


def test_a_mail_holds_no_answer(office):
    reference = office.open_draft()
    office.submit(reference, remarks="between us", limit_hkd="77,777,777")
    said = str([job.payload for job in office.rows("jobs")])
    assert reference in said and "between us" not in said and "77" not in said
