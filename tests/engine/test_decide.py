"""A decision table decides what its rules say, and is refused where that would be less than certain."""

import contextlib
import operator
import re
import tempfile
import time
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions import cells, dmn, gaps
from engine.errors import BadDrawing, BadExpression
from engine.hours import HONG_KONG
from engine.language.scope import Scope

HERE = Path(__file__).parent / "decisions"
SPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
SENTENCE = re.compile(r"(?s)^processes/XX\.dmn:\d+:( XX:)? Expected .+[:.] ?.*\.$")
CANARY = Path(tempfile.gettempdir()) / "canary-of-the-tables"
CODE = f"__import__('pathlib').Path('{CANARY}').write_text('it ran')"


def table(inputs, outputs, rules, *, policy="FIRST", **more):
    """The text of a table: inputs as (expression, type), outputs as (name, type), rules as rows of cells."""
    wanted = "".join(
        f"<input id='i{at}' label='c{at}'><inputExpression typeRef='{kind}'><text>{escape(text)}</text>"
        f"</inputExpression>{more.get(f'values{at}', '')}</input>\n"
        for at, (text, kind) in enumerate(inputs, 1)
    )
    given = "".join(f"<output id='o{name}' name='{name}' typeRef='{kind}'/>\n" for name, kind in outputs)
    rows = "".join(f"<rule id='r{at}'>{entries(row, len(inputs))}</rule>\n" for at, row in enumerate(rules, 1))
    return (
        f"<definitions xmlns='{more.get('space', SPACE)}' id='d' namespace='x'>"
        f"<decision id='XX' name='The table'>\n"
        f"<decisionTable id='t' hitPolicy='{policy}'>\n{wanted}{given}{rows}</decisionTable>"
        "</decision></definitions>"
    )


def entries(row, inputs):
    names = ["inputEntry"] * inputs + ["outputEntry"] * (len(row) - inputs)
    return "".join(f"<{name}><text>{escape(text)}</text></{name}>" for name, text in zip(names, row, strict=True))


def read(text):
    return dmn.read(text.encode(), "processes/XX.dmn")


def one_column(kind, *tests, policy="FIRST", **more):
    """A table of one input `x`, whose rules give their own numbers."""
    rules = [(test, str(number)) for number, test in enumerate(tests, 1)]
    return read(table([("x", kind)], [("hit", "integer")], rules, policy=policy, **more))


def hit(decision, value):
    return decision(Scope({"x": value}))["hit"]


def shipped(name):
    return dmn.read((HERE / f"{name}.dmn").read_bytes(), f"processes/{name}.dmn")


def refused(text):
    with pytest.raises(BadDrawing) as found:
        read(text)
    return str(found.value)


def said(decision, **known):
    return [fault.sentence for fault in gaps.faults(decision, **known)]


# what dmn-js and Camunda Modeler write
def test_a_file_of_the_modeler_is_read():
    assert shipped("LIMITS")(Scope({"form": {"scope": "FIRM", "amount": Decimal(42)}})) == {"route": "desk", "days": 0}


def test_a_row_of_dashes_takes_what_is_left():
    assert shipped("LIMITS")(Scope({"form": {"scope": "SESSION"}})) == {"route": "senior", "days": 2}


def test_a_file_of_an_older_dmn_js_is_read():
    assert shipped("OLD")(Scope({"form": {"ready": False}})) == {"route": "wait"}


def test_a_table_without_a_hit_policy_is_unique_as_dmn_says():
    assert shipped("OLD").policy == "UNIQUE"


@pytest.mark.parametrize("space", dmn.NAMESPACES)
def test_each_version_of_dmn_is_read(space):
    assert hit(one_column("number", "5", space=space), 5) == 1


@pytest.mark.parametrize("name", ["LIMITS", "OLD"])
def test_nothing_is_open_in_a_sound_table(name):
    assert said(shipped(name)) == []


def test_the_words_of_an_output_are_known():
    assert [output.words for output in shipped("LIMITS").outputs] == [frozenset({"desk", "senior"}), None]


