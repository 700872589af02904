"""XLS: a workbook as it was before 2007, looked at for macros and passwords."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from olefile import DEFECT_INCORRECT, OleFileIO
from olefile.olefile import OleFileError

STREAMS = ("Workbook", "Book")
MACRO_STORAGES = frozenset({"_vba_project_cur", "vba", "macros", "_vba_project", "project"})
PASSWORD, SHEET = 0x002F, 0x0085  # BIFF records
MACRO_SHEETS = (1, 6)  # what a SHEET record says of an Excel 4 macro sheet, and of a VBA module
MOST_RECORDS = 4_000
MOST_ENTRIES = 4_000


def fault(content: bytes) -> str:
    """Why this is no workbook that the exchange takes, as a sentence about what is in it; empty when it is one."""
    try:
        with OleFileIO(BytesIO(content), raise_defects=DEFECT_INCORRECT) as workbook:
            return next(_faults(workbook), "")
    except (OleFileError, OSError, ValueError, IndexError, struct.error, RecursionError, MemoryError, AttributeError):
        return "it is damaged: save it again as XLSX"


def _faults(workbook: OleFileIO[Any]) -> Iterator[str]:
    places = workbook.listdir(streams=True, storages=True)
    names = {part.casefold() for place in places for part in place}
    if "encryptedpackage" in names:
        yield "it is encrypted: save it without a password"
    if len(places) > MOST_ENTRIES:
        yield "it consists of too many parts: save it again as XLSX"
    if names & MACRO_STORAGES:
        yield "it holds macros: save it again as XLSX"
    found = next((name for name in STREAMS if workbook.exists(name)), None)
    if found is None:
        yield "it holds something else than a workbook: save it again as XLSX"
    else:
        yield from _wrong_records(workbook.openstream(found).read())


def _wrong_records(stream: bytes) -> Iterator[str]:
    """The records at the beginning of a workbook: one says that it has a password, one for each sheet of what kind."""
    place = 0
    for _ in range(MOST_RECORDS):
        if place + 4 > len(stream):
            return
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind == PASSWORD:
            yield "it is encrypted: save it without a password"
        if kind == SHEET and size > 5 and stream[place + 9] in MACRO_SHEETS:
            yield "it holds macros: save it again as XLSX"
        place += 4 + size
