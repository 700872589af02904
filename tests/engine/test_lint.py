"""Lint lets pass what runs as drawn, and names everything else by file, line, element and cure."""

import json
import random
import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checking import places, walks
from engine.checking.lint import Fault, check_folder
from engine.checking.walks import walk
from engine.drawings import bpmn, paths, tokens
from engine.drawings.exactness import CURES
from engine.errors import BadDrawing
from engine.people import LANES
from engine.running import definition as definitions
from tests.engine import corpus
from tests.engine.sketches import CONTEXT, TOP, Game, Sketch, sketches, wild
from tests.engine.test_run import chosen, open_keys, run, stepped

TABLE = corpus.table()
WALKS = "processes/AA001.walks.json"
PATTERN, EASERVICE, ASK = "processes/P9.bpmn", "processes/AA001.bpmn", "forms/ask.form"


def said(folder, *, walk=True):
    return "\n".join(str(fault) for fault in check_folder(folder, walk=walk))


def replaced(name, old, new):
    folder = corpus.sound()
    assert old in folder[name]
    return {**folder, name: folder[name].replace(old, new)}


def without(folder, name):
    return {key: content for key, content in folder.items() if key != name}


# what is well
def test_nothing_is_wrong_with_the_small_eservice():
    assert said(corpus.sound()) == ""


@pytest.mark.long  # by day `bin/portal lint` asks the same beside the tests
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


# what the store has room for, and what a line can show
LIMITS = [
    (PATTERN, 'name="Check"', f'name="{"x" * 121}"', "review: Expected a name of at most 120 characters"),
    (PATTERN, '"review"', f'"{"x" * 61}"', "Expected a word of small letters as id"),
    (EASERVICE, 'value="CTO"', 'value="CTODESK99"', "AA001: Expected at most 8 characters in desk, but there are 9"),
    (EASERVICE, "EU_Small", f"EU_{'x' * 38}", "AA001: Expected at most 40 characters in function, but there are 41"),
    (PATTERN, 'name="Check"', 'name="Check&#10;it"', "review: Expected plain text in name, but it holds a line break"),
    (PATTERN, 'name="Check"', 'name="Check&#x202E;it"', "review: Expected plain text in name, but it holds a control"),
    (EASERVICE, '"Withdraw"', '"With&#9;draw"', "withdraw: Expected plain text in title, but it holds a control"),
    (
        EASERVICE,
        'value="A small eService"',
        'value="A&#13;B"',
        "AA001: Expected plain text in title, but it holds a line",
    ),
    (
        EASERVICE,
        'name="A small eService"',
        'name="A&#x85;B"',
        "AA001: Expected plain text in name, but it holds a contr",
    ),
    (ASK, '"Amount"', r'"Amo\nunt"', "amount: Expected plain text in label, but it holds a line break (U+000A)"),
    (ASK, '"Amount"', r'"Amo\u0000unt"', "amount: Expected plain text in label, but it holds a control character"),
    (ASK, "form.amount > 100", r"form.amount\t> 100", "note: Expected plain text in show_if, but it holds a control"),
    (
        "forms/decide.form",
        '"Approve"',
        r'"Ap\rprove"',
        "decision: Expected plain text in label, but it holds a line break",
    ),
]
FIELDS = [
    ('"min": 1', '"min": 5, "max": 4', "amount: Expected min up to max, but 5 is more than 4"),
    ('"label": "Amount"', '"label": "Amount", "decimalDigits": -1', "amount: Expected decimalDigits of 0 or more"),
    ('"label": "Note"', '"label": "Note", "validate": {"minLength": -1}', "note: Expected a minLength of 0 or more"),
    ('"label": "Note"', '"label": "Note", "validate": {"maxLength": -1}', "note: Expected a maxLength of 1 or more"),
    (
        '"label": "Note"',
        '"label": "Note", "validate": {"minLength": 9, "maxLength": 8}',
        "note: Expected minLength up to 8",
    ),
    ('"label": "Note"', '"label": "Note", "validate": {"minLength": 201}', "note: Expected minLength up to 200"),
]


