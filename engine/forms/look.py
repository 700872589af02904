"""A look at raw answers: typed where they can be read, and settled until what is shown and reckoned stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import ValidationError

from engine.forms.answers import records_of, settled
from engine.forms.questions import MOST_ROWS, Field, Form
from engine.forms.rows import is_blank, rows_of
from engine.forms.typed import typed_field
from engine.language.expression import Expression
from engine.language.scope import Scope

DEEPEST_CHAIN = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """What a form may know besides its own answers.

    case: reference, participant_id, received_on, lead_days, ... register: the current record of each register, or its
    records by their keys. choices: for each register, its (value, label) pairs. files: for each field of files, what
    was uploaded, as name, sha256 and size. request: the maker's answers as far as whoever fills the form reads them.
    """

    scope: Scope
    case: Mapping[str, Any] = field(default_factory=dict)
    register: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)

    def seen_with(self, answers: Mapping[str, Any]) -> Scope:
        """The scope of an expression in a form with these answers."""
        known = {"form": answers, "case": self.case, "register": self.register, "request": self.request}
        return replace(self.scope, names={**self.scope.names, **known})


@dataclass(frozen=True, slots=True)
class Standing:
    """A form as it stands with some raw answers; every name is a raw one.

    answers: what can be read, hidden fields and empty rows left out. shown, needed: names. fixed: the values that
    nobody may change. rows: how many rows are typed, empty ones too.
    """

    answers: Mapping[str, Any]
    shown: frozenset[str]
    needed: frozenset[str]
    fixed: Mapping[str, Any]
    rows: Mapping[str, int]


def options(entry: Field, facts: Facts) -> tuple[tuple[str, str], ...]:
    """The choices of a field, from the file or from its register, of which `only` may leave some out."""
    if not entry.register:
        return entry.options
    offered = tuple(facts.choices.get(entry.register, ()))
    if entry.only is None:
        return offered
    known = facts.register.get(entry.register) or {}
    return tuple(
        (key, label) for key, label in offered if entry.only(_choosing(facts, {**known.get(key, {}), "key": key}))
    )


def _choosing(facts: Facts, record: Mapping[str, Any]) -> Scope:
    """What `only` knows about one record of a register."""
    return replace(
        facts.scope, names={**facts.scope.names, "choice": record, "case": facts.case, "register": facts.register}
    )


def raw_of(entry: Field, raw: Mapping[str, str], name: str) -> str:
    """What was typed for a field of one text; a month and a day that came apart are put together."""
    if entry.kind == "month_day" and not raw.get(name):
        month, day = raw.get(f"{name}.month", "").strip(), raw.get(f"{name}.day", "").strip()
        return f"{month:0>2}-{day:0>2}" if month and day else f"{month}-{day}" if month or day else ""
    return raw.get(name, "")


@dataclass(slots=True)
class _Read:
    """Raw answers of a form or of one row: typed where they can be read, and what is wrong with the others."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    blank: bool = False


def _read(entries: Iterable[Field], raw: Mapping[str, str], facts: Facts) -> _Read:
    read = _Read()
    for entry in entries:
        if entry.asks and entry.kind != "rows":
            try:
                read.values[entry.key] = _typed(entry, raw, facts)
            except ValidationError as error:
                read.values[entry.key] = None
                read.errors[entry.key] = error.messages
    return read


def _typed(entry: Field, raw: Mapping[str, str], facts: Facts) -> Any:
    if entry.kind == "file":
        return tuple(dict(file) for file in facts.files.get(entry.key, ()))
    known = typed_field(entry, options(entry, facts))
    if entry.kind == "address":
        return known.deserialize({line.key: raw.get(f"{entry.key}.{line.key}") for line in entry.fields})
    return known.deserialize(raw_of(entry, raw, entry.key))


