"""Promises are kept: mail waits for its server, PDFs are made once, timers fire once."""

import mailbox
import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from app.commands import jobs
from app.outside.inbox import receiving
from app.store import jobs as outbox
from app.store.database import Database
from tests.commands.office import Office, race


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def posting(office, port) -> Office:
    """The office with a mail server's address at which nothing listens yet."""
    return posted_at(office, port)


@pytest.fixture
def either_posting(either_office, port) -> Office:
    """The same, once on each kind of database."""
    return posted_at(either_office, port)


def posted_at(office, port):
    portal = office.portal
    return Office(replace(portal, settings=replace(portal.settings, smtp_port=port)), office.clock)


@contextmanager
def server(tmp_path, port):
    with receiving(tmp_path / "mail", port):
        yield tmp_path / "mail"


def message_ids(folder):
    return [message["Message-ID"] for message in mailbox.Maildir(folder)]


def keep_all(office):
    while jobs.keep_promises(office.portal):
        pass


def last_due(office):
    return max(row.due_at for row in office.rows("timers"))


# --- mail -------------------------------------------------------------------------------------------------------------
def test_mail_waits_while_no_server_takes_it(posting):
    posting.submitted()
    keep_all(posting)
    promised = posting.rows("jobs")
    assert {(job.state, job.tries, job.error[:11]) for job in promised} == {("waiting", 1, "MailNotSent")}
    assert min(job.due_at for job in promised) > posting.clock.now()


def test_mail_that_waited_is_sent_once_the_server_is_back(posting, tmp_path, port):
    posting.submitted()
    keep_all(posting)
    posting.clock.move(minutes=1)
    with server(tmp_path, port) as folder:
        keep_all(posting)
        posting.clock.move(days=1)
        keep_all(posting)
    promised = posting.rows("jobs")
    assert len(message_ids(folder)) == len(promised)
    assert {job.state for job in promised} == {"done"}


def test_every_pause_is_longer_than_the_one_before(posting):
    posting.submitted()
    pauses = []
    for _ in range(5):
        keep_all(posting)
        due_at = max(job.due_at for job in posting.rows("jobs"))
        pauses.append(due_at - posting.clock.now())
        posting.clock.set(due_at)
    assert pauses == sorted(set(pauses))


def test_a_promise_that_no_try_could_keep_becomes_an_incident(posting):
    posting.submitted()
    for _ in range(outbox.MOST_TRIES + 3):
        keep_all(posting)
        posting.clock.move(hours=2)
    assert {(job.state, job.tries) for job in posting.rows("jobs")} == {("incident", outbox.MOST_TRIES)}


def test_a_letter_that_was_sent_is_forgotten(posting, tmp_path, port):
    posting.submitted()
    with server(tmp_path, port):
        keep_all(posting)
    assert not any(job.payload for job in posting.rows("jobs"))


def test_a_promise_of_a_worker_that_vanished_is_kept_by_another(posting, tmp_path, port):
    posting.submitted()
    with posting.portal.database.write() as connection:
        outbox.claim(connection, posting.clock.now())
    assert jobs.keep_promises(posting.portal) == 0
    posting.clock.move(seconds=outbox.LEASE.total_seconds() + 1)
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert len(message_ids(folder)) == len(posting.rows("jobs"))


def test_a_letter_sent_twice_is_the_same_letter(posting, tmp_path, port, monkeypatch):
    posting.submitted()
    with server(tmp_path, port) as folder:
        with monkeypatch.context() as power_cut:
            power_cut.setattr(Database, "write", once_then_dark(Database.write))
            with pytest.raises(PowerCut):
                jobs.keep_promises(posting.portal, most=1)
        posting.clock.move(minutes=2)
        keep_all(posting)
        sent = message_ids(folder)
    assert len(sent) == len(posting.rows("jobs")) + 1
    assert len(set(sent)) == len(posting.rows("jobs"))


