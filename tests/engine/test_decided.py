"""A business rule task asks its decision table: gathered, linted, run, and refused where it would be unsure."""

import json
from datetime import date
from decimal import Decimal

import pytest

from engine.checking.lint import check_folder
from engine.errors import BadDrawing, BadExpression
from engine.running import definition as definitions
from engine.running import run
from engine.running.outcome import Context
from tests.engine import corpus
from tests.engine.sketches import CONTEXT
from tests.engine.test_decide import CANARY, CODE, table

EASERVICE, TABLE, WALKS, ASK = (
    "processes/AA001.bpmn",
    "processes/SIZE.dmn",
    "processes/AA001.walks.json",
    "forms/ask.form",
)
FLOW = '<sequenceFlow id="f2" sourceRef="request" targetRef="change" />'
ASKED = """<sequenceFlow id="f2" sourceRef="request" targetRef="size" />
<businessRuleTask id="size" name="Small or large?" camunda:decisionRef="SIZE" />
<exclusiveGateway id="sized" default="f6" /><sequenceFlow id="f5" sourceRef="size" targetRef="sized" />
<sequenceFlow id="f6" sourceRef="sized" targetRef="change" />
<sequenceFlow id="f7" sourceRef="sized" targetRef="completed">
<conditionExpression>route == "large"</conditionExpression></sequenceFlow>
"""
LARGE = {
    "name": "Large",
    "now": "2026-11-23T10:00:00+08:00",
    "steps": [
        {"task": "request/submit", "answers": {"amount": "500", "day": "26/11/2026"}},
        {"task": "request/review", "answers": {"decision": "approve"}},
        {"task": "request/process", "answers": {}, "expect": {"status": "COMPLETED", "changes": []}},
    ],
}
SMALL_OR_LARGE = [("< 100", '"small"'), (">= 100", '"large"')]


def sizes(inputs=(("form.amount", "number"),), outputs=(("route", "string"),), rules=SMALL_OR_LARGE, policy="UNIQUE"):
    """The bytes of the table SIZE."""
    return table(inputs, outputs, rules, policy=policy).replace("id='XX'", "id='SIZE'").encode()


def folder(content=None, **changes):
    """The small eService, with a table that sends large amounts another way; a change is old text by new."""
    files = corpus.sound()
    plain = (corpus.HERE / "sound" / EASERVICE).read_bytes().decode().replace(FLOW, changes.pop("asked", ASKED))
    files[EASERVICE] = corpus.pictured(plain.encode())
    files[WALKS] = json.dumps([*json.loads(files[WALKS]), LARGE]).encode()
    return {**files, TABLE: content or sizes(), **changes}


def said(files):
    return "\n".join(str(fault) for fault in check_folder(files))


def compiled(files):
    return definitions.compiled(definitions.gather(files, "AA001"), "AA001")


def gone(files, answers):
    """The outcome of a case with these answers, after its last task."""
    definition, context = compiled(files), Context(CONTEXT.scope, answers, {"participant_id": "B00123"})
    state = run.start(definition, context).state
    for step, decision in (("submit", None), ("review", "approve")):
        state = run.complete(definition, state, f"request/{step}", {"decision": decision}, context).state
    return run.complete(definition, state, "request/process", {}, context)


# what is well
def test_nothing_is_wrong_with_an_eservice_that_asks_a_table():
    assert said(folder()) == ""


@pytest.mark.parametrize(("amount", "steps"), [(99, 1), (100, 0)])
def test_the_table_decides_the_way(amount, steps):
    assert len(gone(folder(), {"amount": Decimal(amount), "day": date(2026, 11, 26)}).effects) == steps


def test_the_decision_is_one_of_the_steps_that_are_done():
    assert "size" in gone(folder(), {"amount": Decimal(500)}).done


def test_the_table_belongs_to_the_release():
    assert definitions.gather(folder(), "AA001")[TABLE] == sizes()


def test_another_table_is_another_release():
    other = [("< 101", '"small"'), (">= 101", '"large"')]
    assert compiled(folder()).sha256 != compiled(folder(sizes(rules=other))).sha256


def test_the_steps_whose_answers_a_table_reads_are_given():
    rules = [('"approve"', '"small"'), ('"return"', '"large"')]
    files = folder(sizes(inputs=[("given.review.decision", "string")], rules=rules))
    assert "for every case" not in said(files)
    assert compiled(files).given_steps == {"review"}


# what is bad in the folder
def test_a_table_that_is_not_there_is_named_at_its_task():
    files = {name: content for name, content in folder().items() if name != TABLE}
    assert "size: Expected the decision table SIZE, but there is none: correct decisionRef or add it." in said(files)


def test_a_release_cannot_be_gathered_without_its_table():
    files = {name: content for name, content in folder().items() if name != TABLE}
    with pytest.raises(BadDrawing, match=r"size: Expected the decision table processes/SIZE\.dmn, but there is none"):
        definitions.gather(files, "AA001")


def test_a_release_cannot_be_compiled_without_its_table():
    files = {name: content for name, content in folder().items() if name != TABLE}
    with pytest.raises(BadDrawing, match="size: Expected a decision table, but SIZE is none"):
        definitions.compiled(files, "AA001")