@pytest.mark.parametrize(("name", "old", "new", "sentence"), LIMITS + [(ASK, *field) for field in FIELDS])
def test_what_the_store_or_a_line_has_no_room_for_is_refused(name, old, new, sentence):
    assert sentence in said(replaced(name, old.encode(), new.encode()))


def test_a_form_may_be_named_in_60_characters():
    folder = replaced(ASK, b'"ask"', f'"{"x" * 61}"'.encode())
    folder[f"forms/{'x' * 61}.form"] = folder[ASK]
    assert "Expected an id of at most 60 characters, but it has 61" in said(folder)


@pytest.mark.parametrize(
    ("form", "read", "cure"),
    [
        ("forms/decide.form", "request.wage", "correct the name"),
        (ASK, "request.amount", "correct the name"),
    ],
)
def test_only_a_later_step_reads_the_request_and_only_what_it_asks(form, read, cure):
    old = b'"label": "Decision",' if form != ASK else b'"label": "Note",'
    shown = b'"properties": { "rule": "%s is None" },' % read.encode()
    folder = replaced(form, old, old + shown)
    assert f"{read} is none: {cure}" in said(
        {**folder, form: folder[form].replace(b', "properties": { "show', b', "other": { "show')}
    )


def test_a_hint_and_a_text_block_may_have_lines():
    folder = replaced(ASK, b'"label": "Note"', rb'"label": "Note", "description": "One\nTwo"')
    text = rb'"components": [{"type": "text", "id": "read", "text": "One\n\nTwo"},'
    assert said({**folder, ASK: folder[ASK].replace(b'"components": [', text)}) == ""


def test_tasks_too_deep_for_their_key_are_refused():
    folder = replaced(EASERVICE, b'"request"', f'"{"x" * 60}"'.encode())
    long = re.sub(rb'(?<=")review(?=")|(?<=>)review(?=<)', b"y" * 60, folder[PATTERN])
    assert "Expected at most 120 letters" in said({**folder, PATTERN: long})


# what lists may show
@pytest.mark.parametrize("privacy", ["personal", "secret"])
@pytest.mark.parametrize("about", ["{form.note}", "{form.amount} {form['note']}", "{form.note if form.amount else 1}"])
def test_about_shows_no_field_of_a_person(privacy, about):
    folder = replaced(ASK, b'"properties": {', f'"properties": {{"class": "{privacy}",'.encode())
    folder[EASERVICE] = folder[EASERVICE].replace(b"{form.amount}", about.encode())
    assert f"in about: Expected a field that lists may show, but note is {privacy}: leave it out." in said(folder)


def test_about_names_each_field_that_it_shows():
    assert "reads it as a whole: name them" in said(replaced(EASERVICE, b"{form.amount}", b"{form}"))


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
    context = walker.context()
    assert {*walker.case(), *run.lists(definition, context), "agreed"} == places.CASE_KEYS


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


def test_a_way_out_for_the_second_company_is_refused():
    folder = replaced(EASERVICE, b'value="maker"', b'value="next_maker"')
    assert "Expected lanes of the firm or a desk" in said(folder)


def test_lists_may_show_a_second_company_only_what_it_may_read():
    folder = corpus.shipped()
    drawn = folder["processes/MS001.bpmn"].replace(b"{form.action}:", b"{form.remarks}:")
    assert "a field that next may read too, but remarks is none" in said(
        {**folder, "processes/MS001.bpmn": drawn}, walk=False
    )


@pytest.mark.parametrize("key", ["remarks", "nothing_such"])
def test_a_second_company_reads_no_more_of_the_request_than_is_open_to_it(key):
    folder, name = corpus.shipped(), "forms/DT021_gcp.form"
    changed = folder[name].replace(b"request.max_order_size", f"request.{key}".encode())
    assert f"request.{key} is none" in said({**folder, name: changed}, walk=False)


def test_the_makers_own_form_knows_no_request():
    folder, name = corpus.shipped(), "forms/DT021.form"
    changed = folder[name].replace(b"form.ptlg_name, 3, 12", b"request.ptlg_name, 3, 12")
    assert "request.ptlg_name is none" in said({**folder, name: changed}, walk=False)