# cells
FITS = [
    ("string", '"A"', "A"),
    ("string", '"A","B"', "B"),
    ("string", '"a, b", "c"', "a, b"),
    ("string", 'not("A", "B")', "C"),
    ("string", 'not("A")', None),
    ("string", '"長"', "長"),
    ("number", "5", 5),
    ("number", "5", Decimal("5.0")),
    ("number", "-5", -5),
    ("number", "2.5", Decimal("2.5")),
    ("number", "< 5", 4),
    ("number", "<=5", 5),
    ("number", "> 5", Decimal("5.01")),
    ("number", ">=5", 5),
    ("number", "[1..5]", 1),
    ("number", "[1..5]", 5),
    ("number", "(1..5)", 2),
    ("number", "]1..5[", 2),
    ("number", "]1..5]", 5),
    ("number", "[1..5)", 1),
    ("number", "< 1, > 5, 3", 3),
    ("number", "not([1..5])", 6),
    ("number", "not(< 1, 7)", 6),
    ("boolean", "true", True),
    ("boolean", "false", False),
    ("boolean", "true, false", False),
    ("date", 'date("2026-11-23")', date(2026, 11, 23)),
    ("date", '> date("2026-11-23")', date(2026, 11, 24)),
    ("date", '[date("2026-11-23")..date("2026-11-24")]', date(2026, 11, 24)),
    ("string", "-", "A"),
    ("string", "", None),
    ("number", " - ", None),
]
FITS_NOT = [
    ("string", '"A"', "B"),
    ("string", '"A"', "a"),
    ("string", 'not("A", "B")', "B"),
    ("string", '"A"', None),
    ("number", "< 5", 5),
    ("number", "> 5", 5),
    ("number", "(1..5)", 1),
    ("number", "]1..5[", 5),
    ("number", "[1..5)", 5),
    ("number", "]1..5]", 1),
    ("number", "not([1..5])", 5),
    ("number", "< 5", None),
    ("number", "not(< 5)", None),
    ("number", "not([1..5], 7)", None),
    ("boolean", "true", None),
    ("boolean", "not(true)", True),
    ("date", '< date("2026-11-23")', date(2026, 11, 23)),
]


@pytest.mark.parametrize(("kind", "test", "value"), FITS)
def test_a_cell_lets_a_value_pass(kind, test, value):
    assert hit(one_column(kind, test, "-"), value) == 1


@pytest.mark.parametrize(("kind", "test", "value"), FITS_NOT)
def test_a_cell_stops_a_value(kind, test, value):
    assert hit(one_column(kind, test, "-"), value) == 2


REFUSED_CELLS = [
    ("string", "A", "write words in double quotes"),
    ("string", "'A'", "write words in double quotes"),
    ("string", '"a\\"b"', "write words without backslashes"),
    ("string", "null", "ask `... is None` in an input of its own"),
    ("string", '= "A"', "write the value alone"),
    ("string", '!= "A"', "write the value alone, or not(...)"),
    ("string", 'not("A"), "B"', "write not(...) once, round the whole cell"),
    ("string", 'not(not("A"))', "write not(...) once"),
    ("string", "not()", "write not(...) once"),
    ("string", '> "A"', "Expected numbers or dates to compare in rule 1, column c1, but there is a word"),
    ("string", '["A".."B"]', "Expected numbers or dates to compare"),
    ("string", '"A", 5', "Expected values of one kind"),
    ("string", "5", "Expected a word in column c1, but a cell has a number"),
    ("boolean", "> true", "Expected numbers or dates to compare"),
    ("boolean", "True", "write words in double quotes"),
    ("number", "[5..1]", "Expected a range that holds something"),
    ("number", "(5..5]", "Expected a range that holds something"),
    ("number", "[1..5", "is none: write"),
    ("number", "1..5", "is none: write"),
    ("number", "< 5 and > 1", "is none: write"),
    ("number", "5,", "is none: write"),
    ("number", "form.amount", "is none: write"),
    ("number", "1e5", "is none: write"),
    ("number", "1234567890123456", "is none: write"),
    ("number", "٥", "is none: write"),
    ("number", '[1..date("2026-11-23")]', "Expected a range of one kind"),
    ("number", ",".join("5" * 51), "Expected at most 50 tests"),
    ("number", "5" + " " * 1000 + ",6", "Expected at most 1000 characters"),
    ("number", "? > 5", "is none: write"),
    ("date", 'date("2026-02-30")', "Expected a day of the calendar"),
    ("date", 'date and time("2026-11-23T00:00:00")', "write a date as date"),
    ("date", '@"2026-11-23"', "write a date as date"),
]


