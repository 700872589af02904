"""The geometry of a drawing: lanes, shapes and flows as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from lxml import etree

from engine.drawings.bpmn import parse
from engine.errors import BadDrawing

Point = tuple[float, float]

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DIAGRAM = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"

MARGIN = 14
LABEL_WIDTH = 90
FARTHEST = 100_000
PICTURES_KEPT = 64

KINDS = {
    "startEvent": "start",
    "endEvent": "end",
    "intermediateThrowEvent": "throw",
    "intermediateCatchEvent": "catch",
    "boundaryEvent": "boundary",
    "task": "task",
    "userTask": "user_task",
    "manualTask": "manual_task",
    "serviceTask": "service_task",
    "sendTask": "send_task",
    "receiveTask": "receive_task",
    "scriptTask": "script_task",
    "businessRuleTask": "decision_task",
    "callActivity": "call",
    "subProcess": "sub_process",
    "transaction": "sub_process",
    "adHocSubProcess": "sub_process",
    "exclusiveGateway": "gateway_exclusive",
    "inclusiveGateway": "gateway_inclusive",
    "parallelGateway": "gateway_parallel",
    "eventBasedGateway": "gateway_event",
    "complexGateway": "gateway_complex",
    "textAnnotation": "note",
}
EVENTS = frozenset({"start", "end", "throw", "catch", "boundary"})
LINES = {"sequenceFlow": "sequence", "messageFlow": "message", "association": "association"}


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle; x grows to the right, y downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The point in the middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def corners(self) -> tuple[Point, Point]:
        """The upper left and the lower right corner."""
        return (self.x, self.y), (self.x + self.width, self.y + self.height)


@dataclass(frozen=True, kw_only=True)
class Lane(Box):
    """One lane; `name` is the word the engine knows, `title_room` the width that its title has at the upper left."""

    id: str
    name: str
    title_room: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Shape(Box):
    """One flow node or note; `label_at` is where a name outside of the shape stands, centred."""

    id: str
    kind: str
    name: str
    marker: str = "none"
    label_at: Box | None = None
    interrupting: bool = True

    @property
    def outline(self) -> str:
        """Which line goes round it: circle, diamond, box or note."""
        if self.kind in EVENTS:
            return "circle"
        if self.kind == "note":
            return "note"
        return "diamond" if self.kind.startswith("gateway_") else "box"

    @property
    def doubled(self) -> bool:
        """Whether a second ring stands inside the first."""
        return self.kind in {"throw", "catch", "boundary"}


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One line between two shapes; `label_at` is where its name stands, centred."""

    id: str
    kind: str
    points: tuple[Point, ...]
    name: str = ""
    label_at: Box | None = None

    @property
    def head(self) -> tuple[Point, Point, Point]:
        """The three corners of the arrow head, its tip first."""
        (x1, y1), (x2, y2) = self.points[-2:]
        length = math.hypot(x2 - x1, y2 - y1) or 1.0
        dx, dy = (x2 - x1) / length, (y2 - y1) / length
        x, y = x2 - 9 * dx, y2 - 9 * dy
        return (x2, y2), (x - 4.5 * dy, y + 4.5 * dx), (x + 4.5 * dy, y - 4.5 * dx)


