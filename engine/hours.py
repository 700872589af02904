"""Business days, cut-offs and the maintenance window, all in Hong Kong time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from holidays import financial_holidays

from engine.sentence import say

# Hong Kong has been eight hours ahead of UTC all year since 1979.
HONG_KONG = timezone(timedelta(hours=8), "HKT")
HALF_DAY_CUTOFF = time(12, 0)
REMIND_AT = time(9, 0)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The exchange's calendar; without closures it knows weekends only.

    Maintenance is the weekly span from `maintenance_from` to `maintenance_to`, each (weekday, time), Monday is 0.
    Source: seed FAQ "What is the service hours of Client Connect?".
    """

    closed: frozenset[date] = frozenset()
    half: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()  # business days although they fall on a weekend
    no_counter: frozenset[date] = frozenset()  # severe weather: all goes on but what needs a counter
    maintenance_from: tuple[int, time] = (5, time(8, 0))
    maintenance_to: tuple[int, time] = (6, time(0, 0))

    def day(self, at: datetime) -> date:
        """The Hong Kong date at that moment."""
        return hong_kong_day(at)

    def is_business_day(self, day: date) -> bool:
        """Monday to Friday unless the exchange is closed, and what it opens beside."""
        return day not in self.closed and (day.weekday() < 5 or day in self.opened)

    def next_business_day(self, day: date) -> date:
        """The first business day after `day`."""
        day += DAY
        while not self.is_business_day(day):
            day += DAY
        return day

    def previous_business_day(self, day: date) -> date:
        """The last business day before `day`."""
        day -= DAY
        while not self.is_business_day(day):
            day -= DAY
        return day

    def counter_day(self, day: date) -> date:
        """The first business day, `day` or later, on which the counters are open."""
        while not self.is_business_day(day) or day in self.no_counter:
            day += DAY
        return day

    def add(self, day: date, days: int) -> date:
        """The n-th business day after `day`, which is day 0; T+0 of a closed day is that day itself."""
        for _ in range(days):
            day = self.next_business_day(day)
        return day

    def days_between(self, first: date, last: date) -> int:
        """How many business days come after `first`, up to and with `last`; none when `last` is not later."""
        days = (first + DAY * number for number in range(1, (last - first).days + 1))
        return sum(1 for day in days if self.is_business_day(day))

    def cutoff(self, day: date, cutoff: str) -> datetime:
        """The moment up to which submissions count as received on `day`; noon at the latest on half days."""
        at = time.fromisoformat(cutoff)
        if day in self.half:
            at = min(at, HALF_DAY_CUTOFF)
        return datetime.combine(day, at, HONG_KONG)

    def received_on(self, at: datetime, cutoff: str) -> date:
        """The business day on which a submission at that moment counts as received."""
        day = self.day(at)
        if self.is_business_day(day) and at <= self.cutoff(day, cutoff):
            return day
        return self.next_business_day(day)

    def cutoff_after(self, at: datetime, days: int, cutoff: str) -> datetime:
        """The cut-off of the n-th business day after the day on which `at` counts as received, in UTC."""
        return self.cutoff(self.add(self.received_on(at, cutoff), days), cutoff).astimezone(UTC)

    def business_day_before(self, at: datetime) -> datetime:
        """09:00 Hong Kong time on the business day before `at`, in UTC."""
        return self.morning(self.previous_business_day(self.day(at)))

    def morning(self, day: date) -> datetime:
        """09:00 Hong Kong time of a day, in UTC: when people are reminded of what it brings."""
        return datetime.combine(day, REMIND_AT, HONG_KONG).astimezone(UTC)

    def begin(self, day: date) -> datetime:
        """00:00 Hong Kong time of a day, in UTC: from then on a change that takes effect on it holds."""
        return datetime.combine(day, time(0, 0), HONG_KONG).astimezone(UTC)

    def in_maintenance(self, at: datetime) -> bool:
        """Whether no eService is provided at that moment."""
        start, end = self._window(at)
        return start <= at < end

    def maintenance_end(self, at: datetime) -> datetime:
        """When the maintenance around `at`, or else the next one, ends; in UTC."""
        return self._window(at)[1].astimezone(UTC)

    def outside_maintenance(self, at: datetime) -> datetime:
        """The moment itself, or the end of the maintenance it lies in; in UTC."""
        return self.maintenance_end(at) if self.in_maintenance(at) else at.astimezone(UTC)

    def _window(self, at: datetime) -> tuple[datetime, datetime]:
        local = at.astimezone(HONG_KONG)
        monday = local.date() - timedelta(days=local.weekday())
        start = datetime.combine(monday + self.maintenance_from[0] * DAY, self.maintenance_from[1], HONG_KONG)
        end = datetime.combine(monday + self.maintenance_to[0] * DAY, self.maintenance_to[1], HONG_KONG)
        if end > start:
            return start, end
        return (start - 7 * DAY, end) if local < end else (start, end + 7 * DAY)


