"""Standing in for whoever is away: what a substitute may do, that four eyes stay four, and what the trail says."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError

from app.commands.letters import written
from app.commands.managing import accounts
from app.commands.requests import comments, copies
from app.commands.requests.cases import may_answer
from app.commands.requests.digests import digest_for
from app.retold import retell
from app.store import cases, choices, lists, people
from engine.errors import FourEyes, NoRight, NotFound, Refused, StandInOver
from engine.hours import hong_kong_day
from engine.people import Right
from engine.sealed import seal
from tests.commands.managing import right
from tests.commands.office import APPROVE, race
from tests.commands.refusing import lock, refused, refused_by_database
from tests.commands.standing import acted, away, hands_of, named, over, to_do


@pytest.fixture
def by_bo(office):
    """A request that Bo has made and that waits for a checker."""
    return office.submit(office.open_draft("bo"), "bo")


def by_chen_for_bo(office):
    """A request that Chen has made in the place of Bo, who is away, and that Mia may check."""
    office.grant("mia", right(office, "checker"))
    away(office, "bo", "chen")
    return office.submit(office.open_draft("chen"), "chen")


def sealed(office, reference):
    """Who acted in each entry, and in whose place."""
    told = [one.entry["actor"] for one in office.trail(reference)]
    return [(one["name"], one["for"]["name"]) for one in told if "for" in one]


# --- what is lent -----------------------------------------------------------------------------------------------------
def test_a_substitute_checks_in_the_place_of_whoever_is_away(office, by_bo):
    away(office, "chen", "mia")
    office.approve(by_bo, "mia")
    assert acted(office, by_bo) == [("Mia Chan", "Chen Wai")]


def test_without_a_substitution_they_may_not(office, by_bo):
    with refused(office, NoRight):
        office.approve(by_bo, "mia")


def test_before_the_period_nothing_is_lent(office, by_bo):
    away(office, "chen", "mia", first=1)
    with refused(office, NoRight):
        office.approve(by_bo, "mia")


def test_from_midnight_of_the_first_day_on_it_is(office, by_bo):
    away(office, "chen", "mia", first=1)
    office.clock.move(hours=14)
    assert office.approve(by_bo, "mia") == by_bo


def test_after_midnight_of_the_last_day_nothing_is_lent(office, by_bo):
    away(office, "chen", "mia", last=0)
    office.clock.move(hours=14)
    with refused(office, StandInOver):
        office.approve(by_bo, "mia")


def test_in_the_last_second_it_still_is(office, by_bo):
    away(office, "chen", "mia", last=0)
    office.clock.move(hours=13, minutes=59, seconds=59)
    assert office.approve(by_bo, "mia") == by_bo


def test_whoever_may_act_themselves_acts_in_nobodys_place(office, by_bo):
    office.grant("mia", right(office, "checker"))
    away(office, "chen", "mia")
    office.approve(by_bo, "mia")
    assert acted(office, by_bo) == [("Mia Chan", "")]


def test_whoever_is_away_may_still_act(office, by_bo):
    away(office, "chen", "mia")
    office.approve(by_bo, "chen")
    assert acted(office, by_bo) == [("Chen Wai", "")]


def test_nothing_is_passed_on_from_hand_to_hand(office, by_bo):
    away(office, "chen", "bo")
    over(office, away(office, "bo", "mia"), "ada")
    office.revoke("bo")
    away(office, "bo", "mia")
    with refused(office, NoRight):
        office.approve(by_bo, "mia")


def test_nothing_is_lent_by_whoever_has_lost_the_right(office, by_bo):
    away(office, "chen", "mia")
    office.revoke("chen")
    with refused(office, NoRight):
        office.approve(by_bo, "mia")


@pytest.mark.parametrize("turn", [accounts.suspend, accounts.deactivate])
def test_nothing_is_lent_by_whoever_is_closed_out(office, by_bo, turn):
    away(office, "chen", "mia")
    turn(office.portal, office.by("ada"), office.number("chen"))
    with pytest.raises((NoRight, StandInOver)):
        office.approve(by_bo, "mia")


@pytest.mark.parametrize("who", ["chen", "mia"])
def test_nothing_is_lent_by_or_to_whoever_is_locked(office, by_bo, who):
    away(office, "chen", "mia")
    lock(office, who)
    with refused(office, StandInOver):
        office.approve(by_bo, "mia")


def test_an_account_that_is_opened_again_lends_nothing_of_before(office, by_bo):
    away(office, "chen", "mia")
    accounts.deactivate(office.portal, office.by("ada"), office.number("chen"))
    accounts.activate(office.portal, office.by("ada"), office.number("chen"))
    office.grant("chen", right(office, "checker"))
    with pytest.raises((NoRight, StandInOver)):
        office.approve(by_bo, "mia")


def test_what_comes_with_being_a_delegated_administrator_is_not_lent(office):
    special = right(office, "maker", "EU_CCDARights")
    office.grant("chen", special)
    away(office, "chen", "mia")
    assert special not in office.person("mia").held


def test_nothing_is_lent_to_whoever_manages_accounts_and_rights(office):
    away(office, "chen", "mia")
    with office.portal.database.read() as connection:
        manages = people.person_for(connection, office.number("mia"))
    assert manages is not None
    assert not manages.lent


def test_a_substitute_at_a_desk_acts_for_whoever_is_away(office):
    away(office, "kelvin", "karen")
    office.grant("daisy", Right("desk_maker", "CTO"))
    reference = office.process(office.sent(), "daisy")
    office.accept(reference, "karen")
    assert acted(office, reference) == [("Karen Ip", "Kelvin Sit")]


def test_the_work_of_a_desk_stays_with_those_who_sit_there(office):
    office.grant("kelvin", Right("desk_maker", "DTO"))
    away(office, "kelvin", "karen")
    assert {one.holder for one in office.person("karen").held} == {"CTO"}


# --- four eyes --------------------------------------------------------------------------------------------------------
def test_who_made_a_request_does_not_check_it_in_somebodys_place(office):
    reference = office.submitted()
    away(office, "chen", "mia")
    with refused(office, FourEyes):
        office.approve(reference, "mia")


def test_a_substitute_does_not_check_what_the_one_who_is_away_has_made(office, by_bo):
    office.revoke("chen")
    away(office, "bo", "mia")
    with refused(office, FourEyes):
        office.approve(by_bo, "mia")


def test_whoever_is_away_does_not_check_what_was_made_in_their_place(office):
    reference = by_chen_for_bo(office)
    with refused(office, FourEyes):
        office.approve(reference, "bo")


def test_whoever_made_it_in_somebodys_place_does_not_check_it_themselves(office):
    reference = by_chen_for_bo(office)
    with refused(office, FourEyes):
        office.approve(reference, "chen")


def test_that_lasts_when_the_substitution_is_over(office):
    reference = by_chen_for_bo(office)
    over(office, named(office, "bo").id, "bo")
    with refused(office, FourEyes):
        office.approve(reference, "bo")


def test_saving_a_draft_in_somebodys_place_is_a_hand_of_both(office):
    reference = office.open_draft()
    away(office, "bo", "chen")
    office.save(reference, "chen")
    assert {office.number("bo"), office.number("chen")} <= hands_of(office, reference, "maker")


def test_a_desk_does_not_approve_in_the_place_of_whoever_processed(office):
    away(office, "kelvin", "karen")
    reference = office.processed()
    with refused(office, FourEyes):
        office.accept(reference, "karen")


def test_the_list_holds_nothing_that_either_of_the_two_has_made(office, by_bo):
    office.submitted()
    away(office, "chen", "mia")
    assert [(one.reference, one.behalf) for one in to_do(office, "mia")] == [(by_bo, "Chen Wai")]


def test_the_list_holds_nothing_that_the_one_who_is_away_has_made(office):
    office.grant("chen", right(office, "maker"))
    office.submit(office.open_draft("chen"), "chen")
    away(office, "chen", "mia")
    assert to_do(office, "mia") == []


def test_the_list_of_whoever_is_away_holds_nothing_made_in_their_place(office):
    by_chen_for_bo(office)
    assert to_do(office, "bo") == []


def test_the_database_lets_nobody_check_in_somebodys_place_what_either_has_made(either_office):
    office = either_office
    reference = office.submitted()
    number = office.case(reference).id
    actor = {"company": "", "for": {"id": office.number("mia"), "name": ""}, "id": office.number("chen")}
    entry = {"actor": actor | {"lane": "checker"}}
    with refused_by_database(office):
        forged(office, number, entry)


def test_the_database_wants_the_hands_of_both(either_office):
    office = either_office
    reference = office.submitted()
    number, chen, leo = office.case(reference).id, office.number("chen"), office.number("leo")
    office.run_sql(
        "INSERT INTO hands (case_id, person_id, lane, round) VALUES (:case, :person, 'checker', 1)",
        case=number,
        person=chen,
    )
    actor = {"company": "", "for": {"id": leo, "name": ""}, "id": chen, "lane": "checker"}
    with refused_by_database(office):
        forged(office, number, {"actor": actor})


def test_with_the_hands_of_both_it_takes_the_entry(either_office):
    office = either_office
    number, chen, leo = office.case(office.submitted()).id, office.number("chen"), office.number("leo")
    for person in (chen, leo):
        office.run_sql(
            "INSERT INTO hands (case_id, person_id, lane, round) VALUES (:case, :person, 'checker', 1)",
            case=number,
            person=person,
        )
    forged(office, number, {"actor": {"for": {"id": leo, "name": ""}, "id": chen, "lane": "checker"}})
    assert [row.seq for row in office.rows("trail", case_id=number)][-1] == 99


def forged(office, case, entry):
    """What somebody with the database's password could write into a trail."""
    office.run_sql(
        "INSERT INTO trail (case_id, seq, at, action, entry, hash, address) "
        "VALUES (:case, 99, :at, 'task.completed', :entry, 'x', '')",
        case=case,
        at=office.clock.now(),
        entry=seal.canonical(entry).decode(),
    )


