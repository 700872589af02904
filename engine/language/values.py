"""The values of the expression language: what can be computed and compared, and what is refused."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.errors import BadExpression

LARGEST_NUMBER = 10**15
LARGEST_RESULT = 10**21


def member(owner: Any, key: Any) -> Any:
    """A member of a mapping or a list; nothing where there is none, and never an attribute."""
    if isinstance(owner, Mapping):
        return owner.get(key) if isinstance(key, str) else None
    if isinstance(owner, list | tuple) and isinstance(key, int) and not isinstance(key, bool):
        return owner[key] if -len(owner) <= key < len(owner) else None
    return None


def kind(value: Any) -> str:
    """What sort of thing a value is; never the value itself, which may be somebody's answer."""
    names = {bool: "yes or no", str: "a text", int: "a number", Decimal: "a number", date: "a date", datetime: "a time"}
    return names.get(type(value), "nothing" if value is None else "a list")


def number(value: Any) -> int | Decimal:
    """The value itself when it is a number; raises `BadExpression` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadExpression(f"Expected a number, but found {kind(value)}.")
    return value


def bounded(value: Any, largest: int = LARGEST_RESULT) -> Any:
    """The number itself when it is not too large to be reckoned with exactly."""
    if not abs(value) <= largest:
        raise BadExpression(f"Expected a number of at most {len(str(largest)) - 1} digits, but it is larger.")
    return value


def computed(work: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """A sum of two numbers; nothing when one is missing."""
    if left is None or right is None:
        return None
    left, right = number(left), number(right)
    try:
        return bounded(work(left, right))
    except (ZeroDivisionError, InvalidOperation):
        raise BadExpression("Expected a divisor other than zero, but it is zero or next to it.") from None


def _remainder(left: Any, right: Any) -> Any:
    """Between zero and the divisor, as whole numbers have it: Python's decimals would follow the dividend's sign."""
    rest = left % right
    return rest + right if rest and (rest < 0) != (right < 0) else rest


ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: Decimal(left) / Decimal(right),
    ast.Mod: _remainder,
}


def ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison by size that is false for nothing, and refuses to mix dates and times."""

    def compare(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        if isinstance(left, datetime) != isinstance(right, datetime) and isinstance(left, date):
            raise BadExpression("Expected two dates or two times, but one is a date and the other a time.")
        return bool(test(left, right))

    return compare


def within(left: Any, right: Any) -> bool:
    """Whether a value stands in a list, or a text in a text."""
    if right is None:
        return False
    if isinstance(right, str):
        return isinstance(left, str) and left in right
    if isinstance(right, Mapping):
        return isinstance(left, str) and left in right
    if isinstance(right, list | tuple):
        return left in right
    raise BadExpression(f"Expected a list or a text after `in`, but found {kind(right)}.")


COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda left, right: bool(left == right),
    ast.NotEq: lambda left, right: bool(left != right),
    ast.Lt: ordered(operator.lt),
    ast.LtE: ordered(operator.le),
    ast.Gt: ordered(operator.gt),
    ast.GtE: ordered(operator.ge),
    ast.In: within,
    ast.NotIn: lambda left, right: not within(left, right),
    ast.Is: lambda left, right: left is None,
    ast.IsNot: lambda left, right: left is not None,
}
