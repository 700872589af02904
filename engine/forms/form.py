"""Answering a form: prefilled values, what is shown, checked answers, their rest in a database, their differences.

Raw answers are texts by raw name: `limit_hkd`, `office.line1`, `year_end.month`, and `persons.2.email` in a third row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import UnknownFields, WrongAnswers
from engine.forms.answers import differences, dumped, loaded, retyped, settled
from engine.forms.look import Facts, Look, Standing, is_required, options, raw_of
from engine.forms.questions import LONGEST_TEXT, MOST_ROWS, PLACEHOLDER, Field, Form
from engine.forms.rows import CONFIRMED, PLACE, acted, closed_up, first_rows, place_after, too_few, too_many
from engine.forms.spoken import spoken, typed_parts
from engine.forms.typed import CONTROL, normal
from engine.language.expression import compiled
from engine.language.scope import Scope
from engine.sentence import Message, Sentence, named, say

__all__ = [
    "CONFIRMED",
    "Checked",
    "Facts",
    "Standing",
    "acted",
    "answered_by",
    "check",
    "clean",
    "differences",
    "dumped",
    "filled",
    "fixed",
    "loaded",
    "options",
    "place_after",
    "prefilled",
    "raw_of",
    "required",
    "retyped",
    "standing",
    "summed_up",
    "visible",
]

ONE_ANSWER = re.compile(r"\s*form\.([a-z][a-z0-9_]*)\s*")
SHORT_TEXT = 1_000  # a number, a date, a choice: whatever was typed instead
LONG_KINDS = frozenset({"text", "textarea", "tags", "checklist"})
PER_FIELD = re.compile(r"comment\.([a-z][a-z0-9_]{0,59})")


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
    typed: dict[str, str] = {}
    for entry in form.fields:
        if entry.kind == "rows":
            typed |= first_rows(entry, scope)
        elif entry.prefill is not None and (value := settled(entry, entry.prefill(scope))) is not None:
            typed |= typed_parts(entry, value)
    return typed


def standing(form: Form, raw: Mapping[str, str], facts: Facts) -> Standing:
    """The form as it stands with these raw answers; what a hidden field was answered with counts for nothing."""
    return Look(form, raw, facts).standing()


def fixed(form: Form, facts: Facts, raw: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The values nobody may change, by name: what is computed, and read-only fields, taken from the registers now."""
    return dict(standing(form, raw or {}, facts).fixed)


