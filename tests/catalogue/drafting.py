"""What tests of the catalogue share: people of other desks, forms as they stand, and what registers hold afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.commands.requests import circumstances
from app.store import definitions, registers
from engine.errors import Refused, WrongAnswers
from engine.forms import form
from engine.forms.form import Facts, Standing
from engine.forms.questions import Form
from tests.commands import office as offices
from tests.commands.office import APPROVE, Office

offices.PEOPLE |= {
    "helen": "proc.crm@exchange.test",
    "henry": "appr.crm@exchange.test",
    "janet": "proc.msv@exchange.test",
    "lily": "proc.evt@exchange.test",
    "david": "appr.dto@exchange.test",
}
LATER = date(2027, 12, 31)


def drafted(office: Office, code: str, who: str, kind: str = "") -> str:
    """A draft of an eService, deployed for it; kind: for which membership, where the firm has several."""
    office.deploy(code)
    if not kind:
        return office.open_draft(who, code=code)
    person = office.person(who)
    seat = next(row.id for row in office.rows("memberships", company_id=person.company, kind=kind))
    return offices.case_commands.open_case(office.portal, code, office.by(who), seat)


def submitted(office: Office, code: str, who: str, raw: Mapping[str, str], kind: str = "") -> str:
    """A request that waits for its checker, or has passed where none is asked."""
    reference = drafted(office, code, who, kind)
    office.complete(reference, who, dict(raw))
    return reference


def sent(office: Office, code: str, people: tuple[str, str], raw: Mapping[str, str], kind: str = "") -> str:
    """The same, approved by its checker; people: maker and checker."""
    reference = submitted(office, code, people[0], raw, kind)
    office.complete(reference, people[1], APPROVE)
    return reference


def seen(office: Office, reference: str) -> tuple[Form, Facts]:
    """The main form of a draft, and what it knows."""
    case, now = office.case(reference), office.clock.now()
    with office.portal.database.read() as connection:
        definition = definitions.of_release(connection, case.release)
        facts = circumstances.facts_at(connection, definition, case, definition.main_step, now, case.participant_id)
    return definition.forms[definition.main_form], facts


def standing(office: Office, reference: str, raw: Mapping[str, str] | None = None) -> Standing:
    """The main form of a draft as it stands with these answers, or as it is first opened."""
    asked, facts = seen(office, reference)
    return form.standing(asked, form.prefilled(asked, facts) if raw is None else raw, facts)


def offered(office: Office, reference: str, key: str) -> list[str]:
    """What a choice from a register offers."""
    asked, facts = seen(office, reference)
    entry = asked.named(key)
    assert entry is not None
    return [value for value, _label in form.options(entry, facts)]


def wrong(office: Office, reference: str, who: str, raw: Mapping[str, str]) -> list[str]:
    """The answers for which a task is refused."""
    try:
        office.complete(reference, who, dict(raw))
    except WrongAnswers as error:
        return sorted(error.fields)
    except Refused as error:
        return [type(error).__name__]
    return []


def record(office: Office, register: str, owner: str, key: str = "", on: date = LATER) -> Mapping[str, Any]:
    """What a register says of a participant in the end."""
    with office.portal.database.read() as connection:
        found = registers.current(connection, [owner], on, [register])
    return next((one.values for one in found if one.key == key), {})
