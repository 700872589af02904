"""Advancing a case: start, complete, fire, cancel. A pure function from state and values to an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import UserTaskMixin
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.drawings.bpmn import Element
from engine.errors import BadDrawing, BadExpression, NoWayOut, RunAway, TaskNotOpen
from engine.forms.form import dumped
from engine.language.expression import compiled
from engine.language.scope import Scope
from engine.people import DESK_LANES, NEXT, PARTY_LANES
from engine.running import services
from engine.running.compaction import OPEN, compact
from engine.running.definition import Definition
from engine.running.outcome import Context, Due, OpenTask, Outcome, Passed, WayOut
from engine.running.routing import listed, routable, words
from engine.running.scripting import ScriptEngine, ours
from engine.running.services import Effect
from engine.running.specs import Timer
from engine.running.state import restored, saved
from engine.sealed import seal

BUDGET = 200
AGREED = "_agreed"  # no answer and no table can be called so
DURATION = re.compile(r"P(?:([0-9]{1,4})D)?(?:T(?=.)(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?)?")


def start(definition: Definition, context: Context) -> Outcome:
    """Begin a case: everything up to the first thing that waits."""
    return _Run(definition, context).begun()


def complete(definition: Definition, state: bytes, key: str, values: Mapping[str, Any], context: Context) -> Outcome:
    """Complete the open task at `key` with its answers; only those that the drawing routes reach the process.

    Raises `TaskNotOpen`, `BadState`, `BadExpression`, `ServiceFailed`, `RunAway`.
    """
    run = _Run(definition, context, state)
    task, element = run.open_task(key)
    task.data.update({name: routable(values.get(name)) for name in element.routes})
    run.ran(task)
    return run.advanced()


def fire(definition: Definition, state: bytes, key: str, context: Context) -> Outcome:
    """Fire the waiting timer or message at `key`; raises `TaskNotOpen` when nothing waits there."""
    run = _Run(definition, context, state)
    run.caught(key)
    return run.advanced()


def cancel(definition: Definition, state: bytes, name: str, context: Context) -> Outcome:
    """Leave by the way out called `name`; raises `NoWayOut` when the drawing does not offer it now."""
    run = _Run(definition, context, state)
    for way in run.ways_out():
        if way.name == name:
            run.caught(way.key)
            return run.advanced()
    raise NoWayOut(name, run.status)


def retime(definition: Definition, state: bytes, context: Context) -> Outcome:
    """Count anew when everything that waits is due: from when it began to wait, by the calendar of the context."""
    return _Run(definition, context, state).retimed()


def moment(definition: Definition, state: bytes, key: str, context: Context) -> datetime | None:
    """When the waiting timer at `key` would come, were it set at the time of the context."""
    return _Run(definition, context, state).reset(key)


def lists(definition: Definition, context: Context) -> dict[str, Any]:
    """What the eService reckons from the maker's answers: the second company, the desks, the brokers."""
    facts = {"form": context.answers, "case": context.case, "given": context.given}
    base = context.scope
    scope = Scope({**base.names, **facts}, base.now, base.calendar, base.cutoff)
    said = {name: reckon(scope) for name, reckon in definition.eservice.lists.items()}
    desks = words(said.get("desks") or [definition.eservice.desk])
    (second,) = words([said["next"]]) if said.get("next") else ("",)
    return {"desks": desks, "brokers": words(said.get("brokers") or []), "next": second}


