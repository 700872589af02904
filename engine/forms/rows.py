"""Repeating rows in raw answers: read in their order, closed up, added to, removed and moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.errors import UnknownFields, WrongAnswers
from engine.forms.answers import records_of, settled
from engine.forms.questions import MOST_ROWS, Field, Form
from engine.forms.spoken import typed_parts
from engine.language.scope import Scope
from engine.sentence import say

CONFIRMED = ".confirmed"
PLACE = re.compile(r"0|[1-9][0-9]{0,2}")  # a thousand places: enough to say how many rows are too many
ACT = re.compile(r"([a-z][a-z0-9_]{0,59}):(?:(add)|(remove|up|down):(0|[1-9][0-9]?))")


def rows_of(entry: Field, raw: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of a field in their order, each as raw answers of its own; gaps are closed up."""
    rows: dict[int, dict[str, str]] = {}
    start = f"{entry.key}."
    for name, text in raw.items():
        if name.startswith(start):
            place, _, rest = name[len(start) :].partition(".")
            if rest and PLACE.fullmatch(place):
                rows.setdefault(int(place), {})[rest] = text
    return [rows[place] for place in sorted(rows)]


def is_blank(row: Mapping[str, str]) -> bool:
    """Whether nothing was typed into a row; the country of an address stands there by itself."""
    return not any(text.strip() for name, text in row.items() if not name.endswith((".country", CONFIRMED)))


def closed_up(form: Form, raw: dict[str, str]) -> dict[str, str]:
    """The same answers with the places of rows counted from 0 without gaps."""
    for entry in form.fields:
        if entry.kind == "rows":
            rows = rows_of(entry, raw)
            if len(rows) > MOST_ROWS:
                raise WrongAnswers({entry.key: [too_many(MOST_ROWS, len(rows))]})
            raw = _with_rows(entry, raw, rows)
    return raw


def acted(form: Form, raw: Mapping[str, str], act: str, scope: Scope | None = None) -> dict[str, str]:
    """The raw answers after `persons:add`, `persons:remove:2`, `persons:up:2` or `persons:down:2`.

    scope: what a new row may begin with. Raises `UnknownFields` for any other act, and `WrongAnswers` at the group when
    it would have too many rows or too few.
    """
    found = ACT.fullmatch(act)
    entry = form.field(found[1]) if found else None
    if found is None or entry is None or entry.kind != "rows" or entry.fixed_rows:
        raise UnknownFields([act[:60]])
    rows = rows_of(entry, raw)
    if found[2]:
        return _with_rows(entry, raw, _one_more(entry, rows, scope))
    place = int(found[4])
    other = {"up": place - 1, "down": place + 1}.get(found[3], place)
    if not 0 <= place < len(rows) or not 0 <= other < len(rows):
        raise UnknownFields([act[:60]])
    if found[3] == "remove":
        return _with_rows(entry, raw, _one_less(entry, rows, place))
    rows[place], rows[other] = rows[other], rows[place]
    return _with_rows(entry, raw, rows)


def place_after(form: Form, raw: Mapping[str, str], act: str) -> str:
    """The name of the row to look at after an act, or of the group when it has no rows left."""
    key, verb, *place = act.split(":")
    entry = form.field(key)
    count = len(rows_of(entry, raw)) if entry else 0
    wanted = {"add": count - 1, "up": -1, "down": 1}.get(verb, 0) + (int(place[0]) if place else 0)
    return f"{key}.{min(wanted, count - 1)}" if count else key


def _one_more(entry: Field, rows: list[dict[str, str]], scope: Scope | None) -> list[dict[str, str]]:
    most = most_of(entry)
    if len(rows) >= most:
        raise WrongAnswers({entry.key: [too_many(most, len(rows) + 1)]})
    return [*rows, begun(entry, scope)]


def begun(entry: Field, scope: Scope | None) -> dict[str, str]:
    """A new row as raw answers of its own: what its columns begin with."""
    start = f"{entry.key}.0."
    return {name[len(start) :]: text for name, text in _row(entry, 0, {}, scope)}


def filled_up(
    entry: Field, raw: Mapping[str, str], rows: Sequence[Mapping[str, str]], *, replacing: bool
) -> dict[str, str]:
    """The raw answers with these rows instead of those that were typed, or after them.

    Raises `WrongAnswers` at the field when it would have too many.
    """
    typed = [] if replacing else [row for row in rows_of(entry, raw) if not is_blank(row)]
    most, count = most_of(entry), len(typed) + len(rows)
    if count > most:
        raise WrongAnswers({entry.key: [too_many(most, count)]})
    return _with_rows(entry, raw, [*typed, *rows])


def _one_less(entry: Field, rows: list[dict[str, str]], place: int) -> list[dict[str, str]]:
    if len(rows) <= int(entry.least or 0):
        raise WrongAnswers({entry.key: [too_few(int(entry.least or 0), len(rows) - 1)]})
    return rows[:place] + rows[place + 1 :]


def first_rows(entry: Field, scope: Scope) -> dict[str, str]:
    """The rows with which a form is first opened, as typed text."""
    records = records_of(entry.prefill(scope)) if entry.prefill is not None else []
    records = records[:MOST_ROWS] or [{}] * entry.first_rows
    return {name: text for place, record in enumerate(records) for name, text in _row(entry, place, record, scope)}


def _row(entry: Field, place: int, record: Mapping[str, Any], scope: Scope | None) -> Iterator[tuple[str, str]]:
    """One row as typed text: what the record says, else what the columns themselves begin with."""
    for column in entry.fields:
        if column.asks:
            value = record.get(column.key)
            if value is None and column.prefill is not None and scope is not None:
                value = column.prefill(replace(scope, names={**scope.names, "row": record}))
            yield from typed_parts(column, settled(column, value), f"{entry.key}.{place}.{column.key}").items()


def _with_rows(entry: Field, raw: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    start, alone = f"{entry.key}.", f"{entry.key}{CONFIRMED}"
    kept = {name: text for name, text in raw.items() if not name.startswith(start) or name == alone}
    kept |= {f"{start}{place}.{name}": text for place, row in enumerate(rows) for name, text in row.items()}
    return kept


def most_of(entry: Field) -> int:
    """How many rows there may be."""
    return min(int(entry.most or MOST_ROWS), MOST_ROWS)


def too_many(most: Decimal | int, found: int) -> str:
    """The sentence about more rows than may be."""
    return say(
        "Enter at most {most} {value}; this has {found}", most=most, value="row" if most == 1 else "rows", found=found
    )


def too_few(least: Decimal | int, found: int) -> str:
    """The sentence about fewer rows than must be."""
    return say(
        "Enter at least {least} {value}; this has {found}",
        least=least,
        value="row" if least == 1 else "rows",
        found=found,
    )
