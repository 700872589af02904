"""Workbooks as people fill them, and as hostile ones are made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from tests.documents import MAIN

XLSX = "rows.xlsx"


def workbook(lines: Sequence[Sequence[Any]], spoil: Callable[[Workbook], None] = lambda _book: None) -> bytes:
    """A workbook whose sheet has these lines from its first row on, once `spoil` has changed it."""
    book = Workbook()
    for line in lines:
        book.active.append(list(line))
    spoil(book)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def with_parts(content: bytes, changed: Mapping[str, str | bytes]) -> bytes:
    """A workbook with other words in some of its parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *changed}:
            new.writestr(name, changed.get(name) if name in changed else old.read(name))
    return held.getvalue()


def raw_sheet(rows: str, *, dimension: str = "") -> bytes:
    """A workbook whose sheet is written by hand."""
    said = f'<dimension ref="{dimension}"/>' if dimension else ""
    sheet = f'<?xml version="1.0"?><worksheet {MAIN}>{said}<sheetData>{rows}</sheetData></worksheet>'
    return with_parts(workbook([["Name"]]), {"xl/worksheets/sheet1.xml": sheet})
