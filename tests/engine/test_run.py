"""A case advances exactly as it is drawn, one step at a time, and keeps nothing it does not need."""

import json
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import BadDrawing, BadExpression, BadState, NoWayOut, Refused, RunAway, TaskNotOpen
from engine.forms import form
from engine.hours import HONG_KONG, exchange_calendar
from engine.language.scope import Scope
from engine.running import definition as definitions
from engine.running import run
from engine.running.outcome import Context
from engine.sealed import seal
from tests.engine import corpus
from tests.engine.sketches import CONTEXT as SKETCHED
from tests.engine.sketches import Game, Sketch, sketches

TOP = ("AA001", "")
ANSWERS = {"limit_hkd": Decimal(60_000_000), "scope": "FIRM", "effective_date": datetime(2026, 11, 26).date()}
KEY = b"k" * 32
STEPS = {"request/submit": [None], "request/review": ["approve", "return"]}
STEPS |= {"request/process": ["forward", "return", "propose_reject"]}
STEPS |= {"request/approve": ["approve", "back", "return"], "request/confirm_rejection": ["reject", "back", "return"]}


def at(text="2026-11-23T10:00:00"):
    now = datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)
    case = {"participant_id": "B00123", "sla_days": 2}
    return Context(Scope(now=now, calendar=exchange_calendar(2026, 2027)), ANSWERS, case)


@pytest.fixture(scope="module")
def ct027():
    return definitions.compiled(definitions.gather(corpus.shipped(), "CT027"), "CT027")


def gone(definition, *steps, context=None):
    """The outcome after these steps: (key, decision) completes, a plain key fires, ~name leaves."""
    context = context or at()
    outcome = run.start(definition, context)
    for step in steps:
        if isinstance(step, tuple):
            outcome = run.complete(definition, outcome.state, step[0], {"decision": step[1]}, context)
        elif step.startswith("~"):
            outcome = run.cancel(definition, outcome.state, step[1:], context)
        else:
            outcome = run.fire(definition, outcome.state, step, context)
    return outcome


SUBMITTED = ("request/submit", None)
CHECKED = ("request/review", "approve")
FORWARDED = ("request/process", "forward")
PROPOSED = ("request/process", "propose_reject")
RETURNED = ("request/review", "return")


# what is open
def test_a_case_begins_as_a_draft_with_its_maker(ct027):
    outcome = gone(ct027)
    assert (outcome.status, [(task.key, task.lane) for task in outcome.tasks]) == (
        "DRAFT",
        [("request/submit", "maker")],
    )


def test_a_task_shows_its_form_and_kind(ct027):
    assert [(task.form, task.kind) for task in gone(ct027, SUBMITTED).tasks] == [("check", "decide")]


def test_the_maker_fills_the_form_of_the_eservice(ct027):
    assert [task.form for task in gone(ct027).tasks] == ["CT027"]


def test_a_check_is_due_at_the_cut_off_of_the_next_business_day(ct027):
    assert [task.due_at for task in gone(ct027, SUBMITTED).tasks] == [datetime(2026, 11, 24, 9, 0, tzinfo=UTC)]


def test_processing_is_due_after_the_service_level(ct027):
    assert [task.due_at for task in gone(ct027, SUBMITTED, CHECKED).tasks] == [datetime(2026, 11, 25, 9, 0, tzinfo=UTC)]


def test_a_due_time_stays_when_other_things_happen(ct027):
    outcome = gone(ct027, SUBMITTED)
    later = run.fire(ct027, outcome.state, "request/review_overdue", at("2026-11-24T17:00:00"))
    assert [(task.due_at, task.fresh) for task in later.tasks] == [(outcome.tasks[0].due_at, False)]


def test_a_reminder_and_the_overdue_notice_wait(ct027):
    outcome = gone(ct027, SUBMITTED, context=at("2026-11-22T10:00:00"))
    assert [(timer.key, timer.due_at.isoformat()) for timer in outcome.timers] == [
        ("request/review_reminder", "2026-11-23T01:00:00+00:00"),
        ("request/review_overdue", "2026-11-24T09:00:00+00:00"),
    ]