@dataclass(frozen=True)
class Picture:
    """A whole drawing; everything in it lies between (0, 0) and (width, height)."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    flows: tuple[Flow, ...]
    lanes: tuple[Lane, ...]


@lru_cache(PICTURES_KEPT)
def picture(bpmn: bytes) -> Picture:
    """Read the geometry of the first diagram of a drawing.

    Raises BadDrawing when it is no plain BPMN, holds no diagram or a coordinate that is no number.
    """
    root = parse(bpmn, "drawing")
    plane = root.find(f".//{DIAGRAM}BPMNPlane")
    if plane is None:
        raise BadDrawing("Expected a diagram in the drawing, but there is none.")
    elements = {element.get("id"): element for element in root.iter(f"{MODEL}*") if element.get("id")}
    drawn = [(node, elements[key]) for node in plane if (key := node.get("bpmnElement")) in elements]
    lanes = _lanes(drawn)
    shapes = tuple(_shape(node, element) for node, element in drawn if _tag(element) in KINDS)
    flows = tuple(_flow(node, element) for node, element in drawn if _tag(element) in LINES)
    return _framed(lanes, shapes, flows)


def _tag(element: Any) -> str:
    return str(etree.QName(element).localname)


def _name(element: Any) -> str:
    return " ".join((element.get("name") or element.findtext(f"{MODEL}text") or "").split())


def _lanes(drawn: Iterable[tuple[Any, Any]]) -> tuple[Lane, ...]:
    found: dict[str, list[Lane]] = {"lane": [], "participant": []}
    for node, element in drawn:
        if _tag(element) in found:
            x, y, width, height = _bounds(node)
            lane = Lane(id=element.get("id"), name=element.get("name", ""), x=x, y=y, width=width, height=height)
            found[_tag(element)].append(lane)
    return tuple(found["lane"] or found["participant"])


def _shape(node: Any, element: Any) -> Shape:
    kind = KINDS[_tag(element)]
    x, y, width, height = _bounds(node)
    shape = Shape(
        id=element.get("id"),
        kind=kind,
        name=_name(element),
        marker=_marker(element),
        interrupting=element.get("cancelActivity", element.get("isInterrupting", "true")) != "false",
        x=x,
        y=y,
        width=width,
        height=height,
    )
    return replace(shape, label_at=_label_of_shape(shape, node))


def _label_of_shape(shape: Shape, node: Any) -> Box | None:
    if shape.kind == "sub_process" and node.get("isExpanded") == "true":
        return Box(x=shape.x, y=shape.y + 8, width=shape.width, height=16)
    if not shape.name or shape.outline in {"box", "note"}:
        return None
    below = Box(x=shape.centre[0] - LABEL_WIDTH / 2, y=shape.y + shape.height + 6, width=LABEL_WIDTH, height=14)
    return _label(node) or below


def _flow(node: Any, element: Any) -> Flow:
    points = tuple((_number(point, "x"), _number(point, "y")) for point in node.iter(WAYPOINT))
    if len(points) < 2:
        raise BadDrawing(f"Expected two points or more for the flow {element.get('id')}, but there are {len(points)}.")
    flow = Flow(id=element.get("id"), kind=LINES[_tag(element)], points=points, name=_name(element))
    return replace(flow, label_at=_label(node) or _beside(points)) if flow.name else flow


def _label(node: Any) -> Box | None:
    label = node.find(f"{DIAGRAM}BPMNLabel[{BOUNDS}]")
    if label is None:
        return None
    x, y, width, height = _bounds(label)
    return Box(x=x, y=y, width=width, height=height)


def _beside(points: tuple[Point, ...]) -> Box:
    start = (len(points) - 1) // 2
    (x1, y1), (x2, y2) = points[start : start + 2]
    return Box(x=(x1 + x2 - LABEL_WIDTH) / 2, y=(y1 + y2) / 2 - 20, width=LABEL_WIDTH, height=14)


def _bounds(node: Any) -> tuple[float, float, float, float]:
    bounds = node.find(BOUNDS)
    if bounds is None:
        raise BadDrawing(f"Expected bounds for the shape in line {node.sourceline} of the drawing, but it has none.")
    return _number(bounds, "x"), _number(bounds, "y"), _number(bounds, "width"), _number(bounds, "height")


def _number(node: Any, name: str) -> float:
    try:
        number = float(node.get(name, ""))
    except ValueError:
        number = math.nan
    if not abs(number) < FARTHEST:
        raise BadDrawing(f"Expected a number for {name} in line {node.sourceline} of the drawing, but there is none.")
    return number


def _marker(element: Any) -> str:
    for child in element.iterchildren(f"{MODEL}*"):
        tag = _tag(child)
        if tag.endswith("EventDefinition"):
            return tag.removesuffix("EventDefinition")
        if tag == "multiInstanceLoopCharacteristics":
            return "sequential" if child.get("isSequential") == "true" else "parallel"
    return "none"


def _framed(lanes: tuple[Lane, ...], shapes: tuple[Shape, ...], flows: tuple[Flow, ...]) -> Picture:
    taken = _taken(shapes, flows)
    points = [corner for box in (*lanes, *taken) for corner in box.corners]
    if not points:
        raise BadDrawing("Expected shapes in the diagram of the drawing, but it is empty.")
    left, top = (min(side) - MARGIN for side in zip(*points, strict=True))
    right, bottom = (max(side) + MARGIN for side in zip(*points, strict=True))
    return Picture(
        width=right - left,
        height=bottom - top,
        shapes=tuple(_moved_shape(shape, left, top) for shape in shapes),
        flows=tuple(_moved_flow(flow, left, top) for flow in flows),
        lanes=tuple(_moved_lane(lane, left, top, _title_room(lane, taken)) for lane in lanes),
    )


def _taken(shapes: tuple[Shape, ...], flows: tuple[Flow, ...]) -> tuple[Box, ...]:
    labels = [place for place in (*(s.label_at for s in shapes), *(f.label_at for f in flows)) if place]
    segments = [segment for flow in flows for segment in zip(flow.points, flow.points[1:], strict=False)]
    return (*shapes, *labels, *(_spanned(start, goal) for start, goal in segments))


def _spanned(start: Point, goal: Point) -> Box:
    (left, right), (top, bottom) = sorted((start[0], goal[0])), sorted((start[1], goal[1]))
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def _title_room(lane: Lane, taken: tuple[Box, ...]) -> float:
    band = lane.y + 30
    right = [box.x for box in taken if box.y < band and box.y + box.height > lane.y and box.x >= lane.x]
    return min([*right, lane.x + lane.width]) - lane.x - 24


def _moved_box(box: Box, left: float, top: float) -> Box:
    return replace(box, x=box.x - left, y=box.y - top)


def _moved_lane(lane: Lane, left: float, top: float, title_room: float) -> Lane:
    return replace(lane, x=lane.x - left, y=lane.y - top, title_room=title_room)


def _moved_shape(shape: Shape, left: float, top: float) -> Shape:
    label_at = shape.label_at and _moved_box(shape.label_at, left, top)
    return replace(shape, x=shape.x - left, y=shape.y - top, label_at=label_at)


def _moved_flow(flow: Flow, left: float, top: float) -> Flow:
    label_at = flow.label_at and _moved_box(flow.label_at, left, top)
    return replace(flow, points=tuple((x - left, y - top) for x, y in flow.points), label_at=label_at)
