"""Answers at rest and in comparison: JSON values, typed values again, raw texts again, and what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from engine.forms.questions import MOST_ROWS, Field, Form
from engine.forms.spoken import typed_parts
from engine.forms.typed import number, typed_field

MOST_RECORDS = 200  # of a table
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def dumped(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers as JSON values: numbers and dates as text, at every depth."""
    return {str(key): _dumped(value) for key, value in answers.items()}


def loaded(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers from JSON values; keys that the form no longer has are left out."""
    return {
        entry.key: settled(entry, kept[entry.key])
        for entry in form.fields
        if entry.key in kept and kept[entry.key] is not None
    }


def retyped(form: Form, answers: Mapping[str, Any]) -> dict[str, str]:
    """Typed answers as raw ones again, for every field that somebody answers."""
    asked = (entry for entry in form.fields if entry.asks and entry.kind != "file")
    return {name: text for entry in asked for name, text in typed_parts(entry, answers.get(entry.key)).items()}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """The keys whose values differ; an empty answer within a row is as good as none."""
    return frozenset(key for key in {*old, *new} if _bare(old.get(key)) != _bare(new.get(key)))


def _dumped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dumped(value)
    if isinstance(value, list | tuple):
        return [_dumped(part) for part in value]
    return str(value) if isinstance(value, Decimal | date) else value


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _bare(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_bare(part) for part in value]
    return value


def settled(entry: Field, value: Any) -> Any:
    """A value from a register, an expression or a database as the kind of its field has it."""
    settle = _SETTLED.get(entry.kind)
    return value if value is None or settle is None else settle(entry, value)


def _settled_number(_entry: Field, value: Any) -> Any:
    return number(value) if isinstance(value, str) else value


def _settled_day(_entry: Field, value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _settled_text(entry: Field, value: Any) -> Any:
    """A time, a month and a day: as they are typed, or nothing."""
    try:
        return typed_field(entry, entry.options).deserialize(value) if isinstance(value, str) else None
    except ValidationError:
        return None


def _settled_list(_entry: Field, value: Any) -> Any:
    parts = value.split("\n") if isinstance(value, str) else value
    return [str(part) for part in parts if part] if isinstance(parts, list | tuple) else None


def _settled_address(entry: Field, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return None
    lines = {line.key: value.get(line.key) for line in entry.fields}
    return {key: str(text) if text else None for key, text in lines.items()} if any(lines.values()) else None


def _settled_rows(entry: Field, value: Any) -> Any:
    return [
        {column.key: settled(column, record.get(column.key)) for column in entry.fields}
        for record in records_of(value)[:MOST_ROWS]
    ]


def _settled_table(entry: Field, value: Any) -> Any:
    records = records_of(value)[:MOST_RECORDS]
    return [{key: _dumped(record.get(key)) for key, _ in entry.columns} for record in records]


def _settled_files(_entry: Field, value: Any) -> Any:
    return tuple(dict(file) for file in records_of(value))


def _settled_sum(entry: Field, value: Any) -> Any:
    """What was reckoned: a number where the field has a unit, a date where it looks like one."""
    if isinstance(value, str) and entry.unit:
        return _settled_number(entry, value)
    return _settled_day(entry, value) if isinstance(value, str) and ISO_DAY.fullmatch(value) else value


_SETTLED = {
    "money": _settled_number,
    "number": _settled_number,
    "date": _settled_day,
    "time": _settled_text,
    "month_day": _settled_text,
    "checklist": _settled_list,
    "tags": _settled_list,
    "address": _settled_address,
    "rows": _settled_rows,
    "table": _settled_table,
    "file": _settled_files,
    "computed": _settled_sum,
}


def records_of(value: Any) -> list[Mapping[str, Any]]:
    """The records in a list; what is no record, or no list, is left out."""
    return [record for record in value if isinstance(record, Mapping)] if isinstance(value, list | tuple) else []
