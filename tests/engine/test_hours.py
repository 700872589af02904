"""Business days, cut-offs, maintenance and reminders, as the exchange counts them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.hours import (
    CLOSED,
    HALF,
    HONG_KONG,
    NO_COUNTER,
    OPEN,
    USUAL,
    Calendar,
    DayException,
    day_names,
    exchange_calendar,
    holding,
    with_exceptions,
)

CALENDAR = exchange_calendar(2026, 2028)
MOMENTS = st.datetimes(datetime(2026, 1, 5), datetime(2027, 11, 30), timezones=st.just(HONG_KONG))


def hkt(text):
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    ("submitted", "received", "first", "third", "fifth"),
    [
        ("2026-11-23T17:00:00", "2026-11-23", "2026-11-24", "2026-11-26", "2026-11-30"),
        ("2026-11-23T17:00:01", "2026-11-24", "2026-11-25", "2026-11-27", "2026-12-01"),
        ("2026-11-27T18:00:00", "2026-11-30", "2026-12-01", "2026-12-03", "2026-12-07"),
        ("2026-11-28T07:59:00", "2026-11-30", "2026-12-01", "2026-12-03", "2026-12-07"),
        ("2026-11-29T00:00:00", "2026-11-30", "2026-12-01", "2026-12-03", "2026-12-07"),
        ("2026-12-24T11:59:00", "2026-12-24", "2026-12-28", "2026-12-30", "2027-01-04"),
        ("2026-12-24T12:01:00", "2026-12-28", "2026-12-29", "2026-12-31", "2027-01-05"),
        ("2026-04-02T16:00:00", "2026-04-02", "2026-04-08", "2026-04-10", "2026-04-14"),
        ("2027-02-05T11:00:00", "2027-02-05", "2027-02-10", "2027-02-12", "2027-02-16"),
        ("2027-02-05T13:00:00", "2027-02-10", "2027-02-11", "2027-02-15", "2027-02-17"),
        ("2026-12-31T12:30:00", "2027-01-04", "2027-01-05", "2027-01-07", "2027-01-11"),
    ],
)
def test_a_request_counts_from_the_day_it_is_received(submitted, received, first, third, fifth):
    day = CALENDAR.received_on(hkt(submitted), "17:00")
    counted = (day, *(CALENDAR.add(day, days) for days in (1, 3, 5)))
    assert [f"{each}" for each in counted] == [received, first, third, fifth]


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        ("2026-11-28T07:59:59", False),
        ("2026-11-28T08:00:00", True),
        ("2026-11-28T23:59:59", True),
        ("2026-11-29T00:00:00", False),
    ],
)
def test_maintenance_is_from_saturday_eight_to_midnight(moment, closed):
    assert CALENDAR.in_maintenance(hkt(moment)) is closed


def test_maintenance_is_asked_in_any_zone():
    assert CALENDAR.in_maintenance(datetime(2026, 11, 28, 0, 0, tzinfo=UTC))


def test_what_falls_due_in_maintenance_waits_until_it_ends():
    assert CALENDAR.outside_maintenance(hkt("2026-11-28T12:00:00")) == hkt("2026-11-29T00:00:00")


def test_a_window_may_reach_into_the_next_week():
    calendar = Calendar(maintenance_from=(6, time(20, 0)), maintenance_to=(0, time(4, 0)))
    assert calendar.maintenance_end(hkt("2026-11-29T21:00:00")) == hkt("2026-11-30T04:00:00")


def test_a_window_that_reaches_into_the_next_week_is_still_open_on_monday():
    calendar = Calendar(maintenance_from=(6, time(20, 0)), maintenance_to=(0, time(4, 0)))
    assert calendar.in_maintenance(hkt("2026-11-30T03:59:00"))


def test_there_are_247_business_days_in_2026():
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    assert sum(CALENDAR.is_business_day(day) for day in days) == 247


@pytest.mark.parametrize("day", ["2026-02-16", "2026-12-24", "2026-12-31", "2027-02-05", "2027-12-24", "2027-12-31"])
def test_the_cut_off_of_a_half_day_is_noon(day):
    assert CALENDAR.cutoff(date.fromisoformat(day), "17:00") == hkt(f"{day}T12:00:00")


def test_an_early_cut_off_stays_early_on_a_half_day():
    assert CALENDAR.cutoff(date(2026, 12, 24), "11:00") == hkt("2026-12-24T11:00:00")


def test_a_task_opened_late_is_due_a_day_later():
    assert CALENDAR.cutoff_after(hkt("2026-11-23T17:30:00"), 2, "17:00") == hkt("2026-11-26T17:00:00")


@pytest.mark.parametrize(
    ("due", "reminded"),
    [
        ("2026-11-26T17:00:00", "2026-11-25T09:00:00"),
        ("2026-11-30T17:00:00", "2026-11-27T09:00:00"),
        ("2026-04-08T17:00:00", "2026-04-02T09:00:00"),
    ],
)
def test_a_reminder_comes_at_nine_on_the_business_day_before(due, reminded):
    assert CALENDAR.business_day_before(hkt(due)) == hkt(reminded)


@given(MOMENTS, st.integers(0, 30))
def test_every_due_time_is_on_a_business_day_outside_maintenance(moment, days):
    due = CALENDAR.cutoff_after(moment, days, "17:00")
    assert CALENDAR.is_business_day(CALENDAR.day(due)) and not CALENDAR.in_maintenance(due)


@given(MOMENTS, MOMENTS)
def test_who_submits_earlier_is_received_no_later(one, other):
    first, last = sorted([one, other])
    assert CALENDAR.received_on(first, "17:00") <= CALENDAR.received_on(last, "17:00")


@given(MOMENTS)
def test_nothing_moved_out_of_maintenance_lies_in_it_or_earlier(moment):
    moved = CALENDAR.outside_maintenance(moment)
    assert moved >= moment and not CALENDAR.in_maintenance(moved)


@given(MOMENTS, st.integers(0, 40), st.integers(0, 40))
def test_days_can_be_added_one_after_the_other(moment, some, more):
    day = CALENDAR.received_on(moment, "17:00")
    assert CALENDAR.add(CALENDAR.add(day, some), more) == CALENDAR.add(day, some + more)


@given(MOMENTS)
def test_a_reminder_is_always_at_nine_on_an_earlier_business_day(moment):
    reminded = CALENDAR.business_day_before(moment).astimezone(HONG_KONG)
    assert (reminded < moment, reminded.hour, CALENDAR.is_business_day(reminded.date())) == (True, 9, True)


@pytest.mark.parametrize(
    ("year", "closures"),
    [
        (2026, "0101 0217 0218 0219 0403 0406 0407 0501 0525 0619 0701 1001 1019 1225"),
        (2027, "0101 0208 0209 0326 0329 0405 0513 0609 0701 0916 1001 1008 1227"),
    ],
)
def test_the_exchange_is_closed_on_the_published_weekdays(year, closures):
    closed = sorted(f"{day:%m%d}" for day in CALENDAR.closed if day.year == year and day.weekday() < 5)
    assert closed == closures.split()


def test_the_day_is_that_of_hong_kong():
    assert CALENDAR.day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_a_fraction_of_a_second_after_the_cut_off_is_the_next_day():
    assert CALENDAR.received_on(hkt("2026-11-23T17:00:00.000001"), "17:00") == date(2026, 11, 24)


def test_noon_itself_is_in_time_on_a_half_day():
    assert CALENDAR.received_on(hkt("2026-12-24T12:00:00"), "17:00") == date(2026, 12, 24)


def test_no_day_after_a_holiday_is_the_holiday_itself():
    assert CALENDAR.add(date(2026, 12, 25), 0) == date(2026, 12, 25)


def test_the_business_day_before_the_new_year_skips_both_holidays():
    assert CALENDAR.previous_business_day(date(2026, 12, 28)) == date(2026, 12, 24)


def test_without_closures_only_weekends_are_closed():
    assert Calendar().add(date(2026, 12, 24), 1) == date(2026, 12, 25)


def test_what_falls_due_outside_maintenance_does_not_move():
    assert CALENDAR.outside_maintenance(hkt("2026-11-28T07:59:59")) == hkt("2026-11-28T07:59:59")


def test_what_falls_due_as_maintenance_ends_does_not_move():
    assert CALENDAR.outside_maintenance(hkt("2026-11-29T00:00:00")) == hkt("2026-11-29T00:00:00")


@pytest.mark.parametrize("moment", ["2026-11-23T09:00:00", "2026-11-28T12:00:00"])
def test_the_next_maintenance_ends_on_sunday(moment):
    assert CALENDAR.maintenance_end(hkt(moment)) == hkt("2026-11-29T00:00:00")


def test_every_answer_is_in_utc():
    moment = hkt("2026-11-28T12:00:00")
    answers = [
        CALENDAR.cutoff_after(moment, 1, "17:00"),
        CALENDAR.business_day_before(moment),
        CALENDAR.maintenance_end(moment),
        CALENDAR.outside_maintenance(moment),
        CALENDAR.outside_maintenance(hkt("2026-11-23T09:00:00")),
    ]
    assert {answer.tzinfo for answer in answers} == {UTC}


# --- exceptions -------------------------------------------------------------------------------------------------------
MONDAY, SATURDAY, EVE = date(2026, 11, 30), date(2026, 11, 28), date(2026, 12, 24)
DECIDED = hkt("2026-11-27T10:00:00")


def changed(*exceptions):
    return with_exceptions(CALENDAR, [DayException(day, kind, DECIDED) for day, kind in exceptions])


@pytest.mark.parametrize(
    ("day", "kind", "is_business", "is_half"),
    [
        (MONDAY, CLOSED, False, False),
        (MONDAY, HALF, True, True),
        (SATURDAY, OPEN, True, False),
        (SATURDAY, HALF, True, True),
        (EVE, OPEN, True, False),
        (EVE, CLOSED, False, False),
        (date(2026, 12, 25), OPEN, True, False),
        (EVE, USUAL, True, True),
        (EVE, NO_COUNTER, True, True),
    ],
)
def test_the_exchange_decides_otherwise_about_a_day(day, kind, is_business, is_half):
    calendar = changed((day, kind))
    assert (calendar.is_business_day(day), day in calendar.half) == (is_business, is_half)


def test_what_is_counted_passes_over_a_day_that_was_closed():
    assert changed((MONDAY, CLOSED)).add(date(2026, 11, 27), 1) == date(2026, 12, 1)


def test_a_request_of_a_saturday_that_was_opened_is_received_on_it():
    assert changed((SATURDAY, OPEN)).received_on(hkt("2026-11-28T07:30:00"), "17:00") == SATURDAY


def test_a_day_of_severe_weather_is_a_business_day_with_the_counters_closed():
    calendar = changed((MONDAY, NO_COUNTER))
    assert (calendar.add(date(2026, 11, 27), 1), calendar.counter_day(MONDAY)) == (MONDAY, date(2026, 12, 1))


def test_the_newest_decision_about_a_day_holds():
    both = [DayException(MONDAY, CLOSED, DECIDED), DayException(MONDAY, USUAL, DECIDED + timedelta(hours=1))]
    assert with_exceptions(CALENDAR, holding(both, DECIDED + timedelta(hours=1))).is_business_day(MONDAY)


def test_a_decision_does_not_hold_before_its_time():
    assert not holding([DayException(MONDAY, CLOSED, DECIDED)], DECIDED - timedelta(seconds=1))


def test_the_hours_of_a_day_and_its_counters_are_decided_apart():
    both = [DayException(MONDAY, HALF, DECIDED), DayException(MONDAY, NO_COUNTER, DECIDED + timedelta(hours=1))]
    assert len(holding(both, DECIDED + timedelta(hours=2))) == 2


def test_holidays_have_the_names_of_the_gazette():
    assert day_names(2026, 2026)[EVE] == "Christmas Eve" and day_names(2026, 2026, "zh_HK")[EVE] == "平安夜"
