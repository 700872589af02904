"""The expression language means what its page says, and nothing else can be said in it."""

import ast
import contextlib
import re
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checking.places import CASE_KEYS
from engine.errors import BadExpression
from engine.hours import HONG_KONG, exchange_calendar
from engine.language import expression
from engine.language.expression import compiled
from engine.language.functions import FUNCTIONS
from engine.language.scope import Scope

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FORM = {
    "scope": "FIRM",
    "amount": Decimal(42),
    "day": date(2026, 11, 26),
    "ready": True,
    "empty": None,
    "rows": [{"lots": Decimal(2)}, {"lots": Decimal(3)}],
    "kept": {"S01": {"throttle": 10}, "S02": {"throttle": 20}},
    "sides": [{"does": ["A", "B"]}, {"does": ["A"]}, {"does": None}],
    "twice": [{"email": "a@b.test"}, {"email": "A@b.Test"}],
    "repeated": [{"lots": 2}, {"lots": Decimal("2.0")}],
}
SCOPE = Scope({"form": FORM, "decision": "return"}, NOW, exchange_calendar(2026, 2027))
PAGE = (Path(expression.__file__).parent / "expressions.md").read_text()
KINDS = (str, int, Decimal, date, list, dict, type(None))
# Ways out of a sandbox, and the parts that they are made of.
ESCAPES = """
__import__("os").system("id")
().__class__.__bases__[0].__subclasses__()
form.__class__
form["__class__"].mro()
"".join.__globals__
(lambda: 1)()
[x for x in form]
{x for x in form}
{x: 1 for x in form}
(x for x in form)
open("/etc/passwd")
eval("1")
exec("1")
compile("1", "", "eval")
globals()
locals()
vars()
dir()
getattr(form, "x")
setattr(form, "x", 1)
type(form)
type("X", (), {})
print(1)
input()
breakpoint()
help()
object()
super()
memoryview(b"1")
bytes(5)
bytearray(5)
b"text"
1j
...
f"{form}"
f"{form.__class__}"
"{0.__class__}".format(form)
"%s" % form
form.scope.lower()
form.scope.format()
form.rows.append(1)
form.update(x=1)
count.__globals__
count(form.rows).__class__
today().__class__
today().replace()
max(*form.rows)
max(key=count)
add_bd(day=form.day, days=1)
2 ** 10
1 << 62
1 >> 1
1 | 2
1 & 2
1 ^ 2
~1
1 // 2
form @ form
+1
form.rows[0:1]
form.rows[:]
x := 1
(x := 1)
await form
yield form
(yield)
lambda x: x
not_a_function(1)
form.count(1)
form is form
1 is 1
{"a": 1}
{1, 2}
*form
\uff45val("1")
import os
del form
form = 1
form; form
assert form
raise form
"a" "b".x()
if form: 1
form\x00
_hidden
form._hidden
__builtins__
__builtins__["eval"]
""".strip().splitlines()


def value(text, scope=SCOPE):
    return compiled(text)(scope)


def rows(heading):
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip() for cell in line] for line in lines[1:]]


def outcome(text):
    try:
        return repr(value(text))
    except BadExpression as refused:
        return str(refused)


def spoken(found):
    if isinstance(found, datetime):
        return f"{found.astimezone(HONG_KONG):%Y-%m-%d %H:%M} HKT"
    return str(found)


def examples():
    tables = [*rows("Values"), *rows("Operators"), *rows("Functions")]
    return [(line[-2].strip("`"), line[-1]) for line in tables]


@pytest.mark.parametrize(("text", "result"), examples())
def test_each_example_on_the_page_gives_what_the_page_says(text, result):
    assert spoken(value(text)) == result


def test_the_page_lists_every_function():
    assert [line[0].strip("`").split("(")[0] for line in rows("Functions")] == sorted(FUNCTIONS)


def test_the_page_lists_every_fact_of_a_case():
    (line,) = re.findall(r"`case` has (.+)\.", PAGE)
    assert set(line.split(", ")) == CASE_KEYS


