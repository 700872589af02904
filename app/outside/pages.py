"""What stands on the pages of an audit PDF, part by part."""

from collections.abc import Callable

from app.outside import paper as sheet
from app.outside import printed
from app.outside.paper import Face, Paper, Piece
from app.outside.sketch import sketch
from app.outside.table import Column, Table
from engine.sealed.proof import fingerprint
from engine.sealed.record import TRAIL, Line, Record, Row, Section, documents

Annex = list[tuple[str, str]]

ROUNDS_ABREAST = 3
DECISIONS = 10
LONG = 400
EXCERPT = 120

TITLE, SUBTITLE = Face(20, bold=True), Face(12, colour=sheet.INK_2)
HEADING, SUBHEADING = Face(12.5, bold=True), Face(9.5, bold=True, colour=sheet.INK_2)
TEXT, STRONG, QUIET = Face(9), Face(9, bold=True), Face(9, colour=sheet.INK_3)
FACT, PAST = Face(8.5), Face(9, colour=sheet.INK_2)
SMALL, FINE = Face(8, colour=sheet.INK_2), Face(7, colour=sheet.INK_3)
TONES = {
    "APPROVED": (sheet.SUCCESS, sheet.SUCCESS_SOFT),
    "COMPLETED": (sheet.SUCCESS, sheet.SUCCESS_SOFT),
    "REJECTED": (sheet.ERROR, sheet.ERROR_SOFT),
    "ABORTED": (sheet.ERROR, sheet.ERROR_SOFT),
    "RETURNED": (sheet.ERROR, sheet.ERROR_SOFT),
    "PENDING": (sheet.WAITING, sheet.WAITING_SOFT),
}


def write(paper: Paper, record: Record) -> None:
    """Write every part; where the paper ends first, say so on its last page."""
    annex: Annex = []
    parts: list[Callable[[Paper, Record, Annex], None]] = [
        _front,
        _decided,
        _answers,
        _drawings,
        _trail,
        _files,
        _verify,
        _annex,
    ]
    try:
        for part in parts:
            part(paper, record, annex)
    except sheet.Full:
        _cut_short(paper, record)


def _front(paper: Paper, record: Record, _annex: Annex) -> None:
    paper.turn()
    title, other = titles(record)
    paper.flow(title, TITLE)
    if other:
        paper.flow(other, SUBTITLE)
    paper.y += 1.5
    firm = " ".join(filter(None, (record.participant_id, record.company, record.company_zh)))
    paper.flow(f"{record.reference} · {firm}", Face(10, colour=sheet.INK_2))
    paper.y += 2
    _pill(paper, record)
    _key_facts(paper, record)
    if record.language:
        paper.y += 2
        paper.flow(paper.said(printed.RETOLD), SMALL)


def titles(record: Record) -> tuple[str, str]:
    """The title in the language of the pages, and the other one."""
    both = record.title, record.title_zh
    return both if not record.language or not record.title_zh else both[::-1]


def _pill(paper: Paper, record: Record) -> None:
    ink, soft = _tone(record)
    face = Face(9, bold=True, colour=ink)
    label = paper.one_line(record.status, paper.measure - 12, face)
    paper.box(paper.left, paper.y, paper.width_of(label, face) + 9.5, 6, fill=soft)
    paper.dot(paper.left + 3.6, paper.y + 3, 0.9, ink)
    paper.put(paper.left + 6.2, paper.y + 0.75, label, face)
    paper.y += 10


def _tone(record: Record) -> tuple[sheet.Colour, sheet.Colour]:
    reached = [entry.facts["status_to"] for entry in record.entries if entry.facts.get("status_to")]
    code = reached[-1] if reached else ""
    return TONES.get(code) or TONES.get(code.partition("_")[0]) or (sheet.DRAFT, sheet.DRAFT_SOFT)


def _key_facts(paper: Paper, record: Record) -> None:
    facts = [
        (printed.OPENED, paper.said(printed.moment(record.opened_at))),
        (printed.CLOSED, paper.said(printed.moment(record.closed_at) if record.closed_at else printed.NOT_YET)),
        (printed.TRAIL, _many(paper, len(record.entries), printed.ENTRY, printed.ENTRIES)),
        (printed.SUPPORTING, _many(paper, len(record.files), printed.FILE, printed.FILES)),
    ]
    paper.box(paper.left, paper.y, paper.measure, 14, fill=sheet.GROUND, edge=sheet.LINE)
    # A date in Chinese letters is longer.
    places = [0, 1.25, 2.5, 3.15] if paper.is_translated else range(len(facts))
    for place, (label, value) in zip(places, facts, strict=True):
        x = paper.left + 4 + place * (paper.measure - 4) / len(facts)
        paper.put(x, paper.y + 2.2, paper.said(label), SMALL)
        paper.put(x, paper.y + 7, value, STRONG)
    paper.y += 14


