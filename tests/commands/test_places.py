"""Places at events: who gets one, who waits, who moves up, and that nobody gets one twice."""

import threading
from datetime import datetime

import pytest

from app.commands.publishing import enrolling, seats
from app.commands.publishing.seats import NotBegun, NothingToWithdraw
from app.commands.requests import event_letters
from app.commands.requests.places import TooManyNamed
from app.store import events as kept
from engine.errors import NoRight, Refused, WarningsOpen, WrongAnswers
from tests.commands.events import (
    cancelled,
    changed,
    drafted,
    enrolled,
    enrolment,
    in_line,
    listed,
    named,
    published,
    seat_of,
    seated,
    withdrawn,
)
from tests.commands.managing import entries
from tests.commands.office import APPROVE, FORWARD, race
from tests.commands.refusing import refused
from tests.commands.standing import away, over

ROUNDS = 5


def full(office):
    """An event of three places that are all given away, and one who waits."""
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    enrolled(office, code, "ivan", "cat", "dan")
    return code


# --- giving -----------------------------------------------------------------------------------------------------------
def test_places_are_given_one_by_one_in_the_order_of_the_list(office):
    code = full(office)
    assert (seated(office, code), in_line(office, code)) == (["amy", "bob", "cat"], ["dan"])


def test_no_place_is_given_before_the_checker_has_agreed(office):
    code = published(office, checker="yes")
    reference = enrolled(office, code, "leo", "amy")
    before = seated(office, code)
    office.complete(reference, "rita", APPROVE)
    assert (before, seated(office, code)) == ([], ["amy"])


def test_a_request_that_is_withdrawn_before_takes_no_place(office):
    code = published(office, checker="yes")
    office.leave(enrolled(office, code, "leo", "amy"), "withdraw", "leo", "Not needed")
    assert listed(office, code) == []


def test_whoever_names_more_than_there_are_places_is_warned(office):
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    answers = named(code, "cat", "dan")
    del answers["attendees.confirmed"]
    with pytest.raises(WarningsOpen) as found:
        office.complete(drafted(office, "ivan"), "ivan", answers)
    assert list(found.value.fields) == ["attendees"]


def test_the_trail_of_a_request_says_how_many_got_a_place(office):
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    reference = enrolled(office, code, "ivan", "cat", "dan")
    facts = office.trail(reference)[-1].entry["facts"]
    assert facts["places"] == {"event": code, "given": 1, "waiting": 1, "freed": 0}


def test_a_second_list_keeps_the_places_of_those_whom_it_names_again(office):
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    enrolled(office, code, "ivan", "cat", "dan")
    enrolled(office, code, "penny", "bob", "eve")
    assert (seated(office, code), in_line(office, code)) == (["bob", "cat", "dan"], ["eve"])


def test_whoever_withdraws_by_the_eservice_gives_every_place_back(office):
    code = full(office)
    leave = {"event": code, "action": "WITHDRAW", "declare_true": "yes", "pics_ack": "yes"}
    office.complete(drafted(office, "penny"), "penny", leave)
    assert (seated(office, code), in_line(office, code)) == (["cat", "dan"], [])


def test_a_firm_names_nobody_more_than_once_under_two_participant_ids(office):
    code = published(office)
    enrolled(office, code, "mia", "amy")
    with pytest.raises(WrongAnswers) as found:
        enrolled(office, code, "mia", "amy", kind="HKFE-EP")
    assert list(found.value.fields) == ["attendees.0.email"]


def test_nobody_stands_twice_on_a_list_in_capitals_and_small_letters(office):
    code = published(office)
    with pytest.raises(WrongAnswers) as found:
        enrolled(office, code, "mia", "amy", "AMY")
    assert list(found.value.fields) == ["attendees"]


def test_a_firm_has_no_more_places_under_two_participant_ids(office):
    code = published(office)
    enrolled(office, code, "mia", "amy")
    with pytest.raises(WrongAnswers) as found:
        enrolled(office, code, "mia", "bob", "cat", kind="HKFE-EP")
    assert list(found.value.fields) == ["attendees"]


def test_of_an_event_that_was_cancelled_no_checker_approves_an_enrolment(office):
    code = published(office, checker="yes")
    reference = enrolled(office, code, "leo", "amy")
    cancelled(office, code)
    with pytest.raises(Refused):
        office.complete(reference, "rita", APPROVE)
    assert office.status(reference) == "PENDING_CHECKER"


def test_nobody_gets_a_place_once_the_event_has_begun(office):
    code = published(office, kind="REHEARSAL", checker="yes")
    special = {
        "arrangements": "A second line",
        "backup_site": "no",
        "onsite_contact": "Amy",
        "onsite_phone": "23456789",
    }
    reference = enrolling.enrol(office.portal, office.by("gary"), code, seat_of(office, "gary"))
    office.complete(reference, "gary", named(code, "amy", **special))
    office.complete(reference, "gina", APPROVE)
    office.clock.set(datetime.fromisoformat("2026-12-10T15:00:00+08:00"))
    office.complete(reference, "lily", FORWARD)
    assert (office.status(reference), in_line(office, code)) == ("COMPLETED", ["amy"])


