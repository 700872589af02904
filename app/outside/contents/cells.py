"""The cells of a workbook, read in a process of its own that may be stopped: a small file can cost much.

Started by its path, it knows nothing of the portal. It reads a workbook, writes its cells as JSON, and exits with 3
when no sheet can be seen and with 4 when there is too much in it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

NO_SHEET, TOO_MUCH = 3, 4
MOST_SECONDS, MOST_MEMORY, MOST_LETTERS = 5, 512 * 1024 * 1024, 2_000_000


def main() -> int:
    """Read standard input; its arguments are the last row and the last column that matter."""
    last_row, last_column = int(sys.argv[1]), int(sys.argv[2])
    _limit()
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(sys.stdin.buffer.read()), read_only=True, keep_links=False)
    sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
    if sheet is None:
        return NO_SHEET
    found, room = [], MOST_LETTERS
    for cell in _cells(sheet, last_row, last_column):
        room -= len(str(cell[3])) + 20
        if room < 0:
            return TOO_MUCH
        found.append(cell)
    json.dump(found, sys.stdout)
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # only where there are such limits
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _cells(sheet: Any, last_row: int, last_column: int) -> Iterator[tuple[int, int, str, Any, str]]:
    """Every cell that is not blank: its row, its column, its kind, its value, and how a number is shown.

    The first one farther away than anybody reads is the last.
    """
    sheet.reset_dimensions()  # what the file says of its size need not be true
    for row in sheet.iter_rows():
        for cell in row:
            kind, value = _read(cell.value, cell.data_type)
            if kind and (cell.row > last_row or cell.column > last_column):
                yield cell.row, cell.column, "beyond", "", ""
                return
            if kind:
                yield cell.row, cell.column, kind, value, cell.number_format if kind == "number" else ""


def _read(value: Any, data_type: str) -> tuple[str, Any]:
    if value is None:
        return "", None
    if data_type in ("f", "e"):
        return ("formula", "") if data_type == "f" else ("error", str(value))
    if isinstance(value, bool):
        return "yes_no", value
    if isinstance(value, int | float):
        return "number", value
    if isinstance(value, datetime):
        return ("day", value.date().isoformat()) if value.time() == time() else ("moment", value.isoformat())
    if isinstance(value, date):
        return "day", value.isoformat()
    if isinstance(value, time):
        return "time", f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return "moment", str(value)
    return ("text", str(value)) if str(value).strip() else ("", None)


if __name__ == "__main__":
    sys.exit(main())
