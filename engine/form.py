"""Answering a form: prefilled values, what is shown, checked answers, their rest in a database, their differences.

Raw answers are texts by raw name: `limit_hkd`, `office.line1`, `year_end.month`, and `persons.2.email` in a third row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from engine.errors import UnknownFields, WrongAnswers
from engine.expression import Expression, Scope, compiled
from engine.schema import LONGEST_TEXT, MOST_ROWS, PLACEHOLDER, Field, Form
from engine.spoken import spoken, typed_parts
from engine.typed import CONTROL, normal, number, typed_field

CONFIRMED = ".confirmed"
SHORT_TEXT = 1_000  # a number, a date, a choice: whatever was typed instead
LONG_KINDS = frozenset({"text", "textarea", "tags", "checklist"})
MOST_RECORDS = 200  # of a table
DEEPEST_CHAIN = 10
PER_FIELD = re.compile(r"comment\.([a-z][a-z0-9_]{0,59})")
PLACE = re.compile(r"0|[1-9][0-9]{0,2}")  # a thousand places: enough to say how many rows are too many
ACT = re.compile(r"([a-z][a-z0-9_]{0,59}):(?:(add)|(remove|up|down):(0|[1-9][0-9]?))")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a form may know besides its own answers.

    case: reference, participant_id, received_on, lead_days, ... register: the current record of each register, or its
    records by their keys. choices: for each register, its (value, label) pairs. files: for each field of files, what
    was uploaded, as name, sha256 and size.
    """

    scope: Scope
    case: Mapping[str, Any] = field(default_factory=dict)
    register: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def seen_with(self, answers: Mapping[str, Any]) -> Scope:
        """The scope of an expression in a form with these answers."""
        names = {**self.scope.names, "form": answers, "case": self.case, "register": self.register}
        return replace(self.scope, names=names)


@dataclass(frozen=True, slots=True)
class Checked:
    """Typed answers, and the warnings that somebody has not confirmed yet."""

    answers: Mapping[str, Any]
    warnings: Mapping[str, str]
    confirmed: tuple[str, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)


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


# --- what a person sees before answering ------------------------------------------------------------------------------
def prefilled(form: Form, facts: Facts) -> dict[str, str]:
    """What stands in the fields when the form is first opened, as typed text."""
    scope = facts.seen_with({})
    typed: dict[str, str] = {}
    for entry in form.fields:
        if entry.kind == "rows":
            typed |= _first_rows(entry, scope)
        elif entry.prefill is not None and (value := _settled(entry, entry.prefill(scope))) is not None:
            typed |= typed_parts(entry, value)
    return typed


def standing(form: Form, raw: Mapping[str, str], facts: Facts) -> Standing:
    """The form as it stands with these raw answers; what a hidden field was answered with counts for nothing."""
    return _Look(form, raw, facts).standing()


