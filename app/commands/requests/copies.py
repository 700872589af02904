"""A new request that begins with the answers of an earlier one."""

from __future__ import annotations

from datetime import datetime

from app.commands.portal import Portal
from app.commands.requests import circumstances, opening, steps
from app.commands.requests.steps import By
from app.store import answered, cases, definitions
from app.store.answered import Sealed
from app.store.cases import Case
from app.store.database import Connection
from engine.errors import NotFound, Refused
from engine.forms import copies
from engine.forms.copies import Copied
from engine.people import Person
from engine.running.definition import Definition
from engine.sentence import say


class NeverFilled(Refused):
    """There is nothing to copy yet."""

    code = "never_filled"

    def __init__(self, reference: str) -> None:
        super().__init__(
            say(
                "Expected a request whose form was submitted once, but {reference} was not: open a new "
                "request instead.",
                reference=reference,
            )
        )


def open_like(portal: Portal, reference: str, by: By) -> str:
    """Open a draft that begins with the newest answers of an earlier request, and return its own reference.

    It is of the newest release of the same eService, for the same membership. Raises `NotFound` where the person may
    not see the earlier request, `NoRight`, `NeverFilled`, `KeyReused`, `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    digest = steps.request_digest("open like", reference)
    with portal.database.write() as connection:
        person = steps.acting(connection, by, now)
        earlier = _seen(connection, reference, person)
        opened = opening.next_reference(connection, earlier.eservice, now)
        if (done := steps.claimed(connection, by, digest, opened, now)) is not None:
            return done
        definition = definitions.current_of(connection, earlier.eservice)
        person, seat = opening.seat_for(connection, definition, person, earlier.membership_id)
        then, answers = _answers(connection, earlier)
        case = opening.new_case(connection, opened, definition, seat, person, now)
        copied = _copied(connection, definition, case, then, answers)
        said = {"like": earlier.reference, "again": list(copied.again)}
        opening.start(connection, portal, definition, case, steps.actor_of(person, "maker", by.address), said)
        _keep(connection, definition, case, copied, now)
        return opened


def _seen(connection: Connection, reference: str, person: Person) -> Case:
    case = cases.by_reference(connection, reference, person)
    if case is None:
        raise NotFound(f"the request {reference[:24]}")
    return case


def _answers(connection: Connection, earlier: Case) -> tuple[Definition, Sealed]:
    """What was last submitted, with the release for which it was."""
    then = definitions.of_release(connection, earlier.release)
    answers = answered.newest_answers(connection, earlier.id, then.main_step)
    if answers is None:
        raise NeverFilled(earlier.reference)
    return then, answers


def _copied(connection: Connection, definition: Definition, case: Case, then: Definition, answers: Sealed) -> Copied:
    step, now = definition.main_step, case.opened_at
    facts = circumstances.facts_at(connection, definition, case, step, now, case.participant_id)
    asked, before = definition.forms[definition.main_form], then.forms[then.main_form]
    return copies.copied(asked, before, answers.answers, facts)


def _keep(connection: Connection, definition: Definition, case: Case, copied: Copied, now: datetime) -> None:
    answered.keep_draft(
        connection,
        case.id,
        definition.main_step,
        round=case.round,
        answers=dict(copied.raw),
        saved_by=case.opened_by,
        saved_at=now,
    )