@pytest.mark.parametrize(("kind", "test", "cure"), REFUSED_CELLS)
def test_another_cell_is_refused_with_its_cure(kind, test, cure):
    assert cure in refused(table([("x", kind)], [("hit", "integer")], [(test, "1")]))


def test_a_refused_cell_is_named_by_line_rule_and_column():
    found = refused(table([("x", "number")], [("hit", "integer")], [("5", "1"), ("A", "2")]))
    assert found.startswith("processes/XX.dmn:6: XX: Expected a test in rule 2, column c1, but `A` is none: ")


def test_every_refused_cell_is_named_at_once():
    assert refused(table([("x", "number")], [("hit", "integer")], [("A", "1"), ("B", "b c")])).count("\n") == 2


# output cells
@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", '"A"', "A"),
        ("integer", "-5", -5),
        ("boolean", "true", True),
        ("boolean", "False", False),
        ("integer", "x + 1", 6),
        ("string", '"few" if x < 10 else "many"', "few"),
        ("boolean", "x > 10", False),
        ("Any", "None if x > 1 else 5", None),
    ],
)
def test_an_output_is_a_value_or_is_reckoned(kind, text, value):
    assert read(table([("x", "number")], [("hit", kind)], [("-", text)]))(Scope({"x": Decimal(5)})) == {"hit": value}


@pytest.mark.parametrize(
    ("kind", "text", "cure"),
    [
        ("string", "", "the cell is empty"),
        ("string", "-", "the cell is empty"),
        ("string", '"two words"', "Expected a plain word in rule 1, column hit"),
        ("string", "A B", "Expected the portal's own language in rule 1, column hit"),
        ("string", "'A'", 'write it as "A"'),
        ("string", '["A"]', 'write it as "A"'),
        ("string", '"A","B"', 'write it as "A"'),
        ("string", "None", 'write it as "A"'),
        ("integer", "0.5", "Expected a word, a whole number, true or false"),
        ("date", 'date("2026-11-23")', "Expected a word, a whole number, true or false"),
        ("string", "5", "Expected a word in column hit, but a cell has a number"),
        ("string", 'if x > 1 then "A" else "B"', 'write "late" if ... else "early"'),
        ("boolean", "x = 1", "write == to compare"),
        ("boolean", "x == true", "write True, False or None"),
        ("boolean", "x between 1 and 5", "write 1 <= ... <= 5"),
        ("string", "${x}", "write the expression alone"),
        ("string", "x.__class__", "Expected a plain name"),
        ("string", CODE, "Expected the portal's own language"),
    ],
)
def test_another_output_is_refused_with_its_cure(kind, text, cure):
    assert cure in refused(table([("x", "number")], [("hit", kind)], [("-", text)]))


def test_a_fraction_is_no_routing_variable():
    with pytest.raises(BadExpression, match="Expected a word, a whole number, True or False in hit"):
        read(table([("x", "number")], [("hit", "number")], [("-", "x / 2")]))(Scope({"x": 5}))


def test_a_reckoned_output_keeps_to_its_type():
    with pytest.raises(BadExpression, match="Expected a word in hit of the table The table, but the rule gives a num"):
        read(table([("x", "number")], [("hit", "string")], [("-", "x")]))(Scope({"x": 5}))


def test_an_output_that_is_not_listed_is_refused():
    text = (
        (HERE / "LIMITS.dmn")
        .read_text()
        .replace('<text>"senior"</text>\n        </outputE', '<text>"boss"</text></outputE')
    )
    assert "Expected a value that route lists" in refused(text)


