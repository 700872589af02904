"""Answering a form: prefilled values, what is shown, checked answers, their rest in a database, their differences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from engine.errors import UnknownFields, WrongAnswers
from engine.expression import Scope, compiled
from engine.schema import LONGEST_TEXT, PLACEHOLDER, Field, Form
from engine.spoken import spoken, typed
from engine.typed import CONTROL, normal, number, typed_field

CONFIRMED = ".confirmed"
SHORT_TEXT = 1_000  # a number, a date, a choice: whatever was typed instead
DEEPEST_CHAIN = 10
PER_FIELD = re.compile(r"comment\.([a-z][a-z0-9_]{0,59})")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a form may know besides its own answers.

    case: reference, participant_id, received_on, lead_days, ... register: the current record of each register.
    choices: for each register, its (value, label) pairs.
    """

    scope: Scope
    case: Mapping[str, Any] = field(default_factory=dict)
    register: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

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


# --- what a person sees before answering ------------------------------------------------------------------------------
def prefilled(form: Form, facts: Facts) -> dict[str, str]:
    """What stands in the fields when the form is first opened, as typed text."""
    scope = facts.seen_with({})
    known = {entry.key: entry.prefill(scope) for entry in form.fields if entry.prefill is not None}
    return {key: typed(form.field(key), value) for key, value in known.items() if value is not None}


def fixed(form: Form, facts: Facts) -> dict[str, Any]:
    """The values nobody may change: read-only fields, taken from the registers now."""
    scope = facts.seen_with({})
    return {
        entry.key: _settled(entry, entry.prefill(scope)) for entry in form.fields if entry.read_only and entry.prefill
    }


