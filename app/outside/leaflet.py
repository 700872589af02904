"""A short document of a title and a few parts, as the demonstration publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from app.outside import paper as sheet
from app.outside.paper import Face, Paper
from engine.hours import HONG_KONG

SAMPLE = "Sample document of a demonstration · 示範用樣本文件"
TITLE, TITLE_ZH = Face(20, bold=True), Face(12, colour=sheet.INK_2)
HEADING, TEXT, SMALL = Face(12.5, bold=True), Face(10), Face(9, colour=sheet.INK_2)


def render(
    title: str, title_zh: str, label: str, effective: date, parts: Sequence[Sequence[str]], exchange: str
) -> bytes:
    """The document as a PDF/A; the same words make the same bytes. parts: each a heading and a text."""
    made_at = datetime.combine(effective, time(), HONG_KONG)
    known = f"Version {label}, effective {effective.day} {effective:%b %Y}"
    with Paper(title, made_at, known, (exchange, SAMPLE)) as paper:
        paper.turn()
        paper.flow(title, TITLE)
        paper.flow(title_zh, TITLE_ZH)
        paper.flow(f"{known} · {SAMPLE}", SMALL)
        for heading, text in parts:
            paper.need(30)
            paper.y += 6
            paper.start_section(heading)
            paper.flow(heading, HEADING)
            paper.flow(text, TEXT)
        return bytes(paper.output())
