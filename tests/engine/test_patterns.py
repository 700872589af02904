"""The shipped patterns: second companies, desks, brokers, decisions and dispatch, step by step and by chance."""

import json
import random
from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.checking import walks
from engine.errors import BadExpression, NoWayOut, TaskNotOpen
from engine.forms import form
from engine.hours import HONG_KONG, exchange_calendar
from engine.language.scope import Scope
from engine.people import DESK_LANES
from engine.running import definition as definitions
from engine.running import run
from engine.running.outcome import Context
from engine.running.replay import NOTES, replayed
from engine.sealed import seal
from tests.engine import corpus
from tests.engine.test_run import Kept, facts, routing, stepped, uncompacted

CODES = ["CT027", "PA002", "MS001", "TM003", "TM004", "TM005", "TM006"]
ANSWERS = {"designated_bank": "DB0001", "clearing_house": "HKSCC", "currency": "HKD", "account_no": "012345678"}
ANSWERS |= {"effective_date": datetime(2026, 12, 1).date(), "brokers": ["B00456", "B00789"], "result": "LOOK"}
ANSWERS |= {"persons": [], "scope": "FIRM"}
CASE = {"participant_id": "B00123", "sla_days": 2, "single_eye": False, "sent": False}
SUBMIT, CHECK = ("request/submit", None), ("request/review", "approve")
FILL = ("request/second/next_fill", "agree")
AGREE = ("request/second/next_review", "agree")
AT_THE_BANK, AT_THE_EXCHANGE = (SUBMIT, CHECK), (SUBMIT, CHECK, FILL, AGREE)


@cache
def definition(code):
    return definitions.compiled(definitions.gather(corpus.shipped(), code), code)


@pytest.fixture(scope="module")
def ms001():
    return definition("MS001")


def at(text="2026-11-23T10:00:00", answers=ANSWERS, **case):
    now = datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)
    return Context(Scope(now=now, calendar=exchange_calendar(2026, 2027)), answers, {**CASE, **case})


def gone(drawn, *steps, context=None):
    """The outcome after these steps: (key, answer) completes, a plain key fires, ~name leaves."""
    context = context or at()
    outcome = run.start(drawn, context)
    for step in steps:
        outcome = stepped_on(drawn, outcome, step, context)
    return outcome


def stepped_on(drawn, outcome, step, context):
    if isinstance(step, tuple):
        return run.complete(drawn, outcome.state, step[0], {"decision": step[1], "answer": step[1]}, context)
    if step.startswith("~"):
        return run.cancel(drawn, outcome.state, step[1:], context)
    return run.fire(drawn, outcome.state, step, context)


def opened(outcome):
    return [(task.key, task.party or task.desk) for task in outcome.tasks]


# a second company
def test_the_second_company_is_the_one_that_the_request_names(ms001):
    assert opened(gone(ms001, *AT_THE_BANK)) == [("request/second/next_fill", "DB0001")]


def test_the_company_that_files_is_no_party(ms001):
    assert opened(gone(ms001, SUBMIT)) == [("request/review", "")]


def test_the_second_company_fills_its_own_form(ms001):
    assert [task.form for task in gone(ms001, *AT_THE_BANK).tasks] == ["MS001_bank"]


def test_what_both_have_checked_goes_to_the_desk_that_the_answers_name(ms001):
    assert opened(gone(ms001, *AT_THE_EXCHANGE)) == [("request/process#CCO", "CCO")]


def test_other_answers_name_another_desk(ms001):
    context = at(answers={**ANSWERS, "clearing_house": "SEOCH"})
    assert opened(gone(ms001, *AT_THE_EXCHANGE, context=context)) == [("request/process#DCO", "DCO")]


@pytest.mark.parametrize("bank", [None, ""])
def test_a_request_that_names_no_second_company_does_not_leave_the_checker(ms001, bank):
    with pytest.raises(BadExpression, match="Expected a company for the step next_fill, but the request names none"):
        gone(ms001, *AT_THE_BANK, context=at(answers={**ANSWERS, "designated_bank": bank}))


