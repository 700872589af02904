"""What goes into one step of a case, and everything that comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import BadExpression
from engine.language.scope import Scope
from engine.running.services import Effect


@dataclass(frozen=True, slots=True)
class Context:
    """What the world outside the drawing looks like at one step.

    answers: the maker's newest answers, read as `form.x`. case: facts read as `case.x` (participant_id, sla_days, ...).
    given: the newest answers of other steps, read as `given.step.x`.
    """

    scope: Scope
    answers: Mapping[str, Any] = field(default_factory=dict)
    case: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time of the step."""
        if self.scope.now is None:
            raise BadExpression("Expected to know the time of the step, but the context has none.")
        return self.scope.now


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something a person must do now; fresh when it opened in this very step.

    party: the participant ID of the company that does it, when that is not the one that files. desk: whose it is at the
    exchange.
    """

    key: str
    step: str
    name: str
    kind: str
    lane: str
    form: str
    due_at: datetime | None
    fresh: bool
    party: str = ""
    desk: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that waits; an idle one counts from the last time that somebody saved."""

    key: str
    due_at: datetime
    idle: bool = False


@dataclass(frozen=True, slots=True)
class WayOut:
    """A message that the drawing waits for, such as withdraw.

    confirm: the lanes of which somebody else has to confirm it. confirm_when: always, or once the exchange has claimed
    the request.
    """

    name: str
    key: str
    title: str
    who: tuple[str, ...]
    reason: str
    confirm: tuple[str, ...] = ()
    confirm_when: str = "always"


@dataclass(frozen=True, slots=True)
class Passed:
    """A milestone or a notice that the token passed."""

    key: str
    element: str
    status: str
    notice: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one step led to."""

    state: bytes
    status: str
    finished: bool
    tasks: tuple[OpenTask, ...]
    timers: tuple[Due, ...]
    ways_out: tuple[WayOut, ...]
    passed: tuple[Passed, ...]
    effects: tuple[Effect, ...]
    done: tuple[str, ...]
