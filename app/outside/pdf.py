"""The audit PDF of one case: pages for people, and the sealed record inside for machines."""

import io
import json
from datetime import datetime

import pikepdf

from app.outside import pages, paper, printed
from app.outside.paper import Paper
from engine.sealed.proof import Verdict, verify
from engine.sealed.record import PAGES, TRAIL, Record, carried, read

MIME = {"json": "application/json", "bpmn": "application/xml", "form": "application/json"}
ALTERED = "The sealed record is intact, but the pages around it are not the ones made from it."
UNCHECKED = "The record is intact, but its pages were made by another release and were not checked."


def render(record: Record) -> bytes:
    """The audit PDF of a case (PDF/A-3); the same record makes the same bytes."""
    words = record.words
    head = printed.said(words, printed.AUDIT_TRAIL)
    foot = (record.reference, printed.said(words, printed.SEALED_AS, seal=record.seal.head[:16]))
    title = f"{record.reference} {pages.titles(record)[0]}"
    with Paper(title, _made_at(record), head, foot, language=record.language, words=words) as sheets:
        pages.write(sheets, record)
        for name, body in carried(record).items():
            _embed(sheets, name, body, _made_at(record))
        return bytes(sheets.output())


def attachments(pdf: bytes) -> dict[str, bytes]:
    """The documents embedded in a PDF, by file name.

    Raises ValueError when the bytes are no PDF that can be read.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError) as error:
        raise ValueError(f"Expected a PDF, but it cannot be read: {error}.") from error


def check(pdf: bytes, trusted_key: bytes | None = None) -> Verdict:
    """Whether an audit PDF is what the portal sealed: its documents, and its pages as this release draws them.

    trusted_key: the portal's Ed25519 public key, PEM or 32 bytes.
    """
    try:
        found = attachments(pdf)
    except ValueError as error:
        return Verdict(False, (str(error),))
    verdict = verify(found, trusted_key)
    if not verdict.intact:
        return verdict
    sealed = _sealed_producer(found)
    if _producer(pdf) != sealed:
        return Verdict(False, (ALTERED,))
    if sealed != paper.PRODUCER:
        return Verdict(False, (UNCHECKED,))
    if _drawn(found) != pdf:
        return Verdict(False, (ALTERED,))
    return Verdict(True, (*verdict.sentences, "The pages are, byte for byte, what the sealed record says."))


def _made_at(record: Record) -> datetime:
    if record.closed_at:
        return record.closed_at
    if record.entries:
        return datetime.fromisoformat(record.entries[-1].facts["at"])
    return record.opened_at


def _embed(sheets: Paper, name: str, body: bytes, made_at: datetime) -> None:
    sheets.embed_file(
        bytes=body,
        basename=name,
        modification_date=made_at,
        mime_type=MIME.get(name.rpartition(".")[2], "application/octet-stream"),
        associated_file_relationship="Data" if name == TRAIL else "Source",
        compress=True,
    )


def _drawn(found: dict[str, bytes]) -> bytes:
    try:
        return render(read(found))
    except (KeyError, TypeError, ValueError, AttributeError):
        return b""


def _sealed_producer(found: dict[str, bytes]) -> str:
    try:
        return str(json.loads(found[PAGES])["producer"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""


def _producer(pdf: bytes) -> str:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return str(document.open_metadata().get("pdf:Producer", ""))
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, SyntaxError):
        return ""
