"""What the rule book refuses, with a class per reason, and that a refusal leaves no trace."""

from uuid import uuid4

import pytest

from app.commands import jobs
from app.commands.requests import cases as case_commands
from app.commands.requests import documents
from app.commands.requests import tasks as task_commands
from app.store import people
from engine import errors
from engine.people import Right
from tests.commands.office import APPROVE, FORWARD, RETURN
from tests.commands.refusing import SATURDAY_NINE, lock, refused, refused_by_database

REASON = "Entered for the wrong firm"


# --- four eyes --------------------------------------------------------------------------------------------------------
def test_r59_nobody_checks_what_they_submitted(either_office):
    reference = either_office.submit(either_office.open_draft("bo"), "bo")
    with refused(either_office, errors.FourEyes):
        either_office.approve(reference, "bo")


def test_r59_nobody_checks_what_they_only_saved_a_draft_of(either_office):
    reference = either_office.open_draft()
    either_office.save(reference, "bo", explicit=False)
    either_office.submit(reference)
    with refused(either_office, errors.FourEyes):
        either_office.approve(reference, "bo")


def test_r59_a_checker_who_went_on_as_maker_checks_no_more(office):
    reference = office.submitted()
    office.give_back(reference, "bo")
    office.submit(reference, "bo", limit_hkd="45,000,000")
    with refused(office, errors.FourEyes):
        office.approve(reference, "bo")


def test_nobody_returns_their_own_work_either(office):
    reference = office.submit(office.open_draft("bo"), "bo")
    with refused(office, errors.FourEyes):
        office.give_back(reference, "bo")


def test_the_exchanges_processor_does_not_approve_it(office):
    office.grant("karen", Right("desk_checker", "CTO"))
    reference = office.processed()
    with refused(office, errors.FourEyes):
        office.accept(reference, "karen")


# --- whose request it is ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["leo", "rita", "daisy"])
@pytest.mark.parametrize("point", ["open_draft", "submitted", "sent"])
def test_for_other_companies_and_other_desks_a_request_does_not_exist(office, who, point):
    reference = getattr(office, point)()
    with refused(office, errors.NotFound):
        office.complete(reference, who, APPROVE)
    with refused(office, errors.NotFound):
        office.leave(reference, "discard", who, REASON)
    with refused(office, errors.NotFound):
        documents.trail_pdf(office.portal, reference, office.number(who))


@pytest.mark.parametrize("who", ["chen", "karen", "kelvin"])
def test_a_draft_is_seen_by_makers_only(office, who):
    reference = office.open_draft()
    with refused(office, errors.NotFound):
        office.save(reference, who)
    with refused(office, errors.NotFound):
        office.leave(reference, "discard", who)


def test_the_desk_does_not_see_what_was_not_sent(office):
    reference = office.submitted()
    with refused(office, errors.NotFound):
        office.complete(reference, "karen", FORWARD)


# --- what one may do --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["chen", "karen", "olive", "audrey"])
def test_only_makers_open_requests(office, who):
    with refused(office, errors.NoRight):
        office.open_draft(who)


@pytest.mark.parametrize(("point", "who"), [("submitted", "mia"), ("sent", "kelvin"), ("processed", "karen")])
def test_the_right_for_one_lane_is_none_for_the_next(office, point, who):
    reference = getattr(office, point)()
    with refused(office, errors.NoRight):
        office.complete(reference, who, APPROVE)


def test_a_checker_does_not_fill_what_was_returned(office):
    reference = office.submitted()
    office.give_back(reference)
    with refused(office, errors.NoRight):
        office.submit(reference, "chen", limit_hkd="45,000,000")


@pytest.mark.parametrize("who", ["olive", "audrey"])
def test_those_who_watch_everything_complete_nothing(office, who):
    reference = office.submitted()
    with refused(office, errors.NoRight):
        office.approve(reference, who)


def test_a_right_revoked_while_the_page_was_open_is_gone(either_office):
    press = either_office.page(either_office.submitted(), "bo", APPROVE)
    either_office.revoke("bo", "checker")
    with refused(either_office, errors.NoRight):
        press()


def test_whoever_lost_every_right_while_the_page_was_open_sees_nothing_any_more(either_office):
    press = either_office.page(either_office.submitted(), "chen", APPROVE)
    either_office.revoke("chen", "checker")
    with refused(either_office, errors.NotFound):
        press()


