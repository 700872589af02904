"""What the engine below runs: its own parser, with our timers, automatic steps, milestones and tasks for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ParallelMultiInstanceTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.drawings import bpmn
from engine.drawings.bpmn import Drawing
from engine.errors import BadDrawing


def compiled(drawings: Mapping[str, Drawing], code: str) -> tuple[Any, dict[str, Any]]:
    """The specification of a process and those of everything it calls; raises `BadDrawing`."""
    parser = _Parser()
    try:
        for drawing in drawings.values():
            parser.add_bpmn_xml(bpmn.with_engine_ids(drawing), drawing.file)
        spec = parser.get_spec(code)
        return spec, parser.get_subprocess_specs(code)
    except ValidationException as error:
        raise BadDrawing(
            f"{error.file_name or f'processes/{code}.bpmn'}:{error.line_number or 1}: "
            f"{error.tag or code}: Expected a drawing that can be "
            f"compiled, but {error}."
        ) from None
    except RecursionError:
        raise BadDrawing(f"{code}: Expected at most a few hundred elements in a row, but there are more.") from None


class Timer(EventDefinition):
    """A timer whose moment the portal computes; it fires when it is told to, never by a clock of its own."""

    def __init__(self, name: str, expression: str = "", **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.expression = expression


class ServiceStep(BpmnSpecMixin, BpmnTaskSpec):
    """An automatic step, registered or decided by a table, through the script engine's `call_service`."""

    def _run_hook(self, my_task: Any) -> bool:
        super()._run_hook(my_task)
        my_task.workflow.script_engine.call_service(my_task)
        return True


class Milestone(IntermediateThrowEvent):
    """A throw event that may hand the process a word: how what was called has come out."""

    def _run_hook(self, my_task: Any) -> bool:
        done: bool = super()._run_hook(my_task)
        my_task.workflow.script_engine.passed(my_task)
        return done


class EachTask(ParallelMultiInstanceTask):
    """A task for every item of a list; what remains open is cancelled as soon as one answer makes it needless."""

    def __init__(self, wf_spec: Any, name: str, *, each: str, item: str, until: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, task_spec="", **kwargs)
        self.each = each
        self.item = item
        self.until = until

    def create_children(self, my_task: Any) -> None:
        """One child for each item, which it knows by the name that the drawing gives it."""
        items = my_task.workflow.script_engine.items(my_task, self.each)
        if items:
            my_task._set_state(TaskState.STARTED)  # behind an event it was only a possibility, which has no children
        for item in items:
            child = my_task._add_child(my_task.workflow.spec.task_specs[self.task_spec], TaskState.WAITING)
            child.triggered = True
            child.internal_data["item"] = item
            child.task_spec._update(child)
            child.data[self.item] = item

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Take over what the child routed, and see whether the others are still needed."""
        my_task = child.parent
        my_task.data.update({name: value for name, value in child.data.items() if name != self.item})
        if self.until and workflow.script_engine.evaluate(child, self.until):
            for other in self._instances(my_task):
                other.cancel()
            my_task._set_state(TaskState.READY)
        elif self.children_complete(my_task):
            my_task._set_state(TaskState.READY)


class _UserTaskParser(TaskParser):
    task: Any

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        many = bpmn.many(self.node)
        original = self.spec.task_specs.pop(self.task.name)
        self.task = EachTask(self.spec, original.name, description="Task for each", **many)
        self._copy_task_attrs(original)
        # Shared by all cases and threads, so connected here, once, and never at run time.
        original.completed_event.connect(self.task.merge_child)


class _OwnTimers:
    def parse_timer_event(self, event: Any) -> Timer:
        """Keep the text; `engine.running.run` evaluates it."""
        text = "".join(event.itertext()).strip()
        return Timer(self.node.get("id"), text)  # type: ignore[attr-defined]


class _CatchParser(_OwnTimers, IntermediateCatchEventParser):
    pass


class _BoundaryParser(_OwnTimers, BoundaryEventParser):
    pass


class _Parser(BpmnParser):
    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        full_tag("userTask"): (_UserTaskParser, UserTask),
        full_tag("serviceTask"): (TaskParser, ServiceStep),
        full_tag("intermediateThrowEvent"): (IntermediateThrowEventParser, Milestone),
        full_tag("businessRuleTask"): (TaskParser, ServiceStep),
        full_tag("intermediateCatchEvent"): (_CatchParser, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_BoundaryParser, BoundaryEvent),
    }
