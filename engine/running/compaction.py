"""Compaction: what is finished above the live tasks is dropped, so that a thousand returns cost what one costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

OPEN = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def compact(workflow: BpmnWorkflow) -> None:
    """Drop what is finished above the live tasks: a loop of a thousand returns stays as small as the first."""
    for each in [workflow, *workflow.subprocesses.values()]:
        _compact_one(each)
    for parent_id in list(workflow.subprocesses):
        holder = _holder(workflow, parent_id)
        if holder is None or not holder.has_state(OPEN):
            del workflow.subprocesses[parent_id]


def _holder(workflow: BpmnWorkflow, task_id: UUID) -> Task | None:
    for each in [workflow, *workflow.subprocesses.values()]:
        if task_id in each.tasks:
            return each.tasks[task_id]
    return None


def _compact_one(workflow: Any) -> None:
    live = [task for task in workflow.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)]
    moving = [task for task in live if not isinstance(task.task_spec, _EndJoin) or task.has_state(TaskState.READY)]
    if not moving:
        return
    meeting = _meeting_point(moving)
    root = workflow.task_tree
    if meeting is root or meeting.parent is root:
        return
    root.data = meeting.parent.data  # an event that is caught takes over what stands above it once more
    kept = set(_branch(meeting)) | {root.id}
    for task_id in [task_id for task_id in workflow.tasks if task_id not in kept]:
        del workflow.tasks[task_id]
    meeting.parent = root
    root.children = [meeting]
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = None


def _meeting_point(tasks: list[Task]) -> Task:
    """The lowest task that all these tasks descend from, or are."""
    paths = [_lineage(task) for task in tasks]
    meeting = paths[0][0]
    for level in zip(*paths, strict=False):
        if any(task is not level[0] for task in level):
            break
        meeting = level[0]
    return meeting


def _lineage(task: Task) -> list[Task]:
    path = [task]
    while (parent := path[-1].parent) is not None:
        path.append(parent)
    return path[::-1]


def _branch(task: Task) -> Iterator[UUID]:
    waiting = [task]
    while waiting:
        current = waiting.pop()
        yield current.id
        waiting.extend(current.children)