@pytest.mark.parametrize("bank", ["the bank", 7, ["DB0001"], "D" * 21])
def test_a_second_company_is_one_plain_word(ms001, bank):
    with pytest.raises(BadExpression):
        gone(ms001, SUBMIT, context=at(answers={**ANSWERS, "designated_bank": bank}))


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((FILL, AGREE), "PENDING_HKEX"),
        ((FILL, ("request/second/next_review", "back")), "PENDING_NEXT_COMPANY"),
        ((FILL, ("request/second/next_review", "return")), "RETURNED_BY_NEXT_COMPANY"),
        ((FILL, ("request/second/next_review", "reject")), "REJECTED"),
        ((("request/second/next_fill", "return"), ("request/second/next_confirm", "back")), "PENDING_NEXT_COMPANY"),
        (
            (("request/second/next_fill", "return"), ("request/second/next_confirm", "return")),
            "RETURNED_BY_NEXT_COMPANY",
        ),
        ((("request/second/next_fill", "return"), ("request/second/next_confirm", "reject")), "REJECTED"),
        (("~party_ceased",), "RETURNED_BY_NEXT_COMPANY"),
    ],
)
def test_the_second_company_answers_in_every_way_drawn(ms001, steps, status):
    assert gone(ms001, *AT_THE_BANK, *steps).status == status


def test_who_has_agreed_is_not_asked_again_about_the_same(ms001):
    returned = (*AT_THE_EXCHANGE, ("request/process#CCO", "return"), SUBMIT, CHECK)
    assert opened(gone(ms001, *returned)) == [("request/process#CCO", "CCO")]


@pytest.mark.parametrize("changed", [{"account_no": "999999999"}, {"designated_bank": "DB0002"}, {"currency": "USD"}])
def test_who_has_agreed_is_asked_again_about_other_answers(ms001, changed):
    outcome = gone(ms001, *AT_THE_EXCHANGE, ("request/process#CCO", "return"))
    context = at(answers={**ANSWERS, **changed})
    for step in (SUBMIT, CHECK):
        outcome = stepped_on(ms001, outcome, step, context)
    assert [task.key for task in outcome.tasks] == ["request/second/next_fill"]


def test_what_another_company_agreed_to_binds_nobody_else():
    files = definitions.gather(corpus.shipped(), "MS001")
    read = json.loads(files["forms/MS001.form"])
    for component in walk_components(read):
        if component.get("key") == "designated_bank":
            component.setdefault("properties", {})["readers"] = "company"
    drawn = definitions.compiled({**files, "forms/MS001.form": json.dumps(read).encode()}, "MS001")
    outcome = gone(drawn, *AT_THE_EXCHANGE, ("request/process#CCO", "return"))
    context = at(answers={**ANSWERS, "designated_bank": "DB0002"})
    for step in (SUBMIT, CHECK):
        outcome = stepped_on(drawn, outcome, step, context)
    assert opened(outcome) == [("request/second/next_fill", "DB0002")]


def walk_components(node):
    for component in node.get("components", []):
        yield component
        yield from walk_components(component)


def test_who_sent_it_back_has_agreed_to_nothing(ms001):
    back = (*AT_THE_BANK, FILL, ("request/second/next_review", "return"), SUBMIT, CHECK)
    assert opened(gone(ms001, *back)) == [("request/second/next_fill", "DB0001")]


def test_what_the_second_company_agreed_to_is_no_routing_variable_that_an_answer_can_set(ms001):
    outcome = run.complete(ms001, gone(ms001).state, "request/submit", {"_agreed": "x", "agreed": "x"}, at())
    tasks = [task for part in json.loads(outcome.state)["parts"] for task in part["tasks"]]
    assert not {"agreed", run.AGREED} & {name for task in tasks for name in task[7] or {}}


# several desks
@pytest.fixture(scope="module")
def tm003():
    return definition("TM003")


DESKS = ("request/process#CTO", "request/process#ITC")


def test_every_desk_gets_its_task(tm003):
    assert opened(gone(tm003, SUBMIT, CHECK)) == [(DESKS[0], "CTO"), (DESKS[1], "ITC")]


