"""EV001: enrolment in rehearsals and practice sessions."""

import pytest

from tests.catalogue.filing import drafted, offered, record, sent, standing, submitted, wrong
from tests.commands.office import FORWARD

FIRM, EP = ("mia", "chen"), "SEHK-EP"


def attendee(place: int, name: str) -> dict[str, str]:
    email = f"{name.lower()}@harbourbright.test"
    answers = {"name": name, "title": "Trader", "email": email, "mode": "ONLINE"}
    return {f"attendees.{place}.{key}": value for key, value in answers.items()}


ENROL = {
    "event": "MR2701",
    "action": "ENROL",
    "sessions_to_use": "HBS01C",
    "backup_site": "no",
    "onsite_contact": "Amy Wong",
    "onsite_phone": "3700 0001",
    "declare_true": "yes",
    "pics_ack": "yes",
    **attendee(0, "Amy"),
}


@pytest.mark.parametrize(("kind", "events"), [(EP, ["CT2601", "MR2701"]), ("HKFE-EP", ["CT2601", "PS2701"])])
def test_only_rehearsals_for_the_membership_are_offered(office, kind, events):
    assert offered(office, drafted(office, "EV001", "mia", kind), "event") == events


def test_what_is_known_of_the_event_stands_in_the_form(office):
    found = standing(office, drafted(office, "EV001", "mia", EP), ENROL).answers
    assert (found["max_per_company"], f"{found['closes_on']}") == (5, "2027-12-31")


def test_the_usual_enrolment_stands_without_the_desk(office):
    reference = sent(office, "EV001", FIRM, ENROL, EP)
    kept = record(office, "enrolment", "B00123", "MR2701")
    assert (office.status(reference), [one["name"] for one in kept["attendees"]]) == ("COMPLETED", ["Amy"])


def test_special_arrangements_go_to_the_desk_of_events(office):
    reference = sent(office, "EV001", FIRM, ENROL | {"arrangements": "A second drop copy session"}, EP)
    asked = office.task(reference).key
    office.complete(reference, "lily", FORWARD)
    assert (asked, office.status(reference)) == ("request/process#EVT", "COMPLETED")


def test_nobody_enrols_in_what_has_closed(office):
    assert "event" in wrong(office, drafted(office, "EV001", "mia", EP), "mia", ENROL | {"event": "CT2601"})


def test_who_is_enrolled_may_withdraw_until_the_close(office):
    sent(office, "EV001", FIRM, ENROL, EP)
    leave = {"event": "MR2701", "action": "WITHDRAW", "declare_true": "yes", "pics_ack": "yes"}
    reference = submitted(office, "EV001", "mia", leave, EP)
    office.complete(reference, "chen", {"decision": "approve"})
    assert record(office, "enrolment", "B00123", "MR2701")["state"] == "WITHDRAWN"
