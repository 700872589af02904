"""Bulletins, which pages call circulars: written, changed and withdrawn by the exchange, read by those meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from app.commands.managing import accounts
from app.commands.portal import Portal
from app.commands.publishing import publishers
from app.commands.publishing.publishers import Upload
from app.commands.requests.steps import By
from app.logs import log_of
from app.store import bulletins as kept
from app.store.bulletins import Attached, Bulletin, Reader
from app.store.database import Connection
from engine.errors import NotFound, Refused
from engine.hours import hong_kong_day
from engine.people import Person
from engine.rights import may
from engine.sentence import say

LONGEST_TEXT = 6000
FURTHEST = timedelta(days=5 * 366)
PDF = ("pdf",)
PINNED, LOOSE, OPEN_END = "PINNED", "LOOSE", "OPEN_END"  # as a trail keeps them
NO_FILE = Upload("", b"")
log = log_of("bulletins")


class WrongBulletin(Refused):
    """A title, a text, a day, an audience or a file that cannot be used; `fields` says which and why."""

    code = "wrong_bulletin"

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class BulletinMoved(Refused):
    """Somebody has changed the bulletin since the page was shown."""

    code = "bulletin_moved"

    def __init__(self) -> None:
        super().__init__(
            say("Expected the circular as your page showed it, but it was changed or withdrawn meanwhile.")
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What a bulletin says, to whom and when. audience: kinds of membership, none for everybody; days in Hong Kong."""

    title_en: str
    title_zh: str
    text_en: str
    text_zh: str
    audience: tuple[str, ...] = ()
    pinned: bool = False
    shown_from: date | None = None
    shown_until: date | None = None


# --- keeping ----------------------------------------------------------------------------------------------------------
def add(portal: Portal, by: By, said: Said, upload: Upload = NO_FILE) -> int:
    """Publish a bulletin, with or without a PDF, and return its number; raises `WrongBulletin`, `NoRight`."""
    publishers.require_publisher(portal, by)
    plain = _plain(said)
    attached = _checked(portal, plain, upload, first=_today(portal))
    with portal.database.write() as connection:
        who = publishers.publisher(connection, by)
        number = kept.add(connection, by.person, portal.clock.now(), **asdict(plain), **_columns(attached))
        facts = _facts(asdict(plain)) | _facts(_columns(attached))
        publishers.seal(connection, portal, who, "bulletin.added", bulletin=number, **facts)
    return number


def change(portal: Portal, by: By, number: int, seen: int, said: Said, upload: Upload = NO_FILE) -> None:
    """Let a bulletin say something else; whoever has read it is not told again. seen: the changes its page knew of.

    Raises `WrongBulletin`, `BulletinMoved`, `NotFound`, `NoRight`.
    """
    publishers.require_publisher(portal, by)
    plain = _plain(said)
    attached = _checked(portal, plain, upload, first=None)
    with portal.database.write() as connection:
        who = publishers.publisher(connection, by)
        before = _as_seen(connection, by, number, seen)
        told = asdict(plain) | _columns(attached)
        news = {name: value for name, value in told.items() if value != _before(before, name)}
        if news:
            kept.change(connection, number, **told)
            publishers.seal(connection, portal, who, "bulletin.changed", bulletin=number, **_facts(news))


def withdraw(portal: Portal, by: By, number: int, seen: int) -> None:
    """Take a bulletin out of every list; it stays for those who publish. Raises `BulletinMoved`, `NotFound`."""
    with portal.database.write() as connection:
        who = publishers.publisher(connection, by)
        before = _as_seen(connection, by, number, seen)
        kept.change(connection, number, withdrawn_at=portal.clock.now())
        publishers.seal(connection, portal, who, "bulletin.withdrawn", bulletin=number, title_en=before.title_en)


# --- reading ----------------------------------------------------------------------------------------------------------
def reader_of(connection: Connection, person: Person) -> Reader:
    """Somebody as a reader of bulletins."""
    return Reader(person.id, publishers.kinds_of(connection, person))


def open_one(portal: Portal, person: int, number: int) -> Bulletin:
    """A bulletin for somebody who is meant, noted as read; raises `NotFound`.

    What is not shown yet or was withdrawn only those find who publish.
    """
    with portal.database.write() as connection:
        found = _readable(connection, portal, publishers.reader(connection, person), number)
        if not found.is_read:
            kept.note_read(connection, person, [number], portal.clock.now())
    return found


def read_all(portal: Portal, person: int) -> None:
    """Note that somebody has read all that holds for them."""
    with portal.database.write() as connection:
        reader = reader_of(connection, publishers.reader(connection, person))
        numbers = kept.unread_numbers(connection, reader, _today(portal))
        kept.note_read(connection, person, numbers, portal.clock.now())


