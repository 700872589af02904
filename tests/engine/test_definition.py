"""A definition holds everything that was drawn, or is refused with the place and the reason."""

from dataclasses import replace
from itertools import pairwise

import pytest

from engine.drawings import bpmn
from engine.drawings.exactness import CURES
from engine.errors import BadDrawing, BadExpression
from engine.running import definition as definitions
from engine.running import run
from tests.engine import corpus
from tests.engine.sketches import CONTEXT, Sketch

TOP = ("AA001", "")
P1 = "processes/P1.bpmn"


def shipped():
    return definitions.gather(corpus.shipped(), "CT027")


def refused(files, code="AA001"):
    with pytest.raises(BadDrawing) as error:
        definitions.compiled(files, code)
    return str(error.value)


def pattern(old, new):
    files = corpus.sound()
    text = files["processes/P9.bpmn"].decode()
    assert old in text
    return {**files, "processes/P9.bpmn": text.replace(old, new).encode()}


def line():
    """A start, a task in a sub-process, a task, an end."""
    sketch = Sketch()
    start, box = sketch.add("startEvent", TOP, "Start"), sketch.add("subProcess", TOP, "Root")
    inside = ("AA001", "Root")
    inner, task, last = (sketch.add(kind, inside) for kind in ("startEvent", "userTask", "endEvent"))
    after, end = sketch.add("userTask", TOP, "End"), sketch.add("endEvent", TOP, "StartEventJoin")
    for source, target in ((start, box), (inner, task), (task, last), (box, after), (after, end)):
        sketch.lead(source, target)
    return sketch, task


# gathering
def test_an_eservice_gathers_what_it_calls_and_asks():
    assert sorted(shipped()) == [
        "forms/CT027.form",
        "forms/approve.form",
        "forms/check.form",
        "forms/process.form",
        "forms/reject.form",
        "processes/CT027.bpmn",
        "processes/P1.bpmn",
    ]


@pytest.mark.parametrize("name", [P1, "forms/check.form", "forms/CT027.form", "processes/CT027.bpmn"])
def test_a_missing_file_is_named(name):
    files = {key: content for key, content in corpus.shipped().items() if key != name}
    with pytest.raises(BadDrawing, match=name):
        definitions.gather(files, "CT027")


def test_equal_files_are_one_release():
    assert definitions.compiled(shipped(), "CT027").sha256 == definitions.compiled(shipped(), "CT027").sha256


@pytest.mark.parametrize("name", ["processes/P1.bpmn", "forms/check.form"])
def test_one_changed_byte_is_another_release(name):
    files = shipped()
    changed = {**files, name: files[name] + b"\n"}
    assert definitions.compiled(changed, "CT027").sha256 != definitions.compiled(files, "CT027").sha256


def test_the_facts_of_an_eservice_stand_in_its_drawing():
    said = definitions.compiled(shipped(), "CT027").eservice
    assert (said.function, said.memberships, said.cutoff, said.lead_days) == (
        "EU_CashTrading",
        ("SEHK-EP",),
        "17:00",
        3,
    )


def test_a_key_means_a_drawing_and_an_element():
    assert definitions.compiled(shipped(), "CT027").place("request/review#2") == ("P1", "review")


def test_a_step_inside_a_call_lies_on_the_call_too():
    definition = definitions.compiled(shipped(), "CT027")
    assert definition.on_drawing("CT027", ["request/review"]) == {"request"}


# nothing is lost
def test_every_drawn_element_is_compiled():
    definition = definitions.compiled(shipped(), "CT027")
    drawn = sum(len(drawing.elements) for drawing in definition.drawings.values())
    assert len(definition.elements) == drawn


def test_flows_without_ids_are_followed():
    files = pattern(' id="f1"', "")
    state = run.start(definitions.compiled(files, "AA001"), CONTEXT)
    assert [task.key for task in state.tasks] == ["request/submit"]


def test_elements_without_ids_are_followed():
    sketch, _ = line()
    text = sketch.text("AA001").replace(' id="f0"', "").replace(' id="f3"', "")
    files = {**sketch.files(), "processes/AA001.bpmn": text.encode()}
    assert [task.step for task in run.start(definitions.compiled(files, "AA001"), CONTEXT).tasks] == ["u4"]


