"""What every test of an eService of the catalogue does: deploy it, file it, and look into the registers afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from app.commands.requests import circumstances
from app.store import definitions, registers
from engine.errors import WrongAnswers
from engine.forms import form
from engine.running.definition import Definition
from tests.commands.attaching import put, right_name
from tests.commands.office import APPROVE, FORWARD, Office

Answers = Mapping[str, str]


def draft(office: Office, code: str, who: str) -> str:
    """A draft of an eService that is deployed first."""
    office.deploy(code)
    return office.open_draft(who, code=code)


def prefilled(office: Office, reference: str) -> dict[str, Any]:
    """What stands in the form when it is first opened: what may be changed, and what nobody may change."""
    case, now = office.case(reference), office.clock.now()
    definition = definition_of(office, reference)
    step = definition.main_step
    with office.portal.database.read() as connection:
        facts = circumstances.facts_at(connection, definition, case, step, now, case.participant_id)
    asked = definition.forms[definition.main_form]
    raw = form.prefilled(asked, facts)
    return {**raw, **form.fixed(asked, facts, raw)}


def definition_of(office: Office, reference: str) -> Definition:
    """The definition of a request's eService."""
    with office.portal.database.read() as connection:
        return definitions.of_release(connection, office.case(reference).release)


def attach(office: Office, reference: str, who: str, *fields: str) -> None:
    """Put a document at each of these questions."""
    for place, field in enumerate(fields):
        participant = office.case(reference).participant_id
        name = right_name(reference, f"_0{place}" if place else "", participant=participant)
        put(office, reference, name, who=who, field=field)


def wrong(office: Office, reference: str, who: str, raw: Answers) -> list[str]:
    """The questions at which a page is refused."""
    with pytest.raises(WrongAnswers) as refused:
        office.complete(reference, who, dict(raw))
    return sorted(refused.value.fields)


def decided(office: Office, reference: str, who: str, task: str, raw: Answers = FORWARD) -> str:
    """Complete one of several open tasks, by the end of its key."""
    (found,) = [one for one in office.tasks(reference) if one.key.endswith(task)]
    return office.complete(reference, who, dict(raw), task=found)


def ended(office: Office, reference: str, *steps: tuple[str, Answers]) -> str:
    """The status after these people have each completed the one open task."""
    for who, raw in steps:
        office.complete(reference, who, dict(raw))
    return office.status(reference)


def record(office: Office, register: str, owner: str, key: str = "", on: str = "2026-12-31") -> dict[str, Any] | None:
    """What a register holds for an owner on a day; nothing once it was taken out."""
    with office.portal.database.read() as connection:
        found = registers.current(connection, [owner], date.fromisoformat(on), [register])
    return next((dict(one.values) for one in found if one.key == key), None)


__all__ = ["APPROVE", "FORWARD", "attach", "decided", "draft", "ended", "prefilled", "record", "wrong"]
