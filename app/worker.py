"""The worker: keeps what was promised and fires timers, until it is told to stop."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.commands import jobs
from app.commands.portal import Portal
from app.commands.requests import mornings
from app.logs import log_of, place_of
from app.stop import Stop
from app.store import jobs as outbox
from engine.hours import hong_kong_day

PAUSE_SECONDS = 1
LONGEST_PAUSE_SECONDS = 60
MOST_PROMISES = 50


def work(portal: Portal, stop: Stop, log: Any) -> None:
    """Do one round about every second; what fails is said in the log and tried again after a growing pause."""
    worker, failures = Worker(portal, stop, log), 0
    while not stop.is_set():
        try:
            kept, fired = worker.round()
            failures = 0
            if kept or fired:
                log.info("round.done", tried=kept, fired=fired)
        except Exception as error:  # the database may be away; promises and timers wait in it
            failures += 1
            log.error("round.failed", error=type(error).__name__, place=place_of(error), failures=failures)
        stop.wait(pause_seconds(failures))


def pause_seconds(failures: int) -> int:
    """How long to wait after that many failures in a row."""
    return min(PAUSE_SECONDS << min(failures, 10), LONGEST_PAUSE_SECONDS)


class Worker:
    """One worker of possibly several, with the timers that it puts off because they failed."""

    def __init__(self, portal: Portal, stop: Stop, log: Any = None) -> None:
        self._portal = portal
        self._stop = stop
        self._log = log or log_of("work")
        self._put_off: dict[UUID, tuple[int, datetime]] = {}
        self._begun: date | None = None

    def round(self) -> tuple[int, int]:
        """Try promises and fire timers that are due now; returns how many of each."""
        self._begin_day()
        return self._keep_promises(), self._fire_timers()

    def _begin_day(self) -> None:
        # Every worker does, also one that comes late; the promise is the same one.
        day = hong_kong_day(self._portal.clock.now())
        if day != self._begun and mornings.begin_day(self._portal):
            self._begun = day

    def _keep_promises(self) -> int:
        # One at a time: a lease must outlast its job, and a worker that was told to stop ends after this one.
        for tried in range(MOST_PROMISES):
            if self._stop.is_set() or not jobs.keep_promises(self._portal, most=1):
                return tried
        return MOST_PROMISES

    def _fire_timers(self) -> int:
        fired = 0
        for timer in self._due_timers():
            if self._stop.is_set():
                break
            try:
                fired += jobs.fire_timer(self._portal, timer)
            except Exception as error:  # one bad timer holds up no other, nor the mail
                self._put_off_timer(timer)
                self._log.error("timer.failed", error=type(error).__name__, place=place_of(error))
        return fired

    def _due_timers(self) -> list[UUID]:
        now = self._portal.clock.now()
        with self._portal.database.read() as connection:
            due = outbox.due_timers(connection, now, most=50 + len(self._put_off))
        self._put_off = {timer: known for timer, known in self._put_off.items() if timer in due}
        return [timer for timer in due if timer not in self._put_off or self._put_off[timer][1] <= now]

    def _put_off_timer(self, timer: UUID) -> None:
        tries = self._put_off.get(timer, (0, None))[0] + 1
        pause = timedelta(seconds=min(5 * 2**tries, 3600))
        self._put_off[timer] = (tries, self._portal.clock.now() + pause)
