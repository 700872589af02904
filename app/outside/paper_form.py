"""A form to print and fill by hand: boxes with labels, choices, tables, and where to sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from app.outside import paper as sheet
from app.outside.paper import Face, Paper
from engine.hours import HONG_KONG

SAMPLE = "Sample form of a demonstration · 示範用樣本表格"
FOR_THE_EXCHANGE = (("Received on", "收件日期"), ("Checked by", "核對"), ("Approved by", "批核"))
SIGNED = (("Name", "姓名"), ("Title", "職位"), ("Date", "日期"))
COLUMNS = {"full": 1, "half": 2, "third": 3}
LINE, CHOICE, GAP, LABEL = 7.0, 5.4, 2.4, 4.2  # millimetres
SIGNING, OWN = 14.0, 16.0  # millimetres: room for a signature, and for the exchange's own box
TITLE, TITLE_ZH = Face(17, bold=True), Face(12, colour=sheet.INK_2)
PART, PART_ZH = Face(10, bold=True, colour=sheet.BRAND), Face(10, colour=sheet.BRAND)
NOTE, SAMPLED = Face(8.5), Face(8.5, colour=sheet.BRAND)
SMALL, HEAD = Face(7.5, colour=sheet.INK_2), Face(7, colour=sheet.INK_2)
EXCHANGE = Face(10, bold=True, colour=sheet.BRAND_2)


@dataclass(frozen=True, slots=True)
class Blank:
    """A form as its file describes it.

    parts: each a title (`title`, `zh`) with `fields`; a field has a label (`label`, `zh`) and is a box (`width`: full,
    half or third; `lines`), `choices` to tick, or a table (`columns`, `rows`). signatures: who signs, in two languages.
    """

    number: str
    category: str
    title_en: str
    title_zh: str
    keywords: str
    dated: date
    note: str
    parts: Sequence[Mapping[str, Any]]
    signatures: Sequence[Sequence[str]]


def render(blank: Blank, version: int, exchange: str) -> bytes:
    """The form as a PDF/A; the same form of the same version makes the same bytes."""
    made_at = datetime.combine(blank.dated, time(), HONG_KONG)
    known = f"Form {blank.number} · Version {version} · {blank.dated.day} {blank.dated:%b %Y}"
    with Paper(f"{blank.number} {blank.title_en}", made_at, known, (exchange, SAMPLE)) as paper:
        paper.turn()
        _front(paper, blank, exchange)
        for part in blank.parts:
            _part(paper, part)
        _signatures(paper, blank.signatures)
        _for_the_exchange(paper, exchange)
        return bytes(paper.output())


def _front(paper: Paper, blank: Blank, exchange: str) -> None:
    paper.flow(exchange, EXCHANGE)
    paper.flow(blank.title_en, TITLE)
    paper.flow(blank.title_zh, TITLE_ZH)
    paper.y += 2
    lines = [SAMPLE, *paper.wrap(blank.note, paper.measure - 8, NOTE)]
    height = len(lines) * NOTE.leading + 4
    paper.box(paper.left, paper.y, paper.measure, height, fill=sheet.BRAND_SOFT, radius=1)
    for nth, words in enumerate(lines):
        paper.put(paper.left + 4, paper.y + 2 + nth * NOTE.leading, words, NOTE if nth else SAMPLED)
    paper.y += height + 4


def _part(paper: Paper, part: Mapping[str, Any]) -> None:
    rows = list(_rows(part["fields"]))
    paper.need(_height(rows[0]) + 12)
    _heading(paper, part["title"], part["zh"])
    for row in rows:
        paper.need(_height(row))
        _row(paper, row)
    paper.y += 1.5


def _heading(paper: Paper, title: str, title_zh: str) -> None:
    paper.start_section(title)
    end = paper.put(paper.left, paper.y, title, PART)
    paper.put(end + 2, paper.y, title_zh, PART_ZH)  # thin: bold Chinese of this size clots
    paper.y += PART.leading
    paper.rule(paper.y + 0.4, sheet.BRAND)
    paper.y += 2.2


def _rows(fields: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Boxes of one width stand beside each other; everything else has a row of its own."""
    row: list[Mapping[str, Any]] = []
    for field in fields:
        if row and (_columns(field) != _columns(row[0]) or len(row) == _columns(field)):
            yield row
            row = []
        row.append(field)
    yield row


