"""Forms on paper as the exchange's administrator keeps them."""

from __future__ import annotations

from app.commands.managing import paper_forms as commands
from app.commands.managing.paper_forms import Particulars, Upload
from app.store import paper_forms as kept
from app.store.paper_forms import PaperForm
from tests.commands.office import Office
from tests.documents import PDF

NUMBER = "TRX-90"
SAID = Particulars("TRANSACTION", "Late Delivery Claim", "延遲交付索償表格", "claim, late, 索償")
TODAY = "2026-11-23"


def form(office: Office, number: str = NUMBER) -> PaperForm:
    """The form as it stands."""
    with office.portal.database.read() as connection:
        found = kept.one(connection, number)
    assert found is not None
    return found


def added(office: Office, number: str = NUMBER, said: Particulars = SAID, by: str = "agnes") -> str:
    """A form without any version."""
    return commands.add(office.portal, office.by(by), number, said)


def published(
    office: Office, number: str = NUMBER, content: bytes = PDF, *, by: str = "agnes", seen: int | None = None, **said
) -> int:
    """The next version of a form, as its page stands now unless told otherwise."""
    upload = Upload(**{"name": "form.pdf", "content": content, "dated": TODAY, **said})
    known = form(office, number).changes if seen is None else seen
    return commands.publish(office.portal, office.by(by), number, known, upload)


def offered(office: Office, number: str = NUMBER, said: Particulars = SAID) -> str:
    """A form that everybody finds."""
    added(office, number, said)
    published(office, number)
    return number


def withdrawn(office: Office, number: str = NUMBER, *, by: str = "agnes", seen: int | None = None) -> None:
    """Withdraw a form."""
    known = form(office, number).changes if seen is None else seen
    commands.withdraw(office.portal, office.by(by), number, known)


def listed(office: Office) -> list[tuple[str, int]]:
    """What everybody finds: number and version."""
    with office.portal.database.read() as connection:
        return [(one.number, one.newest.version) for one in kept.offered(connection) if one.newest]
