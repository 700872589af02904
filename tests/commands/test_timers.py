"""Timers that wait in requests: idle drafts, reminders, and the mails of the day a change takes effect."""

from datetime import timedelta

import pytest

from app.commands import jobs
from app.retold import retell
from engine.hours import HONG_KONG
from tests.commands.office import race
from tests.commands.test_jobs import keep_all, port, posted_at, server  # noqa: F401

MIA = "mia.maker@harbourbright.test"


def fire_until(office, due_at):
    office.clock.set(due_at)
    while jobs.fire_due_timers(office.portal):
        pass


def fire_all_days(office, days):
    """The worker looks every day, as it does."""
    for _ in range(days):
        office.clock.move(days=1)
        while jobs.fire_due_timers(office.portal):
            pass


def timers(office, **where):
    return {row.key.rpartition("/")[2]: row for row in office.rows("timers", **where)}


# --- idle drafts ------------------------------------------------------------------------------------------------------
def test_a_draft_is_reminded_of_once_after_five_business_days(office):
    office.open_draft()
    fire_all_days(office, 40)
    assert office.mailed("task.idle") == ["bo.both@harbourbright.test", MIA]


def test_a_draft_that_nobody_touches_for_ninety_days_is_ended(either_office):
    reference = either_office.open_draft()
    fire_all_days(either_office, 89)
    was = either_office.status(reference)
    fire_all_days(either_office, 4)
    assert (was, either_office.status(reference)) == ("DRAFT", "ABORTED")
    assert either_office.trail(reference)[-1].entry["actor"]["lane"] == "system"


def test_a_draft_that_was_saved_meanwhile_lives_on(either_office):
    reference = either_office.open_draft()
    either_office.clock.move(days=60)
    either_office.save(reference)
    fire_until(either_office, either_office.clock.now() + timedelta(days=60))
    assert either_office.status(reference) == "DRAFT"
    fire_until(either_office, either_office.clock.now() + timedelta(days=34))
    assert either_office.status(reference) == "ABORTED"


def test_what_was_returned_is_ended_after_thirty_business_days(office):
    reference = office.submitted()
    office.give_back(reference)
    fire_all_days(office, 44)
    was = office.status(reference)
    fire_all_days(office, 4)
    assert (was, office.status(reference)) == ("RETURNED_BY_CHECKER", "ABORTED")


def test_a_submitted_request_waits_for_nothing_idle(office):
    office.submitted()
    assert not [row for row in office.rows("timers") if row.idle]


@pytest.mark.parametrize("hour", [0, 5, 12])
def test_an_idle_draft_is_never_due_within_maintenance(office, hour):
    for day in range(7):
        office.clock.set(office.clock.now() + timedelta(days=day > 0, hours=hour * (day == 0)))
        if not _in_maintenance(office.clock.now()):
            office.open_draft()
    assert not [row for row in office.rows("timers") if _in_maintenance(row.due_at)]


def _in_maintenance(at):
    local = at.astimezone(HONG_KONG)
    return local.weekday() == 5 and local.hour >= 8


def test_four_workers_end_an_idle_draft_once(either_office):
    references = [either_office.open_draft() for _ in range(3)]
    either_office.clock.move(days=100)
    race(*[lambda: [jobs.fire_due_timers(either_office.portal) for _ in range(6)]] * 4)
    for reference in references:
        ends = [e.entry for e in either_office.trail(reference) if e.entry["status_to"] == "ABORTED"]
        assert (len(ends), either_office.status(reference)) == (1, "ABORTED")
        assert retell(either_office.portal, reference, lambda _: None)


def test_a_save_at_the_moment_of_the_end_is_before_it_or_refused(either_office):
    for _ in range(4):
        reference = either_office.open_draft()
        due = timers(either_office, case_id=either_office.case(reference).id)["submit_idle"]
        either_office.clock.set(due.due_at)
        seen = either_office.version(reference)
        task = either_office.task(reference)
        _fired, _saved = race(
            lambda due=due: jobs.fire_timer(either_office.portal, due.id),
            lambda reference=reference, seen=seen: either_office.save(reference, version=seen),
        )
        is_saved = isinstance(_saved, int)
        assert either_office.status(reference) == ("DRAFT" if is_saved and not _fired else "ABORTED")
        assert task


# --- reminders --------------------------------------------------------------------------------------------------------
def test_workers_at_once_remind_and_warn_once(either_office):
    references = [either_office.sent() for _ in range(3)]
    either_office.clock.set(max(row.due_at for row in either_office.rows("timers")))
    race(*[lambda: [jobs.fire_due_timers(either_office.portal) for _ in range(8)]] * 4)
    for template in ("task.reminder", "task.overdue"):
        assert either_office.mailed(template) == ["proc.cto@exchange.test"] * len(references)


# --- the day on which a change takes effect ---------------------------------------------------------------------------
def effective(office):
    return [job for job in office.rows("jobs", kind="mail") if job.payload.get("template") == "case.effective"]


def test_the_firm_hears_at_midnight_in_hong_kong_of_the_day_on_which_it_takes_effect(either_office):
    either_office.completed()
    promised = effective(either_office)
    assert {job.payload["to"] for job in promised} == {MIA, "chen.checker@harbourbright.test"}
    assert {job.due_at.astimezone(HONG_KONG).isoformat() for job in promised} == {"2026-11-27T00:00:00+08:00"}


def test_the_mail_of_the_day_is_sent_once_and_not_before(office, tmp_path, port):  # noqa: F811
    posting = posted_at(office, port)
    office.completed()
    with server(tmp_path, port):
        keep_all(posting)
        waiting = {job.state for job in effective(office)}
        office.clock.set(max(job.due_at for job in effective(office)))
        race(*[lambda: keep_all(posting)] * 4)
    assert (waiting, {job.state for job in office.rows("jobs")}) == ({"waiting"}, {"done"})
