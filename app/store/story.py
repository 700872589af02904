"""The story of a case: its sealed trail told in sentences, and its answers round by round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.store import answered, cases, definitions, files, registers, sides, trail
from app.store.answered import Remark, Sealed
from app.store.cases import Case, Company
from app.store.database import together
from app.store.files import File
from app.store.rounds import Part, Speak, as_written, filled, may_read, parts_of
from app.store.sentences import AT_COMPANY, Told, told_entry
from app.store.sides import Party, Sight
from engine.hours import HONG_KONG
from engine.people import BROKER, BROKER_LANES, EXCHANGE, NEXT, Person, side_of_lane
from engine.running.definition import Definition
from engine.sealed import seal

# The parts of an entry that a side is handed of what it is told as a move alone, and what names people of others.
A_MOVE = frozenset({"seq", "at", "status_from", "status_to"})
WHO = frozenset({"actor.id", "actor.name", "actor.for", "facts"})
ADDRESSED = frozenset({"facts"})  # of a comment: it names companies that know nothing of each other
COPIED = frozenset({"like", "rows"})  # facts that tell where answers came from


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that a page or a PDF tells about one case, to one side of it.

    drafts: what is being filled, by step; only for whoever fills it. comments: as they were sealed.
    files: those that stand in the request, as this side sees it. uploads: every other too that this side may read.
    records: what the registers hold for the firm that files. fillers: for whoever fills a part, if that is another.
    entries: those that are told. sealed: all, to prove the seal; not for showing. lines: what is told of each of them,
    also of those that no page mentions. handed: of each entry from the first on that this side may have, the parts
    that are kept back.
    """

    case: Case
    company: Company
    definition: Definition
    entries: tuple[trail.Sealed, ...]
    told: tuple[Told, ...]
    lines: tuple[Told, ...]
    parties: tuple[Party, ...]
    side: str | None
    rounds: tuple[int, ...]
    parts: tuple[Part, ...]
    remarks: tuple[Remark, ...]
    answers: tuple[Sealed, ...]
    records: tuple[registers.Record, ...]
    fillers: tuple[registers.Record, ...]
    sealed: tuple[trail.Sealed, ...]
    handed: tuple[frozenset[str], ...]
    drafts: Mapping[str, Sealed] = field(default_factory=dict)
    comments: tuple[Sealed, ...] = ()
    files: tuple[File, ...] = ()
    uploads: tuple[File, ...] = ()

    @property
    def last_round(self) -> Mapping[str, Any]:
        """The newest submitted answers of the main form."""
        given = [sealed for sealed in self.answers if sealed.step == self.definition.main_step]
        return given[-1].answers if given else {}


