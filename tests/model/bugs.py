"""Six bugs, planted one at a time, so that the machine can show that it would find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.commands.requests import steps
from app.store import cases, tasks
from engine import rules
from engine.people import Person, seat_of
from engine.running import run
from engine.running.outcome import Outcome
from tests.model.stage import Stage

Fresh = Callable[[], Stage]


def self_approval(patch: pytest.MonkeyPatch, fresh: Fresh) -> Fresh:
    """Who prepared a request may check it; the database does not mind either."""
    patch.setattr(rules, "makers", lambda _lane, _hands: frozenset())

    def without_guard() -> Stage:
        stage = fresh()
        with stage.portal.database.write() as connection:
            connection.execute(text("DROP TRIGGER hands_four_eyes"))
        return stage

    return without_guard


def skipped_step(patch: pytest.MonkeyPatch, fresh: Fresh) -> Fresh:
    """The second company is taken to have agreed already."""
    patch.setattr(run._Run, "_is_agreed", lambda _run, _task: True)
    return fresh


def lost_idempotency(patch: pytest.MonkeyPatch, fresh: Fresh) -> Fresh:
    """No action token is remembered."""
    patch.setattr(tasks, "claim_key", lambda *_: True)
    return fresh


def stale_version(patch: pytest.MonkeyPatch, fresh: Fresh) -> Fresh:
    """Nobody looks at the version that a page showed."""

    def require_open(case: Any, _version: int) -> None:
        original(case, case.version)

    original = steps.require_version
    patch.setattr(steps, "require_version", require_open)
    return fresh


def other_company(patch: pytest.MonkeyPatch, fresh: Fresh) -> Fresh:
    """A right for the function counts for whatever company's request."""
    grants = {"maker@lionrock.test": "maker", "checker@lionrock.test": "checker"}

    def may(person: Person, lane: str, holder: str, membership: int | None) -> bool:
        return original(person, lane, holder, membership) or grants.get(person.email) == seat_of(lane)

    original = Person.may
    patch.setattr(Person, "may", may)
    patch.setattr(cases, "may_see", lambda *_: True)
    return fresh


def double_timer(patch: pytest.MonkeyPatch, fresh: Fresh) -> Fresh:
    """A timer that has fired goes on waiting."""

    def fire(definition: Any, state: bytes, key: str, context: Any) -> Outcome:
        outcome = original(definition, state, key, context)
        if outcome.finished:
            return outcome
        return replace(outcome, state=state, timers=(*outcome.timers, run.Due(key, context.now)))

    original = run.fire
    patch.setattr(run, "fire", fire)
    return fresh


BUGS = {
    bug.__name__: bug
    for bug in (self_approval, skipped_step, lost_idempotency, stale_version, other_company, double_timer)
}
