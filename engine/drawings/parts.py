"""The parts of a drawing as plain facts, and the words for what runs, what is silent and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
IN_BPMN = f"{{{BPMN}}}"  # how the names of its elements begin
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
LARGEST_FILE = 1024 * 1024
MOST_NODES = 200
DEEPEST = 100
RESERVED = re.compile(
    r"^(Start|End|Root|StartEventSplit|StartEventJoin)$|\.(EndJoin|BoundaryEventSplit|BoundaryEventJoin)$| \[child\]$"
)

TASKS = frozenset({"userTask", "serviceTask", "businessRuleTask"})
CONTAINERS = frozenset({"callActivity", "subProcess"})
JOINS = frozenset({"parallelGateway", "inclusiveGateway"})
GATEWAYS = JOINS | {"exclusiveGateway"}
EVENTS = frozenset({"startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent"})
RUNS = TASKS | CONTAINERS | GATEWAYS | EVENTS
# What draws but does not run, and what holds the rest together.
SILENT = frozenset(
    {
        "process",
        "laneSet",
        "lane",
        "flowNodeRef",
        "childLaneSet",
        "sequenceFlow",
        "incoming",
        "outgoing",
        "documentation",
    }
    | {"extensionElements", "conditionExpression", "messageEventDefinition", "timerEventDefinition", "timeDate"}
    | {"timeDuration", "textAnnotation", "text", "association", "group", "message", "collaboration", "participant"}
    | {"multiInstanceLoopCharacteristics", "completionCondition"}
    | {"definitions", "category", "categoryValue", "import", "partitionElementRef"}
)
# Each of these is refused by name; the cure says what to draw instead.
CURES = {
    "scriptTask": "a service task with a registered topic",
    "task": "a user task, or a service task with a registered topic",
    "manualTask": "a user task",
    "sendTask": "an intermediate throw event with a `notice` property",
    "receiveTask": "an intermediate message catch event",
    "eventBasedGateway": "boundary events on a user task",
    "complexGateway": "exclusive gateways",
    "adHocSubProcess": "user tasks in the order in which they are done",
    "transaction": "an embedded sub-process",
    "signalEventDefinition": "a message event",
    "escalationEventDefinition": "a non-interrupting timer or a gateway",
    "errorEventDefinition": "a gateway that reads what the step before decided",
    "conditionalEventDefinition": "a gateway after the step that changes the condition",
    "linkEventDefinition": "the flow itself",
    "compensateEventDefinition": "the steps that undo the work",
    "cancelEventDefinition": "a boundary message event",
    "terminateEventDefinition": "a way out: a boundary message event on the sub-process",
    "timeCycle": "a timer on the task, or a loop with a user task",
    "standardLoopCharacteristics": "a flow back to the task",
    "loopCardinality": "camunda:collection with a list",
    "loopDataInputRef": "camunda:collection with a list",
    "loopDataOutputRef": "`routes` on the user task",
    "inputDataItem": "camunda:elementVariable",
    "outputDataItem": "`routes` on the user task",
    "complexBehaviorDefinition": "a completion condition",
    "dataObject": "a form field, or a routing variable in `routes`",
    "dataObjectReference": "a form field, or a routing variable in `routes`",
    "dataStoreReference": "a register and a service task",
    "dataStore": "a register and a service task",
    "dataInputAssociation": "a form field",
    "dataOutputAssociation": "a form field",
    "ioSpecification": "`routes` on the user task",
    "correlationKey": "a message of its own name",
    "correlationProperty": "a message of its own name",
    "messageFlow": "the flow inside one process",
}
SCRIPTS = frozenset({"script", "preScript", "postScript", "executionListener", "taskListener", "serviceTaskOperator"})


class Fault(NamedTuple):
    """One thing wrong with a file: where, and a sentence that says what to do."""

    file: str
    line: int
    element: str
    sentence: str

    def __str__(self) -> str:
        """The line a person reads."""
        place = f" {self.element}:" if self.element else ""
        return f"{self.file}:{self.line}:{place} {self.sentence}"


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow."""

    id: str
    source: str
    target: str
    condition: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Element:
    """One flow node, with everything an analyst wrote on it."""

    id: str
    kind: str
    name: str
    line: int
    lane: str = ""
    parent: str = ""  # the embedded sub-process around it
    form: str = ""
    topic: str = ""
    called: str = ""
    decision: str = ""  # the decision table that it asks
    attached_to: str = ""
    default: str = ""
    interrupting: bool = True
    message: str = ""
    timer: str = ""
    timer_kind: str = ""
    each: str = ""  # the list of which every item gets a task of its own
    item: str = ""  # what the drawing calls the item
    until: str = ""  # when the tasks that are still open are not needed any more
    inputs: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def routes(self) -> tuple[str, ...]:
        """The answers that this task hands to the process."""
        return tuple(part.strip() for part in self.properties.get("routes", "").split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Drawing:
    """One process of one file."""

    file: str
    content: bytes
    process: str
    name: str
    properties: Mapping[str, str]
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]
    root: Any = field(repr=False, compare=False)

    def outgoing(self, element: str) -> list[Flow]:
        """The flows that leave an element, in file order."""
        return [flow for flow in self.flows if flow.source == element]

    def incoming(self, element: str) -> list[Flow]:
        """The flows that reach an element."""
        return [flow for flow in self.flows if flow.target == element]


def local_name(node: Any) -> str:
    """The name of a BPMN element; empty for anything else."""
    tag = node.tag
    return tag[len(IN_BPMN) :] if isinstance(tag, str) and tag.startswith(IN_BPMN) else ""