def visible(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields to show for these raw answers; what a hidden field was answered with shows nothing."""
    return _seen(form, raw, facts)[0]


def required(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields that must be answered when they are shown, given these raw answers."""
    scope = facts.seen_with(_seen(form, raw, facts)[1])
    return frozenset(entry.key for entry in form.fields if entry.asks and _is_required(entry, scope))


def options(entry: Field, facts: Facts) -> tuple[tuple[str, str], ...]:
    """The choices of a field, from the file or from its register."""
    return tuple(facts.choices.get(entry.register, ())) if entry.register else entry.options


def _settled(entry: Field, value: Any) -> Any:
    if entry.kind in ("money", "number") and isinstance(value, str):
        return number(value)
    if entry.kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _seen(form: Form, raw: Mapping[str, str], facts: Facts) -> tuple[frozenset[str], dict[str, Any]]:
    """What is shown, and its answers; what a hidden field was answered with counts for nothing."""
    values = {**_readable(form, raw, facts), **fixed(form, facts)}
    shown = frozenset(entry.key for entry in form.fields)
    answers = dict(values)
    for _ in range(DEEPEST_CHAIN):
        scope = facts.seen_with(answers)
        now = frozenset(entry.key for entry in form.fields if entry.show_if is None or bool(entry.show_if(scope)))
        if now == shown:
            break
        shown, answers = now, {key: value if key in now else None for key, value in values.items()}
    return shown, answers


def _readable(form: Form, raw: Mapping[str, str], facts: Facts) -> dict[str, Any]:
    """Every raw answer that can be read, typed; the others are missing."""
    values: dict[str, Any] = {}
    for entry in form.fields:
        if entry.asks:
            try:
                values[entry.key] = _typed_field(entry, facts).deserialize(raw.get(entry.key))
            except ValidationError:
                values[entry.key] = None
    return values


def _is_required(entry: Field, scope: Scope) -> bool:
    return entry.required or (entry.required_if is not None and bool(entry.required_if(scope)))


# --- checking answers -------------------------------------------------------------------------------------------------
def clean(form: Form, raw: Mapping[str, str], *, other_fields: Iterable[str] = ()) -> dict[str, str]:
    """Raw answers as they may be kept: known fields only, NFC, no control characters.

    other_fields: the keys of the form that comments may be pinned to. Raises `UnknownFields`, and `WrongAnswers` for
    texts longer than any answer.
    """
    allowed = set(form.keys)
    allowed |= {f"{entry.key}{CONFIRMED}" for entry in form.fields if entry.warn is not None}
    if form.per_field_comments is not None:
        allowed |= {f"comment.{key}" for key in other_fields}
    unknown = [name for name in raw if name not in allowed]
    if unknown:
        raise UnknownFields([name[:60] for name in unknown])
    too_long = {name: value for name, value in raw.items() if len(value) > _room(form.field(name))}
    if too_long:
        raise WrongAnswers({name: [f"Enter at most {LONGEST_TEXT:,} characters"] for name in too_long})
    return {name: normal(value) for name, value in raw.items()}


def _room(entry: Field | None) -> int:
    """How much may be kept of an answer: more than is right, so that a draft loses nothing that was typed."""
    return LONGEST_TEXT if entry is None or entry.kind in ("text", "textarea") else SHORT_TEXT


def check(form: Form, raw: Mapping[str, str], facts: Facts) -> Checked:
    """Typed answers from raw ones that `clean` let through.

    Hidden fields are dropped, read-only ones come from the registers. Raises `WrongAnswers` with sentences per field.
    """
    shown = visible(form, raw, facts)
    wanted = {entry.key: entry for entry in form.fields if entry.asks and entry.key in shown}
    values: dict[str, Any] = {entry.key: None for entry in form.fields if entry.asks}
    errors: dict[str, list[str]] = {}
    try:
        values.update(_schema(wanted.values(), facts).load({key: raw.get(key) for key in wanted}))
    except ValidationError as error:
        values.update(error.valid_data if isinstance(error.valid_data, dict) else {})
        errors = {str(key): list(sentences) for key, sentences in error.messages_dict.items()}
    values.update(fixed(form, facts))
    scope = facts.seen_with(values)
    for key, entry in wanted.items():
        if key not in errors:
            errors.update(_broken_rules(entry, values[key], scope))
    comments = _comments(form, raw, scope, errors)
    if errors:
        raise WrongAnswers(errors)
    return Checked(values, *_warned(wanted.values(), values, raw, scope), comments)


def _broken_rules(entry: Field, value: Any, scope: Scope) -> dict[str, list[str]]:
    empty = value is None or value == "" or (entry.kind == "checkbox" and value is False)
    if empty and _is_required(entry, scope):
        return {entry.key: [_please(entry)]}
    if not empty and entry.rule is not None and not entry.rule(scope):
        return {entry.key: [filled(entry.rule_message, scope) or f"Check {entry.label}"]}
    return {}


def _warned(
    entries: Iterable[Field], values: Mapping[str, Any], raw: Mapping[str, str], scope: Scope
) -> tuple[dict[str, str], tuple[str, ...]]:
    warnings, confirmed = {}, []
    for entry in entries:
        if entry.warn is None or values[entry.key] is None or not entry.warn(scope):
            continue
        if raw.get(f"{entry.key}{CONFIRMED}") == "yes":
            confirmed.append(entry.key)
        else:
            warnings[entry.key] = filled(entry.warn_message, scope) or f"Check {entry.label}"
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
    if entry.kind == "checkbox":
        return f"Tick: {entry.label}"
    if entry.kind in ("select", "radio", "yesno"):
        return f"Choose: {entry.label}"
    return f"Enter {label}"


def filled(text: str, scope: Scope) -> str:
    """A message with every `{expression}` replaced by its value as people read it."""
    return PLACEHOLDER.sub(lambda found: spoken(compiled(found[1])(scope)), text)


def _schema(entries: Iterable[Field], facts: Facts) -> Schema:
    made = {entry.key: _typed_field(entry, facts) for entry in entries}
    return Schema.from_dict(dict(made))(unknown=RAISE)


def _typed_field(entry: Field, facts: Facts) -> fields.Field[Any]:
    return typed_field(entry, options(entry, facts))


# --- answers at rest and on the page ----------------------------------------------------------------------------------
def dumped(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers as JSON values: numbers and dates as text."""
    return {key: str(value) if isinstance(value, Decimal | date) else value for key, value in answers.items()}


def loaded(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers from JSON values; keys that the form no longer has are left out."""
    return {
        entry.key: _settled(entry, kept[entry.key])
        for entry in form.fields
        if entry.key in kept and kept[entry.key] is not None
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """The keys whose values differ."""
    return frozenset(key for key in {*old, *new} if old.get(key) != new.get(key))
