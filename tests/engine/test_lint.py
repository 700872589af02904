"""Lint lets pass what runs as drawn, and names everything else by file, line, element and cure."""

import json
import random
import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import bpmn, paths, places, tokens, walks
from engine import definition as definitions
from engine.errors import BadDrawing
from engine.exactness import CURES
from engine.lint import Fault, check_folder
from engine.people import LANES
from engine.walks import walk
from tests.engine import corpus
from tests.engine.sketches import CONTEXT, TOP, Game, Sketch, sketches, wild
from tests.engine.test_run import chosen, open_keys, run, stepped

TABLE = corpus.table()
WALKS = "processes/AA001.walks.json"
PATTERN = "processes/P9.bpmn"


def said(folder):
    return "\n".join(str(fault) for fault in check_folder(folder))


def without(folder, name):
    return {key: content for key, content in folder.items() if key != name}


# what is well
def test_nothing_is_wrong_with_the_small_eservice():
    assert said(corpus.sound()) == ""


def test_nothing_is_wrong_with_what_the_portal_ships():
    assert said(corpus.shipped()) == ""


def test_an_empty_folder_holds_no_fault():
    assert check_folder({}) == []


# what is bad
@pytest.mark.parametrize("name", TABLE)
def test_a_bad_file_is_named_by_its_fault(name):
    row = TABLE[name]
    faults = [f for f in check_folder(corpus.spoilt(name)) if row["says"] in f.sentence]
    assert (row["file"], row["line"], row["element"]) in [(f.file, f.line, f.element) for f in faults]


def test_every_bad_file_stands_in_the_table():
    files = {path.name for path in corpus.HERE.iterdir() if path.is_file()}
    assert files - {"faults.toml"} == set(TABLE)


def test_every_refused_element_has_a_bad_drawing():
    assert set(CURES) <= {word for row in TABLE.values() for word in re.findall(r"\w+", row["says"])}


@pytest.mark.parametrize("name", TABLE)
def test_every_fault_says_what_was_expected_and_what_to_do(name):
    pattern = re.compile(r"(?s)(in [\w.]+: )?Expected .+(: .+| Correct .+| In: .+|\.)$")
    assert [str(fault) for fault in check_folder(corpus.spoilt(name)) if not pattern.match(fault.sentence)] == []


@pytest.mark.parametrize("name", sorted(corpus.sound()))
def test_a_missing_file_is_noticed(name):
    assert said(without(corpus.sound(), name))


def test_a_form_that_no_drawing_shows_is_noticed():
    folder = {**corpus.sound(), "forms/spare.form": corpus.sound()["forms/done.form"].replace(b"done", b"spare")}
    assert said(folder).startswith("forms/spare.form:1: Expected a drawing that shows this form")


def test_walks_of_nothing_are_noticed():
    folder = {**corpus.sound(), "processes/ZZ999.walks.json": b"[]"}
    assert "Expected an eService ZZ999 for these walks" in said(folder)


def test_a_drawing_without_a_picture_is_noticed():
    folder = corpus.sound()
    folder[PATTERN] = re.sub(rb"<d:BPMNDiagram.*</d:BPMNDiagram>", b"", folder[PATTERN], flags=re.DOTALL)
    assert "Expected a diagram in the drawing" in said(folder)


def test_a_shape_that_is_not_drawn_is_noticed():
    folder = corpus.sound()
    folder[PATTERN] = folder[PATTERN].replace(b'bpmnElement="review"', b'bpmnElement="nothing"')
    assert "review: Expected a shape in the diagram" in said(folder)


@pytest.mark.parametrize("name", ["doctype.bpmn", "billion_laughs.bpmn", "external_entity.bpmn", "broken_xml.bpmn"])
def test_an_attack_is_refused_at_once(name):
    content, start = (corpus.HERE / name).read_bytes(), time.process_time()
    with pytest.raises(BadDrawing):
        bpmn.read(content, name)
    assert time.process_time() - start < 0.05


def test_drawings_that_call_each_other_many_times_are_refused_and_not_unfolded():
    folder = corpus.sound()
    for level in range(12):
        called = "P9" if level == 0 else f"P{level + 9}"
        sketch = Sketch(processes=[f"P{level + 10}"])
        place = (f"P{level + 10}", "")
        row = [sketch.add("startEvent", place), *(sketch.add("callActivity", place, called=called) for _ in range(9))]
        row.append(sketch.add("endEvent", place))
        for source, target in pairwise(row):
            sketch.lead(source, target)
        folder[f"processes/P{level + 10}.bpmn"] = corpus.pictured(sketch.text(f"P{level + 10}").encode())
    folder["processes/AA001.bpmn"] = folder["processes/AA001.bpmn"].replace(b'"P9"', b'"P21"')
    assert "Expected at most 2000 elements with all calls in place" in said(folder)


# never anything but faults
@given(st.sampled_from(sorted(corpus.sound())), st.integers(0), st.integers(0, 30), st.text(max_size=6))
def test_whatever_is_changed_in_a_file_is_a_list_of_faults(name, place, length, new):
    folder = corpus.sound()
    text = folder[name].decode()
    place %= len(text)
    folder[name] = (text[:place] + new + text[place + length :]).encode("utf-8", "surrogatepass")
    assert all(isinstance(fault, Fault) for fault in check_folder(folder))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda i: st.lists(i) | st.dictionaries(st.text(), i),
    max_leaves=5,
)


