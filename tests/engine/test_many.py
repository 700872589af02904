"""A task for each item of a list: who gets one, what they hand on, and what becomes of those not needed any more."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from SpiffWorkflow.util.task import TaskState

from engine.errors import BadExpression, TaskNotOpen
from engine.running import definition as definitions
from engine.running import run
from engine.running.compaction import compact
from engine.running.state import restored
from tests.engine.sketches import CONTEXT, TOP, Sketch
from tests.engine.test_run import Kept, stepped

DUE = datetime(2026, 11, 24, 2, tzinfo=UTC)


def many(each=("CTO", "ITC"), *, until=False, timer=None, list_of=None, after_event=False):
    """A task for each item that routes `answer`, a gateway back to it for the word 1, and a task behind it."""
    sketch = Sketch()
    start, merge = sketch.add("startEvent", TOP), sketch.add("exclusiveGateway", TOP)
    task = sketch.add("userTask", TOP, "work", each=each, until=until, routes="answer")
    gateway = sketch.add("exclusiveGateway", TOP)
    after, end = sketch.add("userTask", TOP, "after"), sketch.add("endEvent", TOP)
    flows = [(merge, task), (task, gateway), (after, end)]
    if timer is not None:
        event = sketch.add("boundaryEvent", TOP, "late", host=task, event="timer", interrupting=timer)
        flows.append((event, after if timer else sketch.add("endEvent", TOP)))
    if after_event:
        first = sketch.add("userTask", TOP, "first")
        event = sketch.add("boundaryEvent", TOP, "late", host=first, event="timer")
        flows += [(start, first), (first, end), (event, task)]
    else:
        flows.append((start, merge))
    for source, target in flows:
        sketch.lead(source, target)
    sketch.lead(gateway, merge, "answer", (1,))
    sketch.lead(gateway, after, default=True)
    files = sketch.files()
    if list_of is not None:
        name = "processes/AA001.bpmn"
        files[name] = files[name].replace(str(list(each)).encode(), list_of.encode())
    return definitions.compiled(files, "AA001")


def gone(definition, *steps, context=CONTEXT):
    """The outcome after these steps: (key, answer) completes, a plain key fires."""
    outcome = run.start(definition, context)
    for step in steps:
        if isinstance(step, tuple):
            outcome = run.complete(definition, outcome.state, step[0], {"answer": step[1]}, context)
        else:
            outcome = run.fire(definition, outcome.state, step, context)
    return outcome


def open_keys(outcome):
    return [task.key for task in outcome.tasks]


def given(**answers):
    return replace(CONTEXT, answers=answers)


# who gets one
def test_each_item_gets_a_task_of_its_own():
    assert open_keys(gone(many())) == ["work#CTO", "work#ITC"]


def test_the_same_item_twice_gets_one_task():
    assert open_keys(gone(many(("CTO", "ITC", "CTO")))) == ["work#CTO", "work#ITC"]


def test_an_empty_list_passes_at_once():
    assert open_keys(gone(many(()))) == ["after"]


def test_the_list_may_be_an_answer():
    outcome = gone(many(("x",), list_of="form.desks"), context=given(desks=["CTO", "DTO", "ITC"]))
    assert open_keys(outcome) == ["work#CTO", "work#DTO", "work#ITC"]


def test_fifty_items_get_fifty_tasks():
    outcome = gone(many(("x",), list_of="form.desks"), context=given(desks=[f"D{n}" for n in range(50)]))
    assert len(outcome.tasks) == 50


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([f"D{number}" for number in range(51)], "at most 50 tasks at the same time, but there are 51"),
        (["CTO", 7], "a list of words"),
        (["CTO", True], "a list of words"),
        (["CTO", None], "a list of words"),
        (["CTO", ["ITC"]], "a list of words"),
        (["CTO", ""], "a list of words"),
        ("CTO", "a list of words"),
        (None, "a list of words"),
        ({"CTO": 1}, "a list of words"),
        (["the desk"], "a plain word"),
        (["CTO#2"], "a plain word"),
        (["a/b"], "a plain word"),
        (["CTO\n"], "a plain word"),
        (["港交所"], "a plain word"),
        (["x" * 21], "at most 20 letters"),
    ],
)
def test_what_is_no_list_of_words_opens_nothing(items, sentence):
    with pytest.raises(BadExpression, match=sentence):
        gone(many(("x",), list_of="form.desks"), context=given(desks=items))


def test_a_number_as_an_item_is_no_second_task_of_that_number():
    definition = many(("1", "2"))
    assert open_keys(gone(definition, ("work#2", 0))) == ["work#1"]


def test_behind_an_event_each_item_gets_its_task_too():
    assert open_keys(gone(many(after_event=True), "late")) == ["work#CTO", "work#ITC"]


def test_behind_an_event_an_empty_list_passes_at_once_too():
    assert open_keys(gone(many((), after_event=True), "late")) == ["after"]


# what they hand on
def test_the_way_goes_on_when_all_have_answered():
    assert open_keys(gone(many(), ("work#ITC", 0), ("work#CTO", 0))) == ["after"]


def test_the_others_stay_open_until_they_have_answered():
    assert open_keys(gone(many(), ("work#CTO", 0))) == ["work#ITC"]


@pytest.mark.parametrize("key", ["work", "work#", "work#DTO", "work#CTO#2", "work#cto"])
def test_a_task_that_no_item_has_is_not_open(key):
    with pytest.raises(TaskNotOpen):
        gone(many(), (key, 0))


def test_nobody_answers_twice():
    with pytest.raises(TaskNotOpen):
        gone(many(), ("work#CTO", 0), ("work#CTO", 0))


def test_the_task_itself_is_done_once_and_each_answer_once():
    outcome = gone(many(), ("work#CTO", 0), ("work#ITC", 0))
    assert outcome.done[:2] == ("work#ITC", "work")


def test_the_item_is_no_routing_variable_behind_the_task():
    assert b'"item":"' not in gone(many(), ("work#CTO", 0), ("work#ITC", 0)).state


def test_an_item_never_becomes_what_an_item_of_that_name_was():
    definition = many(("CTO",))
    outcome = gone(definition, ("work#CTO", 1), ("work#CTO", 0))
    tasks = json.loads(outcome.state)["parts"][0]["tasks"]
    assert {name for task in tasks for name in task[7] or {}} <= {"answer"}


# those not needed any more
def test_one_answer_ends_the_others():
    assert open_keys(gone(many(until=True), ("work#CTO", 1))) == ["work#CTO", "work#ITC"]


def test_what_was_ended_cannot_be_answered():
    definition = many(("CTO", "ITC", "DTO"), until=True)
    ended = gone(definition, ("work#CTO", 0), ("work#ITC", 1))
    assert [task.fresh for task in ended.tasks] == [True, True, True]


def test_an_answer_that_ends_nothing_leaves_the_others_open():
    assert open_keys(gone(many(until=True), ("work#CTO", 0))) == ["work#ITC"]


def test_what_was_ended_does_not_come_back_when_the_rest_is_done():
    definition = many(until=True)
    assert open_keys(gone(definition, ("work#CTO", 1), ("work#CTO", 0), ("work#ITC", 0))) == ["after"]


def test_an_event_that_interrupts_ends_them_all():
    assert open_keys(gone(many(timer=True), ("work#CTO", 0), "late")) == ["after"]


def test_after_an_event_that_interrupted_nobody_can_answer():
    with pytest.raises(TaskNotOpen):
        gone(many(timer=True), "late", ("work#CTO", 0))


def test_an_event_that_does_not_interrupt_leaves_them_open():
    assert open_keys(gone(many(timer=False), ("work#CTO", 0), "late")) == ["work#ITC"]


def test_their_timer_goes_with_the_last_of_them():
    assert gone(many(timer=False), ("work#CTO", 0), ("work#ITC", 0)).timers == ()


def test_a_timer_waits_once_however_many_they_are():
    assert [(due.key, due.due_at) for due in gone(many(timer=False)).timers] == [("late", DUE)]


# the saved state
@pytest.mark.parametrize("timer", [None, True, False])
def test_saved_and_loaded_they_go_on_as_if_they_had_not_been(timer):
    definition = many(("CTO", "ITC", "DTO"), until=True, timer=timer)
    outcome, kept = run.start(definition, CONTEXT), Kept(definition, CONTEXT)
    for key, word in [("work#ITC", 0), ("work#CTO", 1), ("work#DTO", 0), ("work#CTO", 0), ("work#ITC", 0)]:
        happening = ("complete", key, {"answer": word})
        outcome = stepped(definition, outcome.state, happening, CONTEXT)
        kept.step(happening)
        assert outcome.state == kept.outcome.state


def test_the_order_of_the_answers_is_not_the_order_of_the_tasks():
    definition = many()
    there, back = (("work#CTO", 0), ("work#ITC", 0)), (("work#ITC", 0), ("work#CTO", 0))
    assert open_keys(gone(definition, *there)) == open_keys(gone(definition, *back))


@pytest.mark.parametrize("timer", [None, True, False])
def test_compaction_keeps_the_task_above_those_that_are_open(timer):
    definition = many(timer=timer)
    outcome = gone(definition, ("work#CTO", 0))
    workflow, _ = restored(definition, outcome.state, None)
    compact(workflow)
    above = [t for t in workflow.tasks.values() if t.task_spec.name == "work" and t.has_state(TaskState.STARTED)]
    assert [t.task_spec.name for t in above[0].children if t.has_state(TaskState.READY)] == ["work [child]"]


@pytest.mark.parametrize("times", [200, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize("timer", [None, True, False])
def test_many_rounds_cost_what_one_costs(timer, times):
    definition = many(until=True, timer=timer)
    outcome, sizes = run.start(definition, CONTEXT), []
    for number in range(times):
        key = ("work#CTO", "work#ITC")[number % 2]
        outcome = run.complete(definition, outcome.state, key, {"answer": 1}, CONTEXT)
        sizes.append(len(outcome.state))
        assert open_keys(outcome) == ["work#CTO", "work#ITC"]
    assert max(sizes[10:]) <= max(sizes[:10])
