"""Technical documents: added, published anew and withdrawn by the exchange, fetched by those they are meant for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

from app.commands.managing import accounts
from app.commands.portal import Portal
from app.commands.publishing import publishers
from app.commands.publishing.publishers import Upload
from app.commands.requests.steps import By
from app.store import technical_documents as kept
from app.store.database import Connection
from app.store.technical_documents import Document, Version
from engine.errors import NotFound, Refused
from engine.forms import attachment
from engine.forms.typed import day
from engine.rights import may
from engine.sentence import say

# By which kind of document the list is narrowed, in the order in which it offers them.
CATEGORIES = {
    "INTERFACE": say("Interface specifications"),
    "GUIDE": say("User guides"),
    "PACKAGE": say("Information packages"),
    "CONNECTIVITY": say("Connectivity and testing"),
    "OPERATIONS": say("Operational procedures"),
}
LONGEST_KEYWORDS, LONGEST_LABEL = 300, 24
OLDEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)


class WrongDocument(Refused):
    """A title, a category, a label, a day or a file that cannot be used; `fields` says which and why."""

    code = "wrong_document"

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class DocumentMoved(Refused):
    """Somebody has changed the document since the page was shown."""

    code = "document_moved"

    def __init__(self) -> None:
        super().__init__(
            say("Expected the document as your page showed it, but it was changed or withdrawn meanwhile.")
        )


class Particulars(NamedTuple):
    """What is said about a document beside its versions. audience: kinds of membership, none for everybody."""

    category: str
    title_en: str
    title_zh: str
    keywords: str = ""
    audience: tuple[str, ...] = ()


class Edition(NamedTuple):
    """A version to publish. label: as its authors number it. effective: the day from which it holds, as typed."""

    label: str
    effective: str
    upload: Upload


# --- keeping ----------------------------------------------------------------------------------------------------------
def add(portal: Portal, by: By, said: Particulars) -> int:
    """Note a document, which nobody finds before a version is published; raises `WrongDocument`, `NoRight`."""
    known = _plain(said)
    with portal.database.write() as connection:
        who = publishers.publisher(connection, by)
        if wrong := dict(_wrong(known)):
            raise WrongDocument(**wrong)
        number = kept.add(connection, **known._asdict())
        publishers.seal(connection, portal, who, "document.added", document=number, **_facts(known._asdict()))
    return number


def change(portal: Portal, by: By, number: int, seen: int, said: Particulars) -> None:
    """Let a document have other titles, another category or audience; seen: the changes that the page knew of.

    Raises `WrongDocument`, `DocumentMoved`, `NotFound`, `NoRight`.
    """
    known = _plain(said)
    with portal.database.write() as connection:
        who = publishers.publisher(connection, by)
        document = _as_seen(connection, number, seen)
        if wrong := dict(_wrong(known)):
            raise WrongDocument(**wrong)
        news = {name: value for name, value in known._asdict().items() if value != getattr(document, name)}
        if news:
            kept.change(connection, number, **known._asdict())
            publishers.seal(connection, portal, who, "document.changed", document=number, **_facts(news))


def publish(portal: Portal, by: By, number: int, seen: int, edition: Edition) -> int:
    """Publish a file as the next version of a document, and return which one that is; the former ones stay.

    Raises `WrongDocument` with a sentence for the label, the day or the file, `DocumentMoved`, `NotFound`, `NoRight`.
    """
    publishers.require_publisher(portal, by)
    with portal.database.read() as connection:
        _as_seen(connection, number, seen)
        taken = {version.label.casefold() for version in kept.versions(connection, number)}
    label, effective = accounts.plain(edition.label), day(edition.effective.strip()[:20])
    if wrong := dict(_wrong_edition(portal, label, effective, edition.upload, taken)):
        raise WrongDocument(**wrong)
    sha256 = portal.blobs.put(edition.upload.content)  # a file without a row may stay behind, never the other way
    with portal.database.write() as connection:
        who = publishers.publisher(connection, by)
        document = _as_seen(connection, number, seen)
        version = _next(document, label, effective or OLDEST, edition.upload, sha256, portal.clock.now())
        kept.publish(connection, number, version, by.person)
        publishers.seal(connection, portal, who, "document.published", document=number, **_sealed(version))
    return version.version


def withdraw(portal: Portal, by: By, number: int, seen: int) -> None:
    """Take a document and its versions out of list and search; they stay. Raises `DocumentMoved`, `NotFound`."""
    with portal.database.write() as connection:
        who = publishers.publisher(connection, by)
        document = _as_seen(connection, number, seen)
        kept.change(connection, number, withdrawn_at=portal.clock.now())
        publishers.seal(connection, portal, who, "document.withdrawn", document=number, title_en=document.title_en)


# --- reading ----------------------------------------------------------------------------------------------------------
def visit(portal: Portal, person: int) -> datetime | None:
    """Note that somebody looks at the list, and return since when a version is new to them; None on the first visit."""
    with portal.database.write() as connection:
        return kept.visit(connection, person, portal.clock.now())


def found(connection: Connection, person: int, number: int) -> Document:
    """A document for somebody it is meant for; raises `NotFound`.

    What is not published yet or was withdrawn only those find who publish.
    """
    reader = publishers.reader(connection, person)
    document = kept.one(connection, number, publishers.kinds_of(connection, reader))
    if document is None or not (document.is_offered or may(reader, publishers.PUBLISH)):
        raise NotFound("the document")
    return document


def hand_out(portal: Portal, person: int, number: int, version: int | None = None) -> tuple[Version, bytes]:
    """A version of a document, by default the newest, and its bytes, for those it is meant for; every one is noted.

    Raises `NotFound`.
    """
    with portal.database.read() as connection:
        found(connection, person, number)
        every = kept.versions(connection, number)
    chosen = next((one for one in every if version in (None, one.version)), None)
    if chosen is None:
        raise NotFound("the document")
    content = portal.blobs.get(chosen.sha256)
    with portal.database.write() as connection:
        kept.note_download(connection, number, chosen.version, person, portal.clock.now())
    return chosen, content


# --- what must hold ---------------------------------------------------------------------------------------------------
def _as_seen(connection: Connection, number: int, seen: int) -> Document:
    document = kept.one(connection, number, None)
    if document is None:
        raise NotFound("the document")
    if document.changes != seen or document.withdrawn_at is not None:
        raise DocumentMoved
    return document


def _plain(said: Particulars) -> Particulars:
    keywords = (accounts.plain(word) for word in re.split(r"[,，、;\n]", said.keywords))
    return Particulars(
        said.category,
        accounts.plain(said.title_en),
        accounts.plain(said.title_zh),
        ", ".join(word for word in keywords if word),
        tuple(sorted(set(said.audience))),
    )


def _wrong(said: Particulars) -> Iterator[tuple[str, str]]:
    if said.category not in CATEGORIES:
        yield "category", say("Choose what kind of document it is.")
    yield from publishers.wrong_titles(said.title_en, said.title_zh)
    if len(said.keywords) > LONGEST_KEYWORDS:
        yield "keywords", say("Use at most {longest_keywords} characters.", longest_keywords=LONGEST_KEYWORDS)
    yield from publishers.wrong_audience(said.audience)


def _wrong_edition(
    portal: Portal, label: str, effective: date | None, upload: Upload, taken: Collection[str]
) -> Iterator[tuple[str, str]]:
    if not accounts.can_be_read(label) or len(label) > LONGEST_LABEL:
        yield (
            "label",
            say(
                "Enter the version as the document names it, such as 2.1, at most {longest_label} characters.",
                longest_label=LONGEST_LABEL,
            ),
        )
    elif label.casefold() in taken:
        yield "label", say("Version {label} was published before: give the new one another name.", label=label)
    if effective is None or not OLDEST <= effective <= LATEST:
        yield "effective", say("Enter the day from which it holds as day/month/year, such as 26/11/2026.")
    if not upload.name:
        yield "file", say("Choose the file to publish.")
    elif fault := publishers.wrong_file(portal, upload, attachment.KINDS):
        yield "file", fault


def _next(document: Document, label: str, effective: date, upload: Upload, sha256: str, at: datetime) -> Version:
    number = document.newest.version + 1 if document.newest else 1
    kind, name = attachment.extension_of(upload.name), publishers.file_name(upload)
    return Version(number, label, effective, name, kind, sha256, len(upload.content), at)


def _facts(said: dict[str, object]) -> dict[str, object]:
    """The same as a trail keeps it; what a paper form calls its category is something else."""
    told = {"shelf" if name == "category" else name: value for name, value in said.items()}
    return {name: publishers.meant_for(value) if isinstance(value, tuple) else value for name, value in told.items()}


def _sealed(version: Version) -> dict[str, object]:
    return {
        "version": version.version,
        "label": version.label,
        "effective": version.effective_on.isoformat(),
        "file_name": version.file_name,
        "sha256": version.sha256,
        "size": version.size,
    }