@given(st.sampled_from(["forms/ask.form", "forms/decide.form", WALKS]), st.data())
def test_whatever_json_says_is_a_list_of_faults(name, data):
    folder = corpus.sound()
    value = json.loads(folder[name])
    spot = value
    while isinstance(spot, dict | list) and spot:
        key = data.draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
        if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
            spot[key] = data.draw(JSON)
            break
        spot = spot[key]
    folder[name] = json.dumps(value).encode()
    assert all(isinstance(fault, Fault) for fault in check_folder(folder))


# tokens
def drawing(sketch):
    return bpmn.read(sketch.text("AA001").encode(), "processes/AA001.bpmn")


def is_let_pass(sketch):
    drawn, faults = drawing(sketch)
    ways = paths.within(drawn)
    ends = [e.id for e in drawn.elements.values() if e.kind == "endEvent"]
    if faults or paths.reached(ways, ["s1"]) != set(drawn.elements):
        return False
    if paths.reached(paths.backwards(ways), ends) != set(drawn.elements):
        return False
    restless = list(paths.restless(paths.graph({"AA001": drawn}, "AA001")))
    return not restless and not list(tokens.troubles(drawn, ""))


@given(sketches())
def test_no_sound_drawing_is_in_trouble(sketch):
    found = []
    for process in sketch.processes:
        drawn, _ = bpmn.read(sketch.text(process).encode(), f"processes/{process}.bpmn")
        scopes = ["", *(e.id for e in drawn.elements.values() if e.kind == "subProcess")]
        found += [trouble for scope in scopes for trouble in tokens.troubles(drawn, scope)]
    assert found == []


def test_whatever_is_let_pass_runs_as_bpmn_says():
    passed = 0
    for seed in range(1500):
        chance = random.Random(seed)
        sketch = wild(chance)
        if is_let_pass(sketch):
            passed += 1
            played(sketch, chance)
    assert passed > 20


def played(sketch, chance):
    definition, game = sketch.definition(), Game(sketch)
    outcome = run.start(definition, CONTEXT)
    for _ in range(20):
        assert (open_keys(outcome), outcome.finished) == (game.waiting(), game.is_over()), repr(sketch)
        if outcome.finished:
            return
        happening = chosen(sketch, chance.choice(sorted(game.waiting())), chance)
        game.happen(happening[1], next(iter(happening[2].values()), None))
        outcome = stepped(definition, outcome.state, happening, CONTEXT)


def test_too_many_branches_at_once_are_refused():
    sketch = Sketch()
    start, split, join, end = (
        sketch.add(kind, TOP) for kind in ("startEvent", "parallelGateway", "parallelGateway", "endEvent")
    )
    sketch.lead(start, split)
    sketch.lead(join, end)
    for _ in range(8):
        row = [split, *(sketch.add("userTask", TOP) for _ in range(4)), join]
        for source, target in pairwise(row):
            sketch.lead(source, target)
    (trouble,) = tokens.troubles(drawing(sketch)[0], "")
    assert "put each branch into a sub-process" in trouble.sentence


# walks
def test_a_walk_knows_the_facts_that_expressions_may_read():
    definition = definitions.compiled(definitions.gather(corpus.sound(), "AA001"), "AA001")
    walker = walks._Walker(definition, json.loads(corpus.sound()[WALKS])[0], "walk", 1)
    list(walker.walked())
    assert set(walker.case()) == places.CASE_KEYS


def test_a_walk_can_be_tried_by_itself():
    definition = definitions.compiled(definitions.gather(corpus.sound(), "AA001"), "AA001")
    assert [walk(definition, each) for each in json.loads(corpus.sound()[WALKS])] == [[], []]


@pytest.mark.parametrize(
    "tried", [{}, {"name": "x"}, {"name": "x", "now": "2026-11-23T10:00:00", "steps": []}, [], None]
)
def test_what_is_no_walk_is_refused(tried):
    definition = definitions.compiled(definitions.gather(corpus.sound(), "AA001"), "AA001")
    assert [fault.sentence[:15] for fault in walk(definition, tried)] == ["Expected a walk"]


@pytest.mark.parametrize("number", range(len(json.loads(corpus.shipped()["processes/CT027.walks.json"]))))
def test_each_walk_of_ct027_goes_as_it_says(number):
    definition = definitions.compiled(definitions.gather(corpus.shipped(), "CT027"), "CT027")
    assert walk(definition, json.loads(corpus.shipped()["processes/CT027.walks.json"])[number]) == []


def test_the_walks_of_ct027_show_every_end():
    read = json.loads(corpus.shipped()["processes/CT027.walks.json"])
    shown = {step.get("expect", {}).get("status") for each in read for step in each["steps"]}
    assert {"COMPLETED", "REJECTED", "WITHDRAWN", "DISCARDED", "ABORTED"} <= shown


def test_the_walks_of_ct027_pass_every_company_lane_and_desk():
    read = json.loads(corpus.shipped()["processes/CT027.walks.json"])
    shown = {lane for each in read for step in each["steps"] for lane in step.get("expect", {}).get("lanes", [])}
    assert shown == {"maker", "checker", "desk_maker", "desk_checker"} & LANES