class Look:
    """One look at raw answers: read once, then settled until what is shown and reckoned no longer changes."""

    def __init__(self, form: Form, raw: Mapping[str, str], facts: Facts) -> None:
        self.form = form
        self.raw = raw
        self.facts = facts
        self.entries = tuple(form.fields)
        self.read = _read(self.entries, raw, facts)
        self.listed = {entry.key: entry for entry in self.entries if entry.kind == "rows"}
        self.counts: dict[str, int] = {}
        self.rows: dict[str, tuple[_Read, ...]] = {}
        self.records: dict[str, list[Mapping[str, Any]]] = {}
        for entry in self.listed.values():
            self.read_rows(entry)
        self.shown: frozenset[str] = frozenset()
        self.answers: dict[str, Any] = {}
        self.row_answers: dict[str, dict[str, Any]] = {}
        self.settle()

    def read_rows(self, entry: Field) -> None:
        raws = rows_of(entry, self.raw)
        if entry.fixed_rows:
            start = entry.prefill(self.facts.seen_with({})) if entry.prefill is not None else []
            self.records[entry.key] = records_of(start)[:MOST_ROWS]
            raws = [raws[place] if place < len(raws) else {} for place in range(len(self.records[entry.key]))]
        self.counts[entry.key] = len(raws)
        rows = []
        for raw in raws[:MOST_ROWS]:
            row = _read(entry.fields, raw, self.facts)
            row.blank = not entry.fixed_rows and is_blank(raw)
            rows.append(row)
        self.rows[entry.key] = tuple(rows)

    # settling
    def settle(self) -> None:
        self.answers = dict(self.read.values)
        self.row_answers = {
            f"{key}.{place}": dict(row.values) for key, rows in self.rows.items() for place, row in enumerate(rows)
        }
        self.collect(self.answers, frozenset(self.listed))
        self.answers |= self.given(self.entries, self.scope(), {})
        for _ in range(DEEPEST_CHAIN):
            before = self.answers, self.row_answers, self.shown
            self.passed()
            if before == (self.answers, self.row_answers, self.shown):
                return

    def passed(self) -> None:
        scope = self.scope()
        answers, shown = self.seen(self.entries, self.read.values, scope, {}, "")
        row_answers = {}
        for key, entry in self.listed.items():
            for place, row in enumerate(self.rows[key]):
                name = f"{key}.{place}"
                inner = self.row_scope(scope, name)
                row_answers[name], cells = self.seen(
                    entry.fields, row.values, inner, self.record(key, place), f"{name}."
                )
                shown |= cells if key in shown else set()
        self.row_answers = row_answers
        self.collect(answers, shown)
        self.answers, self.shown = answers, frozenset(shown)

    def seen(
        self,
        entries: Sequence[Field],
        values: Mapping[str, Any],
        scope: Scope,
        record: Mapping[str, Any],
        before: str,
    ) -> tuple[dict[str, Any], set[str]]:
        """The answers of what is shown, nothing for what is not, and the names of what is."""
        known = {**values, **self.given(entries, scope, record)}
        shown = {entry.key for entry in entries if entry.show_if is None or bool(entry.show_if(scope))}
        answers = {key: value if key in shown else None for key, value in known.items()}
        return answers, {f"{before}{key}" for key in shown}

    def given(self, entries: Iterable[Field], scope: Scope, record: Mapping[str, Any]) -> dict[str, Any]:
        """What the portal answers itself."""
        found = {}
        for entry in entries:
            source = _source(entry)
            if source is not None:
                found[entry.key] = settled(entry, source(scope))
            elif entry.read_only and entry.key in record:
                found[entry.key] = settled(entry, record[entry.key])
        return found

    def collect(self, answers: dict[str, Any], shown: Iterable[str]) -> None:
        """Put the rows that are not empty among the answers."""
        for key in self.listed:
            rows = [self.row_answers[f"{key}.{place}"] for place, row in enumerate(self.rows[key]) if not row.blank]
            answers[key] = rows if key in shown else None

    def record(self, key: str, place: int) -> Mapping[str, Any]:
        records = self.records.get(key, [])
        return records[place] if place < len(records) else {}

    # what came of it
    def scope(self) -> Scope:
        return self.facts.seen_with(self.answers)

    def row_scope(self, scope: Scope, name: str) -> Scope:
        return replace(scope, names={**scope.names, "row": self.row_answers[name]})

    def places(self) -> Iterator[tuple[str, Field, Any, Any, Scope]]:
        """Every shown field that somebody answers: its name, itself, its value, what is wrong with it, its scope.

        Empty rows are passed over.
        """
        scope = self.scope()
        for entry in self.entries:
            if not entry.asks or entry.key not in self.shown:
                continue
            yield entry.key, entry, self.answers[entry.key], self.read.errors.get(entry.key), scope
            for place, row in enumerate(self.rows.get(entry.key, ())):
                if not row.blank:
                    yield from self.cells(entry, row, f"{entry.key}.{place}", scope)

    def cells(self, entry: Field, row: _Read, start: str, scope: Scope) -> Iterator[tuple[str, Field, Any, Any, Scope]]:
        inner = self.row_scope(scope, start)
        for column in entry.fields:
            name = f"{start}.{column.key}"
            if column.asks and name in self.shown:
                yield name, column, self.row_answers[start][column.key], row.errors.get(column.key), inner

    def standing(self) -> Standing:
        return Standing(
            answers=self.answers,
            shown=self.shown,
            needed=frozenset(self.needed()),
            fixed=dict(self.fixed()),
            rows={key: min(count, MOST_ROWS) for key, count in self.counts.items()},
        )

    def needed(self) -> Iterator[str]:
        scope = self.scope()
        yield from (entry.key for entry in self.entries if entry.asks and is_required(entry, scope))
        for name in self.row_answers:
            inner = self.row_scope(scope, name)
            columns = self.listed[name.partition(".")[0]].fields
            yield from (f"{name}.{column.key}" for column in columns if column.asks and is_required(column, inner))

    def fixed(self) -> Iterator[tuple[str, Any]]:
        for entry in self.entries:
            if entry.key in self.answers and not entry.asks:
                yield entry.key, self.answers[entry.key]
        for name, row in self.row_answers.items():
            for column in self.listed[name.partition(".")[0]].fields:
                if column.key in row and not column.asks:
                    yield f"{name}.{column.key}", row[column.key]


def _source(entry: Field) -> Expression | None:
    if entry.kind == "computed":
        return entry.value
    if entry.kind == "table":
        return entry.rows
    return entry.prefill if entry.read_only else None


def is_required(entry: Field, scope: Scope) -> bool:
    return entry.required or (entry.required_if is not None and bool(entry.required_if(scope)))