def _decided(paper: Paper, record: Record, _annex: Annex) -> None:
    lines = [line for line in record.entry_lines if line.status_to and line.status_to != line.status_from]
    _heading(paper, printed.DECIDED, 30)
    if not lines:
        paper.flow(paper.said(printed.NOTHING_YET), QUIET)
        return
    skipped = max(0, len(lines) - DECISIONS)
    if skipped:
        lines = [lines[0], *lines[skipped + 1 :]]
    for nth, line in enumerate(lines):
        _milestone(paper, line, _tone(record)[0] if line is lines[-1] else sheet.BRAND, last=line is lines[-1])
        if skipped and nth == 0:
            paper.put(paper.left + 7, paper.y, paper.said(printed.MORE_STEPS, count=skipped), SMALL)
            paper.y += 6


def _milestone(paper: Paper, line: Line, colour: sheet.Colour, last: bool) -> None:
    x, width = paper.left + 7, paper.measure - 52
    quoted = paper.said(printed.QUOTED, value=_excerpt(line.comment))
    said = paper.few_lines(quoted, width, TEXT, 3) if line.comment else []
    height = STRONG.leading + SMALL.leading + len(said) * TEXT.leading + 2.6
    paper.need(height)
    top = paper.y
    if not last:
        paper.set_draw_color(*sheet.LINE)
        paper.set_line_width(0.4)
        paper.line(paper.left + 2, top + 3.6, paper.left + 2, top + height + 1)
    paper.dot(paper.left + 2, top + 2.2, 1.35, colour)
    paper.put(x, top, paper.one_line(line.status_to, width, STRONG), STRONG)
    paper.put_right(paper.left + paper.measure, top, line.at, SMALL)
    paper.put(x, top + STRONG.leading, paper.one_line(_deed(line), width, SMALL), SMALL)
    for nth, words in enumerate(said):
        paper.put(x, top + STRONG.leading + SMALL.leading + nth * TEXT.leading, words, TEXT)
    paper.y = top + height


def _answers(paper: Paper, record: Record, annex: Annex) -> None:
    _heading(paper, printed.ANSWERS, 40)
    if not record.sections:
        paper.flow(paper.said(printed.NO_ANSWERS), QUIET)
    rounds = len(record.round_titles)
    for first in range(0, max(rounds, 1), ROUNDS_ABREAST):
        shown = range(first, min(first + ROUNDS_ABREAST, rounds))
        for section in record.sections:
            _section(paper, record, section, shown, annex)


def _section(paper: Paper, record: Record, section: Section, shown: range, annex: Annex) -> None:
    paper.need(36)
    if section.title:
        paper.flow(section.title, SUBHEADING)
        paper.y += 0.8
    each = (paper.measure - 52) / (len(shown) + 1)
    titles = [paper.said(printed.REGISTER), *(record.round_titles[nth] for nth in shown)]
    table = Table(paper, [Column(paper.said(printed.QUESTION), 52), *(Column(title, each) for title in titles)])
    for row in section.rows:
        cells = [[Piece(row.label, TEXT)], [_shown(paper, row.register, QUIET, row.label, annex)]]
        table.row([*cells, *([_answer(paper, row, nth, annex)] for nth in shown)])
    paper.y += 5


def _answer(paper: Paper, row: Row, nth: int, annex: Annex) -> Piece:
    value, last = row.values[nth], nth == len(row.values) - 1
    if not last and row.values[nth + 1] != value:
        return _shown(paper, value, QUIET, row.label, annex, struck=True)
    if last and row.changed:
        return _shown(paper, value, STRONG, row.label, annex, tint=sheet.SUCCESS_SOFT)
    return _shown(paper, value, TEXT if last else PAST, row.label, annex)


def _shown(
    paper: Paper,
    value: str,
    face: Face,
    label: str,
    annex: Annex,
    *,
    struck: bool = False,
    tint: sheet.Colour | None = None,
) -> Piece:
    if not value:
        return Piece("—", QUIET)
    if not _is_long(value):
        return Piece(value, face, struck=struck, tint=tint)
    place = paper.said(printed.IN_FULL, place=f"T{_place(label, value, annex)}")
    return Piece(f"{_excerpt(value)} {place}", face)


def _drawings(paper: Paper, record: Record, _annex: Annex) -> None:
    for nth, drawing in enumerate(record.drawings, start=1):
        sketch(paper, drawing, legend=nth == len(record.drawings))


def _trail(paper: Paper, record: Record, annex: Annex) -> None:
    _heading(paper, printed.THE_TRAIL, 40)
    when = 36 if paper.is_translated else 25
    widths = {printed.NUMBER: 10, printed.WHEN: when, printed.WHO: 42, printed.WHAT: 101 - when, printed.SEAL: 25}
    table = Table(paper, [Column(paper.said(title), width) for title, width in widths.items()])
    for entry, line in zip(record.entries, record.entry_lines, strict=True):
        number = str(entry.facts["seq"])
        table.row(
            [
                [Piece(number, STRONG)],
                [Piece(line.at, SMALL)],
                [Piece(line.who, TEXT), Piece(line.company, SMALL)] if line.company else [Piece(line.who, TEXT)],
                _what(paper, line, paper.said(printed.COMMENT_OF, number=number), annex),
                [Piece(entry.hash[:12], Face(8, colour=sheet.INK_3))],
            ]
        )


