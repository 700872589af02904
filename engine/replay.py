"""Replay: a case run again from its trail, step by step, and whether it comes out the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import form, run, seal
from engine.definition import Definition
from engine.run import Context, Outcome
from engine.services import Effect

Entry = Mapping[str, Any]
# What is noted in a trail without moving the case.
NOTES = frozenset({"draft.saved", "file.added", "file.renamed", "file.removed"})


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
    context_of: Callable[[Mapping[str, Any], Mapping[str, Any], datetime], Context],
    case: Mapping[str, Any],
) -> Iterator[Replayed]:
    """Fold the trail and compare every state with the one that was sealed.

    answers: what was given, by the number of the entry that sealed it. context_of: (case, answers, time) -> Context.
    case: the facts of the case that never change. Stops at the first difference.
    """
    known = {**case, "status": "", "round": 1, "received_on": None}
    state = b""
    filled: Mapping[str, Any] = {}
    open_steps: tuple[str, ...] = ()
    main = definition.forms[definition.main_form]
    for entry in entries:
        at = datetime.fromisoformat(entry["at"])
        if entry["action"] in NOTES:
            same = seal.digest(state) == entry["state_hash"]
            yield _line(entry, known, open_steps, same)
            continue
        given = form.loaded(main, answers.get(entry["seq"], {})) if _is_main(definition, entry) else None
        filled = given if given is not None else filled
        outcome = _again(definition, state, entry, context_of(known, filled, at))
        state, open_steps = outcome.state, tuple(task.step for task in outcome.tasks)
        known = _moved(known, outcome, context_of(known, filled, at))
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
        case _:
            return run.cancel(definition, state, facts["way_out"], context)


def _is_main(definition: Definition, entry: Entry) -> bool:
    return entry["action"] == "task.completed" and any(
        element.id == entry["step"] and definition.form_of(element) == definition.main_form
        for element in definition.elements.values()
        if element.kind == "userTask"
    )


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
