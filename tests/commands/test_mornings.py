"""The morning of a business day: each digest once, and drafts that leave today or not at all; no maintenance."""

import mailbox
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from app.commands import jobs
from app.commands.managing import calendar
from app.commands.requests import mornings
from app.stop import Stop
from app.store import choices
from app.worker import Worker
from engine.hours import OPEN
from tests.commands.office import PEOPLE, race
from tests.commands.test_jobs import keep_all, port, posted_at, server  # noqa: F401

TUESDAY_NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
CHRISTMAS = datetime(2026, 12, 25, 1, 0, tzinfo=UTC)
SATURDAY_NINE = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
BOTH = ["bo.both@harbourbright.test", "mia.maker@harbourbright.test"]


@pytest.fixture
def posting(office, port):  # noqa: F811
    return posted_at(office, port)


@pytest.fixture
def either_posting(either_office, port):  # noqa: F811
    return posted_at(either_office, port)


def choose(office, who, **ways):
    with office.portal.database.write() as connection:
        choices.choose(connection, office.number(who), {**dict.fromkeys(choices.LETTERS, "mail"), **ways})


def sent(folder, to="", subject=""):
    """What arrived: subject and text, oldest first."""
    found = [one for one in mailbox.Maildir(folder) if to in one["To"] and subject in one["Subject"]]
    return [(one["Subject"], one.get_payload(decode=True).decode()) for one in found]


def worked(office, tmp_path, port):  # noqa: F811
    """The folder of mail after a worker's round."""
    with server(tmp_path, port) as folder:
        Worker(office.portal, Stop()).round()
        keep_all(office)
    return folder


def digests(office):
    return [(row.state, row.tries) for row in office.rows("jobs", kind="digest")]


# --- when the day begins ----------------------------------------------------------------------------------------------
def test_the_day_begins_at_nine(office):
    office.clock.set(TUESDAY_NINE - timedelta(seconds=1))
    early = mornings.begin_day(office.portal)
    office.clock.set(TUESDAY_NINE)
    assert (early, mornings.begin_day(office.portal)) == (False, True)


@pytest.mark.parametrize("at", [SATURDAY_NINE, SATURDAY_NINE + timedelta(days=1), CHRISTMAS])
def test_no_day_begins_that_is_no_business_day(office, at):
    office.clock.set(at)
    assert not mornings.begin_day(office.portal)


def test_a_saturday_that_the_exchange_opens_begins_nothing_within_maintenance(office):
    number = calendar.propose(office.portal, office.by("olive"), date(2026, 11, 28), OPEN, "A rehearsal")
    calendar.decide(office.portal, office.by("oscar"), number, accept=True)
    office.clock.set(SATURDAY_NINE)
    assert not mornings.begin_day(office.portal)


# --- the digest -------------------------------------------------------------------------------------------------------
def test_a_digest_names_what_waits_is_due_is_late_and_was_not_submitted(posting, tmp_path, port):  # noqa: F811
    choose(posting, "bo", tasks="digest", reminders="digest")
    late = posting.submitted()
    posting.clock.move(days=1)
    due = posting.submitted()
    posting.clock.move(days=1)
    draft, back = posting.open_draft(), posting.submit(posting.open_draft(), effective_date="2026-12-01")
    posting.give_back(back)
    posting.clock.set(TUESDAY_NINE + timedelta(days=1, minutes=30))
    folder = worked(posting, tmp_path, port)
    ((subject, text),) = sent(folder, PEOPLE["bo"], "25 Nov")
    places = {part.split("\n")[0]: part for part in text.split("\n\n")}
    assert (late in places["Overdue"], due in places["Due today"]) == (True, True)
    assert (back in places["Waiting for you"], draft in places["NOT SUBMITTED"]) == (True, True)
    assert "50,000,000" not in subject + text


