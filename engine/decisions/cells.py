"""The input cells of a decision table: the unary tests of DMN that mean here exactly what they mean there."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from engine.errors import BadExpression
from engine.language.expression import LONGEST_LIST, LONGEST_TEXT

WORD, NUMBER, YES_NO, DATE = "a word", "a number", "true or false", "a date"
ORDERED = frozenset({NUMBER, DATE})
SPACE = " \t\r\n"
TOKEN = re.compile(
    r"""[ \t\r\n]*(?:(?P<word>"[^"\\]*")|(?P<day>date[ \t\r\n]*\([ \t\r\n]*"[0-9]{4}-[0-9]{2}-[0-9]{2}"[ \t\r\n]*\))"""
    r"""|(?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,10})?(?![0-9A-Za-z_]))|(?P<name>[A-Za-z]+)"""
    r"""|(?P<sign>\.\.|<=|>=|[-<>()\[\],]))"""
)
CURES = (
    (r"'", "write words in double quotes"),
    (r"\\", "write words without backslashes"),
    (r"\b(null|None)\b", "ask `... is None` in an input of its own, of type boolean"),
    (r"(?<![<>])=", "write the value alone, or not(...)"),
    (r"@|date and time", 'write a date as date("2026-11-23")'),
    (r"\bnot\b", "write not(...) once, round the whole cell"),
    (r"^[A-Za-z][\w ]*(,[\w ]*)*$", "write words in double quotes"),
)
PLAIN = 'write "A", 5, true, date("2026-11-23"), < 5, [1..5], not("A"), several with commas between, or -'


class Span(NamedTuple):
    """Every value from `low` to `high`; one value where both are the same, and no end where one is None.

    ordered: written as a comparison or a range, which an empty answer neither fits nor fails.
    """

    low: Any
    high: Any
    with_low: bool
    with_high: bool
    ordered: bool

    def holds(self, value: Any) -> bool | None:
        """Whether the value lies in it; None when an empty answer leaves that open, as in DMN."""
        if value is None:
            return None if self.ordered else False
        if not self.ordered:
            return bool(value == self.low)
        over = self.low is None or (operator.ge if self.with_low else operator.gt)(value, self.low)
        under = self.high is None or (operator.le if self.with_high else operator.lt)(value, self.high)
        return bool(over and under)


@dataclass(frozen=True, slots=True)
class Cell:
    """One unary test: any of its spans, or none of them where it is negated."""

    spans: tuple[Span, ...] = ()
    negated: bool = True

    def fits(self, value: Any) -> bool:
        """Whether the rule holds for this value, as far as this cell says."""
        if self.negated:
            return all(span.holds(value) is False for span in self.spans)
        return any(span.holds(value) is True for span in self.spans)

    @property
    def is_dash(self) -> bool:
        """Whether it lets everything pass."""
        return not self.spans

    @property
    def kind(self) -> str:
        """What it compares with; empty where it lets everything pass."""
        return kind_of(_ends(self.spans[0])[0]) if self.spans else ""

    @property
    def bounds(self) -> list[Any]:
        """Every value that is written in it."""
        return [end for span in self.spans for end in _ends(span)]


def _ends(span: Span) -> list[Any]:
    return [end for end in (span.low, span.high) if end is not None]


def kind_of(value: Any) -> str:
    """What sort of value it is; empty for a sort that no cell can be compared with."""
    return {bool: YES_NO, int: NUMBER, Decimal: NUMBER, str: WORD, date: DATE}.get(type(value), "")


def cell(text: str, where: str) -> Cell:
    """The test written in an input cell; `where` is its rule and column.

    Raises `BadExpression` with the cure for everything that this portal would read otherwise than DMN does.
    """
    if text.strip(SPACE) in ("", "-"):
        return Cell()
    if len(text) > LONGEST_TEXT:
        raise BadExpression(f"Expected at most {LONGEST_TEXT} characters in {where}, but there are {len(text)}.")
    try:
        return _Reader(text).cell()
    except _Unread:
        raise BadExpression(f"Expected a test in {where}, but `{text[:60]}` is none: {_cure(text)}.") from None
    except _Wrong as error:
        raise BadExpression(f"Expected {error.wanted} in {where}, but {error.found}: {error.cure}.") from None


