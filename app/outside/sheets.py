"""Spreadsheets for rows of a form: the cells of one that was uploaded, and a template to fill."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from app.outside import contents
from app.outside.contents import cells
from engine.forms.cells import Cell
from engine.sentence import say

KIND = "xlsx"
MOST_BYTES = 1024 * 1024
MOST_UNPACKED = 16 * 1024 * 1024
READER = Path(cells.__file__)
DAMAGED = "it cannot be read: copy the cells into a new workbook"
WHY = {
    cells.NO_SHEET: "no sheet of it can be seen: show the one with the rows",
    cells.TOO_MUCH: "there is too much in it: copy the rows into a new workbook",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a template.

    kind: text, number, date or time. choices: what may be chosen; several: more than one of them.
    """

    label: str
    note: str
    kind: str
    needed: bool
    choices: tuple[str, ...] = ()
    several: bool = False
    decimals: int = 0


# --- reading ----------------------------------------------------------------------------------------------------------
def fault(content: bytes) -> str:
    """Why nobody reads the cells of a workbook, in a sentence; empty when somebody may."""
    if len(content) > MOST_BYTES:
        return say("Expected a spreadsheet of at most 1 MB, but it is larger: copy the rows into a new workbook.")
    if wrong := contents.fault(content, KIND):
        return wrong
    with ZipFile(BytesIO(content)) as parts:
        unpacked = sum(info.file_size for info in parts.infolist())
    return _refusal(WHY[cells.TOO_MUCH]) if unpacked > MOST_UNPACKED else ""


def read(content: bytes, last_row: int, last_column: int) -> tuple[Sequence[Cell], str]:
    """Every cell of the first sheet that can be seen, row by row, and why there are none if that failed.

    Of what stands beyond the last row or column the first cell alone is told. The content was looked at by `fault`.
    """
    try:
        done = subprocess.run(  # noqa: S603  our own reader, by its path
            [sys.executable, "-I", "-W", "ignore", str(READER), str(last_row), str(last_column)],
            input=content,
            capture_output=True,
            env={},  # the portal's secrets are none of its business
            timeout=4 * cells.MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [], _refusal(DAMAGED)
    if done.returncode:
        return [], _refusal(WHY.get(done.returncode, DAMAGED))
    return [Cell(*cell) for cell in json.loads(done.stdout)], ""


def _refusal(why: str) -> str:
    return say("Expected a spreadsheet with the rows, but {why}.", why=why)


# --- a template -------------------------------------------------------------------------------------------------------
def template(columns: Sequence[Column], most: int) -> bytes:
    """A workbook to fill: a header and formatted rows, notes on every column, and the choices as lists."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = say("Client Connect")
    rows, notes, choices = book.active, book.create_sheet("Notes"), book.create_sheet("Choices")
    rows.title = "Rows"
    _write_line(notes, 1, ["Column", "Needed", say("What to enter")])
    for number, column in enumerate(columns, 1):
        _write(rows, 1, number, column.label)
        _write_line(notes, number + 1, [column.label, "Yes" if column.needed else "", column.note])
        _write_choices(choices, number, column)
        _format(rows, number, column, most)
        _offer(rows, choices, number, column, most)
    for sheet, widths in ((rows, [24] * len(columns)), (notes, [30, 10, 90]), (choices, [36] * len(columns))):
        _dress(sheet, widths)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def written(title: str, lines: Sequence[Sequence[str]]) -> bytes:
    """A workbook with one sheet of texts, the first line its heading."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            _write(sheet, row, column, text)
    _dress(sheet, [max(12, *(min(len(line[at]), 60) for line in lines)) for at in range(len(lines[0]))])
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _write_line(sheet: Any, row: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, 1):
        _write(sheet, row, column, text)


def _write(sheet: Any, row: int, column: int, text: str) -> None:
    """A text and nothing else: one that begins like a formula stays a text."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) or None
    if text:
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def _write_choices(sheet: Any, number: int, column: Column) -> None:
    if column.choices:
        _write(sheet, 1, number, column.label)
    for place, choice in enumerate(column.choices, 2):
        _write(sheet, place, number, choice)


def _format(sheet: Any, number: int, column: Column, most: int) -> None:
    """Texts as texts, so that the zeros at the beginning of a number of an account stay."""
    number_shown = f"#,##0.{'0' * column.decimals}" if column.decimals else "#,##0"
    shown = {"date": "d mmm yyyy", "time": "hh:mm", "number": number_shown}
    for row in range(2, most + 2):
        sheet.cell(row, number).number_format = shown.get(column.kind, "@")


def _offer(rows: Any, choices: Any, number: int, column: Column, most: int) -> None:
    """Offer the choices as a list, where one of them alone is chosen."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if not column.choices or column.several:
        return
    letter = get_column_letter(number)
    listed = f"'{choices.title}'!${letter}$2:${letter}${len(column.choices) + 1}"
    offered = DataValidation(type="list", formula1=listed, allow_blank=not column.needed, showErrorMessage=True)
    offered.add(f"{letter}2:{letter}{most + 1}")
    rows.add_data_validation(offered)


def _dress(sheet: Any, widths: Sequence[int]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.cell(1, number).font = Font(bold=True)
        sheet.cell(1, number).alignment = Alignment(wrap_text=True, vertical="top")