def test_the_last_desk_to_forward_hands_over_to_the_first_desk(tm003):
    assert opened(gone(tm003, SUBMIT, CHECK, (DESKS[1], "forward"), (DESKS[0], "forward"))) == [
        ("request/approve", "CTO")
    ]


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize(("decision", "step"), [("return", "submit"), ("propose_reject", "confirm_rejection")])
def test_one_desk_that_does_not_forward_decides_for_all(tm003, desk, decision, step):
    assert [task.step for task in gone(tm003, SUBMIT, CHECK, (desk, decision)).tasks] == [step]


@pytest.mark.parametrize("desk", DESKS)
def test_after_one_desk_returned_it_the_other_cannot_forward_it(tm003, desk):
    with pytest.raises(TaskNotOpen):
        gone(tm003, SUBMIT, CHECK, (desk, "return"), (DESKS[desk == DESKS[0]], "forward"))


def test_after_a_return_both_desks_look_again(tm003):
    again = (SUBMIT, CHECK, (DESKS[0], "forward"), (DESKS[1], "return"), SUBMIT, CHECK)
    assert [(task.key, task.fresh) for task in gone(tm003, *again).tasks] == [(DESKS[0], True), (DESKS[1], True)]


def test_the_desks_are_late_at_the_time_at_which_their_tasks_are_due(tm003):
    outcome = gone(tm003, SUBMIT, CHECK, (DESKS[0], "forward"))
    late = [timer.due_at for timer in outcome.timers if timer.key == "request/process_overdue"]
    assert late == [task.due_at for task in outcome.tasks]


# brokers
@pytest.fixture(scope="module")
def tm006():
    return definition("TM006")


BROKERS = ("request/broker_ack#B00456", "request/broker_ack#B00789")


def test_every_broker_acknowledges(tm006):
    assert opened(gone(tm006, SUBMIT, CHECK)) == [(BROKERS[0], "B00456"), (BROKERS[1], "B00789")]


def test_when_the_time_is_over_the_brokers_are_not_waited_for(tm006):
    outcome = gone(tm006, SUBMIT, CHECK, (BROKERS[0], None), "request/ack_over")
    assert [task.step for task in outcome.tasks] == ["process"]


def test_a_request_without_brokers_goes_to_the_exchange_at_once(tm006):
    outcome = gone(tm006, SUBMIT, CHECK, context=at(answers={**ANSWERS, "brokers": []}))
    assert (outcome.status, [task.step for task in outcome.tasks]) == ("PENDING_HKEX", ["process"])


def test_a_broker_is_no_word_of_the_routing(tm006):
    outcome = gone(tm006, SUBMIT, CHECK, *((key, None) for key in BROKERS))
    assert b"B00456" not in outcome.state


# idle timers and ways out
def test_what_is_idle_is_marked_so(ms001):
    assert {timer.key: timer.idle for timer in gone(ms001).timers} == {
        "request/submit_idle": True,
        "request/submit_idle_reminder": True,
    }


def test_a_reminder_is_not_idle(ms001):
    assert {timer.idle for timer in gone(ms001, SUBMIT).timers} == {False}


def test_a_draft_that_nobody_touches_ends_after_ninety_days(ms001):
    moments = {timer.key: timer.due_at for timer in gone(ms001).timers}
    assert moments["request/submit_idle"] == at().now + timedelta(days=90)


def test_an_idle_timer_counts_from_when_somebody_saved(ms001):
    saved = at("2026-12-01T10:00:00")
    assert run.moment(ms001, gone(ms001).state, "request/submit_idle", saved) == saved.now + timedelta(days=90)


def test_asking_when_a_timer_would_come_moves_nothing(ms001):
    state = gone(ms001).state
    run.moment(ms001, state, "request/submit_idle", at("2026-12-01T10:00:00"))
    assert state == gone(ms001).state


def test_a_timer_that_does_not_wait_has_no_moment(ms001):
    with pytest.raises(TaskNotOpen):
        run.moment(ms001, gone(ms001, SUBMIT).state, "request/submit_idle", at())


