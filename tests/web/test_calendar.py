"""The calendar's page: what everybody reads, and what its keepers do there."""

import pytest

PROPOSED = {"day": "24/11/2026", "kind": "CLOSED", "reason": "The building is flooded"}


@pytest.fixture
def olive(visitor):
    return visitor("olive")


def proposed(olive, **changes):
    olive.get("/calendar")
    return olive.submit("/calendar/exceptions", **{**PROPOSED, **changes})


def action(page, act):
    """The address of the button of the first proposal."""
    return next(form.action for form in page.forms if form.action.endswith(f"/{act}"))


def approved(office, visitor, olive, **changes):
    proposed(olive, **changes)
    oscar = visitor("oscar")
    page = oscar.get("/calendar")
    oscar.submit(action(page, "approve"))
    office.clock.move(minutes=2)


def test_everybody_reads_which_days_are_not_as_others(visitor):
    page = visitor("mia").get("/calendar")
    assert "Christmas Day" in page.text and "聖誕節" in page.text and "Propose an exception" not in page.text


def test_the_page_leads_to_later_months_and_no_further_than_they_are_known(visitor):
    mia = visitor("mia")
    page = mia.get("/calendar?from=2028-05")
    assert "May 2028" in page.text and "Later" not in page.links


@pytest.mark.parametrize("said", ["2026-13", "x", "9999-01", "0000-01", "2026-1", "２０２６-01"])
def test_a_month_that_does_not_exist_is_this_one(visitor, said):
    assert "November 2026" in visitor("mia").get(f"/calendar?from={said}").text


def test_a_proposal_waits_for_a_second_pair_of_eyes(olive):
    page = proposed(olive)
    assert "Waits for a second pair of eyes" in page.text and "Take back" in page.text and "Approve" not in page.text


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(olive):
    olive.get("/calendar")
    page = olive.submit("/calendar/exceptions", **{**PROPOSED, "day": "31/11/2026"}, expect=422)
    assert "Enter a day, such as 26/11/2026" in page.text and "The building is flooded" in page.source


def test_what_was_approved_is_on_everybody_s_calendar(office, visitor, olive):
    approved(office, visitor, olive)
    assert "The building is flooded" in visitor("mia").get("/calendar").text


def test_what_was_refused_is_not(office, visitor, olive):
    proposed(olive)
    oscar = visitor("oscar")
    page = oscar.get("/calendar")
    oscar.submit(action(page, "refuse"))
    assert "The building is flooded" not in visitor("mia").get("/calendar").text


def test_what_was_proposed_is_taken_back(olive):
    page = proposed(olive)
    page = olive.submit(action(page, "take-back"))
    assert "Waits for a second pair of eyes" not in page.text


def test_severe_weather_is_said_on_every_page_of_its_day(office, visitor, olive):
    approved(office, visitor, olive, day="23/11/2026", kind="NO_COUNTER", reason="Black rainstorm")
    assert "the counters are closed today" in visitor("mia").get("/").text


def test_a_day_that_was_closed_this_morning_is_said_on_every_page(office, visitor, olive):
    approved(office, visitor, olive, day="23/11/2026")
    assert "The exchange is closed today" in visitor("mia").get("/").text


def test_the_form_says_when_a_request_is_received_by_the_new_calendar(office, visitor):
    office.clock.move(hours=9)
    approved(office, visitor, visitor("olive"))
    reference = office.open_draft()
    mia = visitor("mia")
    page = mia.get(f"/tasks/{office.task(reference).id}")
    assert "Wed 25 Nov 2026" in page.all("//section[@aria-labelledby='submitting-heading']")[0]