# files
@pytest.mark.parametrize(
    ("old", "new", "cure"),
    [
        ("<definitions", "<!DOCTYPE x><definitions", "remove the declaration"),
        ("<definitions", "<definitions <", "Expected well-formed XML"),
        ("</definitions>", "</decisions>", "Expected well-formed XML"),
        (SPACE, "http://example.test", "Expected a DMN 1.3 file"),
        ("hitPolicy='FIRST'", "hitPolicy='COLLECT'", "it is COLLECT: make it FIRST"),
        ("hitPolicy='FIRST'", "hitPolicy='COLLECT' aggregation='SUM'", "Expected no aggregation"),
        ("hitPolicy='FIRST'", "hitPolicy='RULE ORDER'", "it is RULE ORDER: make it FIRST"),
        ("hitPolicy='FIRST'", "hitPolicy='PRIORITY'", "with the most important rule on top"),
        ("hitPolicy='FIRST'", "hitPolicy='OUTPUT ORDER'", "with the most important rule on top"),
        ("hitPolicy='FIRST'", "hitPolicy='first'", "Expected the hit policy FIRST, UNIQUE or ANY"),
        ("</decision>", "</decision><decision id='YY'/>", "it holds 2: one per file"),
        ("</decisionTable>", "</decisionTable><decisionTable/>", "the decision holds 2"),
        ("</decisionTable>", "</decisionTable><literalExpression/>", "but found literalExpression: draw a table"),
        ("</decisionTable>", "</decisionTable><extensionElements><x/></extensionElements>", "extensionElements: leave"),
        (
            "</decisionTable>",
            "</decisionTable><informationRequirement><requiredDecision href='#Y'/></informationRequirement>",
            "it requires another: draw a task for each",
        ),
        ("</definitions>", "<businessKnowledgeModel/></definitions>", "but found businessKnowledgeModel: leave it out"),
        ("id='XX'", "id='../XX'", "Expected a word as id of the decision"),
        ("id='XX'", "", "Expected a word as id of the decision"),
        ("name='hit'", "name='Hit it'", "Expected a word as name of the output"),
        ("name='hit'", "name='form'", "Expected a word as name of the output"),
        ("name='hit'", "name='if'", "Expected a word as name of the output"),
        ("name='hit'", "", "Expected a word as name of the output"),
        ("typeRef='number'", "typeRef='time'", "Expected the type string, boolean, integer, number or date"),
        ("typeRef='number'", "typeRef='number' expressionLanguage='juel'", "leave it out"),
        ("<text>x</text>", "<text></text>", "Expected an expression for the input c1, but it is empty"),
        ("<text>x</text>", "<text>x = 5</text>", "write == to compare"),
        ("<text>x</text>", f"<text>{CODE}</text>", "Expected the portal's own language in the input c1"),
        ("label='c1'", "label='c1' inputVariable='x'", "but found inputVariable: leave it out"),
        ("<outputEntry>", "<inputEntry><text/></inputEntry><outputEntry>", "rule 1 has others"),
        ("<text>-</text>", "<text>-</text><text>5</text>", "Expected one text in each place"),
        ("<rule id='r1'>", "<rule id='r1'><when/>", "but found when: leave it out"),
        ("typeRef='integer'/>", "typeRef='integer'><defaultOutputEntry/></output>", "found a default output"),
        ("</rule>", "</rule><rule/>", "rule 2 has others"),
    ],
)
def test_what_would_be_passed_over_is_refused(old, new, cure):
    text = table([("x", "number")], [("hit", "integer")], [("-", "1")])
    assert old in text
    assert cure in refused(text.replace(old, new))


def test_more_than_200_rules_are_refused():
    assert "Expected 1 to 200 rules" in refused(table([("x", "number")], [("hit", "integer")], [("5", "1")] * 201))


def test_a_table_without_rules_is_refused():
    assert "Expected 1 to 200 rules" in refused(table([("x", "number")], [("hit", "integer")], []))


def test_more_than_20_columns_are_refused():
    inputs = [(f"form.x{at}", "number") for at in range(20)]
    assert "Expected at most 20 columns" in refused(table(inputs, [("hit", "integer")], [("-",) * 20 + ("1",)]))


def test_a_table_without_inputs_is_refused():
    assert "Expected an input, and at most 20" in refused(table([], [("hit", "integer")], [("1",)]))


def test_an_input_stands_once():
    found = refused(table([("x", "number"), ("x", "number")], [("hit", "integer")], [("-", "-", "1")]))
    assert "Expected every input once, but x stands twice" in found