def _columns(field: Mapping[str, Any]) -> int:
    return 1 if "choices" in field or "columns" in field else COLUMNS[field.get("width", "half")]


def _height(row: Sequence[Mapping[str, Any]]) -> float:
    return LABEL + max(_body(field) for field in row) + GAP


def _body(field: Mapping[str, Any]) -> float:
    if "choices" in field:
        return CHOICE * -(-len(field["choices"]) // 2)
    if "columns" in field:
        return HEAD.leading + 1.6 + LINE * int(field["rows"])
    return LINE * int(field.get("lines", 1))


def _row(paper: Paper, row: Sequence[Mapping[str, Any]]) -> None:
    each = (paper.measure + GAP) / _columns(row[0])
    for nth, field in enumerate(row):
        x, width, y = paper.left + nth * each, each - GAP, paper.y
        paper.put(x, y, paper.one_line(f"{field['label']} · {field['zh']}", width, SMALL), SMALL)
        if "choices" in field:
            _choices(paper, x, y + LABEL, width, field["choices"])
        elif "columns" in field:
            _table(paper, x, y + LABEL, width, field)
        else:
            paper.box(x, y + LABEL, width, _body(field), edge=sheet.INK_3, radius=0.8)
    paper.y += _height(row)


def _choices(paper: Paper, x: float, y: float, width: float, choices: Sequence[str]) -> None:
    """Two beside each other, each with a box to tick."""
    for nth, words in enumerate(choices):
        left, top = x + nth % 2 * width / 2, y + nth // 2 * CHOICE
        paper.box(left, top + 0.6, 3.6, 3.6, edge=sheet.INK_3, radius=0.5)
        paper.put(left + 5.4, top + 0.3, paper.one_line(words, width / 2 - 6, NOTE), NOTE)


def _table(paper: Paper, x: float, y: float, width: float, field: Mapping[str, Any]) -> None:
    titles, rows = field["columns"], int(field["rows"])
    top, each = y + HEAD.leading + 1.6, width / len(titles)
    paper.box(x, y, width, _body(field), edge=sheet.INK_3, radius=0)
    paper.box(x, y, width, top - y, fill=sheet.GROUND, edge=sheet.INK_3, radius=0)
    for nth, words in enumerate(titles):
        paper.put(x + nth * each + 1.4, y + 0.8, paper.one_line(words, each - 2, HEAD), HEAD)
        if nth:
            paper.line(x + nth * each, y, x + nth * each, top + rows * LINE)
    for nth in range(1, rows):
        paper.rule(top + nth * LINE, sheet.INK_3, x, width)


def _signatures(paper: Paper, signatures: Sequence[Sequence[str]]) -> None:
    height = SIGNING + len(SIGNED) * LINE + 2
    paper.need(12 + height + OWN)  # whoever signs sees what comes after on the same page
    _heading(paper, "Signature and company chop", "簽署及公司印章")
    each = (paper.measure + GAP * 2) / 2
    for nth, (who, zh) in enumerate(signatures):
        x, width = paper.left + nth * each, each - GAP * 2
        paper.put(x, paper.y, paper.one_line(f"{who} · {zh}", width, SMALL), SMALL)
        paper.rule(paper.y + SIGNING, sheet.INK, x, width)
        for line, (label, label_zh) in enumerate(SIGNED):
            y = paper.y + SIGNING + (line + 1) * LINE
            paper.put(x, y - 4.2, f"{label} · {label_zh}", SMALL)
            paper.rule(y, sheet.INK_3, x + 22, width - 22)
    paper.y += height


def _for_the_exchange(paper: Paper, exchange: str) -> None:
    paper.box(paper.left, paper.y, paper.measure, OWN, fill=sheet.GROUND, edge=sheet.LINE, radius=1)
    words = paper.one_line(f"For use by {exchange} only · 只供 {exchange} 填寫", paper.measure - 8, HEAD)
    paper.put(paper.left + 4, paper.y + 2, words, HEAD)
    each = (paper.measure - 8 + GAP) / len(FOR_THE_EXCHANGE)
    for nth, (label, zh) in enumerate(FOR_THE_EXCHANGE):
        x = paper.left + 4 + nth * each
        paper.put(x, paper.y + 6, f"{label} · {zh}", SMALL)
        paper.rule(paper.y + 13.5, sheet.INK_3, x, each - GAP)
    paper.y += OWN
