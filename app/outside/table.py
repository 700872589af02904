"""A table on paper that flows over pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.outside.paper import INK_2, INK_3, MARGIN, Face, Paper, Piece

Cell = Sequence[Piece]


@dataclass(frozen=True)
class Column:
    """One column of a table. width: millimetres."""

    title: str
    width: float


class Table:
    """A table whose rows may be longer than a page; its head stands on each."""

    PAD = 2.0

    def __init__(self, paper: Paper, columns: Sequence[Column]) -> None:
        self.paper, self.columns = paper, columns
        paper.need(30)
        self._titles()

    def row(self, cells: Sequence[Cell]) -> None:
        """Add one row; a row that does not fit goes on over the page."""
        left = [self._lines(cell, column) for cell, column in zip(cells, self.columns, strict=True)]
        whole = max(map(_height, left)) + 2 * self.PAD
        if whole > self.paper.room and (whole < 90 or self.paper.room < 25):
            self._next_page()
        while any(left):
            space = self.paper.room - 2 * self.PAD
            now = [_fitting(lines, space) for lines in left]
            left = [lines[len(taken) :] for lines, taken in zip(left, now, strict=True)]
            self._draw(now)
            if any(left):
                self._next_page()

    def _next_page(self) -> None:
        self.paper.turn()
        self._titles()

    def _titles(self) -> None:
        paper, face, x = self.paper, Face(7.5, bold=True, colour=INK_2), MARGIN
        for column in self.columns:
            paper.put(x, paper.y + 0.6, column.title, face)
            x += column.width
        paper.y += face.leading + 1.8
        paper.rule(paper.y, INK_3, weight=0.25)

    def _lines(self, cell: Cell, column: Column) -> list[Piece]:
        lines: list[Piece] = []
        for piece in cell:
            wrapped = self.paper.wrap(piece.text, column.width - 3, piece.face)
            lines += [replace(piece, text=line, gap=0.0 if nth else piece.gap) for nth, line in enumerate(wrapped)]
        return lines

    def _draw(self, cells: list[list[Piece]]) -> None:
        paper, x = self.paper, MARGIN
        for lines, column in zip(cells, self.columns, strict=True):
            y = paper.y + self.PAD
            for line in lines:
                y += line.gap
                _put_piece(paper, x, y, line)
                y += line.face.leading
            x += column.width
        paper.y += max(map(_height, cells)) + 2 * self.PAD
        paper.rule(paper.y)


def _put_piece(paper: Paper, x: float, y: float, line: Piece) -> None:
    width = paper.width_of(line.text, line.face)
    if line.tint and line.text:
        paper.box(x - 1.2, y, width + 2.4, line.face.leading, fill=line.tint, radius=0.8)
    paper.put(x, y, line.text, line.face)
    if line.struck:
        paper.rule(y + line.face.leading * 0.53, line.face.colour, x, width, weight=0.22)


def _height(lines: Sequence[Piece]) -> float:
    return sum(line.height for line in lines)


def _fitting(lines: list[Piece], space: float) -> list[Piece]:
    taken: list[Piece] = []
    for line in lines:
        space -= line.height
        if space < 0 and taken:
            break
        taken.append(line)
    return taken