def test_the_database_keeps_a_hand_from_checking_what_it_made(either_office):
    office = either_office
    reference = by_chen_for_bo(office)
    with pytest.raises(DBAPIError):
        office.run_sql(
            "INSERT INTO hands (case_id, person_id, lane, round) VALUES (:case, :person, 'checker', 1)",
            case=office.case(reference).id,
            person=office.number("bo"),
        )


def test_on_either_database_a_substitute_checks_and_the_trail_comes_out_the_same(either_office):
    office = either_office
    away(office, "chen", "mia")
    reference = office.approve(office.submit(office.open_draft("bo"), "bo"), "mia")
    told: list[str] = []
    assert retell(office.portal, reference, told.append), told[-1]


def test_of_a_substitute_and_the_one_who_is_back_one_approves(either_office):
    office = either_office
    away(office, "chen", "mia")
    for _ in range(5):
        reference = office.submit(office.open_draft("bo"), "bo")
        done = race(office.page(reference, "mia", APPROVE), office.page(reference, "chen", APPROVE))
        assert [one for one in done if not isinstance(one, Refused)] == [reference]


def test_of_making_and_checking_for_one_who_is_away_at_once_one_is_refused(either_office):
    office = either_office
    away(office, "bo", "mia")
    for _ in range(5):
        reference = office.submit(office.open_draft("mia"), "mia")
        done = race(office.page(reference, "mia", APPROVE), office.page(reference, "bo", APPROVE))
        assert sorted(isinstance(one, Refused) for one in done) in ([False, True], [True, True])
        assert office.number("mia") not in hands_of(office, reference, "checker")


