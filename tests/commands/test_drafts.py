"""Two makers on one draft: nobody loses what they typed, and nobody submits what they did not read."""

import time

import pytest

from app.commands.jobs import fire_due_timers
from app.commands.requests import drafts
from app.commands.requests.tasks import DraftChanged, draft_mark
from app.store import jobs
from app.store.jobs import MOST_TRIES
from engine.errors import BadState, WrongAnswers
from engine.forms.typed import normal
from tests.commands.office import answers


def mark(**changes):
    return draft_mark(answers(**changes))


def test_what_somebody_saved_after_the_review_is_not_submitted(either_office):
    reference = either_office.open_draft()
    either_office.save(reference)
    press = either_office.page(reference, "mia", None)
    either_office.save(reference, "bo", limit_hkd="149,000,000")
    with pytest.raises(DraftChanged):
        press(reviewed=mark())


def test_what_was_reviewed_is_submitted(either_office):
    reference = either_office.open_draft()
    either_office.save(reference)
    either_office.page(reference, "mia", None)(reviewed=mark())
    assert either_office.status(reference) == "PENDING_CHECKER"


def test_a_colleagues_newer_draft_is_not_overwritten(either_office):
    reference = either_office.open_draft()
    either_office.save(reference, "bo")
    with pytest.raises(DraftChanged):
        save(either_office, reference, "mia", seen=draft_mark(None))


def test_ones_own_newer_draft_is_overwritten(office):
    reference = office.open_draft()
    office.save(reference)
    assert save(office, reference, "mia", seen=draft_mark(None)) == office.version(reference)


def test_taking_over_a_colleagues_draft_stands_in_the_trail(office):
    reference = office.open_draft()
    office.save(reference, "bo")
    office.save(reference, "mia", explicit=False)
    before = len(office.trail(reference))
    office.save(reference, "bo", explicit=False)
    assert len(office.trail(reference)) == before + 1


def test_a_draft_keeps_no_text_longer_than_any_answer(office):
    reference = office.open_draft()
    with pytest.raises(WrongAnswers):
        office.save(reference, remarks="a" * 20_001)


def test_a_letter_under_many_marks_costs_no_time():
    begun = time.process_time()
    normal("a" + "\u0300\u0316" * 200_000)
    assert time.process_time() - begun < 2


def test_thirty_marks_on_a_letter_are_kept():
    assert normal("a" + "\u0323" * 30) == "\u1ea1" + "\u0323" * 29


def test_the_state_of_another_request_does_not_fit(either_office):
    waiting, other = either_office.submitted(), either_office.processed()
    either_office.run_sql(
        "UPDATE cases SET state = :state WHERE reference = :reference",
        state=either_office.case(other).state,
        reference=waiting,
    )
    with pytest.raises(BadState):
        either_office.approve(waiting)


def test_a_job_whose_tries_never_came_back_becomes_an_incident(either_office):
    either_office.submitted()
    for _ in range(MOST_TRIES + 1):
        with either_office.portal.database.write() as connection:
            jobs.claim(connection, either_office.clock.now(), most=50)
        either_office.clock.move(hours=1)
    assert {row.state for row in either_office.rows("jobs")} == {"incident"}


def test_a_timer_whose_place_no_longer_waits_is_forgotten(office):
    reference = office.submitted()
    office.run_sql("UPDATE timers SET key = 'request/nowhere'")
    office.clock.move(days=9)
    fire_due_timers(office.portal)
    assert (office.rows("timers"), office.status(reference)) == ([], "PENDING_CHECKER")


def save(office, reference, who, seen):
    return drafts.save_draft(
        office.portal,
        office.task(reference).id,
        version=office.version(reference),
        raw=answers(),
        explicit=True,
        by=office.by(who),
        seen=seen,
    )
