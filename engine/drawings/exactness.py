"""Whether a drawing runs exactly as BPMN 2.0 says; what would not is refused by name, with what to draw instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.drawings.parts import (
    BPMN,
    CAMUNDA,
    CONTAINERS,
    CURES,
    GATEWAYS,
    JOINS,
    RUNS,
    SCRIPTS,
    SILENT,
    TASKS,
    Drawing,
    Element,
    Fault,
    Flow,
    local_name,
)


def unfit(process: Any, file: str) -> Iterator[Fault]:
    """Elements that the engine would not execute exactly as BPMN 2.0 says."""
    for node in _speaking(process):
        where = _owner(node)
        name, line = node.tag.rpartition("}")[2], node.sourceline or 0
        if name in SCRIPTS and not local_name(node):
            yield Fault(file, line, where, f"Expected no code, but found {name}: use a service task with a topic.")
        elif local_name(node) in CURES:
            yield Fault(file, line, where, f"Expected what runs exactly, but found {name}: draw {CURES[name]} instead.")
        elif local_name(node) and name not in RUNS | SILENT:
            yield Fault(
                file, line, where, f"Expected an element that this portal runs, but found {name}: leave it out."
            )
        elif local_name(node) in RUNS:
            yield from _unfit_attributes(node, file)
        elif local_name(node) == "multiInstanceLoopCharacteristics":
            yield from (Fault(file, line, where, sentence) for sentence in _unfit_many(node))
    if (process.get("isExecutable") or "false") != "true":
        yield Fault(
            file,
            process.sourceline or 0,
            process.get("id") or "",
            'Expected isExecutable="true" on the process, but it is not set: tick "Executable".',
        )


def _speaking(process: Any) -> Iterator[Any]:
    """The process with all that is in it, and everything beside it but the diagram."""
    for node in process.getroottree().getroot():
        if str(node.tag).startswith(f"{{{BPMN}}}") and (node is process or local_name(node) != "process"):
            yield from (part for part in node.iter() if isinstance(part.tag, str))


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


def _unfit_many(node: Any) -> Iterator[str]:
    """A task for every item of a list runs exactly; all other ways to do a task several times do not."""
    if local_name(node.getparent()) != "userTask":
        yield "Expected several tasks at once on user tasks only, but they stand here: draw them on a user task."
    if node.get("isSequential") == "true":
        yield "Expected several tasks at the same time, but they come one after another: draw a flow back to the task."
    if node.get("behavior") not in (None, "All"):
        yield f"Expected what runs exactly, but found the behavior {node.get('behavior')}: leave it out."
    if not node.get(f"{{{CAMUNDA}}}collection") or not node.get(f"{{{CAMUNDA}}}elementVariable"):
        yield (
            "Expected a list to make tasks of, but camunda:collection or camunda:elementVariable is empty: write them, "
            "such as case.desks and desk."
        )


def _owner(node: Any) -> str:
    while node is not None and not (_is_drawn(node) or local_name(node) in ("process", "sequenceFlow")):
        node = node.getparent()
    return "" if node is None else node.get("id") or ""


def _is_drawn(node: Any) -> bool:
    parent = node.getparent()
    inside = parent is not None and local_name(parent) in ("process", "subProcess", "adHocSubProcess", "transaction")
    return inside and local_name(node) in RUNS | CURES.keys()


def misdrawn(drawing: Drawing, process: Any) -> Iterator[Fault]:
    """Flows, starts, gateways and events that are not wired as BPMN 2.0 wants it."""

    def fault(element: Element | Flow, sentence: str) -> Fault:
        return Fault(drawing.file, element.line, element.id, sentence)

    if not drawing.process:
        yield Fault(drawing.file, process.sourceline or 0, "", "Expected an id on the process, but it has none.")
    known = {node.get("id") for node in process.iter(f"{{{BPMN}}}*") if _is_drawn(node)}
    for flow in drawing.flows:
        for end in (flow.source, flow.target):
            if end not in known:
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
                drawing.elements[scope].line if scope else process.sourceline or 0,
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
            yield (
                f"Expected flows inside one process, but {flow.id} crosses the border of a sub-process: "
                "use its start and end."
            )
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
            yield (
                f'Expected a condition on the flow {flow.id}, but it has none: write one, such as decision == "return".'
            )


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
    return any(local_name(child).endswith("EventDefinition") for child in node)