def visible(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields to show for these raw answers; what a hidden field was answered with shows nothing."""
    return standing(form, raw, facts).shown


def required(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields that must be answered when they are shown, given these raw answers."""
    return standing(form, raw, facts).needed


# --- checking answers -------------------------------------------------------------------------------------------------
def clean(form: Form, raw: Mapping[str, str], *, other_fields: Iterable[str] = ()) -> dict[str, str]:
    """Raw answers as they may be kept: known fields only, NFC, no control characters, rows without gaps.

    other_fields: the keys of the form that comments may be pinned to. Raises `UnknownFields`, and `WrongAnswers` for
    texts longer than any answer and for more rows than any form takes.
    """
    known = {entry.key: entry for entry in form.fields}
    comments = {f"comment.{key}" for key in other_fields} if form.per_field_comments is not None else set()
    found = {name: answered_by(known, name) for name in raw}
    unknown = [name for name, entry in found.items() if entry is None and name not in comments]
    if unknown:
        raise UnknownFields([name[:60] for name in unknown])
    too_long = {name: value for name, value in raw.items() if len(value) > _room(found[name])}
    if too_long:
        raise WrongAnswers(
            {name: [say("Enter at most {longest_text:,} characters", longest_text=LONGEST_TEXT)] for name in too_long}
        )
    return closed_up(form, {name: normal(value) for name, value in raw.items()})


def answered_by(known: Mapping[str, Field], name: str) -> Field | None:
    """The field that a raw name answers, of those known by their keys; None when nobody asked for it."""
    key, _, rest = name.partition(".")
    entry = known.get(key)
    if entry is None or not entry.asks or entry.kind == "file":
        return None
    if rest == CONFIRMED[1:]:
        return entry if entry.warn is not None else None
    if entry.kind == "rows":
        place, _, inner = rest.partition(".")
        return answered_by({c.key: c for c in entry.fields}, inner) if PLACE.fullmatch(place) else None
    if entry.kind == "address":
        return entry.within(rest)
    return entry if rest in _PARTS.get(entry.kind, ("",)) else None


_PARTS = {"month_day": ("", "month", "day")}


def _room(entry: Field | None) -> int:
    """How much may be kept of an answer: more than is right, so that a draft loses nothing that was typed."""
    return LONGEST_TEXT if entry is None or entry.kind in LONG_KINDS else SHORT_TEXT


def check(form: Form, raw: Mapping[str, str], facts: Facts) -> Checked:
    """Typed answers from raw ones that `clean` let through.

    Hidden fields are dropped, read-only ones come from the registers. Raises `WrongAnswers` with sentences per name;
    those of a row stand at names such as `persons.2.email`.
    """
    look = Look(form, raw, facts)
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


def _wrong_count(entry: Field, look: Look, scope: Scope) -> str:
    typed, filled = look.counts[entry.key], len(look.answers[entry.key])
    most, least = min(int(entry.most or MOST_ROWS), MOST_ROWS), int(entry.least or 0)
    if entry.fixed_rows:
        return ""
    if typed > MOST_ROWS or filled > most:
        return too_many(most, max(filled, typed) if typed > MOST_ROWS else filled)
    if filled < least and (filled or not is_required(entry, scope)):
        return too_few(least, filled)
    return ""


def _broken_rules(entry: Field, name: str, value: Any, scope: Scope) -> dict[str, list[str]]:
    empty = _is_empty(entry, value)
    if empty and is_required(entry, scope):
        return {f"{name}.line1" if entry.kind == "address" else name: [_please(entry)]}
    if entry.kind == "file" and entry.most is not None and not empty and len(value) > entry.most:
        return {name: [say("Attach at most {most} files; this has {number}", most=entry.most, number=len(value))]}
    if not empty and entry.rule is not None and not entry.rule(scope):
        return {name: [filled(entry.rule_message, scope) or say("Check {label}", label=entry.label)]}
    return {}


def _is_empty(entry: Field, value: Any) -> bool:
    if isinstance(value, str | list | tuple | Mapping):
        return not value
    return value is None or (entry.kind in ("checkbox", "declaration") and value is False)


def _warned(look: Look, raw: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    warnings, confirmed = {}, []
    for name, entry, value, _, scope in look.places():
        if entry.warn is None or value is None or not entry.warn(scope):
            continue
        if raw.get(f"{name}{CONFIRMED}") == "yes":
            confirmed.append(name)
        else:
            warnings[name] = filled(entry.warn_message, scope) or say("Check {label}", label=entry.label)
    return warnings, tuple(confirmed)


def _comments(form: Form, raw: Mapping[str, str], scope: Scope, errors: dict[str, list[str]]) -> dict[str, str]:
    if form.per_field_comments is None or not form.per_field_comments(scope):
        return {}
    comments = {}
    for name, text in raw.items():
        pinned = PER_FIELD.fullmatch(name)
        if pinned and text:
            if CONTROL.search(text) or len(text) > 500:
                errors[name] = [say("Enter a comment of at most 500 plain characters")]
            comments[pinned[1]] = text
    return comments


def _please(entry: Field) -> str:
    if entry.missing:
        return named(entry.missing)
    label = entry.label[0].lower() + entry.label[1:] if entry.label[1:2].islower() else entry.label
    if entry.kind in _VERBS:
        return say("{verb}: {label}", verb=named(_VERBS[entry.kind]), label=entry.label)
    return say("Enter {label}", label=Sentence(entry.label, {}, label))


_VERBS = {"checkbox": "Tick", "declaration": "Tick", "file": "Attach", "rows": say("Add at least one row")}
_VERBS |= dict.fromkeys(("select", "radio", "yesno", "checklist"), "Choose")


def filled(text: str, scope: Scope) -> str:
    """A message with every `{expression}` replaced by its value as people read it."""
    values = {part: spoken(compiled(part)(scope)) for part in PLACEHOLDER.findall(text)}
    return Message(text, {part: named(value) if '"' in part else value for part, value in values.items()})


def summed_up(asked: Form, text: str, scope: Scope) -> str:
    """A message about answers in which a choice stands in the words of its form, and nothing for what is not given."""

    def told(found: re.Match[str]) -> str:
        value, one = compiled(found[1])(scope), ONE_ANSWER.fullmatch(found[1])
        entry = asked.named(one[1]) if one else None
        if entry is None:
            return spoken(value)
        return "" if value is None else dict(entry.options).get(str(value)) or spoken(value)

    return " ".join(PLACEHOLDER.sub(told, text).split()).rstrip(" ,:")
