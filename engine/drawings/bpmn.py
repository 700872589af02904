"""A BPMN file as plain facts: its elements, its flows, and whether every one of them would run exactly as drawn."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any

from lxml import etree

from engine.drawings.exactness import misdrawn, unfit
from engine.drawings.parts import (
    BPMN,
    CAMUNDA,
    CONTAINERS,
    CURES,
    DEEPEST,
    DI,
    GATEWAYS,
    JOINS,
    LARGEST_FILE,
    MOST_NODES,
    RESERVED,
    RUNS,
    TASKS,
    Drawing,
    Element,
    Fault,
    Flow,
    local_name,
)
from engine.errors import BadDrawing
from engine.sentence import named

__all__ = [
    "BPMN",
    "CAMUNDA",
    "CONTAINERS",
    "CURES",
    "DI",
    "GATEWAYS",
    "JOINS",
    "RUNS",
    "TASKS",
    "Drawing",
    "Element",
    "Fault",
    "Flow",
    "many",
    "parse",
    "plain_xml",
    "read",
    "renamed",
    "with_engine_ids",
]


def parse(content: bytes, file: str) -> Any:
    """The XML root of a BPMN file; raises `BadDrawing` as `plain_xml` does, and for any other root."""
    root = plain_xml(content, file)
    if root.tag != f"{{{BPMN}}}definitions":
        raise _bad(file, "Expected a BPMN 2.0 file, but its root is not bpmn:definitions.")
    return root


def plain_xml(content: bytes, file: str) -> Any:
    """The XML root of a drawn file, read by a parser that resolves nothing.

    Raises `BadDrawing` for more than 1 MB, other encodings than UTF-8, a DOCTYPE, more than 100 levels, or broken XML.
    """
    if len(content) > LARGEST_FILE:
        raise _bad(file, "Expected at most 1 MB, but the file is larger: split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(file, "Expected UTF-8, but the file is in another encoding: save it as UTF-8.") from None
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise _bad(file, "Expected plain XML, but the file declares a DOCTYPE: remove the declaration.")
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
    _require_shallow(root, file)
    return root


def read(content: bytes, file: str) -> tuple[Drawing, list[Fault]]:
    """The one process of a file, and why it could not run exactly as drawn (nothing, when it can).

    Raises `BadDrawing` when there is no process to speak of.
    """
    drawing, faults = _read(content, file)
    return drawing, list(faults)


@lru_cache(maxsize=64)  # a folder is read anew with each of its files that changes; a drawing itself never changes
def _read(content: bytes, file: str) -> tuple[Drawing, tuple[Fault, ...]]:
    root = parse(content, file)
    processes = root.findall(f"{{{BPMN}}}process")
    if len(processes) != 1:
        raise _bad(file, f"Expected one process in the file, but it holds {len(processes)}: one file per process.")
    process = processes[0]
    nodes = [node for node in process.iter() if local_name(node) in RUNS]
    if len(nodes) > MOST_NODES:
        raise _bad(file, f"Expected at most {MOST_NODES} elements, but there are {len(nodes)}: use call activities.")
    faults = list(unfit(process, file))
    _give_missing_ids(process)
    faults += _shared_ids(root, file)
    drawing = Drawing(
        file=file,
        content=content,
        process=process.get("id") or "",
        name=named(process.get("name") or ""),
        properties=_properties(process),
        elements={node.get("id"): _element(node, root) for node in nodes},
        flows=tuple(_flow(node) for node in process.iter(f"{{{BPMN}}}sequenceFlow")),
        root=root,
    )
    return drawing, (*faults, *misdrawn(drawing, process))


def renamed(name: str) -> str:
    """The id under which the engine runs an element: its own, unless the engine keeps that word for itself."""
    return f"{name}__drawn" if RESERVED.search(name) else name


# --- reading ----------------------------------------------------------------------------------------------------------
def _bad(file: str, sentence: str) -> BadDrawing:
    return BadDrawing(str(Fault(file, 1, "", sentence)))


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
        if (local_name(node) in RUNS or local_name(node) == "sequenceFlow") and not node.get("id"):
            number += 1
            node.set("id", f"unnamed_{number}")


def _shared_ids(root: Any, file: str) -> list[Fault]:
    named = [node for node in root.iter() if node.get("id") and not _in_diagram(node)]
    ids = Counter(node.get("id") for node in named)
    lines = {node.get("id"): node.sourceline or 0 for node in named}
    return [
        Fault(file, lines[name], name, f"Expected every id once, but {name} stands {times} times: rename one.")
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
        kind=local_name(node),
        name=named(node.get("name") or node.get("id")),
        line=node.sourceline or 0,
        lane=_lane(node, root),
        parent=parent.get("id") if local_name(parent) == "subProcess" else "",
        form=node.get(f"{{{CAMUNDA}}}formKey") or "",
        topic=node.get(f"{{{CAMUNDA}}}topic") or "",
        called=node.get("calledElement") or "",
        decision=node.get(f"{{{CAMUNDA}}}decisionRef") or "",
        attached_to=node.get("attachedToRef") or "",
        default=node.get("default") or "",
        interrupting=(node.get("cancelActivity") or "true") == "true",
        message=_message(node, root),
        timer=timer,
        timer_kind=timer_kind,
        **many(node),
        inputs={part.get("name") or "": (part.text or "").strip() for part in node.findall(inputs)},
        properties=_properties(node),
    )


def many(node: Any) -> dict[str, str]:
    """What makes one drawn task many: the list, the name of its items, and when the rest is not needed."""
    marks = node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if marks is None:
        return {}
    until = marks.find(f"{{{BPMN}}}completionCondition")
    return {
        "each": marks.get(f"{{{CAMUNDA}}}collection") or "",
        "item": marks.get(f"{{{CAMUNDA}}}elementVariable") or "",
        "until": "" if until is None else (until.text or "").strip(),
    }


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


def with_engine_ids(drawing: Drawing) -> Any:
    """A copy of the XML in which no id collides with the engine's own words."""
    if not any(RESERVED.search(name) for name in drawing.elements):
        return drawing.root
    root = etree.fromstring(etree.tostring(drawing.root))
    for node in root.iter():
        for attribute in ("id", "sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement"):
            if node.get(attribute) in drawing.elements:
                node.set(attribute, renamed(node.get(attribute)))
        if (
            local_name(node) in ("flowNodeRef", "incoming", "outgoing")
            and (node.text or "").strip() in drawing.elements
        ):
            node.text = renamed(node.text.strip())
    return root