def of_case(
    connection: Connection,
    case: Case,
    exchange: str,
    on: date | None = None,
    *,
    reader: Person | None = None,
    side: str | None = None,
    known: tuple[Company | None, tuple[Party, ...]] | None = None,
    filler: str = "",
    speak: Speak = as_written,
) -> Story:
    """The story of a case; `exchange` is what the exchange calls itself.

    on: the day whose registers name what was chosen; else that on which the case last changed. reader: who reads it,
    as far as their side may; else `side` says so, and everybody's work is told when there is none. known: what `who`
    found. filler: for whom a part is filled, whose records are wanted too. speak: says a form in its reader's language.
    """
    definition = definitions.of_release(connection, case.release)
    firm, parties = known or who(connection, definition, case)
    side = side if reader is None else sides.side_of(reader, case.company_id, parties)
    day = on or case.changed_at.astimezone(HONG_KONG).date()
    entries, every, said, kept, company = together(
        connection,
        lambda: trail.entries(connection, case.id),
        lambda: answered.answers_and_drafts(connection, case.id),
        lambda: answered.remarks_on(connection, case.id),
        lambda: registers.of_eservice_each(connection, definition, {case.participant_id, filler} - {""}, day),
        lambda: firm or cases.company_of(connection, case),
    )
    kept = {one: registers.with_events(connection, definition, kept[one], one, day) for one in kept}
    sight = sides.sight([sealed.entry for sealed in entries], side, "" if reader is None else reader.company_name)
    shown = [sealed for sealed in entries if not _is_skipped(sealed.entry, sight, side)]
    answers = [one for one in every if one.entry > answered.DRAFT_ENTRY and one.step != answered.COMMENT]
    given = [one for one in answers if one.entry not in sight.unread | sight.silent]
    others = _of_others(answers, sight.unread - _handed_to(definition, entries, side))
    remarks = [remark for remark in said if remark.entry not in sight.silent]
    lines = _lines(definition, [sealed.entry for sealed in entries], remarks, case, exchange, sight, side)
    choices = register_choices(kept[case.participant_id])
    return Story(
        case=case,
        company=company,
        definition=definition,
        entries=tuple(shown),
        told=tuple(lines[sealed.entry["seq"] - 1] for sealed in shown),
        lines=lines,
        parties=parties,
        side=side,
        rounds=tuple(sealed.round for sealed in filled(definition, given)),
        parts=tuple(parts_of(definition, filled(definition, given), others, choices, side, speak)),
        remarks=tuple(_remark_to(r, entries[r.entry - 1].entry, side) for r in remarks if not _is_comment(r, entries)),
        answers=tuple(sealed for sealed in given if _is_open(definition, sealed, side)),
        records=tuple(kept[case.participant_id]),
        fillers=tuple(kept[filler or case.participant_id]),
        sealed=tuple(entries),
        handed=tuple(_kept_back(sealed.entry, sight, side) for sealed in entries[: sight.whole]),
        drafts={sealed.step: sealed for sealed in every if sealed.entry == answered.DRAFT_ENTRY},
        comments=tuple(one for one in every if one.step == answered.COMMENT and one.entry not in sight.unread),
        **_files(connection, case, definition, entries, side),
    )


def _of_others(answers: Sequence[Sealed], unread: frozenset[int]) -> list[Sealed]:
    return [one for one in answers if one.entry not in unread]


def who(connection: Connection, definition: Definition, case: Case) -> tuple[Company | None, tuple[Party, ...]]:
    """The firm and who takes part beside it; nothing is asked of an eService that knows nobody beside it."""
    return cases.company_and_parties(connection, case) if definition.eservice.lists else (None, ())


def parties_in(connection: Connection, definition: Definition, case: Case) -> tuple[Party, ...]:
    """The parties of a case; nothing is asked when its eService knows none."""
    return cases.parties_of(connection, case.id) if definition.eservice.lists else ()


def _handed_to(definition: Definition, entries: Sequence[trail.Sealed], side: str | None) -> frozenset[int]:
    """The entries that gave a side something to do: what was answered there is meant for it, though nothing moved."""
    handed, before = set(), frozenset[str]()
    for sealed in entries:
        now = frozenset(sealed.entry["open"])
        elements = [definition.elements.get(definition.place(key)) for key in now - before]
        if any(element and element.lane and side_of_lane(element.lane) == side for element in elements):
            handed.add(sealed.entry["seq"])
        before = now
    return frozenset(handed)


def _is_open(definition: Definition, sealed: Sealed, side: str | None) -> bool:
    """Whether all that was answered at a step may be read: only then its seal can be proved."""
    step, asked = definition.step(sealed.step), definition.form_at(sealed.step)
    if step is None or asked is None or step.properties.get("kind") != "fill":
        return True
    return all(may_read(field, step.lane, side) for field in asked.fields)


def _lines(
    definition: Definition,
    entries: Sequence[Mapping[str, Any]],
    remarks: Sequence[Remark],
    case: Case,
    exchange: str,
    sight: Sight,
    side: str | None,
) -> tuple[Told, ...]:
    """Every entry as this side is told of it."""
    told = (told_entry(definition, entry, remarks, case, exchange) for entry in entries)
    return tuple(_told_to(one, entry, sight, side, exchange) for one, entry in zip(told, entries, strict=True))


def _told_to(one: Told, entry: Mapping[str, Any], sight: Sight, side: str | None, exchange: str) -> Told:
    if entry["seq"] in sight.masked:
        return _masked(one, entry, exchange)
    if _is_named(entry, side):
        return one
    return replace(
        one, who=one.company, who_id=0, behalf="", details=() if COPIED & entry["facts"].keys() else one.details
    )


