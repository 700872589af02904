"""XLSX: its parts are counted as they unpack; macros, links to elsewhere and sheets without end are refused."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

NEEDED = frozenset({"[Content_Types].xml", "xl/workbook.xml"})
MOST_PARTS = 2_000
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO = 150  # of a part that unpacks to more than a megabyte
LARGE_PART = 1024 * 1024
LAST_ROW, LAST_COLUMN = 100_000, 500
PIECE = 65_536
OVERLAP = 64  # bytes of the piece before, so that no cell is cut in two
CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]{1,10})["']""")
REFERENCE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
MACROS = re.compile(rb"macroEnabled|vbaProject|macrosheet", re.IGNORECASE)
REFUSED_PARTS = (
    (re.compile(r"vbaProject|vbaData|/macrosheets/|/dialogsheets/", re.IGNORECASE), "macros"),
    (re.compile(r"/externalLinks/|/connections\.xml|/queryTables/|/model/", re.IGNORECASE), "links to other data"),
    (re.compile(r"/embeddings/|/activeX/|/ctrlProps/", re.IGNORECASE), "other files inside it"),
    (re.compile(r"customUI", re.IGNORECASE), "buttons of its own"),
)
ENCRYPTED = 0x1


def fault(content: bytes) -> str:
    """Why this is no workbook that the exchange takes, as a sentence about what is in it; empty when it is one."""
    try:
        with ZipFile(BytesIO(content)) as parts:
            return next(_faults(parts), "")
    except (BadZipFile, LargeZipFile, NotImplementedError, EOFError, zlib.error, ValueError, OSError, RuntimeError):
        return "it is damaged: save it again as XLSX"


def _faults(parts: ZipFile) -> Iterator[str]:
    infos = parts.infolist()
    yield from _wrong_directory(infos)
    for info in infos:
        yield from _wrong_part(parts, info)


def _wrong_directory(infos: list[ZipInfo]) -> Iterator[str]:
    """What the directory alone tells, before anything is unpacked."""
    names = [info.filename for info in infos]
    if not set(names) >= NEEDED:
        yield "it holds something else than a workbook: save it again as XLSX"
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
        yield "it unpacks to far more than it should: copy the cells into a new workbook"
    folded = [name.casefold() for name in names]
    if len(set(folded)) < len(folded) or any(_is_odd(name) for name in names):
        yield "its parts have odd names: copy the cells into a new workbook"
    for pattern, said in REFUSED_PARTS:
        if any(pattern.search(f"/{name}") for name in names):
            yield f"it holds {said}: copy the cells into a new workbook without that"
    ends = sorted((info.header_offset, info.compress_size) for info in infos)
    if any(start + size > later for (start, size), (later, _) in pairwise(ends)):
        yield "its parts lie one over the other: copy the cells into a new workbook"


def _is_odd(name: str) -> bool:
    return not name.isascii() or not name.isprintable() or name.startswith(("/", ".")) or "\\" in name or ".." in name


def _wrong_part(parts: ZipFile, info: ZipInfo) -> Iterator[str]:
    """What one part holds: as much as the directory says, and no more."""
    if info.flag_bits & ENCRYPTED:
        yield "it is encrypted: save it without a password"
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        yield "it is packed in an unusual way: save it again as XLSX"
    if info.file_size > LARGE_PART and info.file_size > MOST_RATIO * max(1, info.compress_size):
        yield "it unpacks to far more than it should: copy the cells into a new workbook"
    is_markup = info.filename.endswith((".xml", ".rels", ".vml"))
    for piece in _pieces(parts, info):
        if is_markup and REFERENCE.search(piece):
            yield "it holds markup that refers elsewhere: copy the cells into a new workbook"
        if info.filename == "[Content_Types].xml" and MACROS.search(piece):
            yield "it holds macros: copy the cells into a new workbook without that"
        if "worksheets/" in info.filename:
            yield from _far_cells(piece)


def _pieces(parts: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    """A part in pieces, each with the end of the one before; the ZIP reader stops where the directory says it ends."""
    tail = b""
    with parts.open(info) as stream:
        while piece := stream.read(PIECE):
            yield tail + piece
            tail = piece[-OVERLAP:]


def _far_cells(piece: bytes) -> Iterator[str]:
    for column, row in CELL.findall(piece):
        if int(row) > LAST_ROW or _number(column) > LAST_COLUMN:
            place = f"{column.decode()}{int(row)}"
            yield f"it has something at {place}, far from the rest: delete the empty rows and columns"


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