def test_a_reminder_whose_time_is_over_does_not_wait(ct027):
    assert [timer.key for timer in gone(ct027, SUBMITTED).timers] == ["request/review_overdue"]


def test_a_notice_leaves_the_task_open(ct027):
    outcome = gone(ct027, SUBMITTED, "request/review_overdue")
    assert [task.key for task in outcome.tasks] == ["request/review"]


def test_a_notice_is_passed_on(ct027):
    assert [passed.notice for passed in gone(ct027, SUBMITTED, "request/review_overdue").passed] == ["overdue", ""][:1]


def test_a_notice_fires_once(ct027):
    with pytest.raises(TaskNotOpen):
        gone(ct027, SUBMITTED, "request/review_overdue", "request/review_overdue")


def test_a_completed_task_takes_its_timers_along(ct027):
    assert {timer.key for timer in gone(ct027, SUBMITTED, CHECKED).timers} == {
        "request/process_overdue",
        "request/process_reminder",
    }


# moving on
def test_an_approved_request_is_completed_with_its_effect(ct027):
    outcome = gone(ct027, SUBMITTED, CHECKED, FORWARDED, ("request/approve", "approve"))
    (change,) = outcome.effects
    assert (outcome.status, outcome.finished, change.owner, change.values["limit_hkd"]) == (
        "COMPLETED",
        True,
        "B00123",
        "60000000",
    )


def test_a_rejected_request_changes_nothing(ct027):
    outcome = gone(ct027, SUBMITTED, CHECKED, PROPOSED, ("request/confirm_rejection", "reject"))
    assert (outcome.status, outcome.finished, outcome.effects) == ("REJECTED", True, ())


def test_milestones_are_passed_in_order(ct027):
    outcome = gone(ct027, SUBMITTED, CHECKED, PROPOSED, ("request/confirm_rejection", "reject"))
    assert [passed.status for passed in outcome.passed] == ["REJECTED"]


def test_an_answer_that_is_not_routed_goes_nowhere(ct027):
    outcome = run.complete(
        ct027, gone(ct027).state, "request/submit", {"decision": "return", "pre_approved": True}, at()
    )
    assert b"pre_approved" not in outcome.state and b'"decision"' not in outcome.state


def test_an_unknown_decision_takes_the_default_flow_and_no_more(ct027):
    assert gone(ct027, SUBMITTED, ("request/review", "whatever")).status == "PENDING_HKEX"


@pytest.mark.parametrize("value", ["a b", "x" * 61, "港", 1.5, [1], {"a": 1}, Decimal(1)])
def test_only_plain_words_and_numbers_are_routed(ct027, value):
    with pytest.raises(BadExpression, match="Expected a plain word or number to route by"):
        gone(ct027, SUBMITTED, ("request/review", value))


@pytest.mark.parametrize(
    "key", ["request/review", "request/submit#2", "submit", "request", "", "request/submit/", "Root"]
)
def test_a_task_that_is_not_open_cannot_be_completed(ct027, key):
    with pytest.raises(TaskNotOpen):
        gone(ct027, (key, None))


def test_no_task_is_completed_twice(ct027):
    with pytest.raises(TaskNotOpen):
        gone(ct027, SUBMITTED, SUBMITTED)


def test_nothing_is_open_after_the_end(ct027):
    outcome = gone(ct027, SUBMITTED, "~abort")
    assert (outcome.tasks, outcome.timers, outcome.ways_out) == ((), (), ())


# ways out
@pytest.mark.parametrize(
    ("steps", "names"),
    [
        ((), ["abort", "discard"]),
        ((SUBMITTED,), ["abort", "withdraw"]),
        ((SUBMITTED, RETURNED), ["abort", "discard", "withdraw"]),
        ((SUBMITTED, CHECKED), ["abort", "withdraw"]),
        ((SUBMITTED, CHECKED, FORWARDED), ["abort", "withdraw"]),
        ((SUBMITTED, CHECKED, PROPOSED), ["abort", "withdraw"]),
        ((SUBMITTED, CHECKED, ("request/process", "return")), ["abort", "withdraw"]),
    ],
)
def test_ways_out_are_offered_as_drawn(ct027, steps, names):
    assert sorted(way.name for way in gone(ct027, *steps).ways_out) == names