def test_a_table_that_nobody_asks_is_noticed():
    files = {**corpus.sound(), TABLE: sizes()}
    assert said(files) == (
        f"{TABLE}:2: SIZE: Expected a drawing that asks this decision table, but none does: use it or remove it."
    )


def test_a_table_of_another_name_is_noticed():
    assert "Expected the decision's id to be the file name, but it is SIZE" in said(
        {**folder(), "processes/OTHER.dmn": sizes()}
    )


def test_a_bad_cell_is_named_by_file_line_rule_and_column():
    found = said(folder(sizes(rules=[("< 100", '"small"'), ("lots", '"large"')])))
    assert found.startswith(f"{TABLE}:6: SIZE: Expected a test in rule 2, column c1, but `lots` is none: ")


def test_a_gap_in_a_table_is_noticed():
    found = said(folder(sizes(rules=[("< 100", '"small"'), ("> 100", '"large"')])))
    assert found.startswith(f"{TABLE}:2: SIZE: Expected a rule for every case, but none fits c1 100: add one.")


def test_an_input_that_reads_no_field_is_noticed():
    found = said(folder(sizes(inputs=[("form.amuont", "number")])))
    assert "SIZE: Expected in input c1 a field of the form, but form.amuont is none" in found


def test_an_input_that_reads_a_stranger_is_noticed():
    assert "but `size` reads size: correct the name" in said(folder(sizes(inputs=[("size", "number")])))


def test_an_output_that_reads_no_field_is_noticed():
    rules = [("< 100", '"small"'), (">= 100", '"large" if form.x else "small"')]
    assert f"{TABLE}:6: SIZE: Expected in rule 2 a field of the form, but form.x" in said(folder(sizes(rules=rules)))


def test_an_input_of_another_type_than_its_field_is_noticed():
    rules = [("true", '"small"'), ("false", '"large"')]
    found = said(folder(sizes(inputs=[("form.amount", "boolean")], rules=rules)))
    assert "Expected true or false in the input c1, but form.amount gives a number" in found


def test_a_field_that_may_stay_empty_needs_a_rule():
    ask = corpus.sound()[ASK].replace(b'"required": true, "min": 1', b'"min": 1')
    assert "none fits c1 without an answer: add one." in said(folder(**{ASK: ask}))


def test_a_rule_that_an_empty_answer_fits_is_enough():
    found = said(folder(sizes(inputs=[("form.note", "string")], rules=[('"A"', '"small"'), ('not("A")', '"large"')])))
    assert "for every case" not in found


def test_a_route_that_may_not_be_set_yet_needs_a_rule():
    inputs, outputs = [("days", "integer")], [("route", "string"), ("days", "integer")]
    rules = [("< 5", '"small"', "1"), (">= 5", '"large"', "2")]
    assert "none fits c1 without an answer: add one." in said(folder(sizes(inputs, outputs, rules)))


def test_the_options_that_a_task_routes_are_all_the_words_there_are():
    rules = [('"approve"', '"small"'), ('"return"', '"large"')]
    found = said(folder(sizes(inputs=[("decision", "string")], rules=rules)))
    assert "for every case" not in found and "every rule to be used" not in found


def test_a_cell_that_asks_for_no_option_is_noticed():
    rules = [('"approve"', '"small"'), ('"retrun"', '"large"'), ("-", '"large"')]
    found = said(folder(sizes(inputs=[("decision", "string")], rules=rules, policy="FIRST")))
    assert "Expected every rule to be used, but rule 2 never is" in found


def test_a_condition_that_asks_for_no_output_is_noticed():
    asked = ASKED.replace('"large"', '"huge"')
    assert 'Expected route to be compared with one of large, small, but `route == "huge"` asks' in said(
        folder(asked=asked)
    )


def test_an_output_that_nobody_reads_is_noticed():
    rules = [("< 100", '"small"', "1"), (">= 100", '"large"', "2")]
    found = said(folder(sizes(outputs=[("route", "string"), ("days", "integer")], rules=rules)))
    assert "size: Expected something after this task that reads days, but nothing does" in found


# what is bad in the case
def test_a_case_that_no_rule_fits_is_refused():
    with pytest.raises(BadExpression, match="Expected a rule of the table The table to fit, but none does"):
        gone(folder(), {"amount": None})


def test_what_somebody_typed_does_not_become_a_route():
    files = folder(sizes(rules=[("-", "form.note")], policy="FIRST"))
    with pytest.raises(BadExpression, match="Expected a plain word or number to route by"):
        gone(files, {"amount": Decimal(5), "note": CODE})


@pytest.mark.parametrize("place", ["input", "cell", "output"])
def test_no_text_of_a_table_runs(place):
    CANARY.unlink(missing_ok=True)
    rule = (CODE if place == "cell" else "-", CODE if place == "output" else '"small"')
    files = folder(sizes(inputs=[(CODE if place == "input" else "form.amount", "number")], rules=[rule]))
    with pytest.raises(BadDrawing):
        compiled(files)
    assert said(files).startswith(f"{TABLE}:")
    assert not CANARY.exists()


def test_a_reckoned_output_sees_the_case_and_its_time():
    rules = [("-", '"large" if days_between(today(), form.day) > 2 else "small"')]
    files = folder(sizes(rules=rules, policy="FIRST"))
    answers = {"amount": Decimal(5), "day": date(2026, 11, 26)}
    assert gone(files, answers).effects == ()
