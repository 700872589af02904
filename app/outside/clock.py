"""The time, and a twin that stands still until told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever knows the time."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return datetime.now(UTC)


class StillClock:
    """A clock for tests: it moves only when moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The time it was set to."""
        return self._at

    def move(self, **by: float) -> None:
        """Move by a `timedelta` given in keywords (`hours=1`)."""
        self._at += timedelta(**by)

    def set(self, at: datetime) -> None:
        """Stand at another time."""
        self._at = at