def test_a_letter_that_can_never_be_sent_holds_up_no_other(posting, tmp_path, port):
    payload = {"template": "task.opened", "to": "nobody at all", "reference": "-", "title": "-", "task": "-"}
    with posting.portal.database.write() as connection:
        outbox.promise(connection, [{"kind": "mail", "key": "bad", "payload": payload}], posting.clock.now())
    posting.clock.move(seconds=1)
    posting.submitted()
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert len(message_ids(folder)) == len(posting.rows("jobs")) - 1
    assert {job.key == "bad": job.state for job in posting.rows("jobs")} == {True: "waiting", False: "done"}


def test_many_workers_send_every_mail_once(either_posting, tmp_path, port):
    for _ in range(6):
        either_posting.submitted()
    promised = len(either_posting.rows("jobs"))
    with server(tmp_path, port) as folder:
        race(*[lambda: [jobs.keep_promises(either_posting.portal, most=1) for _ in range(promised)]] * 4)
    sent = message_ids(folder)
    assert (len(sent), len(set(sent))) == (promised, promised)


# --- PDFs -------------------------------------------------------------------------------------------------------------
def test_the_pdf_of_an_ended_request_is_made_once(either_posting, tmp_path, port):
    reference = either_posting.completed()
    with server(tmp_path, port):
        race(*[lambda: keep_all(either_posting)] * 2)
    (document,) = either_posting.rows("documents")
    assert document.case_id == either_posting.case(reference).id
    assert either_posting.portal.blobs.get(document.sha256).startswith(b"%PDF-")


# --- timers -----------------------------------------------------------------------------------------------------------
def test_nothing_fires_before_its_time(office):
    reference = office.submitted()
    office.clock.set(min(row.due_at for row in office.rows("timers")) - timedelta(seconds=1))
    assert jobs.fire_due_timers(office.portal) == 0
    assert office.actions(reference)[-1][0] == "task.completed"


def test_a_timer_that_has_come_stands_in_the_trail_and_reminds(office):
    reference = office.sent()
    before = office.mailed("task.reminder")
    office.clock.set(min(row.due_at for row in office.rows("timers")))
    assert jobs.fire_due_timers(office.portal) == 1
    assert office.actions(reference)[-1][0] == "timer.fired"
    assert len(office.mailed("task.reminder")) > len(before)


def test_many_workers_fire_every_timer_once(either_office):
    references = [either_office.sent() for _ in range(3)]
    waiting = len(either_office.rows("timers"))
    either_office.clock.set(last_due(either_office))
    race(*[lambda: [jobs.fire_due_timers(either_office.portal) for _ in range(waiting)]] * 4)
    entries = [action for reference in references for action, _ in either_office.actions(reference)]
    assert (entries.count("timer.fired"), either_office.rows("timers")) == (waiting, [])
    assert all(either_office.is_whole(reference) for reference in references)


def test_a_timer_of_a_task_that_was_completed_does_not_fire(office):
    reference = office.sent()
    late = last_due(office)
    held = [row.id for row in office.rows("timers")]
    office.process(reference)
    office.clock.set(late)
    assert not any(jobs.fire_timer(office.portal, timer) for timer in held)


def test_a_timer_that_fired_does_not_fire_again(office):
    office.sent()
    office.clock.set(last_due(office))
    (first, *_) = office.rows("timers")
    assert jobs.fire_timer(office.portal, first.id)
    assert not jobs.fire_timer(office.portal, first.id)


# --- a worker that is killed between sending and noting it ------------------------------------------------------------
class PowerCut(Exception):
    """What a killed worker would not even notice."""


def once_then_dark(write):
    """The first transaction of the block works; then there is no database any more."""
    written = []

    @contextmanager
    def turn(database):
        if written:
            raise PowerCut
        with write(database) as connection:
            yield connection
        written.append(True)

    return turn


def test_a_mail_does_not_wait_behind_a_document_that_was_promised_before(posting, tmp_path, port):
    posting.completed()
    posting.run_sql("UPDATE jobs SET due_at = datetime(due_at, '-1 hour') WHERE kind = 'pdf'")
    with server(tmp_path, port):
        jobs.keep_promises(posting.portal, most=1)
    assert [row.state for row in posting.rows("jobs", kind="pdf")] == ["waiting"]
