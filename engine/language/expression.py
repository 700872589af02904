"""The one expression language: a small part of Python's syntax, checked once, compiled to closures, never to code.

The reference for analysts is `engine/language/expressions.md`.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.errors import BadExpression
from engine.language.functions import FUNCTIONS
from engine.language.scope import Scope
from engine.language.values import ARITHMETIC, COMPARISONS, LARGEST_NUMBER, bounded, computed, member

LONGEST_TEXT = 1000
MOST_NODES = 200
LONGEST_LIST = 50
UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\\]")

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
