"""What a decision table leaves open: cases without a rule, cases with two, and rules that no case reaches.

Each column falls into the values that its own cells tell apart; every combination of these is looked at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine.decisions.cells import DATE, NUMBER, WORD, YES_NO, Cell
from engine.decisions.decide import FIRST, UNIQUE, Decision, Input
from engine.drawings.parts import Fault

MOST_LOOKS, MOST_TESTS = 100_000, 1_000_000
MOST_PAIRS = 5
OTHER = "another word"
NO_WORDS: Mapping[str, frozenset[str]] = {}


def faults(
    decision: Decision, words: Mapping[str, frozenset[str]] = NO_WORDS, empty: Collection[str] = ()
) -> Iterator[Fault]:
    """Everything that is wrong with the rules of a table, taken together.

    words: for the text of an input's expression, the words that it can give. empty: those that can give nothing.
    """
    search = _Search(decision, words, empty)
    complete = search.is_complete()
    for line, sentence in search.sentences() if complete else _hasty(decision):
        yield Fault(decision.file, line, decision.id, sentence)


def _hasty(decision: Decision) -> Iterator[tuple[int, str]]:
    """For a table with too many combinations: only a last rule for everything else is certain to close it."""
    dashes = [rule.number for rule in decision.rules if rule.is_dashes]
    if decision.policy != FIRST or not dashes:
        yield (
            decision.line,
            "Expected a table whose combinations can all be looked at, but there are too many: split it, "
            "or make it FIRST with a last rule of -.",
        )
    for rule in decision.rules[dashes[0] :] if dashes and decision.policy == FIRST else ():
        yield rule.line, _unreached(rule.number)


def _unreached(number: int) -> str:
    return (
        f"Expected every rule to be used, but rule {number} never is, since those above cover it or no value fits it: "
        "correct or remove it."
    )


@dataclass(slots=True)
class _Search:
    """Every combination of values, as the set of rules that fit it: one bit a rule."""

    decision: Decision
    words: Mapping[str, frozenset[str]]
    empty: Collection[str]
    columns: list[list[tuple[Any, int]]] = field(default_factory=list)
    tests: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)
    looks: int = 0
    reached: int = 0
    gap: tuple[Any, ...] | None = None
    pairs: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)

    def is_complete(self) -> bool:
        """Look at everything; False when that is too much."""
        for at, column in enumerate(self.decision.inputs):
            if self.tests <= MOST_TESTS:
                self.columns.append(self._column(at, column))
        return self.tests <= MOST_TESTS and self._look(0, (1 << len(self.decision.rules)) - 1, ())

    def sentences(self) -> Iterator[tuple[int, str]]:
        """What was found."""
        policy = self.decision.policy
        if self.gap is not None:
            cure = "add one, or a last rule of - in every column" if policy == FIRST else "add one"
            yield self.decision.line, f"Expected a rule for every case, but none fits {self._told(self.gap)}: {cure}."
        for (first, second), example in list(self.pairs.items())[:MOST_PAIRS]:
            wanted = "one rule at most for each case" if policy == UNIQUE else "rules that agree"
            yield (
                self.decision.rules[second].line,
                f"Expected {wanted}, but rules {first + 1} and {second + 1} both fit {self._told(example)}: "
                "narrow one, or make the hit policy FIRST.",
            )
        for at, rule in enumerate(self.decision.rules):
            if not self.reached >> at & 1:
                yield rule.line, _unreached(rule.number)

    def _look(self, at: int, fitting: int, example: tuple[Any, ...]) -> bool:
        if (at, fitting) in self.seen:
            return True
        self.seen.add((at, fitting))
        if not fitting or at == len(self.columns):
            self._found(fitting, example)
            return True
        for value, rules in self.columns[at]:
            self.looks += 1
            if self.looks > MOST_LOOKS or not self._look(at + 1, fitting & rules, (*example, value)):
                return False
        return True

    def _found(self, fitting: int, example: tuple[Any, ...]) -> None:
        if not fitting:
            self.gap = example if self.gap is None else self.gap
            return
        hits = [at for at in range(len(self.decision.rules)) if fitting >> at & 1]
        if self.decision.policy == FIRST:
            self.reached |= 1 << hits[0]
            return
        self.reached |= fitting
        for second in hits[1:]:
            if self.decision.policy == UNIQUE or not self._agree(hits[0], second):
                self.pairs.setdefault((hits[0], second), example)

    def _agree(self, first: int, second: int) -> bool:
        rules = self.decision.rules
        return [r.expression.text for r in rules[first].results] == [r.expression.text for r in rules[second].results]

    def _told(self, example: tuple[Any, ...]) -> str:
        told = [f"{column.label} {_shown(value)}" for column, value in zip(self.decision.inputs, example, strict=False)]
        return ", ".join(part for part in told if not part.endswith(" ")) or "any case"

    # the values that a column tells apart
    def _column(self, at: int, column: Input) -> list[tuple[Any, int]]:
        """One value for each set of rules that some value of the column lets pass."""
        rules: dict[Cell, int] = {}
        for number, rule in enumerate(self.decision.rules):
            rules[rule.cells[at]] = rules.get(rule.cells[at], 0) | 1 << number
        values = self._values(column, list(rules))
        self.tests += len(values) * sum(1 + len(cell.spans) for cell in rules)
        found: dict[int, Any] = {}
        for value in values if self.tests <= MOST_TESTS else ():
            found.setdefault(sum(numbers for cell, numbers in rules.items() if cell.fits(value)), value)
        return [(value, rules) for rules, value in found.items()]

    def _values(self, column: Input, cells: list[Cell]) -> list[Any]:
        bounds = [bound for cell in [column.allowed, *cells] for bound in cell.bounds]
        known = self.words.get(column.expression.text)
        found = _samples(column, bounds, known) if bounds else [_ANY]
        if bounds:
            found = [value for value in found if column.allowed.fits(value)]
        return [*found, None] if column.expression.text in self.empty else found


class _Any:
    """Some value of a column that asks nothing."""


_ANY = _Any()


def _samples(column: Input, bounds: list[Any], known: frozenset[str] | None) -> list[Any]:
    if column.kind == WORD:
        return sorted(known) if known is not None else [*dict.fromkeys(bounds), OTHER]
    if column.kind == YES_NO:
        return [True, False]
    if column.kind == DATE:
        days = _points(sorted({day.toordinal() for day in bounds}), whole=True)
        return [date.fromordinal(day) for day in days if 1 <= day <= date.max.toordinal()]
    return _points(sorted(set(bounds)), whole=column.whole) if column.kind == NUMBER else []


def _points(bounds: list[Any], *, whole: bool) -> list[Any]:
    """Each bound, and one number between each two and beyond both ends, where there is one."""
    found: list[Any] = [math.ceil(bounds[0]) - 1]
    for low, high in pairwise(bounds):
        found += [low, math.floor(low) + 1 if math.floor(low) + 1 < high else (Decimal(low) + Decimal(high)) / 2]
    found += [bounds[-1], math.floor(bounds[-1]) + 1]
    return [point for point in found if not whole or point == int(point)]


def _shown(value: Any) -> str:
    if value is None:
        return "without an answer"
    if isinstance(value, _Any):
        return ""
    if value is True or value is False:
        return str(value).lower()
    return value if value == OTHER else f'"{value}"' if isinstance(value, str) else str(value)