@pytest.mark.parametrize(
    ("name", "status"), [("withdraw", "WITHDRAWN"), ("discard", "DISCARDED"), ("abort", "ABORTED")]
)
def test_a_way_out_ends_the_case(ct027, name, status):
    outcome = gone(ct027, SUBMITTED, RETURNED, f"~{name}")
    assert (outcome.status, outcome.finished) == (status, True)


def test_a_way_out_that_is_not_offered_is_refused(ct027):
    with pytest.raises(NoWayOut, match="while it is DRAFT"):
        gone(ct027, "~withdraw")


def test_a_way_out_says_who_and_why(ct027):
    way = next(way for way in gone(ct027, SUBMITTED).ways_out if way.name == "withdraw")
    assert (way.who, way.reason, way.title) == (("maker", "checker"), "required", "Withdraw")


# time
def test_nothing_falls_due_in_maintenance():
    sketch = Sketch()
    start, task, end = (sketch.add(kind, TOP) for kind in ("startEvent", "userTask", "endEvent"))
    timer, last = sketch.add("boundaryEvent", TOP, host=task, event="timer"), sketch.add("endEvent", TOP)
    for source, target in ((start, task), (task, end), (timer, last)):
        sketch.lead(source, target)
    outcome = run.start(sketch.definition(), at("2026-11-27T12:00:00"))
    assert [due.due_at for due in outcome.timers] == [datetime(2026, 11, 29, 0, 0, tzinfo=HONG_KONG)]


def waiting(kind, timer):
    """A timer on the way, or beside a task, and a task behind it."""
    sketch = Sketch()
    start, after, end = (sketch.add(each, TOP) for each in ("startEvent", "userTask", "endEvent"))
    if kind == "boundaryEvent":
        first = sketch.add("userTask", TOP)
        event = sketch.add(kind, TOP, "wait", host=first, event="timer")
        flows = ((start, first), (first, after), (event, after))
    else:
        event = sketch.add(kind, TOP, "wait", event="timer")
        flows = ((start, event), (event, after))
    for source, target in (*flows, (after, end)):
        sketch.lead(source, target)
    name = "processes/AA001.bpmn"
    drawn = sketch.files()[name].replace(
        b"timeDuration>P1D</bpmn:timeDuration", f"timeDate>{timer}</bpmn:timeDate".encode()
    )
    return definitions.compiled({**sketch.files(), name: drawn}, "AA001")


@pytest.mark.parametrize("over", ["business_day_before(cutoff_after(0))", "effective_at(form.nothing)"])
def test_a_time_that_is_over_does_not_hold_up_the_way(over):
    assert [due.due_at for due in run.start(waiting("intermediateCatchEvent", over), at()).timers] == [at().now]


def test_a_time_that_is_over_beside_a_task_leaves_the_task_alone():
    assert run.start(waiting("boundaryEvent", "business_day_before(cutoff_after(0))"), at()).timers == ()


@pytest.mark.parametrize(("text", "hours"), [("P2D", 48), ("PT4H", 4), ("P1DT2H30M", 26.5), ("PT90M", 1.5)])
def test_a_duration_is_so_long(text, hours):
    assert run.duration(text).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "2 days", "P1Y", "P1W", "-P1D", "P1.5D", "PT10S", "R/P1D", "P1D\n", "P१D"]
)
def test_anything_else_is_no_duration(text):
    with pytest.raises(BadExpression):
        run.duration(text)


# limits
def test_a_loop_that_never_waits_is_stopped():
    sketch = Sketch()
    start, merge, task, end = (
        sketch.add(kind, TOP) for kind in ("startEvent", "exclusiveGateway", "userTask", "endEvent")
    )
    gateway = sketch.add("exclusiveGateway", TOP)
    for source, target in ((start, merge), (merge, gateway), (task, end)):
        sketch.lead(source, target)
    sketch.lead(gateway, task, "never", (1,))
    sketch.lead(gateway, merge, default=True)
    with pytest.raises(RunAway):
        run.start(sketch.definition(), SKETCHED)