def literal(text: str) -> Any:
    """The one value that a text writes as DMN writes it; None when it writes something else."""
    try:
        found = _Reader(text).cell()
    except (_Unread, _Wrong):
        return None
    only = found.spans[0] if len(found.spans) == 1 and not found.negated else None
    return only.low if only and not only.ordered else None


class _Unread(Exception):
    pass


class _Wrong(Exception):
    def __init__(self, wanted: str, found: str, cure: str) -> None:
        super().__init__(wanted)
        self.wanted, self.found, self.cure = wanted, found, cure


class _Reader:
    """A text, word by word."""

    def __init__(self, text: str) -> None:
        self.parts: list[tuple[str, str]] = []
        self.at = 0
        end = 0
        while text[end:].strip(SPACE):
            found = TOKEN.match(text, end)
            if found is None:
                raise _Unread
            self.parts.append((found.lastgroup or "", found[0].strip(SPACE)))
            end = found.end()

    def next(self) -> str:
        return self.parts[self.at][1] if self.at < len(self.parts) else ""

    def took(self, *words: str) -> str:
        """The next word when it is one of these, and then it is behind us; empty otherwise."""
        found = self.next()
        if found not in words or not found:
            return ""
        self.at += 1
        return found

    def needs(self, *words: str) -> str:
        found = self.took(*words)
        if not found:
            raise _Unread
        return found

    def cell(self) -> Cell:
        negated = bool(self.took("not"))
        if negated:
            self.needs("(")
        spans = [self.span()]
        while self.took(","):
            spans.append(self.span())
        if negated:
            self.needs(")")
        if self.at < len(self.parts):
            raise _Unread
        if len(spans) > LONGEST_LIST:
            raise _Wrong(f"at most {LONGEST_LIST} tests", f"there are {len(spans)}", "use several rules")
        if len({kind_of(end) for span in spans for end in _ends(span)}) > 1:
            raise _Wrong("values of one kind", "there are several", "use one input for each kind")
        return Cell(tuple(spans), negated)

    def span(self) -> Span:
        if sign := self.took("<", "<=", ">", ">="):
            value = self.ordered()
            low, high = (None, value) if sign.startswith("<") else (value, None)
            return Span(low, high, sign == ">=", sign == "<=", True)
        if opening := self.took("[", "(", "]"):
            low = self.ordered()
            self.needs("..")
            high = self.ordered()
            closing = self.needs("]", ")", "[")
            return _range(low, high, opening == "[", closing == "]")
        value = self.value()
        return Span(value, value, True, True, False)

    def ordered(self) -> Any:
        value = self.value()
        if kind_of(value) not in ORDERED:
            raise _Wrong("numbers or dates to compare", f"there is {kind_of(value)}", "write the values one by one")
        return value

    def value(self) -> Any:
        if self.at == len(self.parts):
            raise _Unread
        kind, text = self.parts[self.at]
        self.at += 1
        if kind == "word":
            return text[1:-1]
        if kind == "number":
            return Decimal(text) if "." in text else int(text)
        if kind == "day":
            return _day(text.split('"')[1])
        if text in ("true", "false"):
            return text == "true"
        raise _Unread


def _range(low: Any, high: Any, with_low: bool, with_high: bool) -> Span:
    if kind_of(low) != kind_of(high):
        raise _Wrong("a range of one kind", "its ends are of two", "write two numbers or two dates")
    if low > high or (low == high and not (with_low and with_high)):
        raise _Wrong("a range that holds something", "its ends leave nothing between them", "write the smaller first")
    return Span(low, high, with_low, with_high, True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Wrong("a day of the calendar", f"{text} is none", "correct it") from None


def _cure(text: str) -> str:
    bare = re.sub(r'"[^"\\]*"', '""', text).strip()
    return next((cure for pattern, cure in CURES if re.search(pattern, bare)), PLAIN)
