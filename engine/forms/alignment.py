"""Lists of records side by side: which row of one list is which row of the next, however they were moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One row through all lists: its place in the last list that has it, and the row or nothing for each list."""

    place: int
    rows: tuple[Row | None, ...]

    @property
    def is_gone(self) -> bool:
        """Whether the last list no longer has it."""
        return self.rows[-1] is None


def aligned(lists: Sequence[Sequence[Row]]) -> list[Line]:
    """The rows of several lists as lines, in the order of the last list; what it no longer has comes after.

    Two rows are the same one when no other pair has more answers in common; rows without any in common never are.
    """
    lines: list[Line] = []
    for done, rows in enumerate(lists):
        partner = _pairs([_newest(line) for line in lines], rows)
        lines = [
            Line(line.place, (*line.rows, None))
            if number not in partner
            else Line(partner[number], (*line.rows, rows[partner[number]]))
            for number, line in enumerate(lines)
        ]
        fresh = sorted(set(range(len(rows))) - set(partner.values()))
        lines += [Line(place, (*(None for _ in range(done)), rows[place])) for place in fresh]
    return sorted(lines, key=lambda line: (line.is_gone, line.place))


def _newest(line: Line) -> Row:
    return next((row for row in reversed(line.rows) if row is not None), {})


def _pairs(old: Sequence[Row], new: Sequence[Row]) -> dict[int, int]:
    """For the old rows that live on, the place of the new one: the most alike first, then the nearest."""
    alike = [
        (-_in_common(before, after), abs(first - second), first, second)
        for first, before in enumerate(old)
        for second, after in enumerate(new)
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, _, first, second in sorted(alike):
        if score and first not in pairs and second not in taken:
            pairs[first] = second
            taken.add(second)
    return pairs


def _in_common(before: Row, after: Row) -> int:
    return sum(1 for key, value in before.items() if value and value is not True and after.get(key) == value)