# --- claims -----------------------------------------------------------------------------------------------------------
def test_a_claim_in_somebodys_place_says_so(office, by_bo):
    away(office, "chen", "mia")
    office.claim(by_bo, "mia")
    assert acted(office, by_bo) == [("Mia Chan", "Chen Wai")]


def test_what_the_one_who_is_away_has_claimed_is_done_in_their_place(office, by_bo):
    office.claim(by_bo, "chen")
    away(office, "chen", "mia")
    assert office.approve(by_bo, "mia") == by_bo


def test_what_somebody_else_has_claimed_is_not(office):
    reference = office.submitted()
    office.claim(reference, "bo")
    office.revoke("mia", "maker")
    away(office, "chen", "mia")
    with refused(office, FourEyes):
        office.claim(reference, "mia")


def test_a_claim_does_not_outlast_the_period(office, by_bo):
    number = away(office, "chen", "mia")
    office.claim(by_bo, "mia")
    over(office, number, "chen")
    with refused(office, StandInOver):
        office.approve(by_bo, "mia")


def test_a_claim_of_a_substitute_is_taken_over_by_whoever_is_back(office, by_bo):
    number = away(office, "chen", "mia")
    office.claim(by_bo, "mia")
    over(office, number, "chen")
    office.claim(by_bo, "chen", take_over=True)
    assert office.approve(by_bo, "chen") == by_bo


