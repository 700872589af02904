"""Exceptions of the calendar: proposed by one, approved by another, and what is open is due by the new calendar."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from app.commands import jobs
from app.commands.managing import calendar
from app.commands.managing.calendar import DecidedAlready, WrongException
from app.store import calendars
from app.store.database import IntegrityError
from engine.errors import FourEyes, NoRight, NotFound
from engine.hours import CLOSED, COUNTER, HALF, NO_COUNTER, OPEN, USUAL
from tests.commands.office import race

TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
REASON = "The building is flooded"


def proposed(office, day=TUESDAY, kind=CLOSED, who="olive", reason=REASON):
    return calendar.propose(office.portal, office.by(who), day, kind, reason)


def decided(office, number, who="oscar", *, accept=True):
    calendar.decide(office.portal, office.by(who), number, accept=accept)


def in_force(office, day=TUESDAY, kind=CLOSED):
    """Decided, and two minutes later."""
    decided(office, proposed(office, day, kind))
    office.clock.move(minutes=2)


def kept(office):
    """The worker keeps every promise that is due."""
    while jobs.keep_promises(office.portal):
        pass


def hours(office):
    with office.portal.database.read() as connection:
        return calendars.at(connection, office.clock.now())


def due(office, reference):
    return office.task(reference).due_at


# --- who decides ------------------------------------------------------------------------------------------------------
def test_an_exception_holds_two_minutes_after_a_second_person_approved_it(either_office):
    in_force(either_office)
    assert not hours(either_office).is_business_day(TUESDAY)


def test_an_exception_does_not_hold_before(office):
    decided(office, proposed(office))
    office.clock.move(seconds=119)
    assert hours(office).is_business_day(TUESDAY)


def test_every_process_knows_of_an_exception_when_it_begins_to_hold(office):
    with office.portal.database.read() as early:
        calendars.at(early, office.clock.now())
    office.clock.move(seconds=29)
    decided(office, proposed(office))
    office.clock.move(minutes=2)
    with office.portal.database.read() as connection:
        assert not calendars.at(connection, office.clock.now()).is_business_day(TUESDAY)


def test_nobody_approves_their_own(office):
    number = proposed(office)
    with pytest.raises(FourEyes):
        decided(office, number, "olive")


def test_the_database_refuses_it_too(either_office):
    number = proposed(either_office)
    with pytest.raises(IntegrityError), either_office.portal.database.write() as connection:
        at = either_office.clock.now()
        calendars.decide(connection, number, calendars.APPROVED, either_office.number("olive"), at, at)


def test_the_database_keeps_a_decision_as_it_is(either_office):
    decided(either_office, proposed(either_office))
    with pytest.raises(DatabaseError):
        either_office.run_sql("UPDATE calendar_exceptions SET kind = 'OPEN'")


@pytest.mark.parametrize("who", ["mia", "ada", "karen", "audrey", "andy"])
def test_only_keepers_propose(office, who):
    with pytest.raises(NoRight):
        proposed(office, who=who)


@pytest.mark.parametrize("who", ["mia", "ada", "karen", "audrey", "andy"])
def test_only_keepers_approve(office, who):
    number = proposed(office)
    with pytest.raises(NoRight):
        decided(office, number, who)


def test_an_administrator_may_approve_what_operations_propose(office):
    decided(office, proposed(office), "agnes")
    assert office.rows("calendar_exceptions")[0].decision == "approved"


def test_what_was_refused_never_holds(office):
    decided(office, proposed(office), accept=False)
    office.clock.move(minutes=5)
    assert hours(office).is_business_day(TUESDAY)


def test_what_was_taken_back_cannot_be_approved(office):
    number = proposed(office)
    calendar.take_back(office.portal, office.by("olive"), number)
    with pytest.raises(DecidedAlready, match="Olive Ma has decided"):
        decided(office, number)


def test_nobody_takes_back_what_another_has_proposed(office):
    number = proposed(office)
    with pytest.raises(NoRight):
        calendar.take_back(office.portal, office.by("oscar"), number)


def test_a_proposal_that_does_not_exist_is_not_found(office):
    with pytest.raises(NotFound):
        decided(office, 7)


def test_of_two_who_decide_at_once_one_is_told_so(either_office):
    number = proposed(either_office)
    beside = either_office.beside()
    found = race(
        lambda: decided(either_office, number, "oscar"), lambda: decided(beside, number, "agnes", accept=False)
    )
    assert [type(one) for one in found if one is not None] == [DecidedAlready]


# --- what can be proposed ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "kind", "reason", "field"),
    [
        (None, CLOSED, REASON, "day"),
        (date(2026, 11, 22), CLOSED, REASON, "day"),
        (date(2029, 1, 2), CLOSED, REASON, "day"),
        (TUESDAY, "FESTIVE", REASON, "kind"),
        (TUESDAY, CLOSED, "", "reason"),
        (TUESDAY, CLOSED, "\u200b", "reason"),
        (TUESDAY, CLOSED, "x" * 201, "reason"),
        (TUESDAY, OPEN, REASON, "kind"),
        (TUESDAY, USUAL, REASON, "kind"),
        (TUESDAY, COUNTER, REASON, "kind"),
        (date(2026, 11, 28), CLOSED, REASON, "kind"),
        (date(2026, 12, 24), HALF, REASON, "kind"),
    ],
)
def test_what_cannot_be_proposed_is_said_at_its_field(office, day, kind, reason, field):
    with pytest.raises(WrongException) as refused:
        proposed(office, day, kind, reason=reason)
    assert list(refused.value.fields) == [field]


def test_one_proposal_at_a_time_waits_for_a_day(office):
    proposed(office)
    with pytest.raises(WrongException, match="decide about that first"):
        proposed(office, kind=HALF, who="oscar")


def test_the_counters_of_a_day_are_proposed_beside_its_hours(office):
    proposed(office)
    assert proposed(office, kind=NO_COUNTER, who="oscar")


def test_a_day_is_put_back_to_what_was_published(office):
    in_force(office)
    in_force(office, kind=USUAL)
    assert hours(office).is_business_day(TUESDAY)


def test_what_waited_until_its_day_was_over_cannot_be_approved(office):
    number = proposed(office)
    office.clock.move(days=2)
    with pytest.raises(WrongException, match="is over"):
        decided(office, number)


def test_what_was_proposed_and_decided_is_sealed_in_the_exchange_s_trail(office):
    decided(office, proposed(office))
    entries = office.rows("administration_trail")[-2:]
    assert [entry.action for entry in entries] == ["calendar.proposed", "calendar.approved"]
    assert all(word in entries[-1].entry for word in ("2026-11-24", CLOSED, REASON))


# --- what it leads to -------------------------------------------------------------------------------------------------
def test_a_request_is_received_by_the_calendar_that_holds(office):
    in_force(office)
    office.clock.move(days=1)
    reference = office.submit(office.open_draft(), effective_date="2026-12-02")
    assert office.case(office.approve(reference)).received_on == WEDNESDAY


def test_a_request_that_was_received_before_stays_so(office):
    reference = office.sent()
    in_force(office, date(2026, 11, 23))
    kept(office)
    assert office.case(reference).received_on == date(2026, 11, 23)


def test_what_is_open_is_due_by_the_new_calendar(either_office):
    reference = either_office.submitted()
    before = due(either_office, reference)
    in_force(either_office, before.date())
    kept(either_office)
    assert due(either_office, reference) == before + timedelta(days=1)


def test_whoever_can_do_it_is_told(office):
    reference = office.submitted()
    in_force(office, due(office, reference).date())
    kept(office)
    assert office.mailed("task.due_moved") == ["bo.both@harbourbright.test", "chen.checker@harbourbright.test"]


def test_its_timers_come_later_too(office):
    reference = office.submitted()
    before = {row.key: row.due_at for row in office.rows("timers")}
    in_force(office, due(office, reference).date())
    kept(office)
    later = {row.key.rpartition("/")[2] for row in office.rows("timers") if row.due_at > before[row.key]}
    assert "review_overdue" in later


def test_it_is_sealed_and_replays(either_office):
    reference = either_office.submitted()
    in_force(either_office, due(either_office, reference).date())
    kept(either_office)
    either_office.approve(reference)
    actions = [sealed.entry["action"] for sealed in either_office.trail(reference)]
    assert "calendar.changed" in actions and either_office.is_whole(reference)


def test_what_is_not_due_then_is_left_alone(office):
    reference = office.submitted()
    in_force(office, date(2027, 3, 3))
    kept(office)
    assert office.actions(reference)[-1][0] == "task.completed"


def test_counting_twice_changes_nothing(office):
    reference = office.submitted()
    in_force(office, due(office, reference).date())
    kept(office)
    office.run_sql("UPDATE jobs SET state = 'waiting', payload = :p WHERE kind = 'retime'", p=_payload())
    entries = office.case(reference).entries
    kept(office)
    assert office.case(reference).entries == entries


def test_an_open_page_stays_good_when_its_task_is_due_later(office):
    reference = office.submitted()
    version = office.version(reference)
    in_force(office, due(office, reference).date())
    kept(office)
    assert office.version(reference) == version


def test_more_requests_than_one_promise_counts_are_counted_by_the_next(office, monkeypatch):
    monkeypatch.setattr("app.commands.requests.retiming.AT_ONCE", 2)
    references = [office.submitted() for _ in range(5)]
    before = due(office, references[0])
    in_force(office, before.date())
    kept(office)
    assert {due(office, one) for one in references} == {before + timedelta(days=1)}


def test_closed_counters_move_no_due_time(office):
    reference = office.submitted()
    in_force(office, due(office, reference).date(), NO_COUNTER)
    assert not office.rows("jobs", kind="retime")


def _payload():
    return '{"exception": 1, "day": "2026-11-24", "after": 0}'