# --- at the same moment -----------------------------------------------------------------------------------------------
def test_of_two_firms_one_gets_the_last_place_and_the_other_waits(either_office):
    office = either_office
    other = office.beside()
    for _ in range(ROUNDS):
        code = published(office, capacity="1", max_per_company="1")
        first, second = drafted(office, "penny"), drafted(office, "ivan")
        acts = [
            lambda: office.complete(first, "penny", named(code, "amy")),  # noqa: B023  done before the next round
            lambda: other.complete(second, "ivan", named(code, "bob")),  # noqa: B023
        ]
        assert [one for one in race(*acts) if isinstance(one, Exception)] == []
        assert (len(seated(office, code)), len(in_line(office, code))) == (1, 1)
    other.portal.database.close()


def test_whoever_enrols_waits_until_the_one_before_has_their_place(either_office):
    office, code = either_office, published(either_office, capacity="1", max_per_company="1")
    other, reference = office.beside(), drafted(office, "ivan")
    waiting = threading.Thread(target=lambda: other.complete(reference, "ivan", named(code, "bob")))
    with office.portal.database.write() as connection:
        kept.locked(connection, code)
        waiting.start()
        waiting.join(0.5)
        still = waiting.is_alive()
    waiting.join()
    other.portal.database.close()
    assert still and seated(office, code) == ["bob"]


def test_a_freed_place_is_handed_on_once(either_office):
    office, other = either_office, either_office.beside()
    code = full(office)
    enrolled(office, code, "leo", "eve")
    acts = [lambda: withdrawn(office, code, "penny", "amy"), lambda: withdrawn(other, code, "ivan", "cat")]
    assert race(*acts) == [1, 1]
    other.portal.database.close()
    assert (seated(office, code), in_line(office, code)) == (["bob", "dan", "eve"], [])


def test_two_requests_of_one_company_together_take_no_more_than_it_may(either_office):
    office, other = either_office, either_office.beside()
    code = published(office)
    first, second = drafted(office, "mia"), drafted(office, "mia", "HKFE-EP")
    found = race(
        lambda: office.complete(first, "mia", named(code, "amy", "bob")),
        lambda: other.complete(second, "mia", named(code, "cat", "dan")),
    )
    other.portal.database.close()
    refused = [one for one in found if isinstance(one, TooManyNamed | WrongAnswers)]
    assert (len(refused), len(listed(office, code))) == (1, 2)


# --- giving back ------------------------------------------------------------------------------------------------------
def test_a_place_that_is_given_back_goes_to_whoever_waits_longest(office):
    code = full(office)
    enrolled(office, code, "leo", "eve")
    withdrawn(office, code, "penny", "amy")
    assert (seated(office, code), in_line(office, code)) == (["bob", "cat", "dan"], ["eve"])


def test_the_register_names_those_who_are_left(office):
    code = full(office)
    withdrawn(office, code, "penny", "amy")
    said = enrolment(office, "penny", code)
    assert (said["state"], [one["name"] for one in said["attendees"]]) == ("ENROLLED", ["Bob"])


def test_a_firm_that_gives_back_all_is_no_longer_enrolled(office):
    code = full(office)
    withdrawn(office, code, "penny", "amy", "bob")
    assert enrolment(office, "penny", code) == {"state": "WITHDRAWN", "attendees": []}


def test_giving_back_stands_in_the_trail_of_the_firm(office):
    code = full(office)
    withdrawn(office, code, "penny", "amy")
    entry = entries(office, "penny")[0].entry
    facts = {name: entry["facts"][name] for name in ("event", "attendees", "moved_up")}
    assert (entry["action"], facts) == (
        "enrolment.withdrawn",
        {"event": code, "attendees": "Amy", "moved_up": 1},
    )


def by_mia(office):
    """An event at which Mia has named two people for one of her firm's memberships."""
    code = published(office)
    enrolled(office, code, "mia", "amy", "bob")
    return code


def test_a_substitute_gives_back_in_the_place_of_whoever_is_away(office):
    code = by_mia(office)
    office.revoke("chen")
    away(office, "mia", "chen")
    withdrawn(office, code, "chen", "amy")
    entry = entries(office)[0].entry
    assert (entry["actor"]["name"], entry["facts"]["for"]) == ("Chen Wai", "Mia Chan")


def test_whoever_may_give_back_themselves_does_it_in_nobodys_place(office):
    code = by_mia(office)
    away(office, "chen", "mia")
    withdrawn(office, code, "mia", "amy")
    assert "for" not in entries(office)[0].entry["facts"]