def _what(paper: Paper, line: Line, name: str, annex: Annex) -> list[Piece]:
    pieces = [Piece(line.label, STRONG)]
    if line.status_to and line.status_to != line.status_from:
        moved = f"{line.status_from} → {line.status_to}" if line.status_from else line.status_to
        pieces.append(Piece(moved, Face(8, colour=sheet.BRAND_2)))
    if line.comment:
        pieces.append(_shown(paper, paper.said(printed.QUOTED, value=line.comment), TEXT, name, annex))
    return pieces + [Piece(detail, SMALL, gap=0.4) for detail in line.details]


def _files(paper: Paper, record: Record, _annex: Annex) -> None:
    _heading(paper, printed.SUPPORTING, 26)
    if not record.files:
        paper.flow(paper.said(printed.NO_FILES), QUIET)
        return
    widths = {printed.NAME: 98, printed.SIZE: 18, printed.SHA256: 62}
    table = Table(paper, [Column(paper.said(title), width) for title, width in widths.items()])
    for file in record.files:
        table.row([[Piece(file.name, TEXT)], [Piece(_size(file.size), SMALL)], [Piece(file.sha256, FINE)]])


def _verify(paper: Paper, record: Record, _annex: Annex) -> None:
    _heading(paper, printed.HOW_TO_VERIFY, 70)
    _verify_box(paper, record)
    paper.y += 5
    paper.need(30)
    paper.flow(paper.said(printed.EMBEDDED), SUBHEADING)
    table = Table(paper, [Column(paper.said(printed.NAME), 64), Column(paper.said(printed.SHA256), 114)])
    table.row([[Piece(TRAIL, TEXT)], [Piece(paper.said(printed.TRAIL_ITSELF), SMALL)]])
    for document in documents(record):
        table.row([[Piece(document["name"], TEXT)], [Piece(document["sha256"], FINE)]])


def _verify_box(paper: Paper, record: Record) -> None:
    seal = record.seal
    facts = [
        (printed.LAST_SEAL, seal.head),
        (printed.ENTRY_COUNT, str(seal.count)),
        (printed.KEY, _key_name(record)),
        (printed.SIGNATURE, paper.said(printed.SIGNED if seal.signature else printed.UNSIGNED)),
        (printed.RELEASE, record.release or "—"),
    ]
    height = 25 + 5.4 * len(facts)
    paper.need(height)
    top, x = paper.y, paper.left + 5
    paper.box(paper.left, top, paper.measure, height, fill=sheet.BRAND_SOFT, edge=(196, 218, 238))
    paper.put(x, top + 3.5, paper.said(printed.EVERY_ENTRY), TEXT)
    paper.box(x, top + 9.5, paper.measure - 10, 8, fill=sheet.PAPER, edge=(196, 218, 238), radius=1)
    command = paper.one_line(f"bin/portal verify {record.reference}.pdf", paper.measure - 16, STRONG)
    paper.put(x + 3, top + 11.2, command, STRONG)
    for nth, (label, value) in enumerate(facts):
        y = top + 20.5 + nth * 5.4
        paper.put(x, y, paper.said(label), SMALL)
        paper.put(x + 24, y, paper.one_line(value, paper.measure - 34, FACT), FACT)
    paper.y = top + height


def _key_name(record: Record) -> str:
    return fingerprint(record.seal.public_key) if record.seal.public_key else "—"


def _annex(paper: Paper, _record: Record, annex: Annex) -> None:
    if annex:
        _heading(paper, printed.TEXTS_IN_FULL, 30)
    for nth, (label, text) in enumerate(annex, start=1):
        paper.need(20)
        paper.flow(f"T{nth} · {label}", SUBHEADING)
        paper.flow(text, TEXT)
        paper.y += 4


def _cut_short(paper: Paper, record: Record) -> None:
    paper.turn(last=True)
    _heading(paper, printed.STOPS_HERE, 30)
    paper.flow(paper.said(printed.FULL, pages=sheet.PAGE_CAP), TEXT)
    paper.y += 6
    _verify_box(paper, record)


def _heading(paper: Paper, text: str, need: float) -> None:
    title = paper.said(text)
    paper.need(need + 12)
    if paper.y > sheet.TOP:
        paper.y += 8
    paper.start_section(title)
    paper.flow(title, HEADING)
    paper.y += 1.5


def _is_long(value: str) -> bool:
    return len(value) > LONG or value.count("\n") > 12


def _excerpt(value: str) -> str:
    if not _is_long(value):
        return value
    return " ".join(value[:EXCERPT].split("\n")).rstrip() + "…"


def _place(label: str, value: str, annex: Annex) -> int:
    """The number under which a text stands in full at the end."""
    if (label, value) not in annex:
        annex.append((label, value))
    return annex.index((label, value)) + 1


def _deed(line: Line) -> str:
    label = "" if line.label.casefold() == line.status_to.casefold() else line.label
    return " · ".join(filter(None, (label, line.who, line.company)))


def _many(paper: Paper, count: int, one: str, more: str) -> str:
    return paper.said(one if count == 1 else more, count=count)


def _size(size: int) -> str:
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1_000:.1f} kB"
    return f"{size / 1_000_000:.1f} MB"
