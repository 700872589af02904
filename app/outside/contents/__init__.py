"""What uploaded files hold inside: looked at by structure, with limits, and never opened as a document."""

from __future__ import annotations

from app.outside.contents import old_workbook, pdf, workbook

LOOKS = {"pdf": pdf.fault, "xls": old_workbook.fault, "xlsx": workbook.fault}


def fault(content: bytes, kind: str) -> str:
    """Why nobody can safely open a file that begins as one of its kind, in a sentence; empty when anybody can."""
    wrong = LOOKS[kind](content)
    return f"Expected a file that anybody can safely open, but {wrong}." if wrong else ""
