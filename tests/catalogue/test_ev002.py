"""EV002: enrolment in seminars; the event says whether a colleague checks it."""

from tests.catalogue.filing import drafted, record, standing, submitted, wrong
from tests.commands.office import APPROVE

ENROL = {
    "event": "BR2701",
    "action": "ENROL",
    "attendees.0.name": "Paul Siu",
    "attendees.0.title": "Director",
    "attendees.0.email": "paul.siu@pearlriver.test",
    "attendees.0.mode": "IN_PERSON",
    "declare_true": "yes",
    "pics_ack": "yes",
}
AGAIN = ENROL | {"action.confirmed": "yes"}


def test_where_the_event_asks_for_no_check_the_enrolment_stands_at_once(office):
    reference = submitted(office, "EV002", "penny", AGAIN)
    kept = record(office, "enrolment", "R00005", "BR2701")
    assert (office.status(reference), [one["name"] for one in kept["attendees"]]) == ("COMPLETED", ["Paul Siu"])


def test_where_the_event_asks_for_a_check_a_colleague_approves(office):
    reference = submitted(office, "EV002", "leo", ENROL | {"event": "TR2701", "attendees.0.mode": "ONLINE"}, "SEHK-EP")
    was = office.status(reference)
    office.complete(reference, "rita", APPROVE)
    assert (was, office.status(reference)) == ("PENDING_CHECKER", "COMPLETED")


def test_nobody_says_themselves_that_no_check_is_needed(office):
    reference = drafted(office, "EV002", "leo", "SEHK-EP")
    assert wrong(office, reference, "leo", ENROL | {"event": "TR2701", "needs_check": "no"}) == ["UnknownFields"]


def test_who_is_enrolled_stands_in_the_form(office):
    found = standing(office, drafted(office, "EV002", "penny"), ENROL).answers
    assert found["current_attendees"] == ["Penny Au"]


def test_a_second_list_is_confirmed_before_it_replaces_the_first(office):
    assert wrong(office, drafted(office, "EV002", "penny"), "penny", ENROL) == ["WarningsOpen"]


def test_the_trail_of_an_unchecked_enrolment_ends_with_its_submission(office):
    reference = submitted(office, "EV002", "penny", AGAIN)
    assert office.actions(reference)[-1] == ("task.completed", "submit")
