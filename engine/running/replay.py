"""Replay: a case run again from its trail, step by step, and whether it comes out the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.forms import form
from engine.running import run
from engine.running.definition import Definition
from engine.running.given import together
from engine.running.outcome import Context, Outcome
from engine.running.services import Effect
from engine.sealed import seal
from engine.statuses import SENT

Entry = Mapping[str, Any]
# What happened without moving the drawing: its state stays as it was.
NOTES = frozenset(
    {"draft.saved", "task.claimed", "task.released", "task.nudged", "file.added", "file.renamed", "file.removed"}
    | {"way_out.proposed", "way_out.declined", "way_out.taken_back", "comment.added"}
)
RETIMED = "calendar.changed"
WITH_REASON = frozenset({"case.left", "way_out.proposed", "way_out.declined"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry run again."""

    seq: int
    action: str
    step: str
    status: str
    open_steps: tuple[str, ...]
    same: bool
    sentence: str
    round: int = 1
    received_on: date | None = None
    effects: tuple[Effect, ...] = ()


def replayed(
    definition: Definition,
    entries: list[Entry],
    answers: Mapping[int, Mapping[str, Any]],
    context_of: Callable[..., Context],
    case: Mapping[str, Any],
) -> Iterator[Replayed]:
    """Fold the trail and compare every state with the one that was sealed.

    answers: what was given, by the number of the entry that sealed it. context_of: (case, answers, time, answers by
    step) -> Context.
    case: the facts of the case that never change. Stops at the first difference.
    """
    known = {**case, "status": "", "round": 1, "received_on": None, "sent": False}
    state = b""
    given: dict[str, Mapping[str, Any]] = {}
    rounds: dict[str, int] = {}
    open_steps: tuple[str, ...] = ()
    for entry in entries:
        at = datetime.fromisoformat(entry["at"])
        if entry["action"] in NOTES:
            same = seal.digest(state) == entry["state_hash"]
            yield _line(entry, known, open_steps, same)
            continue
        asked = definition.form_at(entry["step"]) if entry["action"] == "task.completed" else None
        if asked is not None:
            step, this = entry["step"], form.loaded(asked, answers.get(entry["seq"], {}))
            before = given.get(step, {}) if rounds.get(step) == known["round"] else {}
            given, rounds = {**given, step: together(definition, step, before, this)}, {**rounds, step: known["round"]}
        context = context_of(known, given.get(definition.main_step, {}), at, given)
        outcome = _again(definition, state, entry, context)
        state, open_steps = outcome.state, tuple(task.step for task in outcome.tasks)
        known = _moved(known, outcome, context)
        same = seal.digest(state) == entry["state_hash"] and outcome.status == entry["status_to"]
        yield _line(entry, known, open_steps, same, outcome.effects)
        if not same:
            return


def _again(definition: Definition, state: bytes, entry: Entry, context: Context) -> Outcome:
    facts = entry["facts"]
    match entry["action"]:
        case "case.opened":
            return run.start(definition, context)
        case "task.completed":
            return run.complete(definition, state, facts["key"], facts["routed"], context)
        case "timer.fired":
            return run.fire(definition, state, facts["key"], context)
        case "calendar.changed":
            return run.retime(definition, state, context)
        case _:
            return run.cancel(definition, state, facts["way_out"], context)


def _moved(known: Mapping[str, Any], outcome: Outcome, context: Context) -> dict[str, Any]:
    """The facts of the case after a step, by the same rules as when it was taken."""
    passed = {step.status for step in outcome.passed}
    received_on: date | None = known["received_on"]
    if "PENDING_HKEX" in passed:
        received_on = context.scope.calendar.received_on(context.now, context.scope.cutoff)
    returned = any(status.startswith("RETURNED") for status in passed)
    return {
        **known,
        "status": outcome.status,
        "round": known["round"] + 1 if returned else known["round"],
        "received_on": received_on,
        "sent": known["sent"] or bool(passed & SENT),
    }


def _line(
    entry: Entry, known: Mapping[str, Any], open_steps: tuple[str, ...], same: bool, effects: tuple[Effect, ...] = ()
) -> Replayed:
    status = known["status"]
    sentence = "same" if same else f"Expected {entry['status_to']} as sealed, but the replay differs: {status}."
    return Replayed(
        entry["seq"],
        entry["action"],
        entry["step"],
        status,
        open_steps,
        same,
        sentence,
        known["round"],
        known["received_on"],
        effects,
    )
