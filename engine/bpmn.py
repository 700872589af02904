"""A BPMN file as plain facts: its elements, its flows, and whether every one of them would run exactly as drawn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lxml import etree

from engine.errors import BadDrawing

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
LARGEST_FILE = 1024 * 1024
MOST_NODES = 200
DEEPEST = 100
RESERVED = re.compile(
    r"^(Start|End|Root|StartEventSplit|StartEventJoin)$|\.(EndJoin|BoundaryEventSplit|BoundaryEventJoin)$"
)

TASKS = frozenset({"userTask", "serviceTask"})
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
    | {"definitions", "category", "categoryValue", "import", "partitionElementRef"}
)
# Each of these is refused by name; the cure says what to draw instead.
CURES = {
    "scriptTask": "a service task with a registered topic",
    "businessRuleTask": "a service task with a registered topic",
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
    "multiInstanceLoopCharacteristics": "one user task per company",
    "standardLoopCharacteristics": "a flow back to the task",
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
    attached_to: str = ""
    default: str = ""
    interrupting: bool = True
    message: str = ""
    timer: str = ""
    timer_kind: str = ""
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


def parse(content: bytes, file: str) -> Any:
    """The XML root of a BPMN file, read by a parser that resolves nothing.

    Raises `BadDrawing` for more than 1 MB, other encodings than UTF-8, a DOCTYPE, more than 100 levels, or broken XML.
    """
    if len(content) > LARGEST_FILE:
        raise _bad(file, "Expected at most 1 MB, but the file is larger: split it with call activities.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(file, "Expected UTF-8, but the file is in another encoding: save it as UTF-8.") from None
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise _bad(file, "Expected plain BPMN, but the file declares a DOCTYPE: remove the declaration.")
    declared = re.match(r"\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", text)
    if declared and declared[1].lower() not in ("utf-8", "us-ascii", "ascii"):
        raise _bad(file, f"Expected UTF-8, but the file declares {declared[1][:20]}: save it as UTF-8.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise _bad(file, f"Expected well-formed XML, but line {error.lineno} is broken: {error.msg}.") from None
    if root.tag != f"{{{BPMN}}}definitions":
        raise _bad(file, "Expected a BPMN 2.0 file, but its root is not bpmn:definitions.")
    _require_shallow(root, file)
    return root


def read(content: bytes, file: str) -> tuple[Drawing, list[Fault]]:
    """The one process of a file, and why it could not run exactly as drawn (nothing, when it can).

    Raises `BadDrawing` when there is no process to speak of.
    """
    root = parse(content, file)
    processes = root.findall(f"{{{BPMN}}}process")
    if len(processes) != 1:
        raise _bad(file, f"Expected one process in the file, but it holds {len(processes)}: one file per process.")
    process = processes[0]
    nodes = [node for node in process.iter() if _local(node) in RUNS]
    if len(nodes) > MOST_NODES:
        raise _bad(file, f"Expected at most {MOST_NODES} elements, but there are {len(nodes)}: use call activities.")
    faults = list(_unfit(process, file))
    _give_missing_ids(process)
    faults += _shared_ids(root, file)
    drawing = Drawing(
        file=file,
        content=content,
        process=process.get("id") or "",
        name=process.get("name") or "",
        properties=_properties(process),
        elements={node.get("id"): _element(node, root) for node in nodes},
        flows=tuple(_flow(node) for node in process.iter(f"{{{BPMN}}}sequenceFlow")),
        root=root,
    )
    return drawing, faults + list(_misdrawn(drawing, process))


def renamed(name: str) -> str:
    """The id under which the engine runs an element: its own, unless the engine keeps that word for itself."""
    return f"{name}__drawn" if RESERVED.search(name) else name


# --- reading ----------------------------------------------------------------------------------------------------------
def _bad(file: str, sentence: str) -> BadDrawing:
    return BadDrawing(str(Fault(file, 1, "", sentence)))


def _local(node: Any) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) and tag.startswith(f"{{{BPMN}}}") else ""


def _require_shallow(root: Any, file: str) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _bad(file, f"Expected at most {DEEPEST} levels of XML, but the file nests deeper.")
        level = [child for node in level for child in node]


def _give_missing_ids(process: Any) -> None:
    """A flow without an id ends its branch in the engine below, so each gets one."""
    number = 0
    for node in process.iter():
        if (_local(node) in RUNS or _local(node) == "sequenceFlow") and not node.get("id"):
            number += 1
            node.set("id", f"unnamed_{number}")


def _shared_ids(root: Any, file: str) -> list[Fault]:
    ids = Counter(node.get("id") for node in root.iter() if node.get("id") and not _in_diagram(node))
    return [
        Fault(file, 1, name, f"Expected every id once, but {name} stands {times} times: rename one.")
        for name, times in ids.items()
        if times > 1
    ]


def _in_diagram(node: Any) -> bool:
    return not str(node.tag).startswith((f"{{{BPMN}}}", f"{{{CAMUNDA}}}"))


def _properties(node: Any) -> dict[str, str]:
    path = f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property"
    return {prop.get("name") or "": (prop.get("value") or "").strip() for prop in node.findall(path)}


def _element(node: Any, root: Any) -> Element:
    inputs = f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}inputOutput/{{{CAMUNDA}}}inputParameter"
    parent = node.getparent()
    timer_kind, timer = _timer(node)
    return Element(
        id=node.get("id"),
        kind=_local(node),
        name=node.get("name") or node.get("id"),
        line=node.sourceline or 0,
        lane=_lane(node, root),
        parent=parent.get("id") if _local(parent) == "subProcess" else "",
        form=node.get(f"{{{CAMUNDA}}}formKey") or "",
        topic=node.get(f"{{{CAMUNDA}}}topic") or "",
        called=node.get("calledElement") or "",
        attached_to=node.get("attachedToRef") or "",
        default=node.get("default") or "",
        interrupting=(node.get("cancelActivity") or "true") == "true",
        message=_message(node, root),
        timer=timer,
        timer_kind=timer_kind,
        inputs={part.get("name") or "": (part.text or "").strip() for part in node.findall(inputs)},
        properties=_properties(node),
    )


def _lane(node: Any, root: Any) -> str:
    for reference in root.iter(f"{{{BPMN}}}flowNodeRef"):
        if (reference.text or "").strip() == node.get("id"):
            return reference.getparent().get("name") or ""
    return ""


def _message(node: Any, root: Any) -> str:
    event = node.find(f"{{{BPMN}}}messageEventDefinition")
    if event is None:
        return ""
    for message in root.findall(f"{{{BPMN}}}message"):
        if message.get("id") == event.get("messageRef"):
            return message.get("name") or ""
    return ""


def _timer(node: Any) -> tuple[str, str]:
    event = node.find(f"{{{BPMN}}}timerEventDefinition")
    for kind in ("timeDate", "timeDuration"):
        when = event.find(f"{{{BPMN}}}{kind}") if event is not None else None
        if when is not None:
            return kind, (when.text or "").strip()
    return ("", "")


def _flow(node: Any) -> Flow:
    condition = node.find(f"{{{BPMN}}}conditionExpression")
    text = None if condition is None else (condition.text or "").strip()
    return Flow(node.get("id"), node.get("sourceRef") or "", node.get("targetRef") or "", text, node.sourceline or 0)


# --- would it run exactly as drawn? -----------------------------------------------------------------------------------
def _unfit(process: Any, file: str) -> Iterator[Fault]:
    """Elements that the engine would not execute exactly as BPMN 2.0 says."""
    for node in process.iter():
        if not isinstance(node.tag, str):
            continue
        where = _owner(node)
        name, line = node.tag.rpartition("}")[2], node.sourceline or 0
        if name in SCRIPTS and not _local(node):
            yield Fault(file, line, where, f"Expected no code, but found {name}: use a service task with a topic.")
        elif _local(node) in CURES:
            yield Fault(file, line, where, f"Expected what runs exactly, but found {name}: draw {CURES[name]} instead.")
        elif _local(node) and name not in RUNS | SILENT:
            yield Fault(
                file, line, where, f"Expected an element that this portal runs, but found {name}: leave it out."
            )
        elif _local(node) in RUNS:
            yield from _unfit_attributes(node, file)
    if (process.get("isExecutable") or "false") != "true":
        yield Fault(
            file,
            process.sourceline or 0,
            process.get("id") or "",
            'Expected isExecutable="true" on the process, but it is not set: tick "Executable".',
        )


def _unfit_attributes(node: Any, file: str) -> Iterator[Fault]:
    where, line = node.get("id") or "", node.sourceline or 0
    for attribute in ("startQuantity", "completionQuantity"):
        if node.get(attribute) not in (None, "1"):
            yield Fault(file, line, where, f"Expected {attribute} 1, but it is {node.get(attribute)}: draw the steps.")
    if node.get("triggeredByEvent") == "true":
        yield Fault(
            file,
            line,
            where,
            "Expected what runs exactly, but found an event sub-process: draw a boundary event instead.",
        )
    if node.get("isForCompensation") == "true":
        yield Fault(
            file, line, where, "Expected what runs exactly, but found compensation: draw the steps that undo the work."
        )
    if node.get("parallelMultiple") == "true":
        yield Fault(file, line, where, "Expected one event definition, but found several: draw one event for each.")


def _owner(node: Any) -> str:
    while node is not None and not (_local(node) in RUNS or _local(node) in ("process", "sequenceFlow")):
        node = node.getparent()
    return "" if node is None else node.get("id") or ""


def _misdrawn(drawing: Drawing, process: Any) -> Iterator[Fault]:
    def fault(element: Element | Flow, sentence: str) -> Fault:
        return Fault(drawing.file, element.line, element.id, sentence)

    if not drawing.process:
        yield Fault(drawing.file, process.sourceline or 0, "", "Expected an id on the process, but it has none.")
    for flow in drawing.flows:
        for end in (flow.source, flow.target):
            if end not in drawing.elements:
                yield fault(
                    flow,
                    f"Expected the flow to join two elements, but {end or 'one end'} does not exist: reconnect it.",
                )
    scopes = {element.parent for element in drawing.elements.values()}
    for scope in sorted(scopes | {""}):
        starts = [e for e in drawing.elements.values() if e.kind == "startEvent" and e.parent == scope]
        if len(starts) != 1:
            yield Fault(
                drawing.file,
                1,
                scope or drawing.process,
                f"Expected one start event, but found {len(starts)}: draw exactly one.",
            )
    for element in drawing.elements.values():
        for sentence in _wrong_wiring(drawing, element):
            yield fault(element, sentence)


def _wrong_wiring(drawing: Drawing, element: Element) -> Iterator[str]:
    outgoing, incoming = drawing.outgoing(element.id), drawing.incoming(element.id)
    for flow in [*outgoing, *incoming]:
        other = drawing.elements.get(flow.target if flow in outgoing else flow.source)
        if other is not None and other.parent != element.parent:
            yield f"Expected flows inside one process, but {flow.id} crosses the border of a sub-process: use its start and end."
            break
    if element.kind == "startEvent" and incoming:
        yield "Expected nothing before the start, but a flow leads into it: lead it to the first step."
    if element.kind == "startEvent" and _events(drawing, element):
        yield "Expected a plain start event, but it waits for an event: the portal starts requests itself."
    if element.kind == "endEvent" and outgoing:
        yield "Expected nothing after the end, but a flow leaves it: remove the flow."
    if element.kind not in ("endEvent",) and not outgoing:
        yield "Expected a way on, but no flow leaves this element: lead it to the next step or to an end event."
    if element.kind == "boundaryEvent" and incoming:
        yield "Expected no flow into a boundary event, but one leads there: attach it to the task only."
    if element.kind not in GATEWAYS and len(outgoing) > 1:
        yield "Expected one flow out of this element, but several leave it: draw a gateway."
    if element.kind not in ("exclusiveGateway", "inclusiveGateway") and any(f.condition is not None for f in outgoing):
        yield "Expected a plain flow, but it has a condition: draw an exclusive gateway."
    if element.kind in ("exclusiveGateway", "inclusiveGateway") and len(outgoing) > 1:
        yield from _wrong_choice(element, outgoing)
    if element.kind in JOINS and len(incoming) > 1 and _comes_again(drawing, element):
        yield "Expected what runs exactly, but found a join inside a loop: put split and join into a sub-process."
    if element.kind == "boundaryEvent":
        yield from _wrong_boundary(drawing, element)
    if element.kind == "intermediateCatchEvent" and not (element.message or element.timer):
        yield "Expected a message or a timer to wait for, but the event has neither: choose one."
    if element.kind in ("intermediateThrowEvent", "endEvent") and _events(drawing, element):
        yield "Expected a plain milestone, but the event throws something: remove the event definition."


def _wrong_choice(element: Element, outgoing: list[Flow]) -> Iterator[str]:
    if element.default not in {flow.id for flow in outgoing}:
        yield "Expected a default flow out of this gateway, but none is marked: mark the usual way as default."
    for flow in outgoing:
        if flow.id == element.default and flow.condition:
            yield f"Expected no condition on the default flow {flow.id}, but it has one: remove it."
        if flow.id != element.default and not flow.condition:
            yield f'Expected a condition on the flow {flow.id}, but it has none: write one, such as decision == "return".'


def _wrong_boundary(drawing: Drawing, element: Element) -> Iterator[str]:
    host = drawing.elements.get(element.attached_to)
    if host is None or host.kind not in TASKS | CONTAINERS:
        yield "Expected the event to sit on a task or sub-process, but it sits on nothing: attach it."
    if not (element.message or element.timer):
        yield "Expected a named message or a timer, but the event has neither: choose one."


def _comes_again(drawing: Drawing, element: Element) -> bool:
    """Whether flows lead back: the engine below counts the tokens of earlier rounds at a join."""
    found: set[str] = set()
    waiting = [element.id]
    while waiting:
        name = waiting.pop()
        events = [e.id for e in drawing.elements.values() if e.attached_to == name]
        ahead = {flow.target for flow in drawing.outgoing(name)}.union(events) - found
        found |= ahead
        waiting += ahead
    return element.id in found


def _events(drawing: Drawing, element: Element) -> bool:
    node = next(n for n in drawing.root.iter(f"{{{BPMN}}}{element.kind}") if n.get("id") == element.id)
    return any(_local(child).endswith("EventDefinition") for child in node)


def with_engine_ids(drawing: Drawing) -> Any:
    """A copy of the XML in which no id collides with the engine's own words."""
    if not any(RESERVED.search(name) for name in drawing.elements):
        return drawing.root
    root = etree.fromstring(etree.tostring(drawing.root))
    for node in root.iter():
        for attribute in ("id", "sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement"):
            if node.get(attribute) in drawing.elements:
                node.set(attribute, renamed(node.get(attribute)))
        if _local(node) in ("flowNodeRef", "incoming", "outgoing") and (node.text or "").strip() in drawing.elements:
            node.text = renamed(node.text.strip())
    return root
