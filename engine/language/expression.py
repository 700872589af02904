"""The one expression language: a small part of Python's syntax, checked once, compiled to closures, never to code.

The reference for analysts is `engine/language/expressions.md`.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from engine.errors import BadExpression
from engine.hours import Calendar
from engine.language.values import ARITHMETIC, COMPARISONS, LARGEST_NUMBER, bounded, computed, kind, member, number

LONGEST_TEXT = 1000
MOST_NODES = 200
LONGEST_LIST = 50
UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\\]")
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can see: named values, the time, and the business calendar."""

    names: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    now: datetime | None = None
    calendar: Calendar = field(default_factory=Calendar)
    cutoff: str = "17:00"


Closure = Callable[[Scope], Any]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; call it with a `Scope`."""

    text: str
    names: frozenset[str]
    _closure: Closure = field(repr=False, compare=False)

    def __call__(self, scope: Scope) -> Any:
        """The value in that scope; raises `BadExpression` when the values do not fit."""
        try:
            return self._closure(scope)
        except BadExpression as error:
            raise BadExpression(f"{error} In: {self.text}") from None
        except (TypeError, ValueError, ArithmeticError):
            raise BadExpression(f"Expected values that fit `{self.text}`, but they are of other kinds.") from None


@lru_cache(maxsize=4096)
def compiled(text: str) -> Expression:
    """The expression written in `text`.

    Raises `BadExpression` for anything outside the language, naming the part. At most 1,000 characters and 200 parts.
    """
    names: set[str] = set()
    closure = _closure(_tree(text), names)
    return Expression(text, frozenset(names), closure)


def _tree(text: str) -> ast.expr:
    if len(text) > LONGEST_TEXT:
        raise BadExpression(f"Expected at most {LONGEST_TEXT} characters, but the expression has {len(text)}.")
    if found := UNWRITTEN.search(text):
        raise BadExpression(f"Expected printable text without backslashes, but the expression holds {found[0]!r}.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadExpression(
            f"Expected an expression such as `form.limit_hkd > 0`, but `{text[:80]}` is none."
        ) from None
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise BadExpression(f"Expected at most {MOST_NODES} parts, but the expression has more: split it.")
    return tree


def _closure(node: ast.expr, names: set[str]) -> Closure:
    build = _BUILDERS.get(type(node))
    if build is None:
        raise BadExpression(f"Expected values, comparisons and named functions, but found {_what(node)}.")
    return build(node, names)


def _what(node: ast.AST) -> str:
    return f"`{ast.unparse(node)[:60]}` ({type(node).__name__})"


# --- the parts of the language ----------------------------------------------------------------------------------------
def _constant(node: ast.Constant, _names: set[str]) -> Closure:
    value: Any = node.value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if value is not None and not isinstance(value, str | int | Decimal):
        raise BadExpression(f"Expected text, a number, True, False or None, but found {_what(node)}.")
    if isinstance(value, int | Decimal):
        value = bounded(value, LARGEST_NUMBER)
    return lambda scope: value


def _name(node: ast.Name, names: set[str]) -> Closure:
    key = _public(node.id, node)
    names.add(key)
    return lambda scope: scope.names.get(key)


def _attribute(node: ast.Attribute, names: set[str]) -> Closure:
    key = _public(node.attr, node)
    owner = _closure(node.value, names)
    return lambda scope: member(owner(scope), key)


def _subscript(node: ast.Subscript, names: set[str]) -> Closure:
    owner, index = _closure(node.value, names), _closure(node.slice, names)
    return lambda scope: member(owner(scope), index(scope))


def _boolean(node: ast.BoolOp, names: set[str]) -> Closure:
    parts = [_closure(value, names) for value in node.values]
    if isinstance(node.op, ast.And):
        return lambda scope: all(part(scope) for part in parts)
    return lambda scope: any(part(scope) for part in parts)


def _unary(node: ast.UnaryOp, names: set[str]) -> Closure:
    operand = _closure(node.operand, names)
    if isinstance(node.op, ast.Not):
        return lambda scope: not operand(scope)
    if isinstance(node.op, ast.USub):
        return lambda scope: computed(operator.sub, 0, operand(scope))
    raise BadExpression(f"Expected `not` or a minus sign, but found {_what(node)}.")


def _binary(node: ast.BinOp, names: set[str]) -> Closure:
    work = ARITHMETIC.get(type(node.op))
    if work is None:
        raise BadExpression(f"Expected one of + - * / %, but found {_what(node)}.")
    left, right = _closure(node.left, names), _closure(node.right, names)
    return lambda scope: computed(work, left(scope), right(scope))


def _compare(node: ast.Compare, names: set[str]) -> Closure:
    first = _closure(node.left, names)
    rest = [
        (_comparison(op, node), _closure(value, names)) for op, value in zip(node.ops, node.comparators, strict=True)
    ]
    if len(rest) == 1:
        test, other = rest[0]
        return lambda scope: test(first(scope), other(scope))

    def chain(scope: Scope) -> bool:
        left = first(scope)
        for check, value in rest:
            right = value(scope)
            if not check(left, right):
                return False
            left = right
        return True

    return chain


def _choice(node: ast.IfExp, names: set[str]) -> Closure:
    test, yes, no = (_closure(part, names) for part in (node.test, node.body, node.orelse))
    return lambda scope: yes(scope) if test(scope) else no(scope)


def _list(node: ast.List | ast.Tuple, names: set[str]) -> Closure:
    if len(node.elts) > LONGEST_LIST:
        raise BadExpression(f"Expected at most {LONGEST_LIST} values in a list, but found {len(node.elts)}.")
    parts = [_closure(part, names) for part in node.elts]
    return lambda scope: [part(scope) for part in parts]


def _call(node: ast.Call, names: set[str]) -> Closure:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        known = ", ".join(sorted(FUNCTIONS))
        raise BadExpression(f"Expected one of the functions {known}, but found {_what(node.func)}.")
    work, fewest, most = FUNCTIONS[node.func.id]
    if node.keywords or not fewest <= len(node.args) <= most:
        raise BadExpression(
            f"Expected {fewest} to {most} plain values in `{node.func.id}(...)`, but found {_what(node)}."
        )
    parts = [_closure(part, names) for part in node.args]
    return lambda scope: work(scope, *[part(scope) for part in parts])


def _public(name: str, node: ast.AST) -> str:
    if name.startswith("_") or not name.isascii():
        raise BadExpression(f"Expected a plain name, but found {_what(node)}.")
    return name


def _comparison(op: ast.cmpop, node: ast.Compare) -> Callable[[Any, Any], bool]:
    test = COMPARISONS.get(type(op))
    if test is None:
        raise BadExpression(f"Expected a comparison, but found {_what(node)}.")
    if isinstance(op, ast.Is | ast.IsNot) and not all(
        isinstance(part, ast.Constant) and part.value is None for part in node.comparators
    ):
        raise BadExpression(f"Expected `is None` or `is not None`, but found {_what(node)}.")
    return test


_BUILDERS: dict[type[ast.expr], Callable[[Any, set[str]], Closure]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Call: _call,
}


# --- the named functions ----------------------------------------------------------------------------------------------
def _days(value: Any) -> int:
    days = number(value)
    if days != int(days) or not 0 <= days <= 1000:
        raise BadExpression(f"Expected 0 to 1000 whole days, but found {kind(value)}.")
    return int(days)


def _day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise BadExpression(f"Expected a date, but found {kind(value)}.")
    return value


def _texts(value: Any) -> str:
    if not isinstance(value, str):
        raise BadExpression(f"Expected a text, but found {kind(value)}.")
    return value


def _column(rows: Any, key: Any) -> list[Any]:
    return [member(row, key) for row in _rows(rows)]


def _rows(rows: Any) -> Sequence[Any]:
    if rows is None:
        return ()
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise BadExpression(f"Expected rows, but found {kind(rows)}.")
    return rows


def _now(scope: Scope) -> datetime:
    if scope.now is None:
        raise BadExpression("Expected to know the time, but this place has none.")
    return scope.now


def _add_bd(scope: Scope, day: Any, days: Any) -> date | None:
    return None if day is None else scope.calendar.add(_day(day), _days(days))


def _is_business_day(scope: Scope, day: Any) -> bool:
    return day is not None and scope.calendar.is_business_day(_day(day))


def _cutoff_after(scope: Scope, days: Any) -> datetime:
    return scope.calendar.cutoff_after(_now(scope), _days(days), scope.cutoff)


def _business_day_before(scope: Scope, moment: Any) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise BadExpression(f"Expected a time, but found {kind(moment)}.")
    earlier = scope.calendar.business_day_before(moment)
    return earlier if earlier > _now(scope) else None


def _days_from_now(scope: Scope, days: Any) -> datetime:
    return _now(scope) + timedelta(days=_days(days))


def _effective_at(scope: Scope, day: Any) -> datetime | None:
    return None if day is None else scope.calendar.begin(_day(day))


def _days_between(_scope: Scope, first: Any, last: Any) -> int | None:
    return None if first is None or last is None else (_day(last) - _day(first)).days


def _count(_scope: Scope, value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str) or not isinstance(value, Sequence | Mapping):
        raise BadExpression(f"Expected a list, but found {kind(value)}.")
    return len(value)


def _digits(_scope: Scope, text: Any, least: Any, most: Any) -> bool:
    return text is not None and _texts(text).isascii() and text.isdigit() and _days(least) <= len(text) <= _days(most)


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def work(_scope: Scope, *values: Any) -> Any:
        known = [number(value) for value in values if value is not None]
        return pick(known) if known else None

    return work


def _total(_scope: Scope, rows: Any, key: Any) -> Any:
    result: int | Decimal = 0
    for value in _column(rows, key):
        result = bounded(result + (number(value) if value is not None else 0))
    return result


def _unique(_scope: Scope, rows: Any, key: Any) -> bool:
    values = [value for value in _column(rows, key) if value is not None]
    return all(value not in values[:place] for place, value in enumerate(values))


def _rows_where(_scope: Scope, rows: Any, key: Any, value: Any) -> list[Any]:
    return [row for row in _rows(rows) if member(row, key) == value]


def _known(_scope: Scope, rows: Any, key: Any) -> list[Any]:
    return [value for value in _column(rows, key) if value is not None]


def _records(_scope: Scope, owner: Any, column: Any = "key") -> list[Mapping[str, Any]]:
    """The records that stand in a mapping under their keys, each with its key as a column."""
    if owner is None:
        return []
    if not isinstance(owner, Mapping):
        raise BadExpression(f"Expected a register with keys, but found {kind(owner)}.")
    return [{**record, _texts(column): key} for key, record in owner.items() if isinstance(record, Mapping)]


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "add_bd": (_add_bd, 2, 2),
    "business_day_before": (_business_day_before, 1, 1),
    "column": (_known, 2, 2),
    "count": (_count, 1, 1),
    "count_where": (lambda scope, rows, key, value: len(_rows_where(scope, rows, key, value)), 3, 3),
    "cutoff_after": (_cutoff_after, 1, 1),
    "days_between": (_days_between, 2, 2),
    "days_from_now": (_days_from_now, 1, 1),
    "digits": (_digits, 3, 3),
    "effective_at": (_effective_at, 1, 1),
    "is_business_day": (_is_business_day, 1, 1),
    "length": (lambda _scope, text: 0 if text is None else len(_texts(text)), 1, 1),
    "lower": (lambda _scope, text: None if text is None else _texts(text).lower(), 1, 1),
    "max": (_extreme(max), 1, 10),
    "min": (_extreme(min), 1, 10),
    "records": (_records, 1, 2),
    "rows_where": (_rows_where, 3, 3),
    "starts_with": (lambda _scope, text, start: text is not None and _texts(text).startswith(_texts(start)), 2, 2),
    "today": (lambda scope: scope.calendar.day(_now(scope)), 0, 0),
    "total": (_total, 2, 2),
    "unique": (_unique, 2, 2),
}


# --- what an expression reads -----------------------------------------------------------------------------------------
def members(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each `owner.key` and `owner["key"]` in an expression."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=key):
                yield owner, key
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=str(key))):
                yield owner, key


def read_of(text: str, owner: str) -> frozenset[str]:
    """The keys of `owner` that an expression reads; an empty one when it reads the owner in any other way."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    keys = [key for name, key in members(tree) if name == owner]
    named = sum(isinstance(node, ast.Name) and node.id == owner for node in ast.walk(tree))
    return frozenset(keys) | (frozenset({""}) if named > len(keys) else frozenset())