def test_an_output_stands_once():
    found = refused(table([("x", "number")], [("hit", "integer"), ("hit", "integer")], [("-", "1", "1")]))
    assert "Expected every output once, but hit stands twice" in found


def test_a_larger_file_is_refused():
    assert "Expected at most 1 MB" in refused(f"<!--{'x' * 1024 * 1024}-->")


# deciding
def test_the_first_rule_that_fits_decides():
    assert hit(one_column("number", "> 5", "> 1", "-"), 3) == 2


def test_a_case_without_a_rule_is_refused_without_its_values():
    with pytest.raises(BadExpression, match=r"^Expected a rule of the table The table to fit, but none does\.$"):
        hit(one_column("number", "> 5"), 4)


def test_two_rules_of_a_unique_table_are_refused():
    with pytest.raises(BadExpression, match=r"^Expected one rule of the table The table to fit, but 2 do\.$"):
        hit(one_column("number", "> 5", "> 6", policy="UNIQUE"), 7)


def test_rules_of_an_any_table_may_agree():
    decision = read(table([("x", "number")], [("hit", "string")], [("> 5", '"A"'), ("> 6", '"A"')], policy="ANY"))
    assert hit(decision, 7) == "A"


def test_rules_of_an_any_table_that_differ_are_refused():
    with pytest.raises(BadExpression, match=r"^Expected the rules of the table The table to agree"):
        hit(one_column("number", "> 5", "> 6", policy="ANY"), 7)


