"""The worker goes on, whatever fails, and stops when told."""

import time
from dataclasses import replace
from threading import Thread

import pytest

from app.outside.inbox import letters, receiving
from app.running import any_port
from app.stop import Stop
from app.worker import LONGEST_PAUSE_SECONDS, Worker, pause_seconds, work
from tests.commands.office import Office, office_at


class Lines:
    """A log that keeps what it is told."""

    def __init__(self):
        self.kept = []

    def info(self, event, **values):
        self.kept.append((event, values))

    error = info

    def wait_for(self, event):
        deadline = time.monotonic() + 15
        while event not in [said for said, _ in self.kept]:
            assert time.monotonic() < deadline, self.kept
            time.sleep(0.02)
        return next(values for said, values in self.kept if said == event)


@pytest.fixture
def office(sqlite_url, tmp_path):
    made = office_at(sqlite_url, tmp_path)
    portal = replace(made.portal, settings=replace(made.portal.settings, smtp_port=any_port("127.0.0.1")))
    yield Office(portal, made.clock)
    made.portal.database.close()


@pytest.fixture
def mail(office, tmp_path):
    with receiving(tmp_path / "mail", office.portal.settings.smtp_port):
        yield tmp_path / "mail"


@pytest.fixture
def worker(office):
    return Worker(office.portal, Stop())


@pytest.fixture
def working(office):
    """A worker at work in a thread of its own."""
    stop, lines = Stop(), Lines()
    thread = Thread(target=work, args=(office.portal, stop, lines))
    yield thread, stop, lines
    stop.set()
    thread.join()


def spoil(office, reference):
    office.run_sql("UPDATE cases SET state = :bad WHERE reference = :name", bad=b"1", name=reference)


def fired(office, reference):
    return [action for action, _ in office.actions(reference)].count("timer.fired")


def test_a_round_keeps_promises_and_fires_timers(office, mail, worker):
    worker.round()  # what a morning begins with
    office.sent()
    office.clock.set(min(row.due_at for row in office.rows("timers")))
    kept, timers = worker.round()
    mailed = len(office.rows("jobs", kind="mail", state="done"))
    assert (kept > 0, timers, len(letters(mail))) == (True, 1, mailed)


def test_a_round_with_nothing_to_do_does_nothing(worker):
    worker.round()  # what a morning begins with
    assert worker.round() == (0, 0)


def test_a_worker_that_was_told_to_stop_begins_no_other_job(office, mail):
    stop = Stop()
    stop.set()
    office.submitted()
    assert Worker(office.portal, stop).round() == (0, 0)
    assert letters(mail) == []


def test_a_timer_that_fails_holds_up_no_other(office, mail, worker):
    spoilt, sound = office.sent(), office.sent()
    spoil(office, spoilt)
    office.clock.set(max(row.due_at for row in office.rows("timers")))
    for _ in range(6):
        try_round(worker)
    assert (fired(office, spoilt), fired(office, sound)) == (0, 2)


def test_a_timer_that_failed_is_tried_again_later(office, mail, worker):
    reference = office.sent()
    state = office.case(reference).state
    spoil(office, reference)
    office.clock.set(min(row.due_at for row in office.rows("timers")))
    assert (try_round(worker), fired(office, reference)) == (None, 0)
    office.run_sql("UPDATE cases SET state = :good", good=state)
    assert (try_round(worker), fired(office, reference)) == (None, 0)
    office.clock.move(minutes=1)
    assert (try_round(worker), fired(office, reference)) == (None, 1)


def test_a_worker_outlives_a_database_that_is_away_for_a_while(office, mail, working):
    thread, _stop, lines = working
    office.submitted()
    office.run_sql("ALTER TABLE jobs RENAME TO jobs_away")
    thread.start()
    assert lines.wait_for("round.failed")["error"] == "OperationalError"
    office.run_sql("ALTER TABLE jobs_away RENAME TO jobs")
    lines.wait_for("round.done")
    assert len(letters(mail)) == len(office.rows("jobs", kind="mail"))


def test_a_worker_stops_at_once_when_it_waits(working):
    thread, stop, _lines = working
    thread.start()
    time.sleep(0.2)
    begun = time.monotonic()
    stop.set()
    thread.join()
    assert time.monotonic() - begun < 0.5


def test_pauses_grow_up_to_a_minute():
    pauses = [pause_seconds(failures) for failures in range(2000)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, LONGEST_PAUSE_SECONDS)


def try_round(worker):
    try:
        worker.round()
    except Exception as error:  # the loop around it would log and go on
        return type(error).__name__
    return None