# --- open pages -------------------------------------------------------------------------------------------------------
def test_a_page_that_is_open_when_it_ends_is_refused_by_name(office, by_bo):
    number = away(office, "chen", "mia")
    page = office.page(by_bo, "mia", APPROVE)
    over(office, number, "chen")
    with pytest.raises(StandInOver, match="Chen Wai"):
        page()


def test_who_sees_nothing_else_of_the_request_is_told_the_same(office):
    office.revoke("mia", "maker")
    reference = office.submit(office.open_draft("bo"), "bo")
    number = away(office, "chen", "mia")
    page = office.page(reference, "mia", APPROVE)
    over(office, number, "chen")
    with pytest.raises(StandInOver):
        page()


def test_a_day_later_the_request_is_not_to_be_found(office):
    office.revoke("mia", "maker")
    reference = office.submit(office.open_draft("bo"), "bo")
    over(office, away(office, "chen", "mia"), "chen")
    office.clock.move(days=1, seconds=1)
    with refused(office, NotFound):
        office.approve(reference, "mia")


def test_of_what_ended_before_it_began_nothing_is_told(office):
    office.revoke("mia", "maker")
    reference = office.submit(office.open_draft("bo"), "bo")
    over(office, away(office, "chen", "mia", first=1), "chen")
    office.clock.set(office.clock.now().replace(hour=16, minute=1))
    with refused(office, NotFound):
        office.approve(reference, "mia")


def test_who_never_stood_in_is_told_nothing(office, by_bo):
    away(office, "chen", "mia")
    with refused(office, NotFound):
        office.approve(by_bo, "leo")


def test_a_button_pressed_twice_counts_once_also_when_it_ended_between(office, by_bo):
    number = away(office, "chen", "mia")
    press = partial(office.page(by_bo, "mia", APPROVE, key="once"))
    press()
    over(office, number, "chen")
    assert press() == by_bo


# --- everything else that is done in a request ------------------------------------------------------------------------
def test_a_request_is_opened_in_somebodys_place(office):
    away(office, "bo", "chen")
    reference = office.open_draft("chen")
    assert (acted(office, reference), office.case(reference).opened_for) == ([("Chen Wai", "Bo Lam")], "Bo Lam")


def test_a_request_like_another_is_opened_in_somebodys_place(office, by_bo):
    away(office, "bo", "chen")
    reference = copies.open_like(office.portal, by_bo, office.by("chen"))
    assert acted(office, reference) == [("Chen Wai", "Bo Lam")]


def test_a_request_is_found_by_the_name_of_either(office):
    away(office, "bo", "chen")
    reference = office.open_draft("chen")
    with office.portal.database.read() as connection:
        found = [lists.found(connection, office.person("mia"), name) for name in ("Bo Lam", "Chen Wai")]
    assert [[row.reference for row in rows] for rows in found] == [[reference], [reference]]


def test_who_does_not_sit_at_the_desk_any_more_reads_nothing_in_somebodys_place(office):
    reference = office.sent()
    away(office, "kelvin", "karen")
    office.revoke("karen", "desk_maker")
    with refused(office, NotFound):
        comments.comment(office.portal, reference, "Is it urgent?", "everybody", office.by("karen"))


def test_a_comment_is_written_in_somebodys_place(office):
    reference = office.submitted()
    office.revoke("chen")
    away(office, "mia", "chen")
    comments.comment(office.portal, reference, "Is it urgent?", "own", office.by("chen"))
    assert acted(office, reference) == [("Chen Wai", "Mia Chan")]


def test_a_comment_of_somebody_who_takes_part_themselves_is_their_own(office):
    reference = office.submitted()
    away(office, "chen", "mia")
    comments.comment(office.portal, reference, "Is it urgent?", "own", office.by("mia"))
    assert acted(office, reference) == [("Mia Chan", "")]


def test_a_request_is_withdrawn_in_somebodys_place(office):
    reference = office.submitted()
    office.revoke("chen")
    away(office, "mia", "chen")
    office.leave(reference, "withdraw", "chen", "Entered for the wrong firm")
    assert acted(office, reference) == [("Chen Wai", "Mia Chan")]


@pytest.mark.parametrize("who", ["chen", "bo"])
def test_what_was_asked_in_somebodys_place_is_confirmed_by_neither(office, who):
    away(office, "bo", "chen")
    case = office.case(office.submitted())
    proposal = {"by": office.number("chen"), "for": office.number("bo")}
    assert not may_answer(office.person(who), case, {"confirm": ["checker"]}, proposal, set())