def hand_out(portal: Portal, person: int, number: int) -> tuple[Attached, bytes]:
    """The PDF with a bulletin and its bytes, for somebody who is meant; raises `NotFound`."""
    with portal.database.read() as connection:
        found = _readable(connection, portal, publishers.reader(connection, person), number)
    if found.attached is None:
        raise NotFound("the file")
    log.info("bulletin.downloaded", bulletin=number, sha256=found.attached.sha256, person=person)
    return found.attached, portal.blobs.get(found.attached.sha256)


def _readable(connection: Connection, portal: Portal, person: Person, number: int) -> Bulletin:
    found = kept.one(connection, reader_of(connection, person), number)
    if found is None:
        raise NotFound("the circular")
    if found.state(_today(portal)) in (kept.PLANNED, kept.WITHDRAWN) and not may(person, publishers.PUBLISH):
        raise NotFound("the circular")
    return found


# --- what must hold ---------------------------------------------------------------------------------------------------
def _today(portal: Portal) -> date:
    return hong_kong_day(portal.clock.now())


def _as_seen(connection: Connection, by: By, number: int, seen: int) -> Bulletin:
    found = kept.one(connection, Reader(by.person, None), number)
    if found is None:
        raise NotFound("the circular")
    if found.changes != seen or found.withdrawn_at is not None:
        raise BulletinMoved
    return found


def _plain(said: Said) -> Said:
    return Said(
        accounts.plain(said.title_en),
        accounts.plain(said.title_zh),
        publishers.prose(said.text_en),
        publishers.prose(said.text_zh),
        tuple(sorted(set(said.audience))),
        said.pinned,
        said.shown_from,
        said.shown_until,
    )


def _checked(portal: Portal, said: Said, upload: Upload, *, first: date | None) -> Attached | None:
    """The stored file, if one was chosen, once everything holds; raises `WrongBulletin`."""
    wrong = dict(_wrong(said, first, _today(portal) + FURTHEST))
    if upload.name and (fault := publishers.wrong_file(portal, upload, PDF)):
        wrong["file"] = fault
    if wrong:
        raise WrongBulletin(**wrong)
    if not upload.name:
        return None
    # A file without a row may stay behind, never a row without its file.
    return Attached(publishers.file_name(upload), portal.blobs.put(upload.content), len(upload.content))


def _wrong(said: Said, first: date | None, last: date) -> Iterator[tuple[str, str]]:
    yield from publishers.wrong_titles(said.title_en, said.title_zh)
    for name, language in (("text_en", say("English")), ("text_zh", say("Traditional Chinese"))):
        text = getattr(said, name)
        if not accounts.can_be_read(text) or len(text) > LONGEST_TEXT:
            yield (
                name,
                say(
                    "Enter the {language} text, at most {longest_text} characters.",
                    language=language,
                    longest_text=LONGEST_TEXT,
                ),
            )
    yield from publishers.wrong_audience(said.audience)
    if said.shown_from is None or said.shown_from > last:
        yield "shown_from", say("Enter the first day on which it is shown, such as 26/11/2026, within five years.")
    elif first is not None and said.shown_from < first:
        yield (
            "shown_from",
            say("Enter today, {first:%d/%m/%Y}, or a later day: nobody could have read it before.", first=first),
        )
    elif said.shown_until is not None and not said.shown_from <= said.shown_until <= last:
        yield (
            "shown_until",
            say(
                "Enter {shown_from:%d/%m/%Y} or a later day, within five years, or leave it empty.",
                shown_from=said.shown_from,
            ),
        )


def _columns(attached: Attached | None) -> dict[str, Any]:
    """The file as columns; without a new one the former stays."""
    if attached is None:
        return {}
    return {"file_name": attached.name, "sha256": attached.sha256, "size": attached.size}


def _before(bulletin: Bulletin, name: str) -> Any:
    if name in ("file_name", "sha256", "size"):
        file = bulletin.attached
        return None if file is None else {"file_name": file.name, "sha256": file.sha256, "size": file.size}[name]
    return getattr(bulletin, name)


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    """The same as a trail keeps it."""
    told: dict[str, Any] = {}
    for name, value in said.items():
        if name == "audience":
            told[name] = publishers.meant_for(value)
        elif name == "pinned":
            told[name] = PINNED if value else LOOSE
        elif name == "shown_until" and value is None:
            told[name] = OPEN_END
        else:
            told[name] = value.isoformat() if isinstance(value, date) else value
    return told
