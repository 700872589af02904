"""The demo's mail server on this machine: what the portal sends stays in a folder and is shown on a page."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_BYTES = 1_000_000
KEPT = 500


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that arrived; `at` is aware, UTC."""

    key: str
    to: str
    subject: str
    at: datetime
    text: str


@contextmanager
def receiving(folder: Path, port: int) -> Iterator[None]:
    """Take mail on this machine's `port` into the Maildir `folder` until the block ends."""
    controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=port, data_size_limit=LARGEST_BYTES)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def letters(folder: Path) -> list[Received]:
    """Every mail that is kept, newest first."""
    return [_received(path) for path in reversed(_oldest_first(folder))]


def letter(folder: Path, key: str) -> Received | None:
    """One mail by its key, or None."""
    return next((_received(path) for path in _oldest_first(folder) if path.name == key), None)


class _Keeper:
    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._box = mailbox.Maildir(folder)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self._box.add(envelope.original_content or b"")
        for path in _oldest_first(self._folder)[:-KEPT]:
            path.unlink(missing_ok=True)
        return "250 Kept"


def _oldest_first(folder: Path) -> list[Path]:
    return sorted((folder / "new").glob("*"), key=lambda path: (path.stat().st_mtime_ns, path.name))


def _received(path: Path) -> Received:
    message = BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes())
    body = message.get_body(("plain",))
    return Received(
        key=path.name,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        text=body.get_content().replace("\r\n", "\n") if body else "",
    )