def fixed(form: Form, facts: Facts, raw: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The values nobody may change, by name: what is computed, and read-only fields, taken from the registers now."""
    return dict(standing(form, raw or {}, facts).fixed)


def visible(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields to show for these raw answers; what a hidden field was answered with shows nothing."""
    return standing(form, raw, facts).shown


def required(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields that must be answered when they are shown, given these raw answers."""
    return standing(form, raw, facts).needed


def options(entry: Field, facts: Facts) -> tuple[tuple[str, str], ...]:
    """The choices of a field, from the file or from its register."""
    return tuple(facts.choices.get(entry.register, ())) if entry.register else entry.options


def raw_of(entry: Field, raw: Mapping[str, str], name: str) -> str:
    """What was typed for a field of one text; a month and a day that came apart are put together."""
    if entry.kind == "month_day" and not raw.get(name):
        month, day = raw.get(f"{name}.month", "").strip(), raw.get(f"{name}.day", "").strip()
        return f"{month:0>2}-{day:0>2}" if month and day else f"{month}-{day}" if month or day else ""
    return raw.get(name, "")


def _first_rows(entry: Field, scope: Scope) -> dict[str, str]:
    records = _records(entry.prefill(scope)) if entry.prefill is not None else []
    records = records[:MOST_ROWS] or [{}] * entry.first_rows
    return {name: text for place, record in enumerate(records) for name, text in _row(entry, place, record, scope)}


def _row(entry: Field, place: int, record: Mapping[str, Any], scope: Scope | None) -> Iterator[tuple[str, str]]:
    """One row as typed text: what the record says, else what the columns themselves begin with."""
    for column in entry.fields:
        if column.asks:
            value = record.get(column.key)
            if value is None and column.prefill is not None and scope is not None:
                value = column.prefill(scope)
            yield from typed_parts(column, _settled(column, value), f"{entry.key}.{place}.{column.key}").items()


def _records(value: Any) -> list[Mapping[str, Any]]:
    return [record for record in value if isinstance(record, Mapping)] if isinstance(value, list | tuple) else []


# --- reading raw answers ----------------------------------------------------------------------------------------------
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
    known = _typed_field(entry, facts)
    if entry.kind == "address":
        return known.deserialize({line.key: raw.get(f"{entry.key}.{line.key}") for line in entry.fields})
    return known.deserialize(raw_of(entry, raw, entry.key))


def _typed_field(entry: Field, facts: Facts) -> fields.Field[Any]:
    return typed_field(entry, options(entry, facts))


def _rows_of(entry: Field, raw: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of a field in their order, each as raw answers of its own; gaps are closed up."""
    rows: dict[int, dict[str, str]] = {}
    start = f"{entry.key}."
    for name, text in raw.items():
        if name.startswith(start):
            place, _, rest = name[len(start) :].partition(".")
            if rest and PLACE.fullmatch(place):
                rows.setdefault(int(place), {})[rest] = text
    return [rows[place] for place in sorted(rows)]


def _is_blank(row: Mapping[str, str]) -> bool:
    """Whether nothing was typed into a row; the country of an address stands there by itself."""
    return not any(text.strip() for name, text in row.items() if not name.endswith((".country", CONFIRMED)))


class _Look:
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
        raws = _rows_of(entry, self.raw)
        if entry.fixed_rows:
            start = entry.prefill(self.facts.seen_with({})) if entry.prefill is not None else []
            self.records[entry.key] = _records(start)[:MOST_ROWS]
            raws = [raws[place] if place < len(raws) else {} for place in range(len(self.records[entry.key]))]
        self.counts[entry.key] = len(raws)
        rows = []
        for raw in raws[:MOST_ROWS]:
            row = _read(entry.fields, raw, self.facts)
            row.blank = not entry.fixed_rows and _is_blank(raw)
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
                found[entry.key] = _settled(entry, source(scope))
            elif entry.read_only and entry.key in record:
                found[entry.key] = _settled(entry, record[entry.key])
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
        yield from (entry.key for entry in self.entries if entry.asks and _is_required(entry, scope))
        for name in self.row_answers:
            inner = self.row_scope(scope, name)
            columns = self.listed[name.partition(".")[0]].fields
            yield from (f"{name}.{column.key}" for column in columns if column.asks and _is_required(column, inner))

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


def _is_required(entry: Field, scope: Scope) -> bool:
    return entry.required or (entry.required_if is not None and bool(entry.required_if(scope)))


# --- checking answers -------------------------------------------------------------------------------------------------
def clean(form: Form, raw: Mapping[str, str], *, other_fields: Iterable[str] = ()) -> dict[str, str]:
    """Raw answers as they may be kept: known fields only, NFC, no control characters, rows without gaps.

    other_fields: the keys of the form that comments may be pinned to. Raises `UnknownFields`, and `WrongAnswers` for
    texts longer than any answer and for more rows than any form takes.
    """
    known = {entry.key: entry for entry in form.fields}
    comments = {f"comment.{key}" for key in other_fields} if form.per_field_comments is not None else set()
    found = {name: _answered_by(known, name) for name in raw}
    unknown = [name for name, entry in found.items() if entry is None and name not in comments]
    if unknown:
        raise UnknownFields([name[:60] for name in unknown])
    too_long = {name: value for name, value in raw.items() if len(value) > _room(found[name])}
    if too_long:
        raise WrongAnswers({name: [f"Enter at most {LONGEST_TEXT:,} characters"] for name in too_long})
    return _closed_up(form, {name: normal(value) for name, value in raw.items()})


def _answered_by(known: Mapping[str, Field], name: str) -> Field | None:
    """The field that a raw name answers; None when nobody asked for it."""
    key, _, rest = name.partition(".")
    entry = known.get(key)
    if entry is None or not entry.asks or entry.kind == "file":
        return None
    if rest == CONFIRMED[1:]:
        return entry if entry.warn is not None else None
    if entry.kind == "rows":
        place, _, inner = rest.partition(".")
        return _answered_by({c.key: c for c in entry.fields}, inner) if PLACE.fullmatch(place) else None
    if entry.kind == "address":
        return entry.within(rest)
    return entry if rest in _PARTS.get(entry.kind, ("",)) else None


_PARTS = {"month_day": ("", "month", "day")}


def _closed_up(form: Form, raw: dict[str, str]) -> dict[str, str]:
    """The same answers with the places of rows counted from 0 without gaps."""
    for entry in form.fields:
        if entry.kind == "rows":
            rows = _rows_of(entry, raw)
            if len(rows) > MOST_ROWS:
                raise WrongAnswers({entry.key: [_too_many(MOST_ROWS, len(rows))]})
            raw = _with_rows(entry, raw, rows)
    return raw


def _with_rows(entry: Field, raw: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    start, alone = f"{entry.key}.", f"{entry.key}{CONFIRMED}"
    kept = {name: text for name, text in raw.items() if not name.startswith(start) or name == alone}
    kept |= {f"{start}{place}.{name}": text for place, row in enumerate(rows) for name, text in row.items()}
    return kept


def _too_many(most: Decimal | int, found: int) -> str:
    return f"Enter at most {most} {'row' if most == 1 else 'rows'}; this has {found}"


def _too_few(least: Decimal | int, found: int) -> str:
    return f"Enter at least {least} {'row' if least == 1 else 'rows'}; this has {found}"


def _room(entry: Field | None) -> int:
    """How much may be kept of an answer: more than is right, so that a draft loses nothing that was typed."""
    return LONGEST_TEXT if entry is None or entry.kind in LONG_KINDS else SHORT_TEXT


def check(form: Form, raw: Mapping[str, str], facts: Facts) -> Checked:
    """Typed answers from raw ones that `clean` let through.

    Hidden fields are dropped, read-only ones come from the registers. Raises `WrongAnswers` with sentences per name;
    those of a row stand at names such as `persons.2.email`.
    """
    look = _Look(form, raw, facts)
    errors: dict[str, list[str]] = {}
    for name, entry, value, trouble, scope in look.places():
        if trouble:
            errors.update(_flat(name, trouble))
        elif entry.kind == "rows" and (sentence := _wrong_count(entry, look, scope)):
            errors[name] = [sentence]
        else:
            errors.update(_broken_rules(entry, name, value, scope))
    comments = _comments(form, raw, look.scope(), errors)
    if errors:
        raise WrongAnswers(errors)
    return Checked(look.answers, *_warned(look, raw), comments)


def _flat(name: str, trouble: Any) -> dict[str, list[str]]:
    if isinstance(trouble, dict):
        return {f"{name}.{part}": list(sentences) for part, sentences in trouble.items()}
    return {name: list(trouble)}


def _wrong_count(entry: Field, look: _Look, scope: Scope) -> str:
    typed, filled = look.counts[entry.key], len(look.answers[entry.key])
    most, least = min(int(entry.most or MOST_ROWS), MOST_ROWS), int(entry.least or 0)
    if entry.fixed_rows:
        return ""
    if typed > MOST_ROWS or filled > most:
        return _too_many(most, max(filled, typed) if typed > MOST_ROWS else filled)
    if filled < least and (filled or not _is_required(entry, scope)):
        return _too_few(least, filled)
    return ""


def _broken_rules(entry: Field, name: str, value: Any, scope: Scope) -> dict[str, list[str]]:
    empty = _is_empty(entry, value)
    if empty and _is_required(entry, scope):
        return {f"{name}.line1" if entry.kind == "address" else name: [_please(entry)]}
    if entry.kind == "file" and entry.most is not None and not empty and len(value) > entry.most:
        return {name: [f"Attach at most {entry.most} files; this has {len(value)}"]}
    if not empty and entry.rule is not None and not entry.rule(scope):
        return {name: [filled(entry.rule_message, scope) or f"Check {entry.label}"]}
    return {}


def _is_empty(entry: Field, value: Any) -> bool:
    if isinstance(value, str | list | tuple | Mapping):
        return not value
    return value is None or (entry.kind in ("checkbox", "declaration") and value is False)


def _warned(look: _Look, raw: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    warnings, confirmed = {}, []
    for name, entry, value, _, scope in look.places():
        if entry.warn is None or value is None or not entry.warn(scope):
            continue
        if raw.get(f"{name}{CONFIRMED}") == "yes":
            confirmed.append(name)
        else:
            warnings[name] = filled(entry.warn_message, scope) or f"Check {entry.label}"
    return warnings, tuple(confirmed)


def _comments(form: Form, raw: Mapping[str, str], scope: Scope, errors: dict[str, list[str]]) -> dict[str, str]:
    if form.per_field_comments is None or not form.per_field_comments(scope):
        return {}
    comments = {}
    for name, text in raw.items():
        pinned = PER_FIELD.fullmatch(name)
        if pinned and text:
            if CONTROL.search(text) or len(text) > 500:
                errors[name] = ["Enter a comment of at most 500 plain characters"]
            comments[pinned[1]] = text
    return comments


def _please(entry: Field) -> str:
    if entry.missing:
        return entry.missing
    label = entry.label[0].lower() + entry.label[1:] if entry.label[1:2].islower() else entry.label
    if entry.kind in _VERBS:
        return f"{_VERBS[entry.kind]}: {entry.label}"
    return f"Enter {label}"


_VERBS = {"checkbox": "Tick", "declaration": "Tick", "file": "Attach", "rows": "Add at least one row"}
_VERBS |= dict.fromkeys(("select", "radio", "yesno", "checklist"), "Choose")


def filled(text: str, scope: Scope) -> str:
    """A message with every `{expression}` replaced by its value as people read it."""
    return PLACEHOLDER.sub(lambda found: spoken(compiled(found[1])(scope)), text)


# --- adding, removing and moving rows ---------------------------------------------------------------------------------
def acted(form: Form, raw: Mapping[str, str], act: str, facts: Facts | None = None) -> dict[str, str]:
    """The raw answers after `persons:add`, `persons:remove:2`, `persons:up:2` or `persons:down:2`.

    facts: what a new row may begin with. Raises `UnknownFields` for any other act, and `WrongAnswers` at the group when
    it would have too many rows or too few.
    """
    found = ACT.fullmatch(act)
    entry = form.field(found[1]) if found else None
    if found is None or entry is None or entry.kind != "rows" or entry.fixed_rows:
        raise UnknownFields([act[:60]])
    rows = _rows_of(entry, raw)
    if found[2]:
        return _with_rows(entry, raw, _one_more(entry, rows, facts))
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
    count = len(_rows_of(entry, raw)) if entry else 0
    wanted = {"add": count - 1, "up": -1, "down": 1}.get(verb, 0) + (int(place[0]) if place else 0)
    return f"{key}.{min(wanted, count - 1)}" if count else key


def _one_more(entry: Field, rows: list[dict[str, str]], facts: Facts | None) -> list[dict[str, str]]:
    most = min(int(entry.most or MOST_ROWS), MOST_ROWS)
    if len(rows) >= most:
        raise WrongAnswers({entry.key: [_too_many(most, len(rows) + 1)]})
    start = f"{entry.key}.0."
    scope = facts.seen_with({}) if facts is not None else None
    return [*rows, {name[len(start) :]: text for name, text in _row(entry, 0, {}, scope)}]


def _one_less(entry: Field, rows: list[dict[str, str]], place: int) -> list[dict[str, str]]:
    if len(rows) <= int(entry.least or 0):
        raise WrongAnswers({entry.key: [_too_few(int(entry.least or 0), len(rows) - 1)]})
    return rows[:place] + rows[place + 1 :]


# --- answers at rest and on the page ----------------------------------------------------------------------------------
def dumped(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers as JSON values: numbers and dates as text, at every depth."""
    return {str(key): _dumped(value) for key, value in answers.items()}


def loaded(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers from JSON values; keys that the form no longer has are left out."""
    return {
        entry.key: _settled(entry, kept[entry.key])
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


def _settled(entry: Field, value: Any) -> Any:
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
        {column.key: _settled(column, record.get(column.key)) for column in entry.fields}
        for record in _records(value)[:MOST_ROWS]
    ]


def _settled_table(entry: Field, value: Any) -> Any:
    records = _records(value)[:MOST_RECORDS]
    return [{key: _dumped(record.get(key)) for key, _ in entry.columns} for record in records]


def _settled_files(_entry: Field, value: Any) -> Any:
    return tuple(dict(file) for file in _records(value))


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
