"""Walks: an analyst's own examples of a case, run through the engine step by step.

A walk has a name, the `now` of its first step, the `register`, `choices` and `files` of its forms, and steps. A step
completes a task with answers as people type them (`{"task": "request/submit", "answers": {...}}`, those of a third row
as `persons.2.email`), takes a way out (`{"leave": "withdraw"}`) or lets a timer fire at its time
(`{"fire": "request/review_overdue"}`). Its `expect` compares status, lanes, steps, notices, ways_out and changes;
`wrong` and `warned` name the fields that stop a task.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.drawings.bpmn import Fault
from engine.errors import Refused, WrongAnswers
from engine.forms import form
from engine.forms.form import Facts
from engine.hours import exchange_calendar
from engine.language.scope import Scope
from engine.running import run
from engine.running.definition import Definition
from engine.running.outcome import Context, Outcome
from engine.statuses import ENDED, SENT

Taken = tuple[str, str]
LATE = frozenset({"parallelGateway", "inclusiveGateway", "intermediateCatchEvent"})
VERBS = ("task", "leave", "fire")
EXPECTED = frozenset({"status", "lanes", "steps", "notices", "ways_out", "wrong", "warned", "changes"})
WALK = frozenset({"name", "now", "case", "register", "choices", "files", "steps"})


def walk_all(definition: Definition, content: bytes, file: str) -> tuple[list[Fault], set[Taken]]:
    """Run every walk of a file; what did not go as expected, and the (process, flow) pairs that were taken."""
    try:
        walks = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return [Fault(file, 1, "", "Expected a list of walks in JSON, but the file is none: correct it.")], set()
    if not isinstance(walks, list) or not walks or not all(_is_walk(walk) for walk in walks):
        return [
            Fault(file, 1, "", "Expected walks with a name, a now and steps, but one lacks them: correct it.")
        ], set()
    faults: list[Fault] = []
    taken: set[Taken] = set()
    for walk in walks:
        walker = _Walker(definition, walk, file, _line(content, walk["name"]))
        faults += walker.walked()
        taken |= walker.taken
    return faults, taken


def walk(definition: Definition, walk: Mapping[str, Any], file: str = "walk") -> list[Fault]:
    """Run one walk; what did not go as expected, nothing when all did."""
    if not _is_walk(walk):
        return [Fault(file, 1, "", "Expected a walk with a name, a now and steps, but it lacks them: correct it.")]
    return list(_Walker(definition, walk, file, 1).walked())


def _is_walk(walk: Any) -> bool:
    return (
        isinstance(walk, dict)
        and walk.keys() <= WALK
        and isinstance(walk.get("name"), str)
        and _moment(walk.get("now")) is not None
        and all(isinstance(walk.get(name, {}), dict) for name in ("case", "register", "choices", "files"))
        and isinstance(walk.get("steps"), list)
        and all(isinstance(step, dict) for step in walk["steps"])
    )


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None and 2000 <= moment.year <= 2098 else None


def _line(content: bytes, name: str) -> int:
    at = content.decode("utf-8").find(json.dumps(name, ensure_ascii=False))
    return content.decode("utf-8").count("\n", 0, max(at, 0)) + 1


@dataclass(slots=True)
class _Walker:
    """One case in memory, on its way through one walk."""

    definition: Definition
    walk: Mapping[str, Any]
    file: str
    line: int
    answers: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    now: datetime = field(init=False)
    outcome: Outcome = field(init=False)
    round: int = 1
    sent: bool = False
    late: set[str] = field(default_factory=set)
    taken: set[Taken] = field(default_factory=set)

    def walked(self) -> Iterator[Fault]:
        self.now = _moment(self.walk["now"]) or datetime.min
        number = 0
        try:
            self.went(run.start(self.definition, self.context()))
            for number, step in enumerate(self.walk["steps"], 1):
                for sentence in self.stepped(step):
                    yield self.fault(number, sentence)
        except Refused as error:
            yield self.fault(number, f"{error} Correct the walk or the drawing.")

    def fault(self, number: int, sentence: str) -> Fault:
        return Fault(self.file, self.line, f"{self.walk['name'][:80]}, step {number}", sentence)

    def stepped(self, step: Mapping[str, Any]) -> Iterator[str]:
        verbs = [verb for verb in VERBS if isinstance(step.get(verb), str)]
        expected = step.get("expect", {})
        if len(verbs) != 1 or not isinstance(expected, dict) or not step.keys() <= {*VERBS, "now", "answers", "expect"}:
            yield (
                "Expected one of task, leave and fire, with answers, now and expect at most, but found "
                "others: correct it."
            )
            return
        self.now = _moment(step.get("now")) or self.now
        seen = self.did(verbs[0], step[verbs[0]], step.get("answers", {}))
        for name in sorted(expected.keys() - EXPECTED):
            yield f"Expected to compare {', '.join(sorted(EXPECTED))}, but found {name[:40]}: correct it."
        for name in sorted(expected.keys() & EXPECTED):
            if seen.get(name, []) != expected[name]:
                yield f"Expected {name} {_said(expected[name])}, but it is {_said(seen.get(name, []))}: correct one."
        if ("wrong" in seen or "warned" in seen) and not {"wrong", "warned"} & expected.keys():
            yield f"Expected answers that fit the form, but they do not: {_said(seen)}."
        if self.outcome.status in ENDED and not self.outcome.finished:
            yield (
                f"Expected the case to be over as {self.outcome.status}, but something in it still waits: "
                "join it first."
            )

    def did(self, verb: str, key: str, answers: Any) -> dict[str, Any]:
        if verb == "task":
            return self.completed(key, answers)
        if verb == "leave":
            return self.went(run.cancel(self.definition, self.outcome.state, key, self.context()))
        due = [timer.due_at for timer in self.outcome.timers if timer.key == key]
        self.now = max([self.now, *due])
        return self.went(run.fire(self.definition, self.outcome.state, key, self.context()))

    def completed(self, key: str, raw: Any) -> dict[str, Any]:
        task = next((task for task in self.outcome.tasks if task.key == key), None)
        checked: Mapping[str, Any] = {}
        if task is not None:
            asked = self.definition.forms[task.form]
            main = self.definition.forms[self.definition.main_form]
            typed = raw if isinstance(raw, dict) and all(isinstance(v, str) for v in raw.values()) else {}
            try:
                kept = form.clean(asked, typed, other_fields=main.keys)
                found = form.check(asked, kept, self.facts())
            except WrongAnswers as error:
                return {**self.seen(self.outcome), "wrong": sorted(error.fields)}
            if found.warnings:
                return {**self.seen(self.outcome), "warned": sorted(found.warnings)}
            checked = found.answers
        if task is not None and task.form == self.definition.main_form:
            self.answers.update(checked)
        if task is not None:
            self.given[task.step] = checked
        before = self.outcome.status
        seen = self.went(run.complete(self.definition, self.outcome.state, key, checked, self.context()))
        self.round += self.outcome.status.startswith("RETURNED") and before != self.outcome.status
        self.sent = self.sent or self.outcome.status in SENT
        return seen

    # what the case looks like
    def scope(self) -> Scope:
        calendar = exchange_calendar(self.now.year, self.now.year + 1)
        return Scope(now=self.now, calendar=calendar, cutoff=self.definition.eservice.cutoff)

    def case(self) -> dict[str, Any]:
        eservice, scope = self.definition.eservice, self.scope()
        return {
            "reference": f"{eservice.code}-{self.now:%Y%m%d}-000001",
            "participant_id": "B00123",
            "received_on": scope.calendar.received_on(self.now, eservice.cutoff),
            "lead_days": eservice.lead_days,
            "sla_days": eservice.sla_days,
            "cutoff": eservice.cutoff,
            "desk": eservice.desk,
            "title": eservice.title,
            "membership": eservice.memberships[0],
            "single_eye": eservice.single_eye,
            "sent": self.sent,
            "round": self.round,
            "status": getattr(getattr(self, "outcome", None), "status", ""),
            **self.walk.get("case", {}),
        }

    def context(self) -> Context:
        return Context(self.scope(), self.answers, self.case(), self.given)

    def facts(self) -> Facts:
        choices = {name: [tuple(pair) for pair in pairs] for name, pairs in self.walk.get("choices", {}).items()}
        known = self.walk.get("register", {}), choices, self.walk.get("files", {}), self.answers
        return Facts(self.scope(), self.case(), *known)

    def went(self, outcome: Outcome) -> dict[str, Any]:
        self.outcome = outcome
        self.mark(outcome)
        return self.seen(outcome)

    def seen(self, outcome: Outcome) -> dict[str, Any]:
        return {
            "status": outcome.status,
            "lanes": sorted({task.lane for task in outcome.tasks}),
            "steps": sorted(task.key for task in outcome.tasks),
            "notices": [passed.notice for passed in outcome.passed if passed.notice],
            "ways_out": sorted(way.name for way in outcome.ways_out),
            "changes": [[effect.register, effect.owner, dict(effect.values)] for effect in outcome.effects],
        }

    # which flows were taken
    def mark(self, outcome: Outcome) -> None:
        """Mark the flows between what was done and what was reached in this step."""
        reached = [*outcome.done, *(task.key for task in outcome.tasks if task.fresh)]
        arrived = {_parted(key.partition("#")[0]) for key in reached}
        arrived |= {place for key in reached for place in _around(key)}
        arrived |= {_parted(key) for key in (*(t.key for t in outcome.timers), *(w.key for w in outcome.ways_out))}
        for key in {*outcome.done, *self.late}:
            self.mark_one(key, arrived, fresh=key in outcome.done)

    def mark_one(self, key: str, arrived: set[tuple[str, str]], *, fresh: bool) -> None:
        above, name = _parted(key)
        drawing = self.definition.drawings[self.definition.place(key)[0]]
        for flow in drawing.outgoing(name):
            waits = drawing.elements[flow.target].kind in LATE
            if (fresh or waits) and (above, flow.target) in arrived:
                self.taken.add((drawing.process, flow.id))
            if waits:
                self.late.add(key)


def _parted(key: str) -> tuple[str, str]:
    above, _, name = key.rpartition("/")
    return above, name


def _around(key: str) -> Iterator[tuple[str, str]]:
    """The containers in which a step lies: they were entered."""
    above, _ = _parted(key)
    while above:
        yield _parted(above)
        above, _ = _parted(above)


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:200]
