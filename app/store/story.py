"""The story of a case: its sealed trail told in sentences, and its answers round by round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from app.store import cases, definitions, registers, sides, trail
from app.store.cases import Case, Company, Remark, Sealed
from app.store.database import together
from app.store.sides import Sight
from engine import statuses
from engine.definition import Definition
from engine.hours import HONG_KONG
from engine.people import DESK_LANES, LANES
from engine.schema import Field, Form
from engine.spoken import shown

LANE_TITLES = {
    "maker": "Maker",
    "checker": "Checker",
    "next_maker": "Second company, maker",
    "next_checker": "Second company, checker",
    "desk_maker": "{exchange} {desk}, processor",
    "desk_checker": "{exchange} {desk}, approver",
    "ops": "{exchange} operations",
    "system": "",
}
DECIDED = {
    "approve": "Approved",
    "forward": "Processed",
    "return": "Returned",
    "propose_reject": "Rejection proposed",
    "back": "Sent back to the processor",
    "reject": "Rejected",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the trail as people read it; masked when it is told as a move, without who and what."""

    label: str
    who: str
    who_id: int
    company: str
    lane: str
    at: datetime
    status_from: str
    status_to: str
    comment: str
    details: tuple[str, ...]
    step: str
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: what the register says today, and one answer for each round."""

    key: str
    label: str
    register: str
    values: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the last round differs from the one before."""
        return len(self.values) > 1 and self.values[-1] != self.values[-2]