def test_a_substitute_gives_nothing_back_once_it_is_over(office):
    code = by_mia(office)
    office.revoke("chen")
    over(office, away(office, "mia", "chen"), "mia")
    with refused(office, NoRight):
        withdrawn(office, code, "chen", "amy")


def test_whoever_moves_up_is_told_and_so_is_who_enrolled_them(office):
    code = full(office)
    withdrawn(office, code, "penny", "amy")
    assert office.mailed("attendee.event.place_given") == ["dan@firm.test"]
    assert office.mailed("event.place_given") == [office.person("ivan").email]


def test_whoever_enrolled_somebody_who_waits_is_told(office):
    full(office)
    assert office.mailed("event.waiting") == [office.person("ivan").email]


def test_the_bell_tells_of_a_place_from_the_waiting_list(office):
    code = full(office)
    withdrawn(office, code, "penny", "amy")
    (told,) = office.rows("notices", template="event.place_given")
    assert (told.person_id, told.payload["code"], told.payload["number"]) == (office.number("ivan"), code, 1)


def test_nobody_withdraws_the_attendees_of_another_firm(office):
    code = full(office)
    with pytest.raises(NothingToWithdraw):
        withdrawn(office, code, "ivan", "amy")
    assert "amy" in seated(office, code)


def test_an_administrator_without_the_function_withdraws_nobody(office):
    code = full(office)
    with pytest.raises(NoRight):
        withdrawn(office, code, "paul", "amy")


def test_attendees_are_withdrawn_after_the_close_too(office):
    code = full(office)
    office.clock.set(datetime.fromisoformat("2026-12-09T10:00:00+08:00"))
    withdrawn(office, code, "penny", "amy")
    assert seated(office, code) == ["bob", "cat", "dan"]


def test_nobody_is_withdrawn_once_the_event_has_begun(office):
    code = full(office)
    office.clock.set(datetime.fromisoformat("2026-12-10T14:30:00+08:00"))
    with pytest.raises(NothingToWithdraw):
        withdrawn(office, code, "penny", "amy")


def test_nobody_is_withdrawn_twice(office):
    code = full(office)
    chosen = [one.id for one in listed(office, code) if one.email.startswith("amy")]
    seats.withdraw(office.portal, office.by("penny"), code, chosen)
    with pytest.raises(NothingToWithdraw):
        seats.withdraw(office.portal, office.by("penny"), code, chosen)


# --- more places, other times -----------------------------------------------------------------------------------------
def test_more_places_go_to_those_who_wait(office):
    code = full(office)
    changed(office, code, capacity="10")
    assert (seated(office, code), in_line(office, code)) == (["amy", "bob", "cat", "dan"], [])


def test_of_another_time_everybody_hears(office):
    code = full(office)
    changed(office, code, starts="15:00")
    addresses = [f"{one}@firm.test" for one in ("amy", "bob", "cat", "dan")]
    assert office.mailed("attendee.event.changed") == addresses
    assert office.mailed("event.changed") == sorted(office.person(one).email for one in ("ivan", "penny"))


def test_of_a_cancelled_event_everybody_hears(office):
    code = full(office)
    cancelled(office, code)
    addresses = [f"{one}@firm.test" for one in ("amy", "bob", "cat", "dan")]
    assert office.mailed("attendee.event.cancelled") == addresses
    assert office.mailed("event.cancelled") == sorted(office.person(one).email for one in ("ivan", "penny"))


def test_every_letter_about_an_event_can_be_written(office):
    code = full(office)
    withdrawn(office, code, "penny", "amy")
    changed(office, code, starts="15:00")
    cancelled(office, code)
    payloads = [one.payload for one in office.rows("jobs", kind="mail")]
    asked = [one for one in payloads if one["template"] in event_letters.TEMPLATES]
    subjects = {event_letters.event_letter(office.portal, one)[0] for one in asked}
    assert "A place from the waiting list: Briefing on the new calendar" in subjects


# --- who came ---------------------------------------------------------------------------------------------------------
def test_who_came_is_noted_of_those_with_a_place(office):
    code = full(office)
    office.clock.set(datetime.fromisoformat("2026-12-10T17:00:00+08:00"))
    ids = {one.email: one.id for one in listed(office, code)}
    seats.attend(office.portal, office.by("lily"), code, [ids["amy@firm.test"], ids["dan@firm.test"]])
    assert [one.attended for one in listed(office, code)] == [True, False, False, None]


def test_nobody_has_come_before_it_begins(office):
    code = full(office)
    with pytest.raises(NotBegun):
        seats.attend(office.portal, office.by("lily"), code, [])


@pytest.mark.parametrize("who", ["karen", "penny", "audrey"])
def test_only_those_who_keep_events_note_who_came(office, who):
    code = full(office)
    office.clock.set(datetime.fromisoformat("2026-12-10T17:00:00+08:00"))
    with pytest.raises(NoRight):
        seats.attend(office.portal, office.by(who), code, [])
