"""The beginning of a request: its reference, the membership it is filed for, its row, and its first step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import circumstances, steps
from app.commands.requests.steps import Step
from app.store import answered, cases, companies, people, words
from app.store.cases import Case
from app.store.database import Connection
from engine.errors import NoRight
from engine.hours import hong_kong_day
from engine.people import Person
from engine.running import run
from engine.running.definition import Definition
from engine.sealed import seal

OPENED = "case.opened"


def seat_for(
    connection: Connection, definition: Definition, person: Person, wanted: int | None
) -> tuple[Person, people.Membership]:
    """As whom a person files, and for which membership; wanted: which of several. Raises `NoRight`."""
    eservice = definition.eservice
    for seat in people.memberships_of(connection, person.company):
        if wanted not in (None, seat.id) or seat.kind not in eservice.memberships:
            continue
        acts = next((one for one in person.selves if one.may("maker", eservice.function, seat.id)), None)
        if acts is not None and people.goes_on(connection, seat.id):
            return acts, seat
    raise NoRight("maker", eservice.function)


def next_reference(connection: Connection, code: str, now: datetime) -> str:
    """The reference of the next request of an eService today."""
    prefix = f"{code}-{hong_kong_day(now):%Y%m%d}"
    return f"{prefix}-{cases.next_number(connection, prefix):06d}"


def new_case(
    connection: Connection,
    reference: str,
    definition: Definition,
    seat: people.Membership,
    person: Person,
    now: datetime,
) -> Case:
    """The row of a new request, with the hand of whoever opens it, and of whoever they open it for."""
    eservice = definition.eservice
    columns: dict[str, Any] = {
        "reference": reference,
        "eservice": eservice.code,
        "release": definition.sha256,
        "function": eservice.function,
        "desk": eservice.desk,
        "company_id": seat.company,
        "membership_id": seat.id,
        "participant_id": seat.participant_id,
        "opened_by": person.id,
        "opened_at": now,
        "changed_at": now,
        "closed_at": None,
        "received_on": None,
        "status": "DRAFT",
        "round": 1,
        "version": 1,
        "about": "",
        "state": b"",
        "ways_out": [],
        "head": seal.first_link(reference),
        "entries": 0,
        "membership": seat.kind,
        "words": _words(connection, reference, definition, seat, person),
        "opened_for": person.behalf.name if person.behalf else "",
    }
    case_id = cases.add(connection, **columns)
    for one in sorted(person.eyes):
        answered.lend_hand(connection, case_id, one, "maker", 1)
    return Case(id=case_id, **columns)


def _words(
    connection: Connection, reference: str, definition: Definition, seat: people.Membership, person: Person
) -> str:
    """What a request is found by from its first day: whose it is, what it is, and who opened it."""
    eservice, firm = definition.eservice, companies.firm(connection, seat.company)
    makers = (person.name, person.behalf.name if person.behalf else "")
    names = (firm.code, firm.name_en, firm.name_zh) if firm else ()
    titles = (eservice.code, eservice.title, eservice.short_title, *eservice.titles.values(), *eservice.keywords)
    found_by = words.words_of(reference, seat.participant_id, *names, *makers, *titles)
    return " ".join([words.seat_word(seat.id, eservice.function), *found_by])


def start(
    connection: Connection,
    portal: Portal,
    definition: Definition,
    case: Case,
    actor: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> None:
    """Take the first step of a new request and seal it; more: what else its entry says."""
    now = case.opened_at
    moment = circumstances.at(connection, now)
    outcome = run.start(definition, circumstances.context_of(definition, circumstances.as_facts(case), {}, moment))
    facts = {"eservice": case.eservice, "participant_id": case.participant_id, **(more or {})}
    steps.write_down(connection, portal, definition, case, outcome, Step(now, OPENED, "", actor, facts))
