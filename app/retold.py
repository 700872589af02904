"""A case run again from its trail, told line by line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from app.commands import steps
from app.commands.letters import hong_kong_time
from app.commands.portal import Portal
from app.store import cases, definitions, trail
from app.store.cases import Case, Sealed
from engine import replay, seal
from engine.definition import Definition
from engine.errors import NotFound, Refused


def retell(portal: Portal, reference: str, say: Callable[[str], None]) -> bool:
    """Say every step of a case as it comes out when run again; whether all are as they were sealed."""
    with portal.database.read() as connection:
        case = cases.by_reference(connection, reference)
        if case is None:
            raise NotFound(f"the request {reference}")
        definition = definitions.of_release(connection, case.release)
        entries = trail.entries(connection, case.id)
        answers = {sealed.entry: sealed for sealed in cases.all_answers(connection, case.id)}
    given = {number: sealed.answers for number, sealed in answers.items()}
    difference = _broken_seal(case, entries, answers)
    difference = difference or _told(definition, case, [sealed.entry for sealed in entries], given, say)
    say(difference or f"identical: {len(entries)} entries, {case.status}")
    return not difference


def _told(
    definition: Definition,
    case: Case,
    entries: list[replay.Entry],
    given: dict[int, replay.Entry],
    say: Callable[[str], None],
) -> str:
    again = replay.replayed(definition, entries, given, partial(steps.context_of, definition), steps.as_facts(case))
    lasting = ""
    try:
        for entry, step in zip(entries, again, strict=False):
            at = hong_kong_time(datetime.fromisoformat(entry["at"]))
            waiting = f"  waits: {', '.join(step.open_steps)}" if step.open_steps else ""
            say(f"{step.seq:>4}  {at}  {step.action:<15} {step.step:<12} {step.status}{waiting}")
            if not step.same:
                return f"Entry {step.seq} differs. {step.sentence}"
            lasting = step.status
    except Refused as error:
        return f"Expected every step to run again, but one was refused: {error}"
    if lasting != case.status:
        return f"Expected the request to be {case.status} as stored, but its trail leads to {lasting}."
    return ""


def _broken_seal(case: Case, entries: list[trail.Sealed], answers: Mapping[int, Sealed]) -> str:
    head = seal.first_link(case.reference)
    for number, sealed in enumerate(entries, 1):
        head = seal.link(head, sealed.entry)
        if head != sealed.hash or sealed.entry["seq"] != number:
            return f"Expected entry {number} as it was sealed, but it was changed."
        given = answers.get(number)
        if given and sealed.entry["answers_hash"] != seal.answers_hash(given.salt, given.answers):
            return f"Expected the answers of entry {number} as they were sealed, but they were changed."
    if (head, len(entries)) != (case.head, case.entries):
        return f"Expected {case.entries} entries as stored with the request, but found {len(entries)}."
    return ""