def test_what_was_asked_by_whoever_is_away_is_not_confirmed_in_their_place(office):
    office.revoke("chen")
    away(office, "bo", "chen")
    case, proposal = office.case(office.submitted()), {"by": office.number("bo")}
    assert not may_answer(office.person("chen"), case, {"confirm": ["checker"]}, proposal, set())


def test_what_somebody_else_has_asked_is(office):
    office.revoke("chen")
    away(office, "bo", "chen")
    case, proposal = office.case(office.submitted()), {"by": office.number("mia")}
    assert may_answer(office.person("chen"), case, {"confirm": ["checker"]}, proposal, set())


def test_who_has_lost_their_own_desk_confirms_nothing_in_somebodys_place(office):
    reference = office.sent()
    office.claim(reference, "karen")
    office.leave(reference, "withdraw", "mia", "Entered for the wrong firm")
    over(office, away(office, "kelvin", "karen"), "agnes")
    away(office, "karen", "kelvin")
    office.revoke("kelvin", "desk_checker")
    with refused(office, NotFound):
        office.answer(reference, "withdraw", "kelvin", accept=True)


def test_every_entry_of_a_whole_request_names_both(office):
    away(office, "bo", "mia")
    office.revoke("mia", "maker")
    reference = office.submit(office.open_draft("mia"), "mia")
    assert set(sealed(office, reference)) == {("Mia Chan", "Bo Lam")}


def test_a_trail_without_the_hand_of_the_one_who_is_away_is_told(office, by_bo):
    away(office, "chen", "mia")
    office.approve(by_bo, "mia")
    office.run_sql("DELETE FROM hands WHERE person_id = :person", person=office.number("chen"))
    told: list[str] = []
    retell(office.portal, by_bo, told.append)
    assert f"Expected person {office.number('chen')} among those who had a hand" in told[-1]


# --- letters ----------------------------------------------------------------------------------------------------------
def test_both_hear_of_a_new_task(office):
    away(office, "chen", "mia")
    office.submit(office.open_draft("bo"), "bo")
    letters = [job.payload for job in office.rows("jobs", kind="mail") if job.payload["template"] == "task.opened"]
    assert sorted((one["to"].split(".")[0], one["for"]) for one in letters) == [("chen", ""), ("mia", "Chen Wai")]


def test_the_letter_says_for_whom_it_is(office):
    away(office, "chen", "mia")
    office.submit(office.open_draft("bo"), "bo")
    payload = next(job.payload for job in office.rows("jobs", kind="mail") if job.payload.get("for"))
    assert "You stand in for Chen Wai, who is away." in written(office.portal, payload)[1]


def test_the_digest_says_it_too(office):
    away(office, "chen", "mia")
    office.submit(office.open_draft("bo"), "bo")
    with office.portal.database.write() as connection:
        choices.choose(connection, office.number("mia"), dict.fromkeys(choices.LETTERS, "digest"))
    digest = digest_for(office.portal, office.number("mia"), hong_kong_day(office.clock.now()))
    assert digest is not None
    assert "for Chen Wai" in digest.text


def test_a_letter_of_a_substitution_that_is_over_is_not_wanted(office):
    office.revoke("mia", "maker")
    number = away(office, "chen", "mia")
    reference = office.submit(office.open_draft("bo"), "bo")
    over(office, number, "chen")
    with office.portal.database.read() as connection:
        assert not cases.references_seen(connection, office.person("mia"), [reference])


def test_a_substitute_hears_of_nothing_that_they_may_not_check(office):
    away(office, "chen", "mia")
    office.submitted()
    assert "mia.maker@harbourbright.test" not in office.mailed("task.opened")


def test_submitting_says_that_nobody_can_check_what_only_a_barred_substitute_could(office):
    office.revoke("bo")
    office.grant("mia", right(office, "checker"))
    over(office, away(office, "chen", "mia"), "ada")
    office.revoke("chen")
    assert isinstance(race(lambda: office.submitted())[0], Refused)


def test_days_of_a_substitution_are_those_of_hong_kong(office):
    away(office, "chen", "mia", first=1, last=2)
    one = named(office, "chen")
    assert one.ends_at - one.begins_at == timedelta(days=2)