def test_what_goes_idle_is_aborted(ms001):
    assert gone(ms001, "request/submit_idle").status == "ABORTED"


def test_only_the_portal_leads_back_from_a_company_that_ceased(ms001):
    way = next(way for way in gone(ms001, *AT_THE_BANK).ways_out if way.name == "party_ceased")
    assert (way.who, way.confirm) == (("system",), ())


@pytest.mark.parametrize("steps", [(), (SUBMIT,), AT_THE_EXCHANGE])
def test_a_company_that_is_not_asked_cannot_cease(ms001, steps):
    with pytest.raises(NoWayOut):
        gone(ms001, *steps, "~party_ceased")


def test_a_withdrawal_is_confirmed_once_the_exchange_has_claimed_it(ms001):
    way = next(way for way in gone(ms001, *AT_THE_EXCHANGE).ways_out if way.name == "withdraw")
    assert (way.confirm, way.confirm_when) == (("desk_maker", "desk_checker"), "claimed")


def test_an_abortion_is_always_confirmed_by_another(ms001):
    way = next(way for way in gone(ms001).ways_out if way.name == "abort")
    assert (way.who, way.confirm, way.confirm_when) == (("ops", "system"), ("ops",), "always")


@pytest.mark.parametrize(("sent", "offered"), [(False, True), (True, False)])
def test_what_others_have_read_is_not_discarded(ms001, sent, offered):
    outcome = gone(ms001, SUBMIT, ("request/review", "return"), context=at(sent=sent))
    assert ("discard" in {way.name for way in outcome.ways_out}) is offered


# automatic decisions, dispatch, a single pair of eyes
@pytest.mark.parametrize(("result", "finished"), [("PASS", True), ("FAIL", False)])
def test_the_table_of_the_eservice_decides(result, finished):
    outcome = gone(definition("TM004"), SUBMIT, CHECK, context=at(answers={**ANSWERS, "result": result}))
    assert outcome.finished is finished


@pytest.mark.parametrize(("single_eye", "steps"), [(True, []), (False, ["approve"])])
def test_one_person_decides_where_one_pair_of_eyes_is_enough(single_eye, steps):
    outcome = gone(
        definition("PA002"), SUBMIT, CHECK, ("request/process", "forward"), context=at(single_eye=single_eye)
    )
    assert [task.step for task in outcome.tasks] == steps


def test_what_did_not_arrive_is_dispatched_again():
    approved = (SUBMIT, CHECK, ("request/process", "forward"), ("request/approve", "approve"))
    missing = (("request/dispatch", None), ("request/ack_receipt", "missing"))
    assert [task.step for task in gone(definition("TM005"), *approved, *missing).tasks] == ["dispatch"]


# a thousand returns
RETURNS = {
    "MS001": (*AT_THE_EXCHANGE, ("request/process#CCO", "return")),
    "TM003": (SUBMIT, CHECK, ("request/process#CTO", "forward"), ("request/process#ITC", "return")),
}


@pytest.mark.long
@pytest.mark.parametrize("code", ["MS001", "TM003"])
def test_a_thousand_returns_are_right_and_cost_what_one_costs(code):
    drawn, outcome, sizes = definition(code), run.start(definition(code), at()), []
    for number in range(1000):
        context = at(answers={**ANSWERS, "account_no": f"{number:09}"})
        for step in RETURNS[code]:
            outcome = stepped_on(drawn, outcome, step, context)
        sizes.append(len(outcome.state))
        assert (outcome.status, len(outcome.tasks), outcome.finished) == ("RETURNED_BY_HKEX", 1, False)
    assert max(sizes[500:]) <= max(sizes[1:500])


# by chance
def possible(drawn, outcome):
    """Everything that somebody or something can do now, with every option of what is routed."""
    for task in outcome.tasks:
        routes = drawn.step(task.step).routes
        asked = [drawn.forms[task.form].field(name) for name in routes]
        options = [value for entry in asked[:1] for value, _ in entry.options] or [None]
        yield from (("complete", task.key, dict.fromkeys(routes, value)) for value in options)
    yield from (("fire", timer.key, {}) for timer in outcome.timers)
    yield from (("fire", way.key, {}) for way in outcome.ways_out)


