"""Every place where SpiffWorkflow 3.2 would run an author's text: through our engine, none of them runs any."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.checking.lint import check_folder
from engine.errors import Refused
from engine.language.scope import Scope
from engine.running import definition as definitions
from engine.running import run, scripting
from engine.running.outcome import Context
from tests.engine import corpus

CANARY = Path(tempfile.gettempdir()) / f"canary-of-the-sinks-{os.getpid()}"
CODE = f"__import__('pathlib').Path('{CANARY}').write_text('it ran')"
CONTEXT = Context(Scope(now=datetime(2026, 11, 23, 2, tzinfo=UTC)))
PATTERN = "processes/P9.bpmn"
PROCESS = '<userTask id="process" name="Process" camunda:formKey="done">'
TIMER = "<timeDate>due</timeDate>"
CONDITION = '<conditionExpression>decision == "return"</conditionExpression>'
SPIFF = 'xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core" id="p9"'
MANY = "<multiInstanceLoopCharacteristics{}>{}</multiInstanceLoopCharacteristics>"
CARDINALITY = f"<loopCardinality>{CODE}</loopCardinality>"
COMPLETION = f"<loopCardinality>2</loopCardinality><completionCondition>{CODE}</completionCondition>"
SERVICE = (
    f'<serviceTask id="process"><extensionElements><spiff:serviceTaskOperator id="http/Get"><spiff:parameters>'
    f'<spiff:parameter id="url" type="str" value="{CODE}" /></spiff:parameters></spiff:serviceTaskOperator>'
    f"</extensionElements></serviceTask>"
)
MESSAGE = (
    f'<intermediateThrowEvent id="process"><messageEventDefinition messageRef="m"><extensionElements>'
    f"<spiff:messagePayload>{CODE}</spiff:messagePayload></extensionElements></messageEventDefinition>"
    f"</intermediateThrowEvent>"
)
CORRELATION = (
    f'<correlationProperty id="who"><correlationPropertyRetrievalExpression messageRef="m"><messagePath>{CODE}'
    f"</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
)
AD_HOC = (
    '<adHocSubProcess id="process"><userTask id="any" '
    f"/><completionCondition>{CODE}</completionCondition></adHocSubProcess>"
)


def instead_of_process(text):
    return (PROCESS, f"{text}<userTask id='aside' camunda:formKey='done'>")


def inside_process(text):
    return (PROCESS, PROCESS + text)


SINKS = {
    "script task": [instead_of_process(f'<scriptTask id="process"><script>{CODE}</script></scriptTask>')],
    "condition of an exclusive gateway": [(CONDITION, f"<conditionExpression>{CODE}</conditionExpression>")],
    "condition of an inclusive gateway": [
        (CONDITION, f"<conditionExpression>{CODE}</conditionExpression>"),
        ("exclusiveGateway", "inclusiveGateway"),
    ],
    "date of a timer": [(TIMER, f"<timeDate>{CODE}</timeDate>")],
    "duration of a timer": [(TIMER, f"<timeDuration>{CODE}</timeDuration>")],
    "cycle of a timer": [(TIMER, f"<timeCycle>{CODE}</timeCycle>")],
    "cardinality of parallel tasks": [inside_process(MANY.format("", CARDINALITY))],
    "cardinality of tasks in turn": [inside_process(MANY.format(' isSequential="true"', CARDINALITY))],
    "completion of many tasks": [inside_process(MANY.format("", COMPLETION))],
    "condition of a loop": [
        inside_process(
            f"<standardLoopCharacteristics><loopCondition>{CODE}</loopCondition></standardLoopCharacteristics>"
        )
    ],
    "condition of an event": [
        (
            f"<timerEventDefinition>{TIMER}</timerEventDefinition>",
            f"<conditionalEventDefinition><condition>{CODE}</condition></conditionalEventDefinition>",
        )
    ],
    "script before a task": [
        ('id="p9"', SPIFF),
        inside_process(f"<extensionElements><spiff:preScript>{CODE}</spiff:preScript></extensionElements>"),
    ],
    "script after a task": [
        ('id="p9"', SPIFF),
        inside_process(f"<extensionElements><spiff:postScript>{CODE}</spiff:postScript></extensionElements>"),
    ],
    "parameter of a service": [('id="p9"', SPIFF), instead_of_process(SERVICE)],
    "payload of a message": [('id="p9"', SPIFF), instead_of_process(MESSAGE)],
    "correlation of a message": [('  <process id="P9"', CORRELATION + '<process id="P9"')],
    "table of decisions": [
        instead_of_process('<businessRuleTask id="process" camunda:decisionRef="table" />'),
    ],
    "completion of an ad hoc sub-process": [instead_of_process(AD_HOC)],
    "due time of a task": [("cutoff_after(1)", CODE)],
}


def folder(changes):
    files = corpus.sound()
    text = files[PATTERN].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {**files, PATTERN: text.encode()}


@pytest.fixture
def canary():
    CANARY.unlink(missing_ok=True)
    yield CANARY
    CANARY.unlink(missing_ok=True)


@pytest.mark.parametrize("sink", SINKS)
def test_what_would_run_the_text_is_refused_before_it_is_deployed(sink):
    assert [fault for fault in check_folder(folder(SINKS[sink])) if fault.file == PATTERN]


@pytest.mark.parametrize("sink", SINKS)
def test_the_text_does_not_run_even_when_nobody_checks(sink, canary):
    with pytest.raises(Refused):
        walked(definitions.compiled(folder(SINKS[sink]), "AA001"))
    assert not canary.exists()


def walked(definition):
    state = run.start(definition, CONTEXT).state
    state = run.complete(definition, state, "request/submit", {}, CONTEXT).state
    state = run.fire(definition, state, "request/late", CONTEXT).state
    return run.complete(definition, state, "request/review", {"decision": "return"}, CONTEXT)


@pytest.mark.parametrize("way", ["evaluate", "execute"])
def test_the_environment_below_the_script_engine_refuses_too(way):
    with pytest.raises(Refused, match="Expected no code in a drawing"):
        getattr(scripting._Sealed(), way)(CODE, {})


def test_the_environment_calls_no_service():
    with pytest.raises(Refused, match="Expected a registered topic"):
        scripting._Sealed().call_service({}, operation_name="http/Get")


def test_a_route_carries_no_code_into_the_process(canary):
    definition = definitions.compiled(corpus.sound(), "AA001")
    state = run.start(definition, CONTEXT).state
    state = run.complete(definition, state, "request/submit", {}, CONTEXT).state
    with pytest.raises(Refused, match="Expected a plain word"):
        run.complete(definition, state, "request/review", {"decision": CODE}, CONTEXT)