@pytest.mark.parametrize("line", rows("Refused, and what to write instead"), ids=lambda line: line[0])
def test_what_the_page_refuses_is_refused(line):
    with pytest.raises(BadExpression):
        value(line[0].strip("`"))


@pytest.mark.parametrize("line", rows("Refused, and what to write instead"), ids=lambda line: line[2])
def test_what_the_page_writes_instead_works(line):
    value(line[2].strip("`"))


@pytest.mark.parametrize("text", ESCAPES)
def test_no_escape_is_part_of_the_language(text):
    with pytest.raises(BadExpression):
        value(text)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ('decision == "return"', True),
        ('decision in ["approve", "return"]', True),
        ('"tur" in decision', True),
        ("decision in form.empty", False),
        ("unknown is None", True),
        ("unknown.member.of.it is None", True),
        ("form.empty > 5", False),
        ("form.empty <= 5", False),
        ("form.empty + 5 is None", True),
        ("form.amount / 4", Decimal("10.5")),
        ("-form.amount", Decimal(-42)),
        ("0.1 + 0.2 == 0.3", True),
        ("1 < 2 < 3", True),
        ("1 < 2 > 3", False),
        ("form.rows[5] is None", True),
        ("form.rows[True] is None", True),
        ('form.amount == "42"', False),
        ("max(form.empty, 3)", 3),
        ("min(form.empty) is None", True),
        ("count(form.empty)", 0),
        ("True or 1 / 0", True),
        ("False and 1 / 0", False),
        ("form.day >= add_bd(today(), 3)", True),
        ("business_day_before(cutoff_after(0)) is None", True),
        ('unique([form, form], "scope")', False),
        ('unique([form, form], "empty")', True),
        ('unique(form.repeated, "lots")', False),
        ('unique(form.twice, "email")', False),
        ('column(counts(form.sides, "does", ["A", "B", "C"]), "count")[0]', 2),
        ('counts(form.sides, "does", column(form.sides, "does"))[1].value', "B"),
        ('count(counts(form.sides, "does", [["A", "B"], "A", None]))', 2),
        ('counts(form.sides, "does", ["C"])[0].count', 0),
        ('count(counts(form.empty, "does", form.empty))', 0),
        ("count(joined(form.empty, form.rows))", 2),
        ('count(rows_without(form.rows, "lots", form.empty))', 2),
        ("-form.empty is None", True),
        ("-7 % 3", 2),
        ("-form.amount % 5", Decimal(3)),
        ("7 % -form.amount", Decimal(-35)),
        ("5 * 999999999999999", 4999999999999995),
        ("form is None", False),
        ("not form.empty", True),
        ("'a' < 'b'", True),
        ("'ab' in 'a'", False),
        ("form.amount in 'a'", False),
        ("form.amount not in [41, 42]", False),
        ("'amount' in form", True),
        ("form['amount']", Decimal(42)),
        ("form[0] is None", True),
        ("form.rows[-1].lots", Decimal(3)),
        ("form.amount.real is None", True),
        ("form.scope[0] is None", True),
        ("add_bd(form.empty, 1) is None", True),
        ("business_day_before(form.empty) is None", True),
        ("days_between(form.empty, form.day) is None", True),
        ("is_business_day(form.empty)", False),
        ("length(form.empty)", 0),
        ("lower(form.empty) is None", True),
        ("starts_with(form.empty, 'x')", False),
        ("total([], 'x')", 0),
        ("form.day == add_bd(today(), 3) and form.day != today()", True),
        ("form.amount", Decimal(42)),
        ("(1 if form.amount > 50 else 2 if form.amount > 41 else 3)", 2),
        ("today is None", True),
    ],
)
def test_an_expression_gives(text, result):
    assert value(text) == result


