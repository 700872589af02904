"""What a drawing looks like: its picture, and the picture as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape

from engine.drawings.lettering import measure, wrap
from engine.drawings.picture import LABEL_WIDTH, Box, Flow, Lane, Picture, Point, Shape, picture
from engine.drawings.signs import Stroke, strokes

__all__ = ["Box", "Flow", "Lane", "Picture", "Shape", "Stroke", "measure", "picture", "strokes", "svg", "wrap"]

BOX_TEXT, LABEL_TEXT, LINE_HEIGHT = 13, 11, 1.25
NO_TITLES: Mapping[str, str] = {}
PARTS_KEPT = 8_192  # of some dozen drawings: what a token changes of one is a shape or two


def svg(
    picture: Picture,
    *,
    open: frozenset[str],
    done: frozenset[str],
    title: str,
    lane_titles: Mapping[str, str] = NO_TITLES,
) -> str:
    """Write a picture as one SVG element that a page can hold without any style of its own.

    open, done: ids of shapes. title: what the picture says to somebody who cannot see it.
    """
    parts = [_lane_svg(lane, lane_titles.get(lane.name, lane.name)) for lane in picture.lanes]
    shapes = [(shape, _shape_svg(shape, _state(shape.id, open, done))) for shape in picture.shapes]
    parts += [text for shape, text in shapes if _holds_others(shape)]
    parts += [_flow_svg(flow) for flow in picture.flows]
    parts += [text for shape, text in shapes if not _holds_others(shape) and shape.kind != "boundary"]
    parts += [text for shape, text in shapes if shape.kind == "boundary"]
    parts += [_badge_svg(shape) for shape in picture.shapes if shape.id in open]
    size = f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}" width="{_n(picture.width)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing-svg" role="img" {size} height="{_n(picture.height)}"'
        f' fill="white" stroke="black" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _holds_others(shape: Shape) -> bool:
    return shape.kind == "sub_process" and shape.label_at is not None


def _state(key: str, open: frozenset[str], done: frozenset[str]) -> str:
    if key in open:
        return " token"
    return " done" if key in done else ""


@lru_cache(PARTS_KEPT)
def _lane_svg(lane: Lane, title: str) -> str:
    lines = wrap(title, max(lane.title_room, LABEL_WIDTH), BOX_TEXT)
    text = _text_lines(lines, lane.x + 12, lane.y + 21, BOX_TEXT, "lane-title", anchor="start")
    return f'<g class="lane" data-id="{escape(lane.id)}">{_rect(lane, 4)}{text}</g>'


@lru_cache(PARTS_KEPT)
def _flow_svg(flow: Flow) -> str:
    dashes = "" if flow.kind == "sequence" else ' stroke-dasharray="5 4"'
    head = "" if flow.kind == "association" else f'<polygon class="head" points="{_points(flow.head)}" fill="black"/>'
    line = f'<path class="line" d="{_rounded(flow.points)}" fill="none"{dashes}/>'
    return f'<g class="flow {flow.kind}" data-id="{escape(flow.id)}">{line}{head}{_label_svg(flow)}</g>'


@lru_cache(PARTS_KEPT)
def _shape_svg(shape: Shape, state: str) -> str:
    name = shape.kind.replace("_", "-")
    kept = "" if shape.interrupting else " non-interrupting"
    outline = {"circle": _circles, "diamond": _diamond, "note": _note, "box": _box}[shape.outline](shape)
    signs = "".join(
        f'<polyline class="sign" points="{_points(stroke.points)}" fill="{"black" if stroke.solid else "none"}"/>'
        for stroke in strokes(shape)
    )
    inside = _text(shape.name, shape, BOX_TEXT) if shape.outline in {"box", "note"} and not shape.label_at else ""
    return (
        f'<g class="shape {name}{kept}{state}" data-id="{escape(shape.id)}">{outline}{signs}{inside}'
        f"{_label_svg(shape)}</g>"
    )


def _badge_svg(shape: Shape) -> str:
    x, y = shape.x + (2 if shape.outline == "box" else 0), shape.y + 2
    return (
        f'<g class="badge"><circle cx="{_n(x)}" cy="{_n(y)}" r="10" fill="black"/>'
        f'<text x="{_n(x)}" y="{_n(y + 4)}" font-size="12" fill="white" stroke="none" text-anchor="middle">1</text></g>'
    )


def _circles(shape: Shape) -> str:
    (x, y), radius = shape.centre, shape.width / 2
    dashes = "" if shape.interrupting else ' stroke-dasharray="4 3"'
    rings = (radius, radius - 3) if shape.doubled else (radius,)
    weight = ' stroke-width="3"' if shape.kind == "end" else ""
    return "".join(
        f'<circle class="outline" cx="{_n(x)}" cy="{_n(y)}" r="{_n(ring)}"{dashes}{weight}/>' for ring in rings
    )


def _diamond(shape: Shape) -> str:
    (left, top), (right, bottom) = shape.corners
    x, y = shape.centre
    return f'<polygon class="outline" points="{_points(((x, top), (right, y), (x, bottom), (left, y)))}"/>'


def _note(shape: Shape) -> str:
    (x, top), (_, bottom) = shape.corners
    return f'<polyline class="outline" points="{_points(((x + 10, top), (x, top), (x, bottom), (x + 10, bottom)))}"/>'


def _box(shape: Shape) -> str:
    return _rect(shape, 8, ' stroke-width="3"' if shape.kind == "call" else "")


def _rect(box: Box, radius: int, weight: str = "") -> str:
    size = f'width="{_n(box.width)}" height="{_n(box.height)}"'
    return f'<rect class="outline" x="{_n(box.x)}" y="{_n(box.y)}" {size} rx="{radius}"{weight}/>'


def _label_svg(item: Shape | Flow) -> str:
    if not item.label_at:
        return ""
    size = BOX_TEXT if isinstance(item, Shape) and item.outline == "box" else LABEL_TEXT
    lines = wrap(item.name, max(item.label_at.width, LABEL_WIDTH), size)
    return _text_lines(lines, item.label_at.centre[0], item.label_at.y + 11, size, "label")


def _text(text: str, box: Box, size: int) -> str:
    lines = wrap(text, box.width - 16, size)
    x, y = box.centre
    return _text_lines(lines, x, y + size * (0.35 - LINE_HEIGHT * (len(lines) - 1) / 2), size, "name")


def _text_lines(lines: tuple[str, ...], x: float, y: float, size: int, name: str, anchor: str = "middle") -> str:
    spans = "".join(
        f'<tspan x="{_n(x)}" y="{_n(y + row * size * LINE_HEIGHT)}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    look = f'class="{name}" font-size="{size}" fill="black" stroke="none" text-anchor="{anchor}"'
    return f"<text {look}>{spans}</text>" if spans else ""


def _rounded(points: tuple[Point, ...]) -> str:
    path = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (x1, y1), (x2, y2) = _toward(corner, before), _toward(corner, after)
        path.append(f"L{_n(x1)} {_n(y1)}Q{_n(corner[0])} {_n(corner[1])} {_n(x2)} {_n(y2)}")
    return "".join([*path, f"L{_n(points[-1][0])} {_n(points[-1][1])}"])


def _toward(start: Point, goal: Point) -> Point:
    length = math.dist(start, goal)
    share = min(6, length / 2) / length if length else 0
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{round(number, 1):g}"