# --- one run ----------------------------------------------------------------------------------------------------------
class _Run:
    """One workflow in memory, thrown away after the step."""

    def __init__(self, definition: Definition, context: Context, state: bytes | None = None) -> None:
        self.definition = definition
        self.context = context
        self.status = ""
        self.passed: list[Passed] = []
        self.effects: list[Effect] = []
        self.done: list[str] = []
        self.steps = 0
        engine = ScriptEngine(self)
        if state is None:
            self.workflow = BpmnWorkflow(definition.spec, dict(definition.subprocess_specs), script_engine=engine)
        else:
            self.workflow, self.status = restored(definition, state, engine)

    def begun(self) -> Outcome:
        return self.advanced()

    def retimed(self) -> Outcome:
        """Tasks first: a timer may count from when its task is due."""
        for _, task, element in self._users():
            with self._as_of(task):
                self._set_due(element, task)
        for _, task, element in self._events():
            if task.internal_data.get("at"):
                with self._as_of(task):
                    self._set_at(element, task)
        return self.advanced()

    def advanced(self) -> Outcome:
        """Run everything automatic, then take stock."""
        with ours():
            self.workflow.do_engine_steps(did_complete_task=self._ran)
        tasks = tuple(self._tasks())
        timers = tuple(self._timers())
        compact(self.workflow)
        finished = not any(task.has_state(OPEN) for task in self.workflow.tasks.values())
        return Outcome(
            state=saved(self.workflow, self.status),
            status=self.status,
            finished=finished,
            tasks=tasks,
            timers=timers,
            ways_out=tuple(self.ways_out()),
            passed=tuple(self.passed),
            effects=tuple(self.effects),
            done=tuple(self.done),
        )

    def ran(self, task: Task) -> None:
        with ours():
            task.run()
        self._ran(task)

    def _ran(self, task: Task) -> None:
        self.steps += 1
        if self.steps > BUDGET:
            raise RunAway(BUDGET)
        element = self.element(task)
        if element is None:
            return
        key = self.key(task)
        self.done.append(key)
        status, notice = element.properties.get("status", ""), element.properties.get("notice", "")
        self.status = status or self.status
        if status or notice:
            self.passed.append(Passed(key, element.id, status, notice))

    # finding things
    def workflows(self) -> list[Any]:
        return [self.workflow, *self.workflow.subprocesses.values()]

    def element(self, task: Task) -> Element | None:
        return self.definition.element(task.workflow.spec.name, task.task_spec.name)

    def key(self, task: Task) -> str:
        element = self.element(task)
        own = element.id if element else task.task_spec.name
        item = task.internal_data.get("item")
        return self._path(task.workflow) + (f"{own}#{item}" if item else own)

    def _path(self, workflow: Any) -> str:
        if workflow.parent_task_id is None:
            return ""
        return self.key(self.workflow.get_task_from_id(workflow.parent_task_id)) + "/"

    def _waiting(self, state: int, kind: type) -> Iterator[tuple[str, Task, Element]]:
        seen: dict[str, int] = {}
        for workflow in self.workflows():
            for task in workflow.tasks.values():
                element = self.element(task) if task.has_state(state) else None
                if element is not None and isinstance(task.task_spec, kind):
                    key = self.key(task)
                    seen[key] = seen.get(key, 0) + 1
                    yield key if seen[key] == 1 else f"{key}#{seen[key]}", task, element

    def _users(self) -> Iterator[tuple[str, Task, Element]]:
        return self._waiting(TaskState.READY, UserTaskMixin)

    def _events(self) -> Iterator[tuple[str, Task, Element]]:
        for key, task, element in self._waiting(TaskState.WAITING, object):
            if element.message or element.timer:
                yield key, task, element

    def open_task(self, key: str) -> tuple[Task, Element]:
        for found, task, element in self._users():
            if found == key:
                return task, element
        raise TaskNotOpen(key)

    def caught(self, key: str) -> None:
        """Fire with the waiting task's own event definition: the engine below compares events by class."""
        for found, task, _ in self._events():
            if found == key:
                with ours():
                    task.task_spec.catch(task, BpmnEvent(task.task_spec.event_definition))
                    task.task_spec._update(task)
                return
        raise TaskNotOpen(key)

    # taking stock
    def reset(self, key: str) -> datetime | None:
        for found, task, element in self._events():
            if found == key:
                return self._timer(element, task)
        raise TaskNotOpen(key)

    def _tasks(self) -> Iterator[OpenTask]:
        for key, task, element in self._users():
            fresh = "since" not in task.internal_data
            if fresh:
                task.internal_data["since"] = self.context.now.isoformat()
                self._set_due(element, task)
            due_text = task.internal_data["due"]
            yield OpenTask(
                key=key,
                step=element.id,
                name=element.name,
                kind=element.properties.get("kind", "fill"),
                lane=element.lane,
                form=self.definition.form_of(element),
                due_at=datetime.fromisoformat(due_text) if due_text else None,
                fresh=fresh,
                party=self._party(element, task, fresh=fresh),
                desk=str(task.internal_data.get("item") or self.known["desks"][0])
                if element.lane in DESK_LANES
                else "",
            )

    def _party(self, element: Element, task: Task, *, fresh: bool) -> str:
        if element.lane not in PARTY_LANES:
            return ""
        party = str(task.internal_data.get("item") or self.known["next"])
        if fresh and not party:
            raise BadExpression(f"Expected a company for the step {element.id}, but the request names none.")
        return party

    def _set_due(self, element: Element, task: Task) -> None:
        text = element.properties.get("due")
        due = self._moment(text, task, {}) if text else None
        task.internal_data["due"] = due.isoformat() if due else None

    @contextmanager
    def _as_of(self, task: Task) -> Iterator[None]:
        """Reckon as at the time from which a task waits, with the calendar of today."""
        since, context = task.internal_data.get("since"), self.context
        if since:
            self.context = replace(context, scope=replace(context.scope, now=datetime.fromisoformat(since)))
        try:
            yield
        finally:
            self.context = context

    def _timers(self) -> Iterator[Due]:
        for key, task, element in self._events():
            if not isinstance(task.task_spec.event_definition, Timer):
                continue
            if "at" not in task.internal_data:
                task.internal_data["since"] = self.context.now.isoformat()
                self._set_at(element, task)
            at_text = task.internal_data["at"]
            if at_text:
                yield Due(key, datetime.fromisoformat(at_text), element.properties.get("idle") == "true")

    def _set_at(self, element: Element, task: Task) -> None:
        at = self._timer(element, task) or self._over(element)
        task.internal_data["at"] = at.isoformat() if at else None

    def _over(self, element: Element) -> datetime | None:
        """Nothing else leads on from an event that a path waits at: a time that is over has come."""
        return self.context.now if element.kind == "intermediateCatchEvent" else None

    def _timer(self, element: Element, task: Task) -> datetime | None:
        if element.timer_kind == "timeDuration":
            return self.context.scope.calendar.outside_maintenance(self.context.now + duration(element.timer))
        hosts = (one for beside in task.parent.children for one in (beside, *beside.children))
        host = next((one for one in hosts if isinstance(one.task_spec, UserTaskMixin)), None)
        due_text = None if host is None else host.internal_data.get("due")
        return self._moment(element.timer, task, {"due": datetime.fromisoformat(due_text) if due_text else None})

    def _moment(self, text: str, task: Task, more: Mapping[str, Any]) -> datetime | None:
        moment = compiled(text)(self.scope(task, more))
        if moment is None:
            return None
        if not isinstance(moment, datetime):
            raise BadExpression(f"Expected a time from `{text}`, but it gives something else.")
        return self.context.scope.calendar.outside_maintenance(moment)

    def ways_out(self) -> Iterator[WayOut]:
        steps = [element.id for _, _, element in self._users()]
        for key, task, element in self._events():
            if not element.message or "who" not in element.properties:
                continue
            scope, said = self.scope(task, {"open_steps": steps}), element.properties
            if compiled(said.get("when") or "True")(scope):
                yield WayOut(
                    name=element.message,
                    key=key,
                    title=said.get("title") or element.name,
                    who=listed(said["who"]),
                    reason=said.get("reason", "required"),
                    confirm=listed(said.get("confirm", "")),
                    confirm_when=said.get("confirm_when", "always"),
                )

    def scope(self, task: Task, more: Mapping[str, Any]) -> Scope:
        """What an expression in the drawing sees: routing variables, the facts of the case, what the place adds."""
        facts = {"form": self.context.answers, "given": self.context.given, "status": self.status}
        base = self.context.scope
        case = {**self.context.case, **self.known, "agreed": self._is_agreed(task)}
        names = {**base.names, **task.data, **facts, "case": case, **more}
        return Scope(names, base.now, base.calendar, base.cutoff)

    @cached_property
    def known(self) -> dict[str, Any]:
        """The lists, reckoned once a run."""
        return lists(self.definition, self.context)

    def items(self, task: Task, text: str) -> list[str]:
        """What a task is opened for, one by one."""
        return words(compiled(text)(self.scope(task, {})))

    def hand_on(self, task: Task) -> None:
        """A milestone may hand the process a word: how what was called has come out, and to what somebody agreed."""
        element = self.element(task)
        if element is not None and element.properties.get("outcome"):
            task.data["outcome"] = element.properties["outcome"]
        if element is not None and element.properties.get("agrees"):
            task.data[AGREED] = self._read_by(element.properties["agrees"])

    def _is_agreed(self, task: Task) -> bool:
        """Whether the second company has agreed to the very answers that it would read now."""
        return AGREED in task.data and bool(task.data[AGREED] == self._read_by(NEXT))

    def _read_by(self, side: str) -> str:
        """A mark of the second company and of the maker's answers as far as a side reads them."""
        fields = self.definition.forms[self.definition.main_form].fields
        read = {entry.key: self.context.answers.get(entry.key) for entry in fields if side in entry.readers}
        return seal.digest(seal.canonical({"by": self.known["next"], "read": dumped(read)}))[:32]

    def call(self, task: Task) -> None:
        """Ask the decision table, or run the registered step, of an automatic task and keep what it leaves."""
        element = self.element(task)
        if element is None:
            raise BadDrawing(f"Expected a drawn service task, but {task.task_spec.name} is none.")
        scope = self.scope(task, {})
        if element.decision:
            given = self.definition.decisions[element.decision](scope)
            task.data.update({name: routable(value) for name, value in given.items()})
            return
        done = services.call(element.topic, {name: compiled(text)(scope) for name, text in element.inputs.items()})
        self.effects.extend(done.effects)
        task.data.update({name: routable(value) for name, value in done.variables.items()})


def duration(text: str) -> timedelta:
    """The length of an ISO 8601 duration in days, hours and minutes (`P2D`, `PT4H`)."""
    found = DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        raise BadExpression(f"Expected a duration such as P2D or PT4H, but it is {text!r}.")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)