def test_ids_that_the_engine_keeps_for_itself_run_like_others():
    sketch, task = line()
    definition = sketch.definition()
    state = run.complete(definition, run.start(definition, CONTEXT).state, f"Root/{task}", {}, CONTEXT).state
    assert run.complete(definition, state, "End", {}, CONTEXT).finished


def test_a_sub_process_named_like_a_process_is_refused():
    box = (
        '<subProcess id="AA001"><startEvent id="i1"/><endEvent id="i2"/>'
        '<sequenceFlow id="i3" sourceRef="i1" targetRef="i2"/></subProcess>'
        '<sequenceFlow id="i4" sourceRef="AA001" targetRef="finished"/>'
    )
    files = pattern('targetRef="finished" />', 'targetRef="AA001" />' + box)
    assert "Expected every process name once, but AA001" in refused(files)


# refused
@pytest.mark.parametrize("name", sorted(CURES))
def test_each_element_that_does_not_run_exactly_is_refused_by_name(name):
    assert f"found {name}: draw {CURES[name]} instead" in refused(pattern("<startEvent", f"<{name} /><startEvent"))


def test_every_fault_is_named_at_once():
    said = refused(pattern("<startEvent", "<signal /><scriptTask /><startEvent"))
    assert "signal" in said and "scriptTask" in said


def test_a_drawing_of_more_than_a_megabyte_is_refused():
    assert "at most 1 MB" in refused(pattern("</process>", f"<!--{'x' * 1024 * 1024}--></process>"))


def test_utf_16_is_refused():
    files = corpus.sound()
    wide = files["processes/P9.bpmn"].decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert "Expected UTF-8" in refused({**files, "processes/P9.bpmn": wide})


def test_more_than_200_elements_are_refused():
    many = "".join(f'<endEvent id="e{number}" />' for number in range(200))
    assert "at most 200 elements" in refused(pattern("</process>", f"{many}</process>"))


def test_200_elements_in_a_row_run():
    sketch = Sketch()
    tasks = [
        sketch.add("startEvent", TOP),
        *(sketch.add("userTask", TOP) for _ in range(198)),
        sketch.add("endEvent", TOP),
    ]
    for source, target in pairwise(tasks):
        sketch.lead(source, target)
    definition = sketch.definition()
    state = run.start(definition, CONTEXT).state
    for task in tasks[1:-1]:
        outcome = run.complete(definition, state, task, {}, CONTEXT)
        state = outcome.state
    assert outcome.finished


def test_deep_nesting_is_refused():
    deep = "<group>" * 101 + "</group>" * 101
    assert "at most 100 levels" in refused(pattern("</process>", f"{deep}</process>"))


@pytest.mark.parametrize(
    "declaration", ["<!DOCTYPE x>", "<!doctype x>", '<! DOCTYPE x SYSTEM "file:///etc/hostname">', "<!ENTITY a 'b'>"]
)
def test_a_declaration_is_refused_before_parsing(declaration):
    files = corpus.sound()
    text = files["processes/P9.bpmn"].decode().replace("<definitions", f"{declaration}<definitions", 1)
    with pytest.raises(BadDrawing, match="remove the declaration"):
        bpmn.parse(text.encode(), "processes/P9.bpmn")


def test_comments_and_instructions_are_passed_over():
    files = pattern("<startEvent", "<!-- a note --><?php echo 1 ?><startEvent")
    assert definitions.compiled(files, "AA001")


def test_a_process_that_calls_itself_is_refused():
    looping = pattern('<endEvent id="finished" />', '<callActivity id="finished" calledElement="P9" />')
    assert "Expected a way on" in refused(looping)


def test_a_step_is_the_task_even_where_an_event_of_another_drawing_is_called_so():
    files = corpus.sound()
    content = files["processes/AA001.bpmn"].replace(b'"withdrawn"', b'"review"')
    assert definitions.compiled({**files, "processes/AA001.bpmn": content}, "AA001").form_at("review").id == "decide"


# what an eService says about itself
def said(name, value):
    files = corpus.sound()
    added = f'<camunda:property name="form.main" value="ask" /><camunda:property name="{name}" value="{value}" />'
    content = files["processes/AA001.bpmn"]
    old = b'<camunda:property name="form.main" value="ask" />'
    assert old in content
    return {**files, "processes/AA001.bpmn": content.replace(old, added.encode())}


