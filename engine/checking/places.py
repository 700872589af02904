"""Where expressions stand, and what each place knows: its names, the facts of a case, and the value it wants."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.errors import BadExpression
from engine.language.expression import compiled, members, read_of
from engine.running.run import duration

CASE_KEYS = frozenset(
    {
        "reference",
        "participant_id",
        "received_on",
        "lead_days",
        "sla_days",
        "cutoff",
        "round",
        "status",
        "desk",
        "title",
        "agreed",
        "membership",
        "sent",
        "single_eye",
        "desks",
        "brokers",
        "next",
        "next_optional",
    }
)
SUCCESSES = frozenset({"APPROVED", "COMPLETED"})
FEEL = re.compile(r"^\s*=|[$#]\{")
MOMENT = re.compile(r"^\s*\d{4}-\d{2}-\d{2}")
ZONED = re.compile(r"(Z|[+-]\d{2}:?\d{2})\s*$")
CYCLE = re.compile(r"^\s*R\d*/")
LENGTH = re.compile(r"^\s*P[\dT]")
# What moves or ends a line, or turns the text around it; a space or a letter of any script is none of these.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
TIMES = frozenset({"cutoff_after", "business_day_before", "days_from_now", "effective_at"})


@dataclass(frozen=True, slots=True)
class Place:
    """What an expression may name where it stands.

    fields: the keys of `form`; None when no form is known. words: for a name, the texts it can be compared with. given:
    for each step, the keys of its form. row: the keys of `row`, where there is one.
    """

    names: frozenset[str]
    fields: frozenset[str] | None = None
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)
    row: frozenset[str] = frozenset()


def wrong(text: str, place: Place) -> Iterator[str]:
    """What is wrong with an expression at its place, a sentence each."""
    if FEEL.search(text):
        plain = re.sub(r"^\s*=\s*|[$#]\{|\}", "", text)[:60]
        yield f"Expected the portal's own language, but `{text[:60]}` is FEEL or holds ${{}}: write `{plain}` alone."
        return
    try:
        names = compiled(text).names
    except BadExpression as error:
        yield f"{error} Correct the expression."
        return
    for name in sorted(names - place.names):
        known = ", ".join(sorted(place.names)) or "nothing"
        yield f"Expected only names known here ({known}), but `{text[:60]}` reads {name}: correct the name."
    yield from _wrong_parts(ast.parse(text.strip(), mode="eval"), text, place)


def unprintable(name: str, text: str, *, lines: bool = False) -> Iterator[str]:
    """Whether a text that people read holds what they cannot see.

    lines: it may have several lines.
    """
    found = UNPRINTABLE.search(text.replace("\n", "") if lines else text)
    if found:
        what = "a line break" if found[0] in "\r\n\u2028\u2029" else "a control character"
        where = ascii(name)[1:-1][:40]
        yield f"Expected plain text in {where}, but it holds {what} (U+{ord(found[0]):04X}): remove it."


def wrong_timer(kind: str, text: str, place: Place) -> Iterator[str]:
    """What is wrong with the text of a timer."""
    if not text:
        yield "Expected a time such as `cutoff_after(2)`, but the timer is empty: write one."
    elif CYCLE.match(text):
        yield f"Expected one moment, but {text[:40]} repeats: draw a loop with a user task."
    elif MOMENT.match(text):
        zone = "is a fixed date" if ZONED.search(text) else "is a naive time, without its zone"
        yield f"Expected a time reckoned from the case, but {text[:40]} {zone}: write `cutoff_after(2)` or P2D."
    elif kind == "timeDuration":
        if not _is_duration(text):
            yield f"Expected a duration such as P2D or PT4H, but it is {text[:40]}: correct it, or use a date timer."
    elif LENGTH.match(text):
        yield f"Expected a time in a date timer, but {text[:40]} is a duration: make it a duration timer."
    else:
        yield from wrong_time(text, place)


def wrong_time(text: str, place: Place) -> Iterator[str]:
    """What is wrong with an expression that has to give a time."""
    found = list(wrong(text, place))
    yield from found
    if not found and not _gives_time(ast.parse(text.strip(), mode="eval").body):
        yield (
            f"Expected a time, but `{text[:60]}` gives something else: write `cutoff_after(2)` or "
            "`business_day_before(due)`."
        )


def _is_duration(text: str) -> bool:
    try:
        return duration(text) > timedelta(0)
    except BadExpression:
        return False


def _gives_time(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _gives_time(node.body) and _gives_time(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in TIMES
    return isinstance(node, ast.Name) and node.id == "due"


def _wrong_parts(tree: ast.Expression, text: str, place: Place) -> Iterator[str]:
    for owner, key in members(tree):
        if owner == "case" and key not in CASE_KEYS:
            yield f"Expected a fact of the case ({', '.join(sorted(CASE_KEYS))}), but case.{key} is none: correct it."
        if owner == "form" and place.fields is not None and key not in place.fields:
            yield f"Expected a field of the form, but form.{key} is none: correct the name or add the field."
        if owner == "row" and "row" in place.names and key not in place.row:
            yield f"Expected a field of the same row, but row.{key} is none: correct the name or add the field."
    yield from _wrong_given(tree, text, place)
    for name, word in comparisons(tree):
        known = place.words.get(name)
        if known is not None and word not in known:
            yield (
                f"Expected {name} to be compared with one of {', '.join(sorted(known)) or 'nothing'}, "
                f'but `{text[:60]}` asks for "{word}": correct the word.'
            )


def _wrong_given(tree: ast.AST, text: str, place: Place) -> Iterator[str]:
    if "given" in place.names and "" in read_of(text, "given"):
        yield f"Expected the name of a step after given, but `{text[:60]}` reads it as a whole: name the step."
    for owner, step in members(tree):
        if owner == "given" and step not in place.given:
            known = ", ".join(sorted(place.given)) or "none"
            yield f"Expected a step of this eService ({known}), but given.{step} is none: correct the name."
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="given"), attr=step), attr=key):
                if key not in place.given.get(step, frozenset({key})):
                    yield f"Expected a field of the form of {step}, but given.{step}.{key} is none: correct the name."


def comparisons(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each name with each text that it is compared with, either way round, and in lists."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        for name in (side.id for side in sides if isinstance(side, ast.Name)):
            for word in (word for side in sides for word in _words(side)):
                yield name, word


def _words(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.List | ast.Tuple):
        for part in node.elts:
            yield from _words(part)