@pytest.mark.parametrize("times", [200, pytest.param(1000, marks=pytest.mark.long)])
def test_many_returns_are_right_and_cost_what_one_costs(ct027, times):
    outcome, sizes = run.start(ct027, at()), []
    for _ in range(times):
        outcome = run.complete(ct027, outcome.state, "request/submit", {}, at())
        outcome = run.complete(ct027, outcome.state, "request/review", {"decision": "return"}, at())
        sizes.append(len(outcome.state))
        assert (outcome.status, len(outcome.tasks), outcome.finished) == ("RETURNED_BY_CHECKER", 1, False)
    assert max(sizes[times // 2 :]) <= max(sizes[: times // 2])


# the saved state
def test_equal_steps_give_equal_bytes(ct027):
    assert gone(ct027, SUBMITTED, RETURNED).state == gone(ct027, SUBMITTED, RETURNED).state


def test_the_state_of_a_case_is_small(ct027):
    assert len(gone(ct027, SUBMITTED, CHECKED).state) < 3000


@given(place=st.integers(0), change=st.integers(1, 255))
def test_a_changed_state_is_refused_before_it_is_read(ct027, place, change):
    blob = bytearray(seal.signed(gone(ct027, SUBMITTED).state, KEY))
    blob[place % len(blob)] ^= change
    with pytest.raises(BadState):
        seal.opened(bytes(blob), KEY)


@given(place=st.integers(0), change=st.integers(1, 255))
def test_even_an_unsealed_state_leads_to_nothing_but_a_refusal(ct027, place, change):
    blob = bytearray(gone(ct027, SUBMITTED).state)
    blob[place % len(blob)] ^= change
    try:
        run.complete(ct027, bytes(blob), "request/review", {"decision": "return"}, at())
    except Refused:
        return


@pytest.mark.parametrize("state", [b"", b"null", b"[]", b"{}", b'{"v":1}', b'{"v":1,"status":"","parts":[]}', b"\xff"])
def test_bytes_that_are_no_state_are_refused(ct027, state):
    with pytest.raises(BadState):
        run.fire(ct027, state, "request/review_overdue", at())


def test_a_state_of_another_version_is_refused(ct027):
    other = json.dumps({**json.loads(gone(ct027).state), "v": 99}).encode()
    with pytest.raises(BadState, match="version"):
        run.complete(ct027, other, "request/submit", {}, at())


# by chance: CT027
class Kept:
    """A case that is never saved and loaded again."""

    def __init__(self, definition, context):
        self.run = run._Run(definition, context)
        self.outcome = self.run.begun()

    def step(self, happening):
        self.run.passed, self.run.effects, self.run.done, self.run.steps = [], [], [], 0
        kind, key, values = happening
        if kind == "complete":
            task, element = self.run.open_task(key)
            task.data.update({name: values.get(name) for name in element.routes})
            self.run.ran(task)
        else:
            self.run.caught(key)
        self.outcome = self.run.advanced()


def stepped(definition, state, happening, context):
    kind, key, values = happening
    if kind == "complete":
        return run.complete(definition, state, key, values, context)
    return run.fire(definition, state, key, context)


def possible(outcome):
    for task in outcome.tasks:
        for decision in STEPS[task.key]:
            yield "complete", task.key, {"decision": decision}
    for timer in outcome.timers:
        yield "fire", timer.key, {}
    for way in outcome.ways_out:
        yield "fire", way.key, {}


def facts(outcome):
    """An outcome without its bytes and without the order of what is open."""
    opened = Counter((task.key, task.lane, task.due_at, task.fresh) for task in outcome.tasks)
    waiting = (opened, set(outcome.timers), set(outcome.ways_out))
    return (outcome.status, outcome.finished, *waiting, Counter(outcome.passed), outcome.effects, Counter(outcome.done))


def routing(state):
    """The routing data of every task that is open in a saved state."""
    found = Counter()
    for part in json.loads(state)["parts"]:
        data = {}
        for number, parent, spec, status, _, _, _, own in part["tasks"]:
            data[number] = (data[parent] if parent is not None else {}) if own is None else own
            if status in (8, 16):
                found[part["spec"], spec, json.dumps(data[number], sort_keys=True)] += 1
    return found


@given(st.integers(0, 2**32))
def test_on_every_way_through_ct027_compaction_and_reloading_change_nothing(ct027, seed):
    chance = random.Random(seed)
    outcome, whole, kept = run.start(ct027, at()), uncompacted(run.start, ct027, at()), Kept(ct027, at())
    for _ in range(20):
        assert facts(outcome) == facts(whole) == facts(kept.outcome)
        assert outcome.state == kept.outcome.state and routing(outcome.state) == routing(whole.state)
        choices = list(possible(outcome))
        if not choices:
            break
        happening = chance.choice(choices)
        outcome = stepped(ct027, outcome.state, happening, at())
        whole = uncompacted(stepped, ct027, whole.state, happening, at())
        kept.step(happening)


@given(st.integers(0, 2**32))
def test_on_every_way_through_ct027_only_declared_routes_are_kept(ct027, seed):
    chance = random.Random(seed)
    outcome = run.start(ct027, at())
    while choices := list(possible(outcome)):
        kind, key, values = chance.choice(choices)
        outcome = stepped(ct027, outcome.state, (kind, key, {**values, "typename": "x", "status": "COMPLETED"}), at())
        assert {name for part in json.loads(outcome.state)["parts"] for t in part["tasks"] for name in t[7] or {}} <= {
            "decision",
            "outcome",
        }


@given(st.integers(0, 2**32))
def test_no_way_through_ct027_reaches_the_exchange_unchecked(ct027, seed):
    chance = random.Random(seed)
    outcome, checked = run.start(ct027, at()), False
    while choices := [c for c in possible(outcome)]:
        kind, key, values = chance.choice(choices)
        outcome = stepped(ct027, outcome.state, (kind, key, values), at())
        if key == "request/submit":
            checked = False
        if key == "request/review" and values.get("decision") == "approve":
            checked = True
        assert checked or not any(task.lane.startswith("desk_") for task in outcome.tasks)


@given(st.integers(0, 2**32))
def test_on_every_way_through_ct027_the_exchange_decides_what_was_proposed(ct027, seed):
    chance = random.Random(seed)
    outcome, proposed = run.start(ct027, at()), None
    while choices := list(possible(outcome)):
        kind, key, values = chance.choice(choices)
        outcome = stepped(ct027, outcome.state, (kind, key, values), at())
        if key == "request/process":
            proposed = {"forward": "COMPLETED", "propose_reject": "REJECTED"}.get(values["decision"])
    assert outcome.status not in {"COMPLETED", "REJECTED"} - {proposed}


def uncompacted(work, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "compact", lambda workflow: None)
        return work(*arguments)


def test_a_message_or_timer_on_the_way_keeps_what_was_routed_last():
    sketch = Sketch()
    start, end = sketch.add("startEvent", TOP), sketch.add("endEvent", TOP)
    box, merge, gateway = (sketch.add(each, TOP) for each in ("subProcess", "exclusiveGateway", "exclusiveGateway"))
    first, inside = sketch.add("userTask", TOP, "first", routes="word"), ("AA001", box)
    inner, last = sketch.add("startEvent", inside), sketch.add("endEvent", inside)
    second = sketch.add("userTask", inside, "second", routes="word")
    event, third = sketch.add("intermediateCatchEvent", inside, "wait", event="timer"), sketch.add("userTask", inside)
    for source, target in ((start, first), (first, merge), (merge, box), (inner, second), (second, event)):
        sketch.lead(source, target)
    for source, target in ((event, third), (third, last), (box, gateway), (gateway, end)):
        sketch.lead(source, target)
    definition = sketch.definition()
    outcome = run.complete(definition, run.start(definition, SKETCHED).state, "first", {"word": 1}, SKETCHED)
    outcome = run.complete(definition, outcome.state, f"{box}/second", {"word": 2}, SKETCHED)
    outcome = run.fire(definition, outcome.state, f"{box}/wait", SKETCHED)
    assert [json.loads(data) for _, _, data in routing(outcome.state) if "word" in data] == [{"word": 2}]


# by chance: any drawing
def open_keys(outcome):
    """Everything that waits, by its path."""
    keys = [each.key for each in (*outcome.tasks, *outcome.timers, *outcome.ways_out)]
    return Counter(re.sub(r"#[0-9]+$", "", key) for key in keys)


def chosen(sketch, path, chance):
    node = sketch.nodes[path.rpartition("/")[2].partition("#")[0]]
    word = chance.randrange(4)
    return ("fire" if node.event else "complete"), path, {node.routes: word} if node.routes else {}


@given(sketches(), st.integers(0, 2**32))
def test_every_drawing_runs_as_bpmn_says_compacted_or_not_reloaded_or_not(sketch, seed):
    chance, definition, game = random.Random(seed), sketch.definition(), Game(sketch)
    outcome, kept = run.start(definition, SKETCHED), Kept(definition, SKETCHED)
    whole = uncompacted(run.start, definition, SKETCHED)
    for _ in range(15):
        assert open_keys(outcome) == game.waiting() and outcome.finished == game.is_over()
        assert facts(outcome) == facts(whole) == facts(kept.outcome)
        assert outcome.state == kept.outcome.state and routing(outcome.state) == routing(whole.state)
        if outcome.finished:
            break
        happening = chosen(sketch, chance.choice(sorted(game.waiting())), chance)
        game.happen(happening[1], next(iter(happening[2].values()), None))
        outcome = stepped(definition, outcome.state, happening, SKETCHED)
        whole = uncompacted(stepped, definition, whole.state, happening, SKETCHED)
        kept.step(happening)


@given(sketches(), st.integers(0, 2**32))
def test_every_timer_knows_whether_it_is_idle_and_when_it_would_come_later(sketch, seed):
    chance, definition, outcome = random.Random(seed), sketch.definition(), run.start(sketch.definition(), SKETCHED)
    later = Context(Scope(now=SKETCHED.now + timedelta(days=10)))
    game = Game(sketch)
    for _ in range(8):
        for due in outcome.timers:
            assert due.idle is sketch.nodes[due.key.rpartition("/")[2].partition("#")[0]].idle
            assert run.moment(definition, outcome.state, due.key, later) == due.due_at + timedelta(days=10)
        if outcome.finished:
            break
        happening = chosen(sketch, chance.choice(sorted(game.waiting())), chance)
        game.happen(happening[1], next(iter(happening[2].values()), None))
        outcome = stepped(definition, outcome.state, happening, SKETCHED)


@given(sketches(), st.integers(0, 2**32))
def test_without_branches_the_status_is_that_of_the_last_milestone(sketch, seed):
    assume(not any(node.kind in ("parallelGateway", "inclusiveGateway") for node in sketch.nodes.values()))
    chance, definition, game = random.Random(seed), sketch.definition(), Game(sketch)
    outcome = run.start(definition, SKETCHED)
    while not outcome.finished and chance.random() < 0.95:
        happening = chosen(sketch, chance.choice(sorted(game.waiting())), chance)
        game.happen(happening[1], next(iter(happening[2].values()), None))
        outcome = stepped(definition, outcome.state, happening, SKETCHED)
    assert outcome.status == game.status


def test_a_join_inside_a_loop_is_refused():
    sketch = Sketch()
    start, task, end = (sketch.add(kind, TOP) for kind in ("startEvent", "userTask", "endEvent"))
    split, join = (sketch.add("parallelGateway", TOP) for _ in range(2))
    merge, gateway = (sketch.add("exclusiveGateway", TOP) for _ in range(2))
    for source, target in ((start, merge), (merge, split), (split, join), (split, join), (join, task), (task, gateway)):
        sketch.lead(source, target)
    sketch.lead(gateway, merge, "again", (1,))
    sketch.lead(gateway, end, default=True)
    with pytest.raises(BadDrawing, match="put split and join into a sub-process"):
        sketch.definition()


def test_a_form_never_reaches_the_engine(ct027):
    asked = ct027.forms["CT027"]
    answers = form.dumped({key: f"canary {key}" for key in asked.keys})
    outcome = run.complete(ct027, run.start(ct027, at()).state, "request/submit", answers, at())
    assert b"canary" not in outcome.state