def test_an_account_locked_by_a_stranger_while_the_page_was_open_goes_on(either_office):
    press = either_office.page(either_office.submitted(), "chen", APPROVE)
    lock(either_office, "chen")
    assert press()


def test_an_account_deactivated_while_the_page_was_open_acts_no_more(either_office):
    press = either_office.page(either_office.submitted(), "chen", APPROVE)
    either_office.run_sql("UPDATE people SET active = :no WHERE id = :id", no=False, id=either_office.number("chen"))
    with refused(either_office, errors.NotFound):
        press()


def test_an_eservice_that_is_not_deployed_does_not_exist(either_office):
    for code in ("CT028", "x" * 200):
        with refused(either_office, errors.NotFound):
            case_commands.open_case(either_office.portal, code, either_office.by("mia"))


def test_nobody_files_for_a_membership_of_somebody_else(office):
    with office.portal.database.read() as connection:
        theirs = people.memberships_of(connection, office.person("leo").company)
    for seat in theirs:
        with refused(office, errors.NoRight):
            case_commands.open_case(office.portal, "CT027", office.by("mia"), seat.id)


def test_nobody_files_for_a_membership_that_the_eservice_is_not_for(office):
    with office.portal.database.read() as connection:
        own = people.memberships_of(connection, office.person("mia").company)
    (other,) = (seat for seat in own if seat.kind == "CCEP")
    with refused(office, errors.NoRight):
        case_commands.open_case(office.portal, "CT027", office.by("mia"), other.id)


# --- pages of another time --------------------------------------------------------------------------------------------
def test_a_task_is_completed_once(either_office):
    press = either_office.page(either_office.submitted(), "chen", APPROVE)
    press()
    with refused(either_office, errors.TaskNotOpen):
        press()


def test_a_task_that_never_was_cannot_be_completed(either_office):
    with refused(either_office, errors.TaskNotOpen):
        task_commands.complete_task(either_office.portal, uuid4(), version=1, raw={}, by=either_office.by("mia"))


def test_a_step_cannot_be_repeated_after_it_came_back(office):
    reference = office.submitted()
    press = office.page(reference, "chen", APPROVE)
    office.give_back(reference)
    office.submit(reference, limit_hkd="45,000,000")
    with refused(office, errors.TaskNotOpen):
        press()


def test_a_page_that_shows_an_older_version_completes_nothing(either_office):
    reference = either_office.submitted()
    with refused(either_office, errors.StalePage):
        either_office.complete(reference, "chen", APPROVE, version=either_office.version(reference) - 1)


def test_a_page_that_shows_an_older_version_saves_nothing(office):
    reference = office.open_draft()
    with refused(office, errors.StalePage):
        office.save(reference, version=office.version(reference) + 1)


def test_a_page_that_shows_an_older_version_leaves_nothing(office):
    reference = office.open_draft()
    seen = office.version(reference)
    office.submit(reference)
    with refused(office, errors.StalePage):
        office.leave(reference, "withdraw", "mia", REASON, version=seen)


def test_a_decision_is_not_a_draft(office):
    reference = office.submitted()
    with refused(office, errors.TaskNotOpen):
        office.save(reference, "chen")


# --- ended requests ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", [("withdraw", "mia"), ("discard", "mia"), ("abort", "olive")])
def test_nothing_leaves_an_ended_request(either_office, way):
    reference = either_office.completed()
    with refused(either_office, errors.CaseEnded):
        either_office.leave(reference, *way, REASON)


def test_a_page_of_an_ended_request_completes_nothing(office):
    reference = office.processed()
    press = office.page(reference, "kelvin", APPROVE)
    office.abort(reference)
    with refused(office, errors.TaskNotOpen):
        press()


@pytest.mark.parametrize("change", ["status = 'DRAFT'", "about = 'x'", "version = version + 1", "head = ''"])
def test_the_database_itself_changes_no_ended_request(either_office, change):
    reference = either_office.completed()
    with refused_by_database(either_office):
        either_office.run_sql(f"UPDATE cases SET {change} WHERE reference = :reference", reference=reference)


@pytest.mark.parametrize("table", ["trail", "people_trail", "artefacts", "releases"])
def test_the_database_itself_changes_and_drops_nothing_that_was_written_for_good(either_office, table):
    documents.trail_pdf(either_office.portal, either_office.submitted(), either_office.number("mia"))
    column = either_office.rows(table)[0]._fields[-1]
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with refused_by_database(either_office):
            either_office.run_sql(statement)


