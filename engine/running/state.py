"""The saved state of a case: its tasks only, in a fixed order, with small numbers for ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task

from engine.errors import BadState
from engine.running.definition import Definition
from engine.sealed import seal

VERSION = 1


def saved(workflow: BpmnWorkflow, status: str) -> bytes:
    """The workflow and its status as canonical bytes."""
    order = {task_id: number for number, task_id in enumerate(_in_order(workflow))}
    changed = sorted({t.last_state_change for w in _all(workflow) for t in w.tasks.values()})
    ranks = {moment: rank for rank, moment in enumerate(changed)}
    parts = [_saved_part(each, order, ranks) for each in _ordered(workflow, order)]
    return seal.canonical({"v": VERSION, "status": status, "parts": parts})


def _all(workflow: BpmnWorkflow) -> list[Any]:
    return [workflow, *workflow.subprocesses.values()]


def _in_order(workflow: BpmnWorkflow) -> Iterator[UUID]:
    by_holder = workflow.subprocesses
    waiting = [workflow]
    while waiting:
        each = waiting.pop(0)
        for task_id in _depth_first(each.task_tree):
            yield task_id
            if task_id in by_holder:
                waiting.append(by_holder[task_id])


def _depth_first(root: Task) -> Iterator[UUID]:
    yield root.id
    for child in root.children:
        yield from _depth_first(child)


def _ordered(workflow: BpmnWorkflow, order: Mapping[UUID, int]) -> list[Any]:
    subs = sorted(workflow.subprocesses.items(), key=lambda item: order[item[0]])
    return [workflow, *(sub for _, sub in subs)]


def _saved_part(workflow: Any, order: Mapping[UUID, int], ranks: Mapping[float, int]) -> dict[str, Any]:
    return {
        "held_by": None if workflow.parent_task_id is None else order[workflow.parent_task_id],
        "spec": workflow.spec.name,
        "last": None if workflow.last_task is None else order[workflow.last_task.id],
        "tasks": [
            _saved_task(workflow.tasks[task_id], order, ranks)
            for task_id in sorted(workflow.tasks, key=lambda task_id: order[task_id])
        ],
    }


def _saved_task(task: Task, order: Mapping[UUID, int], ranks: Mapping[float, int]) -> list[Any]:
    parent = task.parent
    data = None if parent is not None and parent.data == task.data else task.data
    return [
        order[task.id],
        None if parent is None else order[parent.id],
        task.task_spec.name,
        task.state,
        int(task.triggered),
        ranks[task.last_state_change],
        {name: value for name, value in task.internal_data.items() if _plain(value)},
        data,
    ]


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | bool)


def restored(definition: Definition, state: bytes, engine: Any) -> tuple[BpmnWorkflow, str]:
    """The workflow and its status; `engine` evaluates its conditions. Raises `BadState`."""
    try:
        kept = json.loads(state)
        if kept["v"] != VERSION:
            raise BadState(f"Expected a state of version {VERSION}, but it is of version {kept['v']}.")
        workflow = _workflow(definition, kept["parts"], engine)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise BadState("Expected the state of a case, but these bytes are none.") from None
    return workflow, kept["status"]


def _workflow(definition: Definition, parts: list[dict[str, Any]], engine: Any) -> BpmnWorkflow:
    top = BpmnWorkflow(definition.spec, dict(definition.subprocess_specs), script_engine=engine, deserializing=True)
    tasks = _restored_tasks(top, parts[0])
    for part in parts[1:]:
        holder = tasks[part["held_by"]]
        spec = definition.subprocess_specs[part["spec"]]
        sub = BpmnSubWorkflow(spec, holder.id, top, deserializing=True)
        tasks |= _restored_tasks(sub, part)
        top.subprocesses[holder.id] = sub
        sub.completed_event.connect(holder.task_spec._on_subworkflow_completed, holder)
    return top


def _restored_tasks(workflow: Any, part: Mapping[str, Any]) -> dict[int, Task]:
    tasks: dict[int, Task] = {}
    for number, parent, spec, state, triggered, rank, internal, data in part["tasks"]:
        above = None if parent is None else tasks[parent]
        task = Task(workflow, workflow.spec.task_specs[spec], above, state=state, id=UUID(int=number + 1))
        task.triggered = bool(triggered)
        task.last_state_change = rank
        task.internal_data = internal
        task.data = dict(above.data if data is None and above is not None else data or {})
        tasks[number] = task
    workflow.task_tree = next(iter(tasks.values()))
    last = part["last"]
    workflow.last_task = None if last is None else tasks.get(last)
    return tasks