def test_a_digest_goes_to_whoever_chose_it_and_to_nobody_else(posting, tmp_path, port):  # noqa: F811
    choose(posting, "chen", tasks="digest")
    posting.submitted()
    posting.clock.set(TUESDAY_NINE)
    folder = worked(posting, tmp_path, port)
    assert len(sent(folder, PEOPLE["chen"])) == len(sent(folder, subject="24 Nov")) == 1


def test_who_has_nothing_to_do_gets_no_digest(posting, tmp_path, port):  # noqa: F811
    choose(posting, "chen", tasks="digest")
    posting.clock.set(TUESDAY_NINE)
    assert sent(worked(posting, tmp_path, port)) == []
    assert digests(posting) == [("done", 1)]


def test_moves_are_told_in_the_digest_of_who_wants_them_there(posting, tmp_path, port):  # noqa: F811
    choose(posting, "mia", moves="digest")
    reference = posting.sent()
    posting.clock.set(TUESDAY_NINE)
    ((_subject, text),) = sent(worked(posting, tmp_path, port), PEOPLE["mia"])
    assert f"({reference}): HKEX processing" in text


def test_a_worker_that_comes_late_sends_the_digest_that_day(posting, tmp_path, port):  # noqa: F811
    choose(posting, "chen", tasks="digest")
    posting.submitted()
    posting.clock.set(TUESDAY_NINE + timedelta(hours=9))
    assert len(sent(worked(posting, tmp_path, port), PEOPLE["chen"], "24 Nov")) == 1


def test_a_digest_of_yesterday_is_never_sent(posting, tmp_path, port):  # noqa: F811
    choose(posting, "chen", tasks="digest")
    posting.submitted()
    posting.clock.set(TUESDAY_NINE)
    mornings.begin_day(posting.portal)
    mornings.tell_of_day(posting.portal, TUESDAY)
    posting.clock.move(days=1)
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert sent(folder, subject="24 Nov") == sent(folder, subject="25 Nov") == []


def test_two_workers_on_a_morning_send_each_digest_once(either_posting, tmp_path, port):  # noqa: F811
    for who in ("chen", "bo", "karen"):
        choose(either_posting, who, tasks="digest")
    either_posting.sent()
    either_posting.submitted()
    either_posting.clock.set(TUESDAY_NINE)
    beside = either_posting.beside()
    with server(tmp_path, port) as folder:
        for _ in range(3):
            race(*[partial(Worker(each.portal, Stop()).round) for each in (either_posting, beside)] * 2)
    beside.portal.database.close()
    mails = [one["To"] for one in mailbox.Maildir(folder) if "24 Nov" in one["Subject"]]
    assert sorted(mails) == sorted(PEOPLE[who] for who in ("chen", "bo", "karen"))


@pytest.mark.parametrize("done", ["active = false", "locked_at = '2026-11-23 02:00:00'"])
def test_who_is_suspended_or_locked_gets_no_digest(posting, tmp_path, port, done):  # noqa: F811
    choose(posting, "chen", tasks="digest")
    posting.submitted()
    posting.run_sql(f"UPDATE people SET {done} WHERE id = :id", id=posting.number("chen"))
    posting.clock.set(TUESDAY_NINE)
    assert sent(worked(posting, tmp_path, port), PEOPLE["chen"]) == []


def test_who_lost_a_right_reads_nothing_of_its_requests_in_the_digest(posting, tmp_path, port):  # noqa: F811
    choose(posting, "chen", tasks="digest", moves="digest")
    posting.submitted()
    posting.clock.set(TUESDAY_NINE)
    mornings.begin_day(posting.portal)
    mornings.tell_of_day(posting.portal, TUESDAY)
    posting.revoke("chen")
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert sent(folder, PEOPLE["chen"]) == []