@pytest.mark.parametrize(
    "text",
    [
        "form.scope > 5",
        "form.amount + form.scope",
        "form.scope * 3",
        "True + 1",
        "1 / 0",
        "5 % 0",
        "999999999999999 * 999999999999999",
        "add_bd(form.scope, 1)",
        "add_bd(form.day, 0.5)",
        "add_bd(form.day, 1001)",
        "add_bd(form.day, form.empty)",
        "add_bd(form.day, -1)",
        "form.day > cutoff_after(1)",
        "add_bd(cutoff_after(1), 1)",
        "business_day_before(form.day)",
        "days_between(form.scope, form.day)",
        "is_business_day(form.scope)",
        "starts_with(form.scope, 1)",
        "unique(form.amount, 'x')",
        "max(form.ready, 1)",
        "max(form.scope, 1)",
        "1 % 0.0",
        "0 / 0",
        "999999999999999 % 0.00000000000001",
        "form.day - 1",
        "form.day < 5",
        "form < form",
        "length(form.amount)",
        "lower(form.rows)",
        "total(form.scope, 'x')",
        "total(form.rows, 'scope') + total([form], 'scope')",
        "5 in form.amount",
        "count(form.scope)",
    ],
)
def test_values_that_do_not_fit_are_refused(text):
    with pytest.raises(BadExpression, match=re.escape(text)):
        value(text)


def test_without_a_time_there_is_no_today():
    with pytest.raises(BadExpression, match="Expected to know the time"):
        value("today()", Scope())


@pytest.mark.parametrize(
    "text",
    [
        "1 + " * 101 + "1",
        "x" * 1001,
        "[" + "1," * 51 + "]",
        "1" * 17,
        "1e400",
        "-" * 900 + "1",
        "(" * 400 + "1" + ")" * 400,
        "",
        " ",
        "\n",
        "not",
    ],
    ids=["parts", "characters", "list", "digits", "infinity", "signs", "brackets", "nothing", "blank", "line", "half"],
)
def test_beyond_the_limits_is_refused(text):
    with pytest.raises(BadExpression):
        compiled(text)


@pytest.mark.parametrize(
    "text",
    [
        "form.scope + 1",
        "-form.scope",
        "form.scope < 1",
        "form.scope < business_day_before(cutoff_after(9))",
        "1 in form.amount",
        "add_bd(form.scope, 1)",
        "add_bd(today(), form.scope)",
        "business_day_before(form.scope)",
        "count(form.scope)",
        "cutoff_after(form.scope)",
        "days_between(form.scope, today())",
        "is_business_day(form.scope)",
        "length(form.amount)",
        "lower(form.amount)",
        "max(form.scope)",
        "min(form.scope)",
        "starts_with('x', form.amount)",
        "total(form.rows, 'x')",
        "unique(form.scope, 'x')",
    ],
)
def test_a_refusal_never_repeats_an_answer(text):
    with pytest.raises(BadExpression) as refused:
        value(text, Scope({"form": {"scope": "canary", "amount": 90817263, "rows": [{"x": "canary"}]}}, NOW))
    assert not re.search("canary|90817263", str(refused.value))


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1b", "\x7f", "\ud800", "\\"])
def test_what_cannot_be_printed_is_no_part_of_an_expression(mark):
    with pytest.raises(BadExpression, match="Expected printable text"):
        compiled(f"'a{mark}b'")


def test_spaces_and_chinese_texts_are_as_they_are_written():
    assert value(" \n '港 曜' ") == "港 曜"


def test_the_names_an_expression_reads_are_known():
    assert compiled('form.amount > 5 and decision == "x" or today() is None').names == {"form", "decision"}


PLAIN = [
    "form",
    "case",
    "decision",
    "None",
    "True",
    "1",
    "0.5",
    "'x'",
    "[]",
    "()",
    "[1, 2]",
    "form.amount",
    "form.rows",
]
STRANGE = ["form.day", "form.scope", "__class__", "lambda: 1", "{}", "f''", "b''", "...", "print", "eval"]
SIGNS = ["+", "-", "*", "/", "%", "**", "//", "==", "!=", "<", ">", "in", "is", "and", "or", "if"]
ATOMS = st.sampled_from([*PLAIN, *STRANGE])
WRITTEN = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(SIGNS), inner),
        st.builds("{}({})".format, st.sampled_from([*FUNCTIONS, "open", "type"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from([*FUNCTIONS]), inner, inner),
        st.builds("{}.{}".format, inner, st.sampled_from(["amount", "lower", "__dict__", "x"])),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("not {}".format, inner),
    ),
    max_leaves=12,
)
TOKENS = [
    *PLAIN,
    *STRANGE,
    *SIGNS,
    *FUNCTIONS,
    *[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        ":",
        ";",
        "=",
        ":=",
        "@",
        "&",
        "|",
        "^",
        "~",
        "<<",
        "`",
        "$",
        "#",
        '"',
        "'",
        "not",
        "else",
        "for",
    ],
]
NUMBERS = (
    st.none() | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False) | st.dates() | st.text(max_size=5)
)


