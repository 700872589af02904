"""The Rights Guidance Notes on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.outside import paper as sheet
from app.outside.paper import Face, Paper, Piece
from app.outside.table import Column, Table
from engine.running.guidance import Note, Opened

TITLE, SUBTITLE, HEADING = Face(20, bold=True), Face(10, colour=sheet.INK_2), Face(12.5, bold=True)
TEXT, STRONG, SMALL = Face(9), Face(9, bold=True), Face(8, colour=sheet.INK_2)
NAME = "CCDA Rights Guidance Notes"
OPENING = (
    "Delegated administrators grant Maker and Checker by business function and by membership. A maker fills and "
    "submits, a checker of the same company approves or returns, and nobody checks their own request. These notes are "
    "made from the eServices that are in use on the day above."
)
SPECIAL = "Held by every delegated administrator of such a member, and granted to nobody."


def render(notes: Sequence[Note], exchange: str, made_at: datetime, day: str) -> bytes:
    """The notes as a PDF/A; the same notes of the same moment make the same bytes."""
    with Paper(NAME, made_at, NAME, (f"Client Connect, {exchange}", day)) as sheets:
        sheets.turn()
        sheets.flow(NAME, TITLE)
        sheets.flow(f"Client Connect, {exchange} · {day}", SUBTITLE)
        sheets.y += 3
        sheets.flow(OPENING, TEXT)
        for note in notes:
            _right(sheets, note)
        return bytes(sheets.output())


def _right(paper: Paper, note: Note) -> None:
    paper.need(46)
    paper.y += 8
    paper.start_section(note.title)
    paper.flow(note.title, HEADING)
    paper.flow(f"{note.name} · {', '.join(note.memberships) or 'no membership'}", SMALL)
    if note.special:
        paper.flow(SPECIAL, SMALL)
    paper.y += 1.5
    if not note.opens:
        paper.flow("No eService yet.", SMALL)
        return
    table = Table(paper, [Column("eService", 18), Column("Title", 92), Column("For", 68)])
    for one in note.opens:
        table.row([[Piece(one.code, STRONG)], _what(one), _whom(one)])


def _what(one: Opened) -> list[Piece]:
    more = [one.title_zh, f"Replaces {one.replaces}" if one.replaces else ""]
    return [Piece(one.title, TEXT), *(Piece(said, SMALL) for said in more if said)]


def _whom(one: Opened) -> list[Piece]:
    told = [Piece(", ".join(one.memberships), TEXT)]
    if one.second:
        told.append(Piece(f"Answered by another company: {', '.join(one.second)}", SMALL))
    return told