@pytest.mark.parametrize("name", ["single_eye", "template"])
@pytest.mark.parametrize(("text", "meant"), [("true", True), ("false", False), ("", False)])
def test_yes_and_no_are_said_in_two_words(name, text, meant):
    assert getattr(definitions.compiled(said(name, text), "AA001").eservice, name) is meant


@pytest.mark.parametrize("name", ["single_eye", "template"])
@pytest.mark.parametrize("text", ["True", "yes", "1", "no", "on"])
def test_anything_else_is_neither_yes_nor_no(name, text):
    assert f"Expected true or false in {name}, but it is {text!r}" in refused(said(name, text))


@pytest.mark.parametrize("name", ["next", "desks", "brokers"])
def test_what_is_reckoned_is_an_expression(name):
    assert f"AA001: in {name}: Expected" in refused(said(name, "form.note +"))


@pytest.mark.parametrize("name", ["next", "desks", "brokers"])
def test_what_is_reckoned_is_kept_by_name(name):
    assert set(definitions.compiled(said(name, "form.note"), "AA001").eservice.lists) == {name}


def test_without_memberships_there_is_no_second_company():
    assert not definitions.compiled(corpus.sound(), "AA001").eservice.has_next


def test_with_memberships_there_is_a_second_company():
    eservice = definitions.compiled(said("next.memberships", "DB, CCEP"), "AA001").eservice
    assert (eservice.has_next, eservice.next_memberships) == (True, ("DB", "CCEP"))


@pytest.mark.parametrize(
    "read",
    [
        "given.submit.amount == 1",
        'given["submit"].amount == 1',
        'given["submit"]["amount"] == 1',
        "(given).submit.amount == 1",
        "given . submit . amount == 1",
    ],
)
def test_the_steps_whose_answers_are_read_are_known_however_they_are_written(read):
    read = read.replace('"', "&quot;")
    files = pattern('decision == "return"', f"decision == &quot;return&quot; and {read}")
    assert definitions.compiled(files, "AA001").given_steps == {"submit"}


def test_a_text_that_speaks_of_what_is_given_reads_no_step():
    assert definitions.compiled(pattern('name="Check"', 'name="given.review"'), "AA001").given_steps == frozenset()


def test_a_task_that_is_called_like_one_of_many_is_another():
    sketch = Sketch()
    row = [sketch.add("startEvent", TOP), sketch.add("userTask", TOP, "work", each=("a",))]
    row += [sketch.add("userTask", TOP, "work [child]"), sketch.add("endEvent", TOP)]
    for source, target in pairwise(row):
        sketch.lead(source, target)
    outcome = run.complete(sketch.definition(), run.start(sketch.definition(), CONTEXT).state, "work#a", {}, CONTEXT)
    assert [task.key for task in outcome.tasks] == ["work [child]"]


# what is reckoned from the answers
def reckoned(name, value, answers):
    definition = definitions.compiled(said(name, value), "AA001")
    return run.lists(definition, replace(CONTEXT, answers=answers))[name]


@pytest.mark.parametrize("answer", [None, [], ""])
def test_without_a_list_of_desks_there_is_the_one_desk(answer):
    assert reckoned("desks", "form.desks", {"desks": answer}) == ["CTO"]


@pytest.mark.parametrize("answer", [None, [], ""])
def test_without_a_list_of_brokers_there_is_none(answer):
    assert reckoned("brokers", "form.brokers", {"brokers": answer}) == []


@pytest.mark.parametrize("name", ["desks", "brokers"])
def test_each_of_a_list_stands_in_it_once(name):
    assert reckoned(name, "form.list", {"list": ["ITC", "DTO", "ITC"]}) == ["ITC", "DTO"]


@pytest.mark.parametrize("name", ["desks", "brokers", "next"])
@pytest.mark.parametrize("answer", [7, "the desk", ["the desk"], [7], "x" * 21])
def test_what_is_no_list_of_words_is_refused(name, answer):
    with pytest.raises(BadExpression):
        reckoned(name, "form.list", {"list": answer})
