"""A case run again from its trail, told line by line, and whether all that is stored of it agrees with its trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from app.commands.portal import Portal
from app.commands.requests import circumstances, steps, trails
from app.store import answered, calendars, cases, definitions, files, registers, trail
from app.store.answered import Remark, Sealed
from app.store.cases import Case
from app.store.files import File
from engine.errors import BadState, NotFound, Refused
from engine.hours import DayException, Now, hong_kong_time
from engine.running import replay
from engine.running.definition import Definition
from engine.running.outcome import Context
from engine.running.replay import Entry, Replayed
from engine.running.services import RegisterChange
from engine.sealed import seal

# What makes somebody one of those who had a hand in a request; to claim, ask or nudge is not to work on it.
WORK = frozenset({"case.opened", "task.completed", "draft.saved", "file.added", "file.renamed", "file.removed"})
FILE_WORDS = ("field", "name", "original_name", "sha256", "size", "version")


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is stored of one case."""

    case: Case
    definition: Definition
    trail: Sequence[trail.Sealed]
    answers: Mapping[int, Sealed]
    remarks: Sequence[Remark]
    hands: frozenset[tuple[int, str]]
    changes: Sequence[RegisterChange]
    files: Sequence[File]
    exceptions: Sequence[DayException] = ()

    @property
    def entries(self) -> list[Entry]:
        """The trail without its hashes."""
        return [sealed.entry for sealed in self.trail]


def retell(portal: Portal, reference: str, say: Callable[[str], None]) -> bool:
    """Say every step of a case as it comes out when run again; whether all are as they were sealed."""
    try:
        kept = _kept(portal, reference)
    except BadState as error:
        say(str(error))
        return False
    difference = trails.fault(portal, kept.case, kept.trail) or next(_differences(portal, kept), "")
    difference = difference or _told(kept, say)
    say(difference or f"identical: {len(kept.trail)} entries, {kept.case.status}")
    return not difference


def _kept(portal: Portal, reference: str) -> Kept:
    with portal.database.read() as connection:
        case = cases.by_reference(connection, reference)
        if case is None:
            raise NotFound(f"the request {reference}")
        return Kept(
            case,
            definitions.of_release(connection, case.release),
            trail.entries(connection, case.id),
            {sealed.entry: sealed for sealed in answered.all_answers(connection, case.id)},
            answered.remarks_on(connection, case.id),
            frozenset(answered.hands_in(connection, case.id)),
            registers.set_by(connection, reference),
            files.of_case(connection, case.id),
            calendars.approved(connection),
        )


# --- what is stored beside the trail ----------------------------------------------------------------------------------
def _differences(portal: Portal, kept: Kept) -> Iterator[str]:
    """What does not agree with what the trail sealed, one sentence each."""
    for entry in kept.entries:
        yield from _answer_differences(entry, kept.answers.get(entry["seq"]))
    for entry in kept.entries:
        given = kept.answers.get(entry["seq"])
        mine = sorted(_words(remark) for remark in kept.remarks if remark.entry == entry["seq"])
        if mine != sorted(_said(entry, given.answers if given else {})):
            yield f"Expected the comments of entry {entry['seq']} as they were sealed, but they differ."
    numbers = {entry["seq"] for entry in kept.entries}
    if strange := {*kept.answers, *(remark.entry for remark in kept.remarks)} - numbers:
        yield f"Expected an entry for all answers and comments, but there is no entry {min(strange)}."
    acted = {(one, e["actor"]["lane"]) for e in kept.entries if _is_hand(e) for one in _who(e["actor"])}
    if missing := acted - kept.hands:
        person, lane = min(missing)
        yield f"Expected person {person} among those who had a hand in the request as {lane}, but they are not."
    yield from _file_differences(kept)
    yield from _case_differences(portal, kept)


def _file_differences(kept: Kept) -> Iterator[str]:
    notes = {e["seq"]: e["facts"] for e in kept.entries if e["action"] in ("file.added", "file.renamed")}
    for file in kept.files:
        if any(notes.get(file.entry, {}).get(word) != getattr(file, word) for word in FILE_WORDS):
            yield f"Expected the file of entry {file.entry} as it was sealed, but it was changed."
    added = sum(entry["action"] == "file.added" for entry in kept.entries)
    if added != len(kept.files):
        yield f"Expected {added} files as the trail says, but found {len(kept.files)}."


