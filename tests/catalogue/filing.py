"""What every test of an eService of the catalogue does: file it, act on it, and look into forms and registers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.commands.requests import cases, circumstances
from app.store import definitions, registers
from engine.errors import Refused, WrongAnswers
from engine.forms import form
from engine.forms.form import Facts, Standing
from engine.forms.questions import Form
from tests.commands.attaching import put, right_name
from tests.commands.office import APPROVE, FORWARD, Office

Answers = Mapping[str, str]


def drafted(office: Office, code: str, who: str, kind: str = "") -> str:
    """A draft of an eService, deployed for it; kind: for which membership, where the firm has several."""
    office.deploy(code)
    if not kind:
        return office.open_draft(who, code=code)
    person = office.person(who)
    seat = next(row.id for row in office.rows("memberships", company_id=person.company, kind=kind))
    return cases.open_case(office.portal, code, office.by(who), seat)


def submitted(office: Office, code: str, who: str, raw: Answers, kind: str = "") -> str:
    """A request that waits for its checker, or has passed where none is asked."""
    reference = drafted(office, code, who, kind)
    office.complete(reference, who, dict(raw))
    return reference


def sent(office: Office, code: str, people: tuple[str, str], raw: Answers, kind: str = "") -> str:
    """The same, approved by its checker; people: maker and checker."""
    reference = submitted(office, code, people[0], raw, kind)
    office.complete(reference, people[1], APPROVE)
    return reference


def attach(office: Office, reference: str, who: str, *fields: str) -> None:
    """Put a document at each of these questions."""
    for place, field in enumerate(fields):
        participant = office.case(reference).participant_id
        name = right_name(reference, f"_0{place}" if place else "", participant=participant)
        put(office, reference, name, who=who, field=field)


def decided(office: Office, reference: str, who: str, task: str, raw: Answers = FORWARD) -> str:
    """Complete one of several open tasks, by the end of its key."""
    (found,) = [one for one in office.tasks(reference) if one.key.endswith(task)]
    return office.complete(reference, who, dict(raw), task=found)


def ended(office: Office, reference: str, *steps: tuple[str, Answers]) -> str:
    """The status after these people have each completed the one open task."""
    for who, raw in steps:
        office.complete(reference, who, dict(raw))
    return office.status(reference)


def wrong(office: Office, reference: str, who: str, raw: Answers) -> list[str]:
    """The questions at which a page is refused, or why it is refused as a whole; nothing when it is not."""
    try:
        office.complete(reference, who, dict(raw))
    except WrongAnswers as error:
        return sorted(error.fields)
    except Refused as error:
        return [type(error).__name__]
    return []


# --- what can be seen -------------------------------------------------------------------------------------------------
def seen(office: Office, reference: str) -> tuple[Form, Facts]:
    """The main form of a draft, and what it knows."""
    case, now = office.case(reference), office.clock.now()
    with office.portal.database.read() as connection:
        definition = definitions.of_release(connection, case.release)
        facts = circumstances.facts_at(connection, definition, case, definition.main_step, now, case.participant_id)
    return definition.forms[definition.main_form], facts


def prefilled(office: Office, reference: str) -> dict[str, Any]:
    """What stands in the form when it is first opened: what may be changed, and what nobody may change."""
    asked, facts = seen(office, reference)
    raw = form.prefilled(asked, facts)
    return {**raw, **form.fixed(asked, facts, raw)}


def standing(office: Office, reference: str, raw: Answers | None = None) -> Standing:
    """The main form of a draft as it stands with these answers, or as it is first opened."""
    asked, facts = seen(office, reference)
    return form.standing(asked, form.prefilled(asked, facts) if raw is None else raw, facts)


def offered(office: Office, reference: str, key: str) -> list[str]:
    """What a choice from a register offers."""
    asked, facts = seen(office, reference)
    entry = asked.named(key)
    assert entry is not None
    return [value for value, _label in form.options(entry, facts)]


def record(office: Office, register: str, owner: str, key: str = "", on: str = "2026-12-31") -> Any:
    """What a register holds for an owner on a day; nothing once it was taken out."""
    with office.portal.database.read() as connection:
        found = registers.current(connection, [owner], date.fromisoformat(on), [register])
    return next((dict(one.values) for one in found if one.key == key), None)
