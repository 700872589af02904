"""PDF: every object is looked at, also those inside object streams, for what would act by itself when opened."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Object, PasswordError, Pdf, PdfError, Stream

ACTING = {
    b"/JS": "JavaScript",
    b"/JavaScript": "JavaScript",
    b"/Launch": "an action that starts a program",
    b"/EmbeddedFile": "another file inside it",
    b"/EmbeddedFiles": "another file inside it",
    b"/RichMedia": "embedded media",
    b"/Movie": "embedded media",
    b"/Sound": "embedded media",
    b"/Rendition": "embedded media",
    b"/3D": "embedded media",
    b"/XFA": "an XFA form",
    b"/SubmitForm": "an action that sends answers elsewhere",
    b"/ImportData": "an action that fetches data",
    b"/GoToE": "a link into another file",
}
NAME = re.compile(rb"/[^\s/<>\[\](){}%]+")
TEXT = re.compile(rb"\((?:[^\\()]|\\.)*\)|<[0-9A-Fa-f]*>", re.DOTALL)
MOST_OBJECTS = 50_000
MOST_INDEXES = 2_000  # streams that list or hold objects
MOST_UNPACKED = 16 * 1024 * 1024  # of all object streams together: what a reader has to unpack before it shows a page
PIECE = 65_536
DICTIONARY = 2048  # bytes before the keyword stream in which a stream's dictionary is looked for
STREAM = re.compile(rb"\bstream\r?\n")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
INDEX = re.compile(rb"/(ObjStm|XRef)\b")
FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
INDEX_PLACE, TAIL = b"startxref", 2048
DAMAGED = "it is damaged: open it and print it to a new PDF"
TOO_MUCH = "it unpacks to far more than it should: print it to a new PDF"
PLAIN_FILTERS = (b"/FlateDecode", b"[/FlateDecode]")


def fault(content: bytes) -> str:
    """Why this is no PDF that the exchange takes, as a sentence about what is in it; empty when it is one."""
    if content.count(b"endobj") > MOST_OBJECTS:
        return TOO_MUCH
    if INDEX_PLACE not in content[-TAIL:]:
        return DAMAGED
    return _packed(content) or _opened(content)


def _packed(content: bytes) -> str:
    """Object streams are unpacked when a reader opens the file: how large they get is counted before."""
    left, indexes = MOST_UNPACKED, 0
    for found in STREAM.finditer(content):
        head = _dictionary(content, found.start())
        filters = FILTER.search(head) if INDEX.search(head) else None
        if filters is None:
            continue
        indexes += 1
        if filters[1].replace(b" ", b"") not in PLAIN_FILTERS:
            return "it is packed in an unusual way: print it to a new PDF"
        left -= _unpacked(content, found.end(), left)
        if left <= 0 or indexes > MOST_INDEXES:
            return TOO_MUCH
    return ""


def _dictionary(content: bytes, end: int) -> bytes:
    """What stands between the object's beginning and its stream, names without escapes."""
    before = content[max(0, end - DICTIONARY) : end]
    own = before[before.rfind(b"obj") + 3 :] if b"obj" in before else before
    return ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), own)


def _unpacked(content: bytes, start: int, most: int) -> int:
    """How many bytes a stream unpacks to, counted up to a little more than `most`."""
    unpack, taken, place, piece = zlib.decompressobj(), 0, start, b""
    try:
        while taken <= most and not unpack.eof:
            if not piece:
                piece, place = content[place : place + PIECE], place + PIECE
                if not piece:
                    break
            taken += len(unpack.decompress(piece, PIECE))
            piece = unpack.unconsumed_tail
    except zlib.error:
        return taken  # broken from here on: a reader gets no further either
    return taken


def _opened(content: bytes) -> str:
    try:
        with Pdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True) as document:
            if document.is_encrypted:
                return "it is encrypted: save it without a password"
            return _acting(document)
    except PasswordError:
        return "it is encrypted: save it without a password"
    except (PdfError, pikepdf.DataDecodingError, ValueError, RecursionError, OverflowError):
        return DAMAGED


def _acting(document: Pdf) -> str:
    """What acts by itself in any object, as its names tell; texts are left out, they may speak of anything."""
    if len(document.objects) > MOST_OBJECTS:
        return TOO_MUCH
    if not len(document.pages):
        return "it has no page: choose another file"
    left = MOST_UNPACKED
    every: Iterable[Any] = document.objects
    for each in every:
        if not isinstance(each, Object):
            continue  # a number, or nothing
        said = (each.stream_dict if isinstance(each, Stream) else each).unparse(resolved=True)
        left -= len(said)
        if left <= 0:
            return TOO_MUCH
        found = next((name for name in NAME.findall(TEXT.sub(b"", said)) if name in ACTING), None)
        if found:
            return f"it holds {ACTING[found]}: print it to a new PDF without that"
    return ""
