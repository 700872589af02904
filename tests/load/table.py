"""Figures, side by side for every database, as a table for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of design: what was measured, in what, and what we mean to reach.

    row: of the README's table; figures without a bar explain the ones above them. values: by database.
    """

    row: int
    what: str
    unit: str
    values: Mapping[str, float]
    most: float | None = None
    least: float | None = None

    def inside(self, kind: str) -> bool | None:
        """Whether the bar is kept on a database; None when there is no bar."""
        value = self.values[kind]
        if self.most is not None:
            return value <= self.most
        return None if self.least is None else value >= self.least

    @property
    def bar(self) -> str:
        """The bar in words."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return "" if self.least is None else f"at least {self.least:,.0f}"


@dataclass(frozen=True, slots=True)
class Run:
    """One whole run."""

    quick: bool
    seconds: float
    figures: Sequence[Figure]
    notes: Mapping[str, Any] = field(default_factory=dict)


def merged(runs: Iterable[Sequence[Figure]]) -> list[Figure]:
    """The figures of several databases, each line once."""
    found: dict[str, Figure] = {}
    for figures in runs:
        for one in figures:
            known = found.get(one.what)
            values = {**(known.values if known else {}), **one.values}
            found[one.what] = Figure(one.row, one.what, one.unit, values, one.most, one.least)
    return sorted(found.values(), key=lambda figure: figure.row)


def printed(figures: Sequence[Figure]) -> str:
    """The table as text."""
    kinds = list(dict.fromkeys(kind for figure in figures for kind in figure.values))
    rows = [["row", "what", "unit", "bar", *kinds]]
    for figure in figures:
        cells = [_cell(figure, kind) for kind in kinds]
        rows.append([str(figure.row), figure.what, figure.unit, figure.bar, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def as_json(run: Run) -> str:
    """The run as JSON."""
    told = asdict(run)
    for figure, one in zip(told["figures"], run.figures, strict=True):
        figure["inside"] = {kind: one.inside(kind) for kind in one.values}
    return json.dumps(told, indent=1, ensure_ascii=False)


def _cell(figure: Figure, kind: str) -> str:
    if kind not in figure.values:
        return "-"
    value, inside = figure.values[kind], figure.inside(kind)
    shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
    return shown if inside is None else f"{shown} {'inside' if inside else 'OUTSIDE'}"