def _answer_differences(entry: Entry, given: Sealed | None) -> Iterator[str]:
    number, sealed = entry["seq"], entry["answers_hash"]
    if sealed is not None and given is None:
        yield f"Expected the answers of entry {number}, but they are missing."
    elif given is not None and sealed != seal.answers_hash(given.salt, given.answers):
        yield f"Expected the answers of entry {number} as they were sealed, but they were changed."
    elif given is not None and (given.step, given.saved_by) != (entry["step"], entry["actor"]["id"]):
        yield f"Expected the answers of entry {number} to be of its step and person, but they are of others."


def _said(entry: Entry, answers: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The comments that an entry sealed, as they are to be stored."""
    whole = answers.get("reason" if entry["action"] in replay.WITH_REASON else "comment")
    texts = {"": whole, **answers.get("comments", {})}
    actor = entry["actor"]
    return [(actor["id"], actor["lane"], field, text) for field, text in texts.items() if text]


def _words(remark: Remark) -> tuple[Any, ...]:
    return remark.person_id, remark.lane, remark.field, remark.text


def _who(actor: Mapping[str, Any]) -> list[int]:
    """Whoever acted, and the colleague for whom they did."""
    return [actor["id"], *([actor["for"]["id"]] if "for" in actor else [])]


def _is_hand(entry: Entry) -> bool:
    return entry["action"] in WORK


def _case_differences(portal: Portal, kept: Kept) -> Iterator[str]:
    case, entries = kept.case, kept.entries
    if not entries:
        return
    opened = entries[0]["facts"]
    if (opened.get("participant_id"), opened.get("eservice")) != (case.participant_id, case.eservice):
        yield "Expected the request to be of the participant and eService that opened it, but it is of others."
    if any(entry["release"] != case.release for entry in entries):
        yield "Expected the request to keep its release, but an entry names another."
    try:
        state = seal.digest(steps.state_of(portal, case))
    except BadState as error:
        yield str(error)
        return
    if state != entries[-1]["state_hash"]:
        yield f"Expected the state that entry {len(entries)} sealed, but the request has another."


# --- what the steps lead to -------------------------------------------------------------------------------------------
def _told(kept: Kept, say: Callable[[str], None]) -> str:
    given = {number: sealed.answers for number, sealed in kept.answers.items()}
    facts = circumstances.as_facts(kept.case)
    again = replay.replayed(kept.definition, kept.entries, given, partial(_context_of, kept), facts)
    seen: list[Replayed] = []
    try:
        for entry, step in zip(kept.entries, again, strict=False):
            at = hong_kong_time(datetime.fromisoformat(entry["at"]))
            waiting = f"  waits: {', '.join(step.open_steps)}" if step.open_steps else ""
            say(f"{step.seq:>4}  {at}  {step.action:<15} {step.step:<12} {step.status}{waiting}")
            if not step.same:
                return f"Entry {step.seq} differs. {step.sentence}"
            seen.append(step)
    except Refused as error:
        return f"Expected every step to run again, but one was refused: {error}"
    return next(_end_differences(kept, seen), "")


def _context_of(kept: Kept, case: Entry, answers: Entry, time: datetime, given: Mapping[str, Entry]) -> Context:
    """What a step saw, with the calendar of its own time."""
    now = Now(time, calendars.changed(time, kept.exceptions))
    return circumstances.context_of(kept.definition, case, answers, now, given)


def _end_differences(kept: Kept, seen: Sequence[Replayed]) -> Iterator[str]:
    case, last = kept.case, seen[-1] if seen else None
    lasting = last.status if last else ""
    if lasting != case.status:
        yield f"Expected the request to be {case.status} as stored, but its trail leads to {lasting}."
    if last and (last.round, last.received_on) != (case.round, case.received_on):
        yield (
            f"Expected round {last.round}, received on {last.received_on}, as the trail says, but stored is round "
            f"{case.round}, received on {case.received_on}."
        )
    effects = [effect for step in seen for effect in step.effects]
    wanted, found = sorted(map(_place, effects)), sorted(map(_place, kept.changes))
    if wanted != found:
        yield f"Expected the registers to hold {len(wanted)} changes of the request as run again, but they differ."
    for effect in effects:
        records = [dict(change.values) for change in kept.changes if _place(change) == _place(effect)]
        if not any({**record, **effect.values} == record for record in records):
            yield f"Expected the register {effect.register} to hold what the request set, but it holds something else."


def _place(change: RegisterChange) -> tuple[str, ...]:
    return change.register, change.owner, change.key, change.effective_on.isoformat()
