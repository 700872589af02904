"""An office with one of everything there is a page of, and the addresses of these pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from app.commands.managing import calendar
from app.commands.publishing.publishers import Upload
from app.commands.signing import own_filters
from tests.commands.accounts import submitted
from tests.commands.informing import technical, written
from tests.commands.managing import added
from tests.commands.office import Office
from tests.commands.publishing import offered
from tests.commands.standing import away
from tests.documents import PDF

NORA = "nora@harbourbright.test"
OTHERS = {
    "/eservices/<name>": {"name": "EU_MoneySettlement"},
    "/exchange": {"code": "CTO"},
    "/events": {"code": "MR2701"},
}


def one_of_everything(office: Office) -> dict[str, str]:
    """Do a little of everything; returns what to put into addresses.

    Nora, who is added, has no right; she signs in as the demo's people do.
    """
    reference = submitted(office)
    nora = added(office, email=NORA)
    likewise = "UPDATE people SET password_hash = (SELECT password_hash FROM people WHERE id = 4), channel = 'email'"
    office.run_sql(f"{likewise} WHERE id = :id", id=nora)
    return {
        "reference": reference,
        "task_id": str(office.task(reference).id),
        "file_id": str(office.rows("files")[0].id),
        "field": "signed_dda",
        "process_id": "MS001",
        "name": "withdraw",
        "code": "MS001",
        "company": str(office.person("mia").company),
        "membership": str(office.rows("memberships")[0].id),
        "person": str(office.number("mia")),
        "verb": "welcome",
        "notice": str(next(row.id for row in office.rows("notices") if row.person_id == office.number("chen"))),
        "key": "0",
        "token": "none",
        "saved": str(own_filters.save(office.portal, office.person("mia"), "todo", {"q": "limit"}, "Limits")),
        "substitution": str(away(office, "mia", "chen", first=1)),
        "number": offered(office),
        "version": "1",
        "bulletin": str(written(office, audience=("HKCC",), upload=Upload("a.pdf", PDF))),
        "document": str(technical(office, audience=("HKCC",))),
        "exception": str(calendar.propose(office.portal, office.by("oscar"), date(2026, 12, 1), "CLOSED", "Flooded")),
    }


def address(rule: str, values: Mapping[str, str]) -> str:
    """The address of a page about one of these things."""
    chosen = {**values, **next((more for start, more in OTHERS.items() if rule.startswith(start)), {})}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: chosen[found[1]], rule)
