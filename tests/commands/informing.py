"""Circulars and technical documents as those keep them who publish for the exchange."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.commands.publishing import bulletins, documents
from app.commands.publishing.bulletins import NO_FILE, Said
from app.commands.publishing.documents import Edition, Particulars
from app.commands.publishing.publishers import Upload
from app.store import bulletins as kept_bulletins
from app.store import technical_documents as kept_documents
from app.store.bulletins import Bulletin, Reader
from app.store.technical_documents import Document, Download, Version
from tests.commands.office import Office
from tests.documents import PDF

MONDAY = date(2026, 11, 23)
SAID = Said(
    "Rehearsal of the new session",
    "新交易時段演習",
    "Everybody connects at 10:00.\n\nNo orders are kept.",
    "所有參與者於上午十時連接。",
    shown_from=MONDAY,
)
ABOUT = Particulars("INTERFACE", "Order gateway interface", "落盤閘道介面規格", "OCG, gateway, 閘道")


def written(office: Office, by: str = "olive", upload: Upload = NO_FILE, **said) -> int:
    """A circular that somebody publishes today."""
    return bulletins.add(office.portal, office.by(by), replace(SAID, **said), upload)


def bulletin(office: Office, number: int) -> Bulletin:
    """The circular as it stands."""
    with office.portal.database.read() as connection:
        found = kept_bulletins.one(connection, Reader(office.number("olive"), None), number)
    assert found is not None
    return found


def rewritten(office: Office, number: int, by: str = "olive", seen: int | None = None, **said) -> None:
    """Let a circular say something else, as its page stands now unless told otherwise."""
    known = bulletin(office, number).changes if seen is None else seen
    bulletins.change(office.portal, office.by(by), number, known, replace(SAID, **said))


def called_back(office: Office, number: int, by: str = "olive", seen: int | None = None) -> None:
    """Withdraw a circular."""
    known = bulletin(office, number).changes if seen is None else seen
    bulletins.withdraw(office.portal, office.by(by), number, known)


def announced(office: Office, who: str) -> list[int]:
    """The circulars that hold now and that somebody has not opened, newest first."""
    with office.portal.database.read() as connection:
        reader = bulletins.reader_of(connection, office.person(who))
        return [one.id for one in kept_bulletins.unread(connection, reader, MONDAY, 50)]


def shelved(office: Office, by: str = "olive", **about) -> int:
    """A document without any version."""
    return documents.add(office.portal, office.by(by), ABOUT._replace(**about))


def document(office: Office, number: int) -> Document:
    """The document as it stands."""
    with office.portal.database.read() as connection:
        found = kept_documents.one(connection, number, None)
    assert found is not None
    return found


def issued(office: Office, number: int, label: str = "1.0", content: bytes = PDF, *, by: str = "olive", **given) -> int:
    """The next version of a document, as its page stands now unless told otherwise."""
    seen = given.pop("seen", None)
    edition = Edition(label, given.pop("effective", "2026-11-23"), Upload(given.pop("name", "spec.pdf"), content))
    known = document(office, number).changes if seen is None else seen
    return documents.publish(office.portal, office.by(by), number, known, edition)


def technical(office: Office, **about) -> int:
    """A document that those find for whom it is meant."""
    number = shelved(office, **about)
    issued(office, number)
    return number


def taken_off(office: Office, number: int, by: str = "olive") -> None:
    """Withdraw a document."""
    documents.withdraw(office.portal, office.by(by), number, document(office, number).changes)


def versions(office: Office, number: int) -> list[Version]:
    """Every version of a document, newest first."""
    with office.portal.database.read() as connection:
        return kept_documents.versions(connection, number)


def fetched(office: Office) -> list[Download]:
    """Every download, newest first."""
    with office.portal.database.read() as connection:
        return kept_documents.downloads(connection)