@dataclass(frozen=True, slots=True)
class Part:
    """The questions under one heading of the form."""

    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that a page or a PDF tells about one case, to one side of it.

    entries: those that are told. sealed: all, to prove the seal; not for showing. whole: how many entries from the
    first on this side may have as they were sealed.
    """

    case: Case
    company: Company
    definition: Definition
    entries: tuple[trail.Sealed, ...]
    told: tuple[Told, ...]
    rounds: tuple[int, ...]
    parts: tuple[Part, ...]
    remarks: tuple[Remark, ...]
    answers: tuple[Sealed, ...]
    records: tuple[registers.Record, ...]
    sealed: tuple[trail.Sealed, ...]
    whole: int

    @property
    def last_round(self) -> Mapping[str, Any]:
        """The newest submitted answers of the main form."""
        given = [sealed for sealed in self.answers if sealed.step == main_step(self.definition)]
        return given[-1].answers if given else {}


def of_case(
    connection: Connection, case: Case, exchange: str, on: date | None = None, *, side: str | None = None
) -> Story:
    """The story of a case; `exchange` is what the exchange calls itself.

    on: the day whose registers name what was chosen; by default the day on which the case last changed. side: who
    reads it, as `sides.side_of` says; both sides' work is told when there is none.
    """
    definition = definitions.of_release(connection, case.release)
    changed_on = case.changed_at.astimezone(HONG_KONG).date()
    entries, answers, said, records, company = together(
        connection,
        lambda: trail.entries(connection, case.id),
        lambda: cases.all_answers(connection, case.id),
        lambda: cases.remarks_on(connection, case.id),
        lambda: registers.current(connection, [case.participant_id], on or changed_on),
        lambda: cases.company_of(connection, case),
    )
    sight = sides.sight([sealed.entry for sealed in entries], side)
    shown = [sealed for sealed in entries if not _is_skipped(sealed.entry, sight, side)]
    given = [sealed for sealed in answers if sealed.entry not in sight.silent]
    remarks = [remark for remark in said if remark.entry not in sight.silent]
    filled = [sealed for sealed in given if sealed.step == main_step(definition)]
    told = [_told(definition, sealed.entry, remarks, case, exchange) for sealed in shown]
    return Story(
        case=case,
        company=company,
        definition=definition,
        entries=tuple(shown),
        told=tuple(
            _masked(one, side) if sealed.entry["seq"] in sight.masked else one
            for sealed, one in zip(shown, told, strict=True)
        ),
        rounds=tuple(sealed.round for sealed in filled),
        parts=tuple(_parts(definition, filled, register_choices(records))),
        remarks=tuple(remarks),
        answers=tuple(given),
        records=tuple(records),
        sealed=tuple(entries),
        whole=sight.whole,
    )


def _is_skipped(entry: Mapping[str, Any], sight: Sight, side: str | None) -> bool:
    """Whether a side does not even hear that something happened: what the firm does unmoved, and reminders."""
    unmoved = entry["status_from"] == entry["status_to"]
    heard = side == sides.COMPANY and entry["actor"]["lane"] in DESK_LANES
    return unmoved and entry["seq"] in sight.masked and not heard


def _masked(told: Told, side: str | None) -> Told:
    """The entry as a move alone."""
    label = "At the company" if side == sides.EXCHANGE else "At the exchange"
    return replace(
        told, label=label, who="", who_id=0, company="", lane="", comment="", details=(), step="", masked=True
    )


def main_step(definition: Definition) -> str:
    """The step at which the maker fills the main form."""
    for element in definition.elements.values():
        if element.kind == "userTask" and definition.form_of(element) == definition.main_form:
            return element.id
    return ""


def register_choices(records: Iterable[registers.Record]) -> dict[str, list[tuple[str, str]]]:
    """For each register among these records, its keys with what people call them."""
    choices: dict[str, list[tuple[str, str]]] = {}
    for record in records:
        if record.key:
            choices.setdefault(record.register, []).append((record.key, record_label(record)))
    return choices


def record_label(record: registers.Record) -> str:
    """How a record of a register is called in a list: its name and its key."""
    name = str(record.values.get("name", record.key))
    return record.key if name == record.key else f"{name} · {record.key}"


# --- answers by round -------------------------------------------------------------------------------------------------
def _parts(definition: Definition, filled: Sequence[Sealed], choices: Mapping[str, Any]) -> list[Part]:
    main = definition.forms[definition.main_form]
    parts = []
    for section in main.sections:
        entries = [e for e in section.fields if e.kind != "text_block" and not _is_register_value(e)]
        told = tuple(_answer(e, main, filled, choices) for e in entries)
        if told:
            parts.append(Part(section.title, told))
    return parts


def _is_register_value(entry: Field) -> bool:
    return entry.read_only and entry.key.startswith("current_")


def _answer(entry: Field, main: Form, filled: Sequence[Sealed], choices: Mapping[str, Any]) -> Answer:
    today = main.field(f"current_{entry.key}")
    known = choices.get(entry.register, ())
    last = filled[-1].answers if filled else {}
    register = "" if today is None else shown(today, last.get(today.key))
    values = tuple(shown(entry, sealed.answers.get(entry.key), known) for sealed in filled)
    return Answer(entry.key, entry.label, register, values)


# --- entries as sentences ---------------------------------------------------------------------------------------------
def _told(
    definition: Definition, entry: Mapping[str, Any], remarks: Sequence[Remark], case: Case, exchange: str
) -> Told:
    actor = entry["actor"]
    mine = [remark for remark in remarks if remark.entry == entry["seq"]]
    moved = entry["seq"] == 1 or entry["status_from"] != entry["status_to"]
    return Told(
        label=_label(definition, entry),
        who=actor["name"],
        who_id=actor["id"],
        company=actor["company"],
        lane=lane_title(actor["lane"], exchange, case.desk),
        at=datetime.fromisoformat(entry["at"]),
        status_from=_status(entry["status_from"], exchange) if moved and entry["seq"] > 1 else "",
        status_to=_status(entry["status_to"], exchange) if moved else "",
        comment=next((remark.text for remark in mine if not remark.field), ""),
        details=tuple(_pinned(definition, remark) for remark in mine if remark.field),
        step=entry["step"],
    )


def _status(code: str, exchange: str) -> str:
    return statuses.label(code, exchange) if code in statuses.STATUSES else code


def lane_title(lane: str, exchange: str, desk: str) -> str:
    """A lane as people read it."""
    return LANE_TITLES.get(lane, lane).replace("{exchange}", exchange).replace("{desk}", desk)


def lane_titles(exchange: str, desk: str) -> dict[str, str]:
    """Every lane as people read it."""
    return {lane: lane_title(lane, exchange, desk) for lane in LANES}


def _label(definition: Definition, entry: Mapping[str, Any]) -> str:
    action = entry["action"]
    if action == "case.opened":
        return "Opened"
    if action == "draft.saved":
        return "Draft saved"
    if action == "case.left":
        return _way_title(definition, entry["step"])
    if action == "timer.fired":
        return _timer_title(definition, entry)
    return _decided(definition, entry)


def _way_title(definition: Definition, name: str) -> str:
    past = {"withdraw": "Withdrawn", "discard": "Discarded", "abort": "Aborted"}
    return past.get(name, name.capitalize())


def _timer_title(definition: Definition, entry: Mapping[str, Any]) -> str:
    element = _element(definition, entry["step"])
    return "Reminder sent" if element and element.properties.get("notice") == "reminder" else "Overdue notice sent"


def _decided(definition: Definition, entry: Mapping[str, Any]) -> str:
    element = _element(definition, entry["step"])
    if element is None:
        return str(entry["step"])
    if element.properties.get("kind", "fill") == "fill":
        return "Resubmitted" if entry["facts"].get("round", 1) > 1 else "Submitted"
    decision = str(entry["facts"].get("routed", {}).get("decision"))
    return DECIDED.get(decision, f"{element.name}: {decision}")


def _element(definition: Definition, name: str) -> Any:
    return next((element for element in definition.elements.values() if element.id == name), None)


def _pinned(definition: Definition, remark: Remark) -> str:
    entry = definition.forms[definition.main_form].field(remark.field)
    return f"{entry.label if entry else remark.field}: {remark.text}"