def _remark_to(remark: Remark, entry: Mapping[str, Any], side: str | None) -> Remark:
    return remark if _is_named(entry, side) else replace(remark, person=entry["actor"]["company"], person_id=0)


def _is_comment(remark: Remark, entries: Sequence[trail.Sealed]) -> bool:
    """Whether it stands for itself, and is none of what was said with a decision."""
    return bool(entries[remark.entry - 1].entry["action"] == sides.COMMENTED)


def _is_named(entry: Mapping[str, Any], side: str | None) -> bool:
    """Whether the side is told who it was: of another company it is told the company alone."""
    its = side_of_lane(entry["actor"]["lane"])
    return side in (None, EXCHANGE) or its in (side, EXCHANGE, "")


def _kept_back(entry: Mapping[str, Any], sight: Sight, side: str | None) -> frozenset[str]:
    """The parts of an entry that a side is not handed: what no line tells it either."""
    if entry["seq"] in sight.masked:
        return frozenset(seal.parts(entry)) - A_MOVE
    if entry["action"] == sides.COMMENTED and side in (NEXT, BROKER):
        return WHO if not _is_named(entry, side) else ADDRESSED
    return frozenset() if _is_named(entry, side) else WHO


def _files(
    connection: Connection, case: Case, definition: Definition, entries: Sequence[trail.Sealed], side: str | None
) -> dict[str, tuple[File, ...]]:
    """The files that a side reads; a request whose forms ask for none costs no question."""
    readers = files.readers_of(definition)
    if not readers:
        return {}
    found, sent = files.of_case(connection, case.id), files.sendings([sealed.entry for sealed in entries], side)
    may = [f for f in found if files.may_read(f, side, sent=sent, readers=readers.get(f.field, ()))]
    # Of another company it is told that it put the file, not who did.
    may = [
        f if side in (None, EXCHANGE) or f.side in (side, EXCHANGE) else replace(f, put_by=0, putter="") for f in may
    ]
    return {"files": tuple(files.standing(may, side, sent=sent)), "uploads": tuple(may)}


def _is_skipped(entry: Mapping[str, Any], sight: Sight, side: str | None) -> bool:
    """Whether a side does not even hear that something happened: what the firm does unmoved, and reminders."""
    unmoved = entry["status_from"] == entry["status_to"]
    its = side_of_lane(entry["actor"]["lane"])
    heard = its in (EXCHANGE, NEXT) and side != its and side != EXCHANGE and entry["action"] == "task.completed"
    return unmoved and entry["seq"] in sight.masked and not heard


def _masked(told: Told, entry: Mapping[str, Any], exchange: str) -> Told:
    """The entry as a move alone."""
    is_desk = side_of_lane(entry["actor"]["lane"]) in (EXCHANGE, "")
    is_nameless = not entry["actor"]["company"] or entry["actor"]["lane"] in BROKER_LANES
    label = "At the exchange" if is_desk else "At the company" if is_nameless else AT_COMPANY
    label = label.replace("{company}", entry["actor"]["company"])
    return replace(
        told,
        label=label,
        who="",
        who_id=0,
        behalf="",
        company="",
        lane="",
        comment="",
        details=(),
        step="",
        masked=True,
    )


def register_choices(records: Iterable[registers.Record]) -> dict[str, list[tuple[str, str]]]:
    """For each register among these records, its keys with what people call them."""
    choices: dict[str, list[tuple[str, str]]] = {}
    for record in records:
        if record.key:
            choices.setdefault(record.register, []).append((record.key, record_label(record)))
    return choices


def register_records(records: Iterable[registers.Record]) -> dict[str, Any]:
    """What expressions read as `register.x`: a record, or for a register with keys its records by key."""
    known: dict[str, Any] = {}
    for record in records:
        values = {**record.values, "reference": record.reference}
        if record.key:
            known.setdefault(record.register, {})[record.key] = {**values, "key": record.key}
        else:
            known[record.register] = values
    return known


def record_label(record: registers.Record) -> str:
    """How a record of a register is called in a list: its name and its key."""
    name = str(record.values.get("name", record.key))
    return record.key if name == record.key else f"{name} · {record.key}"
