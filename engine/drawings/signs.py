"""The signs inside the shapes of a drawing (clock, envelope, cross, person, ...) as lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.drawings.picture import Point, Shape


@dataclass(frozen=True)
class Stroke:
    """One line of the sign inside a shape; a solid one is filled."""

    points: tuple[Point, ...]
    solid: bool = False


def strokes(shape: Shape) -> tuple[Stroke, ...]:
    """The sign inside a shape (clock, envelope, cross, person, ...) as lines in the picture's coordinates."""
    sign = shape.marker if shape.marker in SIGNS else shape.kind
    x, y, size = _sign_at(shape, sign)
    return tuple(
        Stroke(tuple((x + size * dx, y + size * dy) for dx, dy in stroke.points), stroke.solid)
        for stroke in SIGNS.get(sign, ())
    )


def _sign_at(shape: Shape, sign: str) -> tuple[float, float, float]:
    x, y = shape.centre
    if shape.outline != "box":
        return x, y, shape.width / 2
    if sign in {"call", "parallel", "sequential"}:
        return x, shape.y + shape.height - 11, 7
    return shape.x + 15, shape.y + 15, 8


def _ring(x: float, y: float, radius: float, count: int = 24, begin: float = 0, end: float = 360) -> tuple[Point, ...]:
    angles = (math.radians(begin + (end - begin) * step / count) for step in range(count + 1))
    return tuple((x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles)


def _lines(*lines: tuple[Point, ...]) -> tuple[Stroke, ...]:
    return tuple(Stroke(points) for points in lines)


def _spokes(count: int, inner: float, outer: float) -> tuple[Stroke, ...]:
    return _lines(*zip(_ring(0, 0, inner, count)[:-1], _ring(0, 0, outer, count)[:-1], strict=True))


ENVELOPE = _lines(
    ((-0.55, -0.38), (0.55, -0.38), (0.55, 0.38), (-0.55, 0.38), (-0.55, -0.38)),
    ((-0.55, -0.38), (0, 0.08), (0.55, -0.38)),
)
PLUS = _lines(((-0.5, 0), (0.5, 0)), ((0, -0.5), (0, 0.5)))
CROSS = _lines(((-0.36, -0.36), (0.36, 0.36)), ((-0.36, 0.36), (0.36, -0.36)))
SIGNS: Mapping[str, tuple[Stroke, ...]] = {
    "timer": (*_lines(_ring(0, 0, 0.6), ((0, -0.4), (0, 0), (0.28, 0.14))), *_spokes(12, 0.48, 0.6)),
    "message": ENVELOPE,
    "signal": _lines(((0, -0.5), (0.52, 0.4), (-0.52, 0.4), (0, -0.5))),
    "error": _lines(((-0.5, 0.45), (-0.2, -0.4), (0.2, 0.2), (0.5, -0.45), (0.2, 0.45), (-0.2, -0.1), (-0.5, 0.45))),
    "escalation": _lines(((0, -0.55), (0.42, 0.5), (0, 0.05), (-0.42, 0.5), (0, -0.55))),
    "conditional": _lines(
        ((-0.4, -0.5), (0.4, -0.5), (0.4, 0.5), (-0.4, 0.5), (-0.4, -0.5)),
        *(((-0.25, y), (0.25, y)) for y in (-0.25, 0.0, 0.25)),
    ),
    "terminate": (Stroke(_ring(0, 0, 0.55), solid=True),),
    "gateway_exclusive": CROSS,
    "gateway_parallel": PLUS,
    "gateway_inclusive": _lines(_ring(0, 0, 0.45)),
    "gateway_event": _lines(_ring(0, 0, 0.5), _ring(0, 0, 0.38, 5, -90, 270)),
    "gateway_complex": (*CROSS, *PLUS),
    "parallel": _lines(*(((x, -0.6), (x, 0.6)) for x in (-0.5, 0.0, 0.5))),
    "sequential": _lines(*(((-0.6, y), (0.6, y)) for y in (-0.5, 0.0, 0.5))),
    "user_task": _lines(_ring(0, -0.42, 0.42), (*_ring(0, 0.9, 0.8, 16, 180, 360), (-0.8, 0.9))),
    "service_task": (*_lines(_ring(0, 0, 0.66), _ring(0, 0, 0.28)), *_spokes(8, 0.66, 0.98)),
    "send_task": tuple(Stroke(stroke.points, solid=not place) for place, stroke in enumerate(ENVELOPE)),
    "receive_task": ENVELOPE,
    "decision_task": _lines(
        ((-0.9, -0.7), (0.9, -0.7), (0.9, 0.7), (-0.9, 0.7), (-0.9, -0.7)),
        ((-0.9, -0.25), (0.9, -0.25)),
        ((-0.3, -0.25), (-0.3, 0.7)),
    ),
    "call": (*PLUS, *_lines(((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9), (-0.9, -0.9)))),
}