@given(WRITTEN | st.text(max_size=60) | st.text(st.characters(exclude_categories=[]), max_size=20))
def test_whatever_is_written_gives_a_plain_value_or_a_refusal(text):
    try:
        found = value(text)
    except BadExpression as refused:
        assert str(refused).encode()
        return
    assert isinstance(found, KINDS)


@given(st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join))
def test_whatever_parts_stand_in_a_row_give_a_plain_value_or_a_refusal(text):
    try:
        found = value(text)
    except BadExpression:
        return
    assert isinstance(found, KINDS)


@given(WRITTEN, NUMBERS, NUMBERS)
def test_whatever_is_answered_nothing_else_than_a_refusal_comes_out(text, amount, day):
    scope = Scope({"form": {**FORM, "amount": amount, "scope": day}}, NOW, SCOPE.calendar)
    try:
        found = value(text, scope)
    except BadExpression:
        return
    assert isinstance(found, KINDS)


@given(WRITTEN)
def test_an_expression_gives_the_same_value_twice(text):
    assert outcome(text) == outcome(text)


def test_evaluating_touches_nothing_outside(audited):
    parts = [compiled(text) for text in (*(text for text, _ in examples()), '"%s" % form', "form.scope > 5", "1 / 0")]
    with audited() as events:
        for part in parts:
            with contextlib.suppress(BadExpression):
                part(SCOPE)
    assert events == []


def test_checking_compiles_to_a_tree_and_runs_nothing(audited):
    with audited() as events:
        for text in ESCAPES:
            with contextlib.suppress(BadExpression):
                expression.compiled.__wrapped__(text)
    assert {name for name, _ in events} == {"compile"}


def test_a_text_is_parsed_and_never_made_code(monkeypatch):
    asked, parse = [], compile
    monkeypatch.setattr("builtins.compile", lambda *given, **more: asked.append(given[3]) or parse(*given, **more))
    expression.compiled.__wrapped__("form.amount > 41")
    assert asked == [ast.PyCF_ONLY_AST]


def test_an_expression_is_compiled_once():
    assert compiled("form.amount > 41") is compiled("form.amount > 41")


def test_an_expression_cannot_be_changed():
    with pytest.raises(AttributeError):
        compiled("1").text = "2"  # type: ignore[misc]


@pytest.fixture
def audited():
    """What the interpreter was asked to do while a block ran: imports, files, processes and code."""
    return _Audited


class _Audited:
    listening: ClassVar[list[list[tuple[str, str]]]] = []

    def __enter__(self):
        self.listening.append([])
        return self.listening[-1]

    def __exit__(self, *_):
        self.listening.pop()


def _hear(name, arguments):
    if _Audited.listening:
        _Audited.listening[-1].append((name, str(arguments)[:80]))


sys.addaudithook(_hear)


@pytest.mark.parametrize("text", ["ten", "1e5", "", " 5", "\u0665", "1" * 16])
def test_a_text_that_is_no_number_is_refused(text):
    with pytest.raises(BadExpression):
        value("number(form.text)", Scope(names={"form": {"text": text}}))


def test_a_total_counts_numbers_that_are_kept_as_texts():
    rows = [{"lots": "2.5"}, {"lots": 3}, {"lots": None}]
    assert value('total(form.rows, "lots")', Scope(names={"form": {"rows": rows}})) == Decimal("5.5")
