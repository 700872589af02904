"""A drawing on paper: its lanes, shapes and flows, with what is done and where the case stands."""

from collections.abc import Iterable, Sequence

from app.outside import paper as sheet
from app.outside import printed
from app.outside.paper import Colour, Face, Paper
from engine.drawings.drawing import Flow, Lane, Picture, Shape, picture, strokes
from engine.drawings.naming import renamed
from engine.errors import BadDrawing
from engine.sealed.record import Drawing

Point = tuple[float, float]

READABLE = 0.15
WIDEST = 0.19
AROUND = 24.0
LABEL_WIDTH = 90
HEADING = Face(12.5, bold=True)


def sketch(paper: Paper, drawing: Drawing, *, legend: bool) -> None:
    """Draw one drawing, on this page when it is readable there, else on a page lying on its side."""
    try:
        seen = picture(renamed(drawing.bpmn, paper.said) if paper.is_translated else drawing.bpmn)
    except BadDrawing:
        _unreadable(paper, drawing)
        return
    lying = paper.measure / seen.width < READABLE and seen.width > seen.height
    if lying:
        paper.turn(landscape=True)
    scale = min(WIDEST, paper.measure / seen.width, (paper.h - sheet.TOP - sheet.BOTTOM - AROUND) / seen.height)
    paper.need(seen.height * scale + AROUND)
    _title(paper, drawing)
    Pen(paper, scale, drawing).draw(seen)
    paper.y += seen.height * scale + 1
    if legend:
        _legend(paper)
    if lying:
        paper.turn()