@pytest.mark.parametrize(
    "lanes", [("maker", "checker"), ("next_maker", "next_checker"), ("desk_maker", "desk_checker")]
)
def test_r59_the_database_itself_lets_nobody_check_their_own_work(either_office, lanes):
    case = either_office.case(either_office.open_draft())
    hand = "INSERT INTO hands (case_id, person_id, lane, round) VALUES (:case, :person, :lane, :round)"
    row = {"case": case.id, "person": either_office.number("bo")}
    either_office.run_sql(hand, **row, lane=lanes[0], round=1)
    with refused_by_database(either_office):
        either_office.run_sql(hand, **row, lane=lanes[1], round=2)


@pytest.mark.parametrize("status", ["COMPLETED", "APPROVED", "REJECTED", "PENDING", ""])
def test_the_database_itself_ends_no_request_without_its_time(either_office, status):
    reference = either_office.submitted()
    with refused_by_database(either_office):
        either_office.run_sql("UPDATE cases SET status = :to WHERE reference = :one", to=status, one=reference)


# --- one-time tokens --------------------------------------------------------------------------------------------------
def test_opening_twice_with_one_token_opens_one_request(either_office):
    first = either_office.open_draft(key="one")
    before = either_office.everything()
    assert either_office.open_draft(key="one") == first
    assert {**either_office.everything(), "counters": before["counters"]} == before


def test_completing_twice_with_one_token_answers_the_same_and_changes_nothing(either_office):
    reference = either_office.submitted()
    press = either_office.page(reference, "chen", APPROVE, key="one")
    press()
    before = either_office.everything()
    assert press() == reference
    assert either_office.everything() == before


def test_leaving_twice_with_one_token_answers_the_same_and_changes_nothing(either_office):
    reference = either_office.submitted()
    seen = either_office.version(reference)

    def withdraw():
        return case_commands.leave_case(
            either_office.portal, reference, "withdraw", version=seen, reason=REASON, by=either_office.by("mia", "one")
        )

    withdraw()
    before = either_office.everything()
    assert withdraw() == reference
    assert either_office.everything() == before


def test_a_token_of_one_request_serves_no_other(either_office):
    first, second = either_office.open_draft(), either_office.open_draft()
    either_office.submit(first, key="one")
    with refused(either_office, errors.KeyReused):
        either_office.submit(second, key="one")


def test_a_token_of_one_answer_serves_no_other_answer(either_office):
    reference = either_office.submitted()
    task, seen = either_office.task(reference), either_office.version(reference)
    either_office.approve(reference, key="one")
    with refused(either_office, errors.KeyReused):
        either_office.complete(reference, "chen", RETURN, task=task, version=seen, key="one")


def test_a_token_of_opening_serves_no_submit(office):
    reference = office.open_draft(key="one")
    with refused(office, errors.KeyReused):
        office.submit(reference, key="one")


def test_a_refused_action_does_not_use_its_token_up(either_office):
    reference = either_office.open_draft()
    with refused(either_office, errors.WrongAnswers):
        either_office.submit(reference, key="one", limit_hkd="")
    assert either_office.submit(reference, key="one") == reference


def test_tokens_of_two_people_do_not_meet(office):
    reference = office.open_draft(key="one")
    office.submit(reference, key="two")
    assert office.approve(reference, key="one") == reference


# --- the service and its state ----------------------------------------------------------------------------------------
def test_during_maintenance_nothing_is_provided(either_office):
    draft, waiting = either_office.open_draft(), either_office.submitted()
    either_office.clock.move(**SATURDAY_NINE)
    for act in (
        either_office.open_draft,
        lambda: either_office.save(draft),
        lambda: either_office.submit(draft),
        lambda: either_office.approve(waiting),
        lambda: either_office.leave(waiting, "withdraw", "mia", REASON),
    ):
        with refused(either_office, errors.ServiceClosed):
            act()


def test_a_state_that_was_changed_in_the_database_is_not_run(either_office):
    reference = either_office.submitted()
    state = bytearray(either_office.case(reference).state)
    state[len(state) // 2] ^= 1
    either_office.run_sql("UPDATE cases SET state = :to WHERE reference = :one", to=bytes(state), one=reference)
    with refused(either_office, errors.BadState):
        either_office.approve(reference)


def test_a_timer_that_is_not_due_does_not_fire(office):
    reference = office.sent()
    before = office.everything()
    for row in office.rows("timers"):
        assert not jobs.fire_timer(office.portal, row.id)
    assert office.everything() == before and office.is_whole(reference)