def by_chance(drawn, seed, context, longest=25):
    """The outcomes of a case in which anything happens, with what happened before each; it stays in the portal."""
    chance, outcome = random.Random(seed), run.start(drawn, context)
    yield None, outcome
    for _ in range(longest):
        choices = list(possible(drawn, outcome))
        if not choices:
            return
        lively = [each for each in choices if each[0] == "complete"]
        happening = chance.choice(lively if lively and chance.random() < 0.8 else choices)
        outcome = stepped(drawn, outcome.state, happening, context)
        yield happening, outcome


SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=max(10, settings.default.max_examples // 6))


@pytest.mark.parametrize("code", CODES)
@FEW
@given(seed=SEEDS)
def test_on_every_way_compaction_and_reloading_change_nothing(code, seed):
    drawn = definition(code)
    kept, whole = Kept(drawn, at()), uncompacted(run.start, drawn, at())
    for happening, outcome in by_chance(drawn, seed, at()):
        if happening is not None:
            kept.step(happening)
            whole = uncompacted(stepped, drawn, whole.state, happening, at())
        assert facts(outcome) == facts(whole) == facts(kept.outcome)
        assert outcome.state == kept.outcome.state and routing(outcome.state) == routing(whole.state)


@pytest.mark.parametrize("code", CODES)
@FEW
@given(seed=SEEDS)
def test_on_every_way_nothing_is_kept_but_what_is_routed(code, seed):
    drawn = definition(code)
    declared = {name for element in drawn.elements.values() for name in element.routes}
    declared |= {output.name for decision in drawn.decisions.values() for output in decision.outputs}
    declared |= {element.item for element in drawn.elements.values() if element.item} | {"outcome", run.AGREED}
    for _, outcome in by_chance(drawn, seed, at()):
        assert {n for part in json.loads(outcome.state)["parts"] for t in part["tasks"] for n in t[7] or {}} <= declared


@pytest.mark.parametrize("code", CODES)
@FEW
@given(seed=SEEDS)
def test_on_every_way_no_item_is_known_beside_its_own_task(code, seed):
    drawn = definition(code)
    items = {element.item for element in drawn.elements.values() if element.item}
    for _, outcome in by_chance(drawn, seed, at()):
        for part in json.loads(outcome.state)["parts"]:
            for task in part["tasks"]:
                assert not items & (task[7] or {}).keys() or task[2].endswith("[child]")


@pytest.mark.parametrize("code", CODES)
@FEW
@given(seed=SEEDS)
def test_on_every_way_the_exchange_sees_only_what_the_checker_passed(code, seed):
    checked = False
    for happening, outcome in by_chance(definition(code), seed, at()):
        if happening is not None and happening[1] == "request/submit":
            checked = False
        if happening is not None and happening[1] == "request/review":
            checked = happening[2]["decision"] == "approve"
        assert checked or not any(task.lane in DESK_LANES for task in outcome.tasks)


@FEW
@given(seed=SEEDS)
def test_on_every_way_the_exchange_sees_only_what_the_second_company_agreed_to(seed):
    agreed = False
    for happening, outcome in by_chance(definition("MS001"), seed, at()):
        agreed = agreed or (happening is not None and happening[1:] == (AGREE[0], {"decision": "agree"}))
        assert agreed or not any(task.lane in DESK_LANES for task in outcome.tasks)


@pytest.mark.parametrize("code", CODES)
@FEW
@given(seed=SEEDS)
def test_on_every_way_somebody_or_something_can_go_on_until_the_end(code, seed):
    for _, outcome in by_chance(definition(code), seed, at()):
        assert outcome.finished or outcome.tasks


@pytest.mark.parametrize("code", CODES)
@FEW
@given(seed=SEEDS)
def test_on_every_way_every_task_has_its_own_key_and_somebody_to_do_it(code, seed):
    for _, outcome in by_chance(definition(code), seed, at()):
        away = [task for task in outcome.tasks if task.lane not in ("maker", "checker")]
        assert len({task.key for task in outcome.tasks}) == len(outcome.tasks)
        assert all(task.desk if task.lane in DESK_LANES else task.party for task in away)


# replay
class Written(walks._Walker):
    """A walk that writes down what a trail would hold."""

    __slots__ = ("entries", "sealed")

    def went(self, outcome):
        if not hasattr(self, "entries"):
            self.entries, self.sealed = [], {}
            self.write("case.opened", "", {}, outcome)
        return super().went(outcome)

    def did(self, verb, key, answers):
        before = self.outcome.state
        seen = super().did(verb, key, answers)
        step = key.rpartition("/")[2].partition("#")[0]
        if verb == "task" and "wrong" not in seen and "warned" not in seen:
            said = self.given[step]
            self.sealed[len(self.entries) + 1] = form.dumped(said)
            routed = {name: said.get(name) for name in self.definition.step(step).routes}
            self.write("task.completed", step, {"key": key, "routed": routed}, self.outcome)
        elif verb == "fire":
            self.write("timer.fired", step, {"key": key}, self.outcome)
        elif verb == "leave":
            self.write("case.left", "", {"way_out": key}, self.outcome)
        assert verb == "task" or before != self.outcome.state
        return seen

    def write(self, action, step, said, outcome):
        self.entries.append(
            {
                "seq": len(self.entries) + 1,
                "action": action,
                "step": step,
                "at": self.now.isoformat(),
                "facts": said,
                "state_hash": seal.digest(outcome.state),
                "status_to": outcome.status,
            }
        )


def shipped_walks():
    """Each walk of each eService."""
    for code in CODES:
        for number, walk in enumerate(json.loads(corpus.shipped()[f"processes/{code}.walks.json"])):
            yield pytest.param(code, walk, id=f"{code}-{number}")


def written(code, walk):
    walker = Written(definition(code), walk, "walk", 1)
    assert list(walker.walked()) == []
    return walker


def again(walker, entries):
    def context_of(known, answers, now, said):
        scope = Scope(
            now=now, calendar=exchange_calendar(now.year, now.year + 1), cutoff=walker.definition.eservice.cutoff
        )
        received_on = known["received_on"] or scope.calendar.received_on(now, scope.cutoff)
        return Context(scope, answers, {**known, "received_on": received_on}, said)

    return list(replayed(walker.definition, entries, walker.sealed, context_of, walker.case()))


@pytest.mark.parametrize(("code", "walk"), list(shipped_walks()))
def test_a_walk_replayed_comes_out_the_same(code, walk):
    walker = written(code, walk)
    assert [line.sentence for line in again(walker, walker.entries)] == ["same"] * len(walker.entries)


def first_walk(code, tasks):
    walks_of = json.loads(corpus.shipped()[f"processes/{code}.walks.json"])
    return written(code, next(walk for walk in walks_of if sum("task" in step for step in walk["steps"]) >= tasks))


def test_a_note_in_the_trail_moves_nothing():
    walker = first_walk("MS001", 4)
    entries = [walker.entries[0]]
    for action in sorted(NOTES):
        entries.append({**entries[0], "action": action, "step": "submit", "facts": {}})
    assert {line.same for line in again(walker, entries)} == {True}


def test_a_note_under_which_the_state_moved_is_found():
    walker = first_walk("MS001", 4)
    moved = {**walker.entries[0], "action": "task.claimed", "state_hash": seal.digest(b"moved")}
    assert [line.same for line in again(walker, [walker.entries[0], moved])] == [True, False]


@pytest.mark.parametrize("code", ["MS001", "TM003", "TM006"])
def test_an_entry_that_is_missing_is_found(code):
    walker = first_walk(code, 4)
    entries = [*walker.entries[:2], *walker.entries[3:]]
    try:
        same = all(line.same for line in again(walker, entries))
    except TaskNotOpen:
        same = False
    assert not same


def test_a_second_company_that_may_be_missing_is_passed_by_where_there_is_none(ms001):
    nobody = at(answers={**ANSWERS, "designated_bank": None}, next_optional=True)
    assert opened(gone(ms001, *AT_THE_BANK, context=nobody)) == [("request/process#CCO", "CCO")]