@pytest.mark.parametrize(
    ("kind", "test", "value", "sentence"),
    [
        ("number", "5", "5", "Expected a number in c1 of the table The table, but found a word"),
        ("number", "5", True, "but found true or false"),
        ("boolean", "true", 1, "Expected true or false"),
        ("string", '"A"', 5, "Expected a word"),
        ("string", '"A"', ["A"], "but found another kind"),
        ("date", 'date("2026-11-23")', datetime(2026, 11, 23, tzinfo=HONG_KONG), "Expected a date"),
        ("integer", "5", Decimal("5.5"), "Expected a whole number"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind, test, value, sentence):
    with pytest.raises(BadExpression, match=sentence):
        hit(one_column(kind, test, "-"), value)


def test_a_value_that_the_table_does_not_allow_is_refused():
    with pytest.raises(BadExpression, match="Expected a value that Scope of the table Limits allows"):
        shipped("LIMITS")(Scope({"form": {"scope": "WORLD", "amount": 5}}))


# what the rules leave open
def test_a_word_without_a_rule_is_reported():
    assert said(one_column("string", '"A"', '"B"')) == [
        "Expected a rule for every case, but none fits c1 another word: add one, or a last rule of - in every column."
    ]


VALUES = "<inputValues><text>{}</text></inputValues>"


@pytest.mark.parametrize(
    ("kind", "tests", "values"),
    [
        ("string", ['"A"', '"B"'], '"A","B"'),
        ("string", ['"A"', 'not("A")'], ""),
        ("boolean", ["true", "false"], ""),
        ("number", ["< 5", "5", "> 5"], ""),
        ("number", ["[0..5)", "[5..10]"], "[0..10]"),
        ("integer", ["<= 5", ">= 6"], ""),
        ("date", ['<= date("2026-11-23")', '>= date("2026-11-24")'], ""),
        ("string", ["-"], ""),
    ],
)
def test_rules_that_meet_leave_nothing_open(kind, tests, values):
    assert said(one_column(kind, *tests, policy="UNIQUE", values1=VALUES.format(values) if values else "")) == []


@pytest.mark.parametrize(
    ("kind", "tests", "example"),
    [
        ("boolean", ["true"], "c1 false"),
        ("number", ["<= 5", ">= 6"], "c1 5.5"),
        ("number", ["< 5", "> 5"], "c1 5"),
        ("number", ["[1..5]"], "c1 0"),
        ("number", [">= 1"], "c1 0"),
        ("integer", ["<= 5", "> 6"], "c1 6"),
        ("date", ['< date("2026-11-23")', '> date("2026-11-23")'], "c1 2026-11-23"),
        ("string", ['"A"', 'not("A", "B")'], 'c1 "B"'),
    ],
)
def test_a_gap_is_reported_with_an_example(kind, tests, example):
    found = said(one_column(kind, *tests, policy="UNIQUE"))
    assert found == [f"Expected a rule for every case, but none fits {example}: add one."]


@pytest.mark.parametrize(
    ("kind", "tests", "example"),
    [
        ("number", ["<= 5", ">= 5"], "c1 5"),
        ("number", ["<= 6", "> 5"], "c1 5.5"),
        ("string", ['"A"', "-"], 'c1 "A"'),
    ],
)
def test_an_overlap_of_a_unique_table_is_reported_with_an_example(kind, tests, example):
    found = said(one_column(kind, *tests, policy="UNIQUE"))
    assert found == [
        f"Expected one rule at most for each case, but rules 1 and 2 both fit {example}: "
        "narrow one, or make the hit policy FIRST."
    ]


def test_rules_of_an_any_table_that_disagree_are_reported():
    assert said(one_column("number", "<= 5", ">= 5", policy="ANY"))[0].startswith("Expected rules that agree, but")


@pytest.mark.parametrize(("tests", "number"), [(["-", "5"], 2), (["< 5", ">= 5", "-"], 3), (["< 5", "< 4", "-"], 2)])
def test_a_rule_that_is_never_reached_is_reported(tests, number):
    assert said(one_column("number", *tests)) == [gaps._unreached(number)]


def test_a_combination_of_columns_without_a_rule_is_reported():
    rules = [('"A"', "true", "1"), ('"B"', "-", "2"), ('not("A", "B")', "-", "3")]
    decision = read(table([("x", "string"), ("y", "boolean")], [("hit", "integer")], rules, policy="UNIQUE"))
    assert said(decision) == ['Expected a rule for every case, but none fits c1 "A", c2 false: add one.']


def test_the_options_of_a_field_are_all_the_words_there_are():
    assert said(one_column("string", '"A"', '"B"'), words={"x": frozenset("AB")}) == []


def test_a_cell_that_asks_for_no_option_is_reported():
    found = said(one_column("string", '"A"', '"X"', "-"), words={"x": frozenset("AB")})
    assert found == [gaps._unreached(2)]


def test_an_answer_that_may_be_missing_needs_a_rule():
    found = said(one_column("number", "< 5", ">= 5"), empty={"x"})
    assert found == [
        "Expected a rule for every case, but none fits c1 without an answer: "
        "add one, or a last rule of - in every column."
    ]


def test_a_table_with_too_many_combinations_is_closed_by_dashes_or_refused():
    inputs = [(f"form.x{at}", "number") for at in range(19)]
    rules = [(*(f"> {(row * 7 + at * 5) % 31}" for at in range(19)), "1") for row in range(199)]
    start = time.process_time()
    found = said(read(table(inputs, [("hit", "integer")], rules, policy="UNIQUE")))
    assert len(found) == 1 and "there are too many" in found[0]
    closed = [*rules, ("-",) * 19 + ("1",)]
    assert said(read(table(inputs, [("hit", "integer")], closed))) == []
    assert time.process_time() - start < 10


def test_a_table_with_too_many_tests_is_refused_at_once():
    inputs = [(f"form.x{at}", "number") for at in range(19)]
    rules = [(*(f"{row * 2 + at}, {row * 2 + at + 1}" for at in range(19)), "1") for row in range(200)]
    start = time.process_time()
    assert "there are too many" in said(read(table(inputs, [("hit", "integer")], rules)))[0]
    assert time.process_time() - start < 5


# by chance
NUMBERS = st.sampled_from(["-1", "0", "1", "2.5", "5"])
ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@st.composite
def number_tests(draw):
    """The text of a positive test on numbers, and what it means."""
    if draw(st.booleans()):
        sign, bound = draw(st.sampled_from(sorted(ORDERS))), draw(NUMBERS)
        return f"{sign} {bound}", lambda value: None if value is None else ORDERS[sign](value, Decimal(bound))
    if draw(st.booleans()):
        bound = draw(NUMBERS)
        return bound, lambda value: value == Decimal(bound)
    low, high = sorted((Decimal(draw(NUMBERS)), Decimal(draw(NUMBERS))))
    opening, closing = ("[", "]") if low == high else (draw(st.sampled_from("[(]")), draw(st.sampled_from("])[")))
    above, below = ORDERS[">=" if opening == "[" else ">"], ORDERS["<=" if closing == "]" else "<"]
    text = f"{opening}{low}..{high}{closing}"
    return text, lambda value: None if value is None else above(value, low) and below(value, high)


@st.composite
def number_cells(draw):
    if draw(st.integers(0, 3)) == 0:
        return "-", lambda value: True
    tests = draw(st.lists(number_tests(), min_size=1, max_size=3))
    text, means = ",".join(text for text, _ in tests), [mean for _, mean in tests]
    if draw(st.booleans()):
        return f"not({text})", lambda value: [mean(value) for mean in means] == [False] * len(means)
    return text, lambda value: True in [mean(value) for mean in means]


WORD_CELLS = st.sampled_from(
    [
        ("-", lambda value: True),
        ('"A"', lambda value: value == "A"),
        ('"A", "B"', lambda value: value in ("A", "B")),
        ('not("A")', lambda value: value != "A"),
    ]
)
ROWS = st.lists(st.tuples(number_cells(), WORD_CELLS, st.integers(0, 2)), min_size=1, max_size=5)
SOME = [None, *(Decimal(text) for text in ("-2", "-1", "-0.5", "0", "0.5", "1", "2", "2.5", "3", "5", "6"))]


def drawn(rows, policy):
    cells_of = [(number[0], word[0], str(result)) for number, word, result in rows]
    return read(table([("x", "number"), ("y", "string")], [("hit", "integer")], cells_of, policy=policy))


def naive(rows, policy, x, y):
    """What the rules say, by the letter; None where they settle nothing."""
    hits = [result for number, word, result in rows if number[1](x) and word[1](y)]
    if policy == "FIRST":
        return hits[0] if hits else None
    settled = hits if policy == "UNIQUE" else set(hits)
    return next(iter(settled)) if len(settled) == 1 else None


def decided(decision, x, y):
    with contextlib.suppress(BadExpression):
        return decision(Scope({"x": x, "y": y}))["hit"]
    return None


@given(ROWS, st.sampled_from(["FIRST", "UNIQUE", "ANY"]))
def test_a_table_decides_as_a_naive_reader_does(rows, policy):
    decision = drawn(rows, policy)
    assert [decided(decision, x, y) for x, y in product(SOME, [None, "A", "B", "C"])] == [
        naive(rows, policy, x, y) for x, y in product(SOME, [None, "A", "B", "C"])
    ]


@given(ROWS, st.sampled_from(["FIRST", "UNIQUE", "ANY"]))
def test_what_is_called_closed_settles_every_case(rows, policy):
    found = said(drawn(rows, policy), empty={"x", "y"})
    settled = all(naive(rows, policy, x, y) is not None for x, y in product(SOME, [None, "A", "B", "C"]))
    assert settled == (not [sentence for sentence in found if "every rule to be used" not in sentence])


CELL_TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="\"A5.,-<>=[]()not date'\\", max_size=30),
    st.lists(
        st.sampled_from(
            ["not", "(", ")", "[", "]", "..", ",", "<", "<=", ">", "5", '"A"', "true", 'date("2026-11-23")', "-"]
        ),
        max_size=10,
    ).map(" ".join),
)


@given(CELL_TEXTS, st.sampled_from(["string", "number", "boolean", "date", "integer", "Any"]))
def test_any_cell_is_read_or_refused(text, kind):
    text = "".join(char for char in text if char.isprintable())
    with contextlib.suppress(BadDrawing):
        decision = one_column(kind, text, "-")
        assert isinstance(said(decision), list)


@given(CELL_TEXTS)
def test_any_refusal_is_a_sentence_with_its_place(text):
    text = "".join(char for char in text if char.isprintable())
    try:
        read(table([("x", "Any")], [("hit", "Any")], [(text, text)]))
    except BadDrawing as error:
        assert all(SENTENCE.match(line) for line in str(error).splitlines()), str(error)


@given(st.text(max_size=40))
def test_any_text_is_a_literal_or_none(text):
    assert cells.literal(text) is None or cells.kind_of(cells.literal(text))
