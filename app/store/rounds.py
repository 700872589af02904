"""The answers of a request, round beside round, as far as each side reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.store.answered import Sealed
from engine.forms.alignment import aligned
from engine.forms.answers import records_of
from engine.forms.schema import Field, Form
from engine.forms.spoken import shown
from engine.people import EXCHANGE, side_of_lane
from engine.running.definition import Definition
from engine.sentence import say

Speak = Callable[[Form], Form]  # a form as its reader reads it


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: what the register says today, and one answer for each round.

    key: the name of the field; with dots for an answer within a row.
    """

    key: str
    label: str
    register: str
    values: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the last round differs from the one before."""
        return len(self.values) > 1 and self.values[-1] != self.values[-2]

    @property
    def in_row(self) -> bool:
        """Whether it is an answer within a row, to which no comment is pinned."""
        return "." in self.key


@dataclass(frozen=True, slots=True)
class Part:
    """The questions under one heading of the form."""

    title: str
    answers: tuple[Answer, ...]
    step: str = ""  # empty for the maker's own form


def as_written(asked: Form) -> Form:
    """The form in the words in which it was drawn."""
    return asked


def may_read(field: Field, lane: str, side: str | None) -> bool:
    """Whether a side reads a field that is answered in a lane: its own, all of them at the exchange, or one opened."""
    return side in (None, EXCHANGE, side_of_lane(lane)) or side in field.readers


def filled(definition: Definition, given: Sequence[Sealed]) -> list[Sealed]:
    return [sealed for sealed in given if sealed.step == definition.main_step]


def parts_of(
    definition: Definition,
    given: Sequence[Sealed],
    others: Sequence[Sealed],
    choices: Mapping[str, Any],
    side: str | None,
    speak: Speak = as_written,
) -> list[Part]:
    """The main form, then what others filled, each as far as the side reads it."""
    told = filled(definition, given)
    parts = _form_parts(speak(definition.forms[definition.main_form]), "maker", told, choices, side)
    for step in definition.other_fill_steps:
        asked = definition.form_at(step.id)
        theirs = [sealed for sealed in others if sealed.step == step.id]
        if asked is not None and theirs:
            last = [next((s for s in reversed(theirs) if s.round == one.round), None) for one in told]
            parts += [replace(part, step=step.id) for part in _form_parts(speak(asked), step.lane, last, choices, side)]
    return parts


def _form_parts(
    asked: Form, lane: str, filled: Sequence[Sealed | None], choices: Mapping[str, Any], side: str | None
) -> list[Part]:
    parts = []
    for section in asked.sections:
        entries = [e for e in section.fields if e.keeps and e.kind != "table" and not _is_register_value(e)]
        mine = [entry for entry in entries if may_read(entry, lane, side)]
        told = tuple(answer for e in mine for answer in _answers(e, asked, filled, choices))
        if told:
            parts.append(Part(section.title, told))
    return parts


def _is_register_value(entry: Field) -> bool:
    return entry.is_given and entry.key.startswith("current_")


def _answers(entry: Field, main: Form, filled: Sequence[Sealed | None], choices: Mapping[str, Any]) -> Iterable[Answer]:
    return (
        _row_answers(entry, main, filled, choices) if entry.kind == "rows" else [_answer(entry, main, filled, choices)]
    )


def _row_answers(
    entry: Field, main: Form, filled: Sequence[Sealed | None], choices: Mapping[str, Any]
) -> Iterator[Answer]:
    """How many rows, then every answer of every row, each row on the same lines through all rounds."""
    today = main.field(f"current_{entry.key}")
    given = [sealed.answers if sealed else {} for sealed in filled]
    value = given[-1].get(today.key) if today and given else None
    register = records_of(value)
    rounds = [records_of(one.get(entry.key)) for one in given]
    count = str(len(value)) if isinstance(value, list | tuple) else ""
    yield Answer(entry.key, entry.label, count, tuple(str(len(rows)) for rows in rounds))
    for line in aligned([register, *rounds]):
        number = line.place + 1
        row = {"label": entry.label, "number": number}
        who = say("{label} (was {number})", **row) if line.is_gone else say("{label} {number}", **row)
        for column in entry.fields:
            known = choices.get(column.register, ())
            texts = [shown(column, (held or {}).get(column.key), known, choices) for held in line.rows]
            if any(texts):
                name = f"{entry.key}.{'was' if line.is_gone else ''}{line.place}.{column.key}"
                yield Answer(name, say("{who}: {label}", who=who, label=column.label), texts[0], tuple(texts[1:]))


def _answer(entry: Field, main: Form, filled: Sequence[Sealed | None], choices: Mapping[str, Any]) -> Answer:
    today = main.field(f"current_{entry.key}")
    known = choices.get(entry.register, ())
    given = [sealed.answers if sealed else {} for sealed in filled]
    register = "" if today is None or not given else shown(today, given[-1].get(today.key))
    values = tuple(shown(entry, one.get(entry.key), known) for one in given)
    return Answer(entry.key, entry.label, register, values)


# --- entries as sentences ---------------------------------------------------------------------------------------------
