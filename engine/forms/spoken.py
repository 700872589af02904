"""How values are written: as a person types them, as a page shows them, as a sentence says them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.forms.questions import Field
from engine.hours import HONG_KONG, WEEKDAYS
from engine.sentence import joined, say

LONG_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Choices = Sequence[tuple[str, str]]
LEAP_YEAR = 2024
BETWEEN = " · "
ISO_DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])")


def typed(entry: Field | None, value: Any) -> str:
    """A value as a person would type it; nothing for rows and addresses, which are typed in parts."""
    if value is None or entry is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return ("yes" if value else "no") if entry.kind == "yesno" else ("yes" if value else "")
    if isinstance(value, list | tuple):
        return "\n".join(str(part) for part in value if isinstance(part, str))
    if entry.kind in ("money", "number"):
        return grouped(Decimal(str(value)))
    return str(value)


def typed_parts(entry: Field, value: Any, name: str = "") -> dict[str, str]:
    """A value as a person would type it, by raw name: one text for most, several for rows and addresses."""
    name = name or entry.key
    if entry.kind == "rows":
        return {
            part: text
            for place, row in enumerate(_records(value))
            for column in entry.fields
            if column.asks
            for part, text in typed_parts(column, row.get(column.key), f"{name}.{place}.{column.key}").items()
        }
    if entry.kind == "address":
        lines = value if isinstance(value, Mapping) else {}
        return {f"{name}.{line.key}": typed(line, lines.get(line.key)) for line in entry.fields}
    return {name: typed(entry, value)}


def shown(entry: Field, value: Any, choices: Choices = (), registers: Mapping[str, Choices] | None = None) -> str:
    """A value as people read it on a page, in a table or in a PDF; empty text for nothing.

    registers: what the keys of each register are called, for the columns of rows.
    """
    if value is None or value == "":
        return ""
    if entry.kind == "file":
        return "\n".join(str(file["name"]) for file in value)
    if isinstance(value, bool):
        return say("Yes") if value else say("No")
    if isinstance(value, Mapping):
        return ", ".join(text for text in _lines_of(entry, value) if text)
    if isinstance(value, list | tuple):
        return _listed(entry, value, choices, registers or {})
    if isinstance(value, date):
        return short_date(value)
    if entry.kind in ("money", "number") or (entry.kind == "computed" and isinstance(value, int | Decimal)):
        return f"{grouped(Decimal(str(value)))} {entry.unit}".rstrip()
    if entry.kind == "date":
        return short_date(date.fromisoformat(str(value)))
    if entry.kind == "month_day":
        month, _, day = str(value).partition("-")
        return f"{int(day)} {date(LEAP_YEAR, int(month), 1):%B}"
    if entry.kind == "phone":
        return str(value).replace("+852", "+852 ", 1)
    return dict(choices or entry.options).get(str(value), str(value))


def shown_row(entry: Field, row: Mapping[str, Any], registers: Mapping[str, Choices] | None = None) -> str:
    """One row as people read it: Chan Tai Man · CHANGE · chan@x.test."""
    known = registers or {}
    texts = (_cell(column, row.get(column.key), known) for column in entry.fields)
    return joined([text.replace("\n", ", ") if "\n" in text else text for text in texts if text], BETWEEN)


def _cell(column: Field, value: Any, known: Mapping[str, Choices]) -> str:
    text = shown(column, value, known.get(column.register, ()), known)
    return say("{label}: {text}", label=column.label, text=text) if isinstance(value, bool) else text


def table_rows(entry: Field, value: Any) -> list[list[str]]:
    """The cells of a table as people read them."""
    return [[_plain(record.get(key)) for key, _ in entry.columns] for record in _records(value)]


def _listed(entry: Field, value: Sequence[Any], choices: Choices, registers: Mapping[str, Choices]) -> str:
    if entry.kind == "rows":
        rows = [shown_row(entry, row, registers) for row in _records(value)]
        return joined([say("{number}. {row}", number=n, row=row or "—") for n, row in enumerate(rows, 1)], "\n")
    if entry.kind == "table":
        return "\n".join(BETWEEN.join(cell for cell in cells if cell) for cells in table_rows(entry, value))
    if entry.kind == "file":
        return ", ".join(str(file.get("name", "")) for file in _records(value))
    labels = dict(choices or entry.options)
    return ", ".join(labels.get(str(part), _plain(part)) for part in value)


def _lines_of(entry: Field, value: Mapping[str, Any]) -> Iterator[str]:
    """The lines of an address, or the values of any other record."""
    for line in entry.fields:
        yield shown(line, value.get(line.key))
    if not entry.fields:
        yield from (_plain(part) for part in value.values())


def _records(value: Any) -> list[Mapping[str, Any]]:
    return [record for record in value if isinstance(record, Mapping)] if isinstance(value, list | tuple) else []


def _plain(value: Any) -> str:
    """A value whose kind no form tells."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("Yes") if value else say("No")
    if isinstance(value, date):
        return short_date(value)
    if isinstance(value, Mapping):
        return ", ".join(text for text in map(_plain, value.values()) if text)
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        return short_date(date.fromisoformat(value))
    return grouped(value) if isinstance(value, int | Decimal) else str(value)


def grouped(number: int | Decimal) -> str:
    """A number with thousands separators."""
    return f"{number:,}"


def short_date(day: date) -> str:
    """A date in a table: Thu 26 Nov 2026."""
    return say("{weekday} {day.day} {day:%b %Y}", weekday=say(WEEKDAYS[day.weekday()]), day=day)


def long_date(day: date) -> str:
    """A date in a sentence: Thursday 26 November 2026."""
    return say("{weekday} {day.day} {day:%B %Y}", weekday=say(LONG_WEEKDAYS[day.weekday()]), day=day)


def spoken(value: Any) -> str:
    """A value inside a sentence."""
    if value is None:
        return say("none")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, datetime):
        local = value.astimezone(HONG_KONG)
        return say("{day}, {local:%H:%M} HKT", day=long_date(local), local=local)
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, int | Decimal):
        return grouped(value)
    if isinstance(value, Mapping):
        return ", ".join(spoken(part) for part in value.values() if part not in (None, ""))
    if isinstance(value, list | tuple):
        return ", ".join(map(spoken, value)) or "none"
    return str(value)
