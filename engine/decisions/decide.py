"""Decision tables: inputs, outputs and rules, and what they decide for the values of a case.

The cells are those of `engine.decisions.cells`; inputs and reckoned outputs are in the language of expressions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.decisions.cells import DATE, Cell, kind_of
from engine.errors import BadExpression
from engine.language.expression import Expression
from engine.language.scope import Scope

FIRST, UNIQUE, ANY = "FIRST", "UNIQUE", "ANY"


@dataclass(frozen=True, slots=True)
class Input:
    """One question of a table: what it reads, and the values that it may find."""

    label: str
    expression: Expression
    kind: str
    whole: bool
    allowed: Cell
    line: int

    def value(self, scope: Scope, table: str) -> Any:
        """What the case says; raises `BadExpression` when it is not of the kind that the cells compare with."""
        found = self.expression(scope)
        if found is None:
            return None
        kind = kind_of(found) or "another kind"
        if self.kind not in ("", kind):
            raise BadExpression(f"Expected {self.kind} in {self.label} of the table {table}, but found {kind}.")
        if self.whole and found != int(found):
            raise BadExpression(f"Expected a whole number in {self.label} of the table {table}, but it is none.")
        if not self.allowed.fits(found):
            raise BadExpression(
                f"Expected a value that {self.label} of the table {table} allows, but the case has another."
            )
        return found


@dataclass(frozen=True, slots=True)
class Output:
    """One routing variable that a table sets, with the words that it can become; None when they are reckoned."""

    name: str
    kind: str
    words: frozenset[str] | None
    line: int


@dataclass(frozen=True, slots=True)
class Result:
    """One output cell: an expression, and the value where it is written out."""

    expression: Expression
    literal: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """One row."""

    number: int
    cells: tuple[Cell, ...]
    results: tuple[Result, ...]
    line: int

    def fits(self, values: list[Any]) -> bool:
        """Whether every cell lets its value pass."""
        return all(each.fits(value) for each, value in zip(self.cells, values, strict=True))

    @property
    def is_dashes(self) -> bool:
        """Whether it fits always."""
        return all(each.is_dash for each in self.cells)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision table, ready to be asked."""

    file: str
    id: str
    name: str
    policy: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    line: int

    @property
    def expressions(self) -> list[tuple[int, str, str]]:
        """Each expression of the table: its line, where it stands, and its text."""
        asked = [(column.line, f"input {column.label}", column.expression.text) for column in self.inputs]
        given = [
            (rule.line, f"rule {rule.number}", result.expression.text)
            for rule in self.rules
            for result in rule.results
            if result.literal is None
        ]
        return asked + given

    def __call__(self, scope: Scope) -> dict[str, Any]:
        """The routing variables that the table gives; raises `BadExpression` when its rules do not settle them."""
        values = [each.value(scope, self.name) for each in self.inputs]
        hits = [rule for rule in self.rules if rule.fits(values)]
        if not hits:
            raise BadExpression(f"Expected a rule of the table {self.name} to fit, but none does.")
        if self.policy == UNIQUE and len(hits) > 1:
            raise BadExpression(f"Expected one rule of the table {self.name} to fit, but {len(hits)} do.")
        given = self._given(hits[0], scope)
        if self.policy == ANY and any(self._given(rule, scope) != given for rule in hits[1:]):
            raise BadExpression(f"Expected the rules of the table {self.name} to agree, but those that fit do not.")
        return given

    def _given(self, rule: Rule, scope: Scope) -> dict[str, Any]:
        results = zip(self.outputs, rule.results, strict=True)
        return {output.name: self._plain(output, result.expression(scope)) for output, result in results}

    def _plain(self, output: Output, value: Any) -> Any:
        if isinstance(value, Decimal) and value == int(value):
            value = int(value)
        if value is not None and (kind_of(value) in ("", DATE) or isinstance(value, Decimal)):
            raise BadExpression(
                f"Expected a word, a whole number, True or False in {output.name} of the table {self.name}, "
                "but the rule gives another kind."
            )
        if value is not None and output.kind not in ("", kind_of(value)):
            raise BadExpression(
                f"Expected {output.kind} in {output.name} of the table {self.name}, but the rule gives "
                f"{kind_of(value)}."
            )
        return value
