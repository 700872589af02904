"""Earlier answers copied into a form of today: what it still knows and takes, and what has to be answered again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from engine.errors import WrongAnswers
from engine.forms.answers import loaded, records_of, settled
from engine.forms.form import answered_by, check, prefilled
from engine.forms.look import Facts, options
from engine.forms.questions import MOST_ROWS, Field, Form
from engine.forms.spoken import typed, typed_parts
from engine.forms.typed import typed_field


@dataclass(frozen=True, slots=True)
class Copied:
    """Raw answers to begin with, and the questions that were answered once and have to be answered again.

    again: names in the order of the form; of rows the column alone, such as `persons.email`.
    """

    raw: Mapping[str, str]
    again: tuple[str, ...]


def copied(asked: Form, before: Form, kept: Mapping[str, Any], facts: Facts) -> Copied:
    """What a form begins with as a copy of earlier answers; what nobody had answered begins as in any new draft.

    before: the form as it was when it was answered. kept: its answers at rest. Files, declarations and confirmed
    warnings are never copied; nor is what the form of today does not know, does not take or does not offer any more.
    """
    then, raw = loaded(before, kept), prefilled(asked, facts)
    lost: set[str] = set()
    for entry in asked.fields:
        told, value = before.field(entry.key), then.get(entry.key)
        if told is None or not entry.asks or _is_nothing(value):
            continue
        texts, gone = _texts(entry, told, value, facts)
        lost |= gone
        if texts:
            raw = {name: text for name, text in raw.items() if name.partition(".")[0] != entry.key} | texts
    for name in _past_days(asked, raw, facts):
        lost.add(_question(asked, name))
        raw[name] = ""
    known = {entry.key: entry for entry in asked.fields}
    mine = {name: text for name, text in raw.items() if answered_by(known, name)}
    return Copied(mine, tuple(name for name in _questions(asked) if name in lost))


def label_of(asked: Form, question: str) -> str:
    """A question that has to be answered again, as people read it; a column of rows with what the rows are."""
    key, _, column = question.partition(".")
    entry = asked.field(key)
    inner = entry.within(column) if entry and column else None
    return f"{entry.label}: {inner.label}" if entry and inner else entry.label if entry else question


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)


def _texts(entry: Field, told: Field, value: Any, facts: Facts) -> tuple[dict[str, str], set[str]]:
    """Of one earlier answer the texts that its field takes today, and the questions where it does not take them."""
    if _is_given_anew(entry):
        return {}, {entry.key} if value else set()
    texts, lost = {}, set[str]()
    if entry.kind == "rows" and entry.fixed_rows:
        value, is_whole = _in_todays_order(entry, value, facts)
        lost |= set() if is_whole else {entry.key}
    for name, text in typed_parts(told, value).items():
        asked = answered_by({entry.key: entry}, name)
        if asked is None:
            continue
        kept = "" if _is_given_anew(asked) else _taken(asked, text, facts)
        if kept != text:
            lost.add(_question_of(entry, name))
        texts[name] = kept
    return texts, lost


def _is_given_anew(entry: Field) -> bool:
    """Files, and ticks that somebody has to give: who gives one says something about this very request."""
    needed = entry.required or entry.required_if is not None
    return entry.kind in ("file", "declaration") or (entry.kind == "checkbox" and needed)


def _taken(entry: Field, text: str, facts: Facts) -> str:
    """A text as far as its field takes it: of a checklist what is still offered, of anything else all or nothing."""
    offered = options(entry, facts)
    if entry.kind == "checklist":
        known = {value for value, _ in offered}
        text = "\n".join(line for line in text.split("\n") if line in known)
    try:
        typed_field(entry, offered).deserialize(text)
    except ValidationError:
        return ""
    return text


def _in_todays_order(entry: Field, value: Any, facts: Facts) -> tuple[list[Mapping[str, Any]], bool]:
    """Rows that a register fixes: every earlier one where the same is asked today, and whether all found a place."""
    today = records_of(entry.prefill(facts.seen_with({})) if entry.prefill is not None else [])[:MOST_ROWS]
    told = [column for column in entry.fields if column.read_only and column.prefill is None]
    if not told:
        return records_of(value), True
    earlier = {tuple(typed(column, row.get(column.key)) for column in told): row for row in records_of(value)}
    wanted = [tuple(typed(column, settled(column, record.get(column.key))) for column in told) for record in today]
    return [earlier.get(name, {}) for name in wanted], set(earlier) == set(wanted)


def _past_days(asked: Form, raw: Mapping[str, str], facts: Facts) -> list[str]:
    """The names of dates that were right once and are not any more."""
    try:
        check(asked, raw, facts)
    except WrongAnswers as error:
        named = ((name, asked.named(name)) for name in error.fields if raw.get(name))
        return [name for name, entry in named if entry and entry.kind == "date"]
    return []


def _question(asked: Form, name: str) -> str:
    entry = asked.field(name.partition(".")[0])
    return _question_of(entry, name) if entry else name


def _question_of(entry: Field, name: str) -> str:
    """The question of a raw name: the field, or the column of its rows."""
    parts = name.split(".")
    return f"{entry.key}.{parts[2]}" if entry.kind == "rows" and len(parts) > 2 else entry.key


def _questions(asked: Form) -> Iterator[str]:
    for entry in asked.fields:
        yield entry.key
        if entry.kind == "rows":
            yield from (f"{entry.key}.{column.key}" for column in entry.fields)