class Now(NamedTuple):
    """A moment as the exchange counts it: the time, and the calendar that holds then."""

    time: datetime
    calendar: Calendar

    def received_on(self, cutoff: str) -> date:
        """The business day on which a submission counts as received."""
        return self.calendar.received_on(self.time, cutoff)


@lru_cache(maxsize=8)
def exchange_calendar(first: int, last: int) -> Calendar:
    """The calendar of the Hong Kong exchange (XHKG) for the years `first` to `last`.

    Holidays of 2027 follow the published rules; the gazette may still move one.
    """
    years = range(first, last + 1)
    return Calendar(closed=_days("public", years), half=_days("half_day", years))


@lru_cache(maxsize=8)
def day_names(first: int, last: int, language: str = "en_HK") -> dict[date, str]:
    """Why the published calendar closes days, or halves them, in the words of the gazette (`en_HK`, `zh_HK`)."""
    found = financial_holidays(
        "XHKG", years=range(first, last + 1), categories=("public", "half_day"), language=language
    )
    return {day: re.sub(r" ?[(（].*[)）]$", "", name) for day, name in found.items()}


def _days(category: str, years: Iterable[int]) -> frozenset[date]:
    return frozenset(financial_holidays("XHKG", years=list(years), categories=(category,)))


def hong_kong_day(at: datetime) -> date:
    """The date in Hong Kong at that moment."""
    return at.astimezone(HONG_KONG).date()


def hong_kong_time(at: datetime) -> str:
    """A moment as people in Hong Kong read it."""
    local = at.astimezone(HONG_KONG)
    weekday = say(WEEKDAYS[local.weekday()])
    return say("{weekday} {day.day} {day:%b %Y, %H:%M} HKT", weekday=weekday, day=local)


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


# --- exceptions -------------------------------------------------------------------------------------------------------
CLOSED, HALF, OPEN, USUAL, NO_COUNTER, COUNTER = "CLOSED", "HALF", "OPEN", "USUAL", "NO_COUNTER", "COUNTER"
KINDS = (CLOSED, HALF, OPEN, USUAL, NO_COUNTER, COUNTER)
OF_COUNTERS = (NO_COUNTER, COUNTER)  # they say nothing of business days


class DayException(NamedTuple):
    """What the exchange has decided about a day; it holds from a moment on, and until it decides otherwise."""

    day: date
    kind: str
    holds_from: datetime


def holding(exceptions: Iterable[DayException], at: datetime) -> list[DayException]:
    """Those that hold at a moment: for each day the newest about its hours, and the newest about its counters."""
    newest: dict[tuple[date, bool], DayException] = {}
    for one in sorted(exceptions, key=lambda one: one.holds_from):
        if one.holds_from <= at:
            newest[one.day, one.kind in OF_COUNTERS] = one
    return list(newest.values())


def with_exceptions(calendar: Calendar, exceptions: Iterable[DayException]) -> Calendar:
    """The calendar with what was decided about single days."""
    days: dict[str, set[date]] = {kind: set() for kind in KINDS}
    for one in exceptions:
        days[one.kind].add(one.day)
    moved = days[CLOSED] | days[HALF] | days[OPEN]
    return replace(
        calendar,
        closed=frozenset(calendar.closed - moved | days[CLOSED]),
        half=frozenset(calendar.half - moved | days[HALF]),
        opened=frozenset(calendar.opened | days[HALF] | days[OPEN]),
        no_counter=frozenset(calendar.no_counter | days[NO_COUNTER]),
    )