class Pen:
    """Draws the units of a picture as millimetres of a page."""

    def __init__(self, paper: Paper, scale: float, drawing: Drawing) -> None:
        self.paper, self.scale, self.drawing = paper, scale, drawing
        self.left, self.top = paper.left, float(paper.y)
        self.name = Face(min(9.0, 12.5 * scale / sheet.POINT), bold=True)
        self.label = Face(self.name.size * 0.85, colour=sheet.INK_2)

    def draw(self, seen: Picture) -> None:
        """Draw lanes, then flows, then shapes, then a token where the case stands."""
        for lane in seen.lanes:
            self._lane(lane)
        for flow in seen.flows:
            self._flow(flow)
        for shape in seen.shapes:
            self._shape(shape)
        for shape in seen.shapes:
            if shape.id in self.drawing.open:
                self.paper.dot(*self._at((shape.x + 2, shape.y + 2)), 8 * self.scale, sheet.WAITING, sheet.PAPER)

    def _at(self, point: Point) -> Point:
        return self.left + point[0] * self.scale, self.top + point[1] * self.scale

    def _all(self, points: Iterable[Point]) -> list[Point]:
        return [self._at(point) for point in points]

    def _lane(self, lane: Lane) -> None:
        x, y = self._at((lane.x, lane.y))
        self.paper.box(x, y, lane.width * self.scale, lane.height * self.scale, edge=sheet.LINE, radius=0)
        face = Face(self.name.size, bold=True, colour=sheet.INK_3)
        title = self.drawing.lane_titles.get(lane.name, lane.name)
        for nth, line in enumerate(self.paper.wrap(title, max(lane.title_room, 90) * self.scale, face)):
            self.paper.put(x + 1.8, y + 1.4 + nth * face.leading, line, face)

    def _flow(self, flow: Flow) -> None:
        done = flow.id in self.drawing.done
        colour = sheet.BRAND_2 if done else sheet.INK_3
        self._stroke(colour, 0.35 if done else 0.22, dashed=flow.kind != "sequence")
        self.paper.polyline(self._all(flow.points))
        self.paper.set_dash_pattern()
        self.paper.set_fill_color(*colour)
        if flow.kind != "association":
            self.paper.polygon(self._all(flow.head), style="F")
        self._labelled(flow)

    def _shape(self, shape: Shape) -> None:
        edge, fill = self._tone(shape)
        heavy = shape.kind == "end" or shape.id in self.drawing.open
        self.paper.set_fill_color(*fill)
        self._stroke(edge, 0.55 if heavy else 0.3, dashed=not shape.interrupting)
        {"circle": self._circle, "diamond": self._diamond, "note": self._note, "box": self._box}[shape.outline](shape)
        self._stroke(edge, 0.14)
        self.paper.set_fill_color(*edge)
        for stroke in strokes(shape):
            self.paper.polyline(self._all(stroke.points), style="F" if stroke.solid else "D")
        self._named(shape)
        self._labelled(shape)

    def _tone(self, shape: Shape) -> tuple[Colour, Colour]:
        if shape.id in self.drawing.open:
            return sheet.WAITING, sheet.WAITING_SOFT
        if shape.id in self.drawing.done:
            return sheet.BRAND_2, sheet.BRAND_SOFT
        return sheet.INK_3, sheet.PAPER

    def _circle(self, shape: Shape) -> None:
        radius = shape.width / 2 * self.scale
        self.paper.circle(*self._at(shape.centre), radius, style="DF")
        if shape.doubled:
            self.paper.circle(*self._at(shape.centre), radius - 3 * self.scale, style="D")

    def _diamond(self, shape: Shape) -> None:
        (left, top), (right, bottom) = shape.corners
        x, y = shape.centre
        self.paper.polygon(self._all([(x, top), (right, y), (x, bottom), (left, y)]), style="DF")

    def _note(self, shape: Shape) -> None:
        (x, top), (_, bottom) = shape.corners
        self.paper.polyline(self._all([(x + 10, top), (x, top), (x, bottom), (x + 10, bottom)]))

    def _box(self, shape: Shape) -> None:
        size = shape.width * self.scale, shape.height * self.scale
        self.paper.rect(
            *self._at((shape.x, shape.y)), *size, style="DF", round_corners=True, corner_radius=8 * self.scale
        )

    def _named(self, shape: Shape) -> None:
        if shape.label_at or shape.outline not in {"box", "note"}:
            return
        x, y = self._at(shape.centre)
        lines = self.paper.wrap(shape.name, (shape.width - 12) * self.scale, self.name)
        below_sign = 4 * self.scale if len(lines) > 1 and strokes(shape) else 0.0
        self._centred(lines, x, y - len(lines) * self.name.leading / 2 + below_sign, self.name)

    def _labelled(self, item: Shape | Flow) -> None:
        if item.label_at:
            x, y = self._at((item.label_at.centre[0], item.label_at.y))
            width = max(item.label_at.width, LABEL_WIDTH) * self.scale
            self._centred(self.paper.wrap(item.name, width, self.label), x, y, self.label)

    def _centred(self, lines: Sequence[str], x: float, y: float, face: Face) -> None:
        for nth, line in enumerate(lines):
            self.paper.put(x - self.paper.width_of(line, face) / 2, y + nth * face.leading, line, face)

    def _stroke(self, colour: Colour, weight: float, *, dashed: bool = False) -> None:
        self.paper.set_draw_color(*colour)
        self.paper.set_line_width(weight)
        self.paper.set_dash_pattern(*((0.7, 0.5) if dashed else ()))


def _title(paper: Paper, drawing: Drawing) -> None:
    if paper.y > sheet.TOP:
        paper.y += 8
    title = paper.said(printed.DRAWING, title=drawing.title)
    paper.start_section(title)
    paper.flow(title, HEADING)
    paper.y += 3


def _legend(paper: Paper) -> None:
    marks = [
        (printed.DONE, sheet.BRAND_2, sheet.BRAND_SOFT),
        (printed.HERE, sheet.WAITING, sheet.WAITING_SOFT),
        (printed.NOT_REACHED, sheet.INK_3, sheet.PAPER),
    ]
    x, face = paper.left, Face(8, colour=sheet.INK_2)
    for label, edge, fill in marks:
        paper.box(x, paper.y + 0.6, 5, 3, fill=fill, edge=edge, radius=0.7)
        x = paper.put(x + 6.5, paper.y, paper.said(label), face) + 6
    paper.y += face.leading


def _unreadable(paper: Paper, drawing: Drawing) -> None:
    paper.need(30)
    _title(paper, drawing)
    paper.flow(paper.said(printed.UNREADABLE), Face(9, colour=sheet.INK_3))