# --- what is mailed at once -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("way", "mails"), [("mail", 1), ("digest", 0), ("portal", 0)])
def test_a_letter_is_mailed_at_once_to_whoever_wants_each(posting, tmp_path, port, way, mails):  # noqa: F811
    choose(posting, "chen", tasks=way)
    posting.submitted()
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert len(sent(folder, PEOPLE["chen"])) == mails
    assert len(posting.rows("notices", person_id=posting.number("chen"))) == 1


def test_a_choice_concerns_its_own_group_alone(posting, tmp_path, port):  # noqa: F811
    choose(posting, "mia", reminders="portal", tasks="portal")
    posting.sent()
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert len(sent(folder, PEOPLE["mia"], "HKEX processing")) == 1


@pytest.mark.parametrize("done", ["active = false", "email = email"])
def test_a_letter_is_not_sent_to_who_was_suspended_meanwhile(posting, tmp_path, port, done):  # noqa: F811
    posting.submitted()
    posting.run_sql(f"UPDATE people SET {done} WHERE id = :id", id=posting.number("chen"))
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert len(sent(folder, PEOPLE["chen"])) == (1 if done.startswith("email") else 0)


def test_a_letter_is_not_sent_to_who_may_no_longer_see_the_request(posting, tmp_path, port):  # noqa: F811
    posting.submitted()
    posting.revoke("chen")
    with server(tmp_path, port) as folder:
        keep_all(posting)
    assert sent(folder, PEOPLE["chen"]) == []


# --- maintenance ------------------------------------------------------------------------------------------------------
def test_a_letter_that_waited_is_not_sent_within_maintenance(posting, tmp_path, port):  # noqa: F811
    posting.submitted()
    posting.clock.set(SATURDAY_NINE)
    with server(tmp_path, port) as folder:
        keep_all(posting)
        within = sent(folder)
        posting.clock.set(datetime(2026, 11, 28, 16, 0, tzinfo=UTC))
        keep_all(posting)
        after = sent(folder)
    assert (within, len(after)) == ([], len(posting.rows("jobs", kind="mail")))


def test_a_timer_that_waited_does_not_fire_within_maintenance(office):
    office.submitted()
    office.clock.set(SATURDAY_NINE)
    within = jobs.fire_due_timers(office.portal)
    office.clock.set(datetime(2026, 11, 28, 16, 0, tzinfo=UTC))
    assert (within, jobs.fire_due_timers(office.portal) > 0) == (0, True)


# --- drafts that leave today or not at all ----------------------------------------------------------------------------
def drafted(office, day):
    """A draft whose effective date is the third business day after Tuesday, or another."""
    reference = office.open_draft()
    office.save(reference, effective_date=day)
    return reference


def begun(office, at=TUESDAY_NINE):
    office.clock.set(at)
    mornings.begin_day(office.portal)
    mornings.tell_of_day(office.portal, at.date())


def test_a_draft_that_has_to_leave_today_is_reminded_of_on_its_day(either_office):
    drafted(either_office, "2026-11-27")
    begun(either_office)
    assert either_office.mailed("task.cutoff") == BOTH


@pytest.mark.parametrize("day", ["2026-11-26", "2026-11-30", ""])
def test_a_draft_with_another_day_is_not(office, day):
    drafted(office, day)
    begun(office)
    assert office.mailed("task.cutoff") == []


def test_it_is_reminded_of_once_however_often_the_day_begins(either_office):
    drafted(either_office, "2026-11-27")
    for _ in range(2):
        begun(either_office)
    told = either_office.rows("notices", template="task.cutoff")
    assert (either_office.mailed("task.cutoff"), len(told)) == (BOTH, 2)


def test_after_the_cut_off_there_is_nothing_to_remind_of(office):
    drafted(office, "2026-11-27")
    begun(office, TUESDAY_NINE + timedelta(hours=9))
    assert office.mailed("task.cutoff") == []


def test_what_was_submitted_is_not_reminded_of(office):
    office.submit(drafted(office, "2026-11-27"), effective_date="2026-11-27")
    begun(office)
    assert office.mailed("task.cutoff") == []
