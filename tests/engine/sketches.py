"""Small drawings made in code, and a token game that plays them by the rules of BPMN 2.0 and nothing else."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from engine.language.scope import Scope
from engine.running import definition as definitions
from engine.running.definition import Definition
from engine.running.outcome import Context

TOP = ("AA001", "")
OUTCOMES = ("accepted", "rejected", "idle")
CONTEXT = Context(Scope(now=datetime(2026, 11, 23, 2, tzinfo=UTC)))
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="sketch" targetNamespace="http://client-connect.test">
"""
FACTS = {
    "title": "A sketch",
    "function": "EU_Sketch",
    "memberships": "SEHK-EP",
    "desk": "CTO",
    "success": "COMPLETED",
    "replaces": "nothing",
    "form.main": "ask",
}
FORM = json.dumps(
    {"id": "ask", "type": "default", "components": [{"type": "textfield", "key": "note", "label": "Note"}]}
).encode()


@dataclass
class Node:
    """One element of a sketch."""

    id: str
    kind: str
    process: str
    scope: str = ""
    routes: str = ""
    host: str = ""
    interrupting: bool = True
    event: str = ""
    called: str = ""
    status: str = ""
    outcome: str = ""
    idle: bool = False
    each: tuple[str, ...] | None = None  # a task for each of these
    until: bool = False  # the word 1 ends all of them


@dataclass
class Way:
    """One flow; taken when the variable has one of the words, or by default."""

    source: str
    target: str
    variable: str = ""
    words: tuple[int, ...] = ()
    default: bool = False


@dataclass(repr=False)
class Sketch:
    """A drawing and what it calls; the first process is the eService."""

    nodes: dict[str, Node] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    processes: list[str] = field(default_factory=lambda: ["AA001"])
    loops: list[tuple[str, str]] = field(default_factory=list)
    beside: int = 0  # how many splits are around what is drawn now
    count: int = 0

    def __repr__(self) -> str:
        """The sketch as lines that a person can follow."""
        nodes = [
            f"{n.process}.{n.scope} {n.kind} {n.id} {n.host} {n.event} {n.called} {n.each or ''}"
            for n in self.nodes.values()
        ]
        ways = [f"{w.source} -> {w.target} {w.variable} {list(w.words) if w.variable else ''}" for w in self.ways]
        return "\n".join(["", *nodes, *ways])

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def add(self, kind: str, place: tuple[str, str], name: str = "", **more: object) -> str:
        """Put an element into (process, scope) and give back its id."""
        self.count += 1
        key = name or f"{kind[0].lower()}{self.count}"
        self.nodes[key] = Node(key, kind, *place, **more)  # type: ignore[arg-type]
        return key

    def lead(
        self, source: str, target: str, variable: str = "", words: tuple[int, ...] = (), default: bool = False
    ) -> None:
        """Draw a flow."""
        self.ways.append(Way(source, target, variable, words, default))

    def outgoing(self, key: str) -> list[int]:
        """The numbers of the flows that leave an element."""
        return [number for number, way in enumerate(self.ways) if way.source == key]

    def incoming(self, key: str) -> list[int]:
        """The numbers of the flows that reach an element."""
        return [number for number, way in enumerate(self.ways) if way.target == key]

    def files(self) -> dict[str, bytes]:
        """The files of the sketch by name."""
        drawn = {f"processes/{name}.bpmn": self.text(name).encode() for name in self.processes}
        return {**drawn, "forms/ask.form": FORM}

    def definition(self) -> Definition:
        """The sketch, compiled."""
        return definitions.compiled(self.files(), "AA001")

    def text(self, process: str) -> str:
        """The BPMN of one process."""
        facts = _properties(FACTS if process == "AA001" else {"pattern": "true"})
        lanes = "".join(
            f"<bpmn:flowNodeRef>{n.id}</bpmn:flowNodeRef>" for n in self.nodes.values() if n.process == process
        )
        messages = "".join(
            f'<bpmn:message id="message_{n.id}" name="{n.id}"/>\n'
            for n in self.nodes.values()
            if n.process == process and n.event == "message"
        )
        return (
            f'{HEAD}<bpmn:process id="{process}" name="{process}" isExecutable="true">{facts}'
            f'<bpmn:laneSet id="lanes_{process}"><bpmn:lane id="lane_{process}" name="maker">{lanes}</bpmn:lane>'
            f"</bpmn:laneSet>\n{self._inside(process, '')}</bpmn:process>\n{messages}</bpmn:definitions>"
        )

    def _inside(self, process: str, scope: str) -> str:
        here = [node for node in self.nodes.values() if (node.process, node.scope) == (process, scope)]
        ids = {node.id for node in here}
        flows = [self._flow(number, way) for number, way in enumerate(self.ways) if way.source in ids]
        return "".join(self._element(node) for node in here) + "".join(flows)

    def _element(self, node: Node) -> str:
        default = next((n for n in self.outgoing(node.id) if self.ways[n].default), None)
        more = f' default="f{default}"' if default is not None else ""
        said: dict[str, str] = {}
        inner = ""
        if node.kind == "userTask":
            more += ' camunda:formKey="ask"'
            said = {"kind": "decide", "routes": node.routes}
            inner = _many(node)
        if node.kind == "callActivity":
            more += f' calledElement="{node.called}"'
        if node.kind == "subProcess":
            inner = self._inside(node.process, node.id)
        if node.kind == "boundaryEvent":
            more += f' attachedToRef="{node.host}" cancelActivity="{str(node.interrupting).lower()}"'
            said = {"who": "maker", "when": "True", "reason": "none"} if node.event == "message" else {}
        if node.event == "message":
            inner = f'<bpmn:messageEventDefinition messageRef="message_{node.id}"/>'
        if node.event == "timer":
            inner = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
            said = {"idle": "true"} if node.idle else {}
        if node.status or node.outcome:
            said = {"status": node.status, "outcome": node.outcome}
        return f'<bpmn:{node.kind} id="{node.id}"{more}>{_properties(said)}{inner}</bpmn:{node.kind}>\n'

    def _flow(self, number: int, way: Way) -> str:
        condition = ""
        if way.variable and not way.default:
            words = OUTCOMES if way.variable == "outcome" else range(4)
            text = f"{way.variable} in {[words[number] for number in way.words]}"
            condition = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{text}</bpmn:conditionExpression>'
        return (
            f'<bpmn:sequenceFlow id="f{number}" sourceRef="{way.source}" '
            f'targetRef="{way.target}">{condition}</bpmn:sequenceFlow>\n'
        )


def _many(node: Node) -> str:
    if node.each is None:
        return ""
    until = f"<bpmn:completionCondition>{node.routes} == 1</bpmn:completionCondition>" if node.until else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics camunda:collection="{list(node.each)}" camunda:elementVariable="item">'
        f"{until}</bpmn:multiInstanceLoopCharacteristics>"
    )


def _properties(said: dict[str, str]) -> str:
    rows = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in said.items() if value)
    return (
        f"<bpmn:extensionElements><camunda:properties>{rows}</camunda:properties></bpmn:extensionElements>"
        if rows
        else ""
    )


# --- sketches by chance -----------------------------------------------------------------------------------------------
Ends = tuple[str, str]


@st.composite
def sketches(draw: st.DrawFn, deepest: int = 3) -> Sketch:
    """Structured drawings with choices, splits, loops, sub-processes, calls, timers and messages."""
    sketch = Sketch()
    _process(draw, sketch, ("AA001", ""), deepest)
    return sketch


def _process(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> None:
    start = sketch.add("startEvent", place)
    first, last = _sequence(draw, sketch, place, depth)
    end = sketch.add("endEvent", place)
    sketch.lead(start, first)
    sketch.lead(last, end)


def _sequence(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    blocks = [_block(draw, sketch, place, depth) for _ in range(draw(st.integers(1, 2)))]
    for (_, last), (first, _) in pairwise(blocks):
        sketch.lead(last, first)
    return blocks[0][0], blocks[-1][1]


def _block(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    kinds = [_task, _milestone, _wait] if depth == 0 else [_task, _choice, _loop, _inner, _called, _timed, _left]
    if depth and place not in sketch.loops:
        kinds += [_split, _some]
    if depth and not sketch.beside:
        kinds += [_came_out]
    return draw(st.sampled_from(kinds))(draw, sketch, place, depth - 1)


def _each(draw: st.DrawFn) -> tuple[str, ...] | None:
    """The items of a list of which a task is one for each; None for a plain task."""
    return draw(st.sampled_from([None, None, ("a", "b"), ("a",), ("c", "a", "b", "a"), ()]))


def _task(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    task = sketch.add("userTask", place, each=_each(draw))
    return task, task


def _wait(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    event = sketch.add("intermediateCatchEvent", place, event="timer")
    return event, event


def _came_out(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    """A called process that hands on how it came out, and a gateway that asks for it."""
    name = f"P{len(sketch.processes)}"
    sketch.processes.append(name)
    inside = (name, "")
    start, gateway = sketch.add("startEvent", inside), sketch.add("exclusiveGateway", inside)
    task, variable = _asking(draw, sketch, inside)
    sketch.lead(start, task)
    sketch.lead(task, gateway)
    for number, outcome in enumerate(OUTCOMES):
        event = sketch.add("intermediateThrowEvent", inside, outcome=outcome)
        sketch.lead(gateway, event, variable, (number,), default=number == 0)
        sketch.lead(event, sketch.add("endEvent", inside))
    box, asked, join = (sketch.add(k, place) for k in ("callActivity", "exclusiveGateway", "exclusiveGateway"))
    sketch.nodes[box].called = name
    sketch.lead(box, asked)
    for number in range(len(OUTCOMES)):
        first, last = _sequence(draw, sketch, place, depth if number == 0 else 0)
        sketch.lead(asked, first, "outcome", (number,), default=number == 0)
        sketch.lead(last, join)
    return box, join


def _milestone(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    status = draw(st.sampled_from(["PENDING_CHECKER", "PENDING_HKEX", "RETURNED_BY_HKEX"]))
    event = sketch.add("intermediateThrowEvent", place, status=status)
    return event, event


def _asking(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str]) -> tuple[str, str]:
    task, variable = _routing(sketch, place)
    sketch.nodes[task].each = _each(draw)
    sketch.nodes[task].until = sketch.nodes[task].each is not None and draw(st.booleans())
    return task, variable


def _routing(sketch: Sketch, place: tuple[str, str]) -> tuple[str, str]:
    task = sketch.add("userTask", place)
    sketch.nodes[task].routes = f"v{sketch.count}"
    return task, f"v{sketch.count}"


def _choice(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    task, variable = _asking(draw, sketch, place)
    gateway, join = sketch.add("exclusiveGateway", place), sketch.add("exclusiveGateway", place)
    sketch.lead(task, gateway)
    for number in range(draw(st.integers(2, 3))):
        first, last = _sequence(draw, sketch, place, depth)
        sketch.lead(gateway, first, variable, (number,), default=number == 0)
        sketch.lead(last, join)
    return task, join


def _split(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    gateway, join = sketch.add("parallelGateway", place), sketch.add("parallelGateway", place)
    sketch.beside += 1
    for _ in range(draw(st.integers(2, 3))):
        first, last = _sequence(draw, sketch, place, depth)
        sketch.lead(gateway, first)
        sketch.lead(last, join)
    sketch.beside -= 1
    return gateway, join


def _some(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    task, variable = _asking(draw, sketch, place)
    gateway, join = sketch.add("inclusiveGateway", place), sketch.add("inclusiveGateway", place)
    sketch.lead(task, gateway)
    sketch.beside += 1
    for number in range(3):
        first, last = _sequence(draw, sketch, place, depth if number == 0 else 0)
        words = tuple(draw(st.sets(st.integers(0, 3), max_size=3)))
        sketch.lead(gateway, first, variable, words, default=number == 0)
        sketch.lead(last, join)
    sketch.beside -= 1
    return task, join


def _loop(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    sketch.loops.append(place)
    first, last = _sequence(draw, sketch, place, depth)
    sketch.loops.remove(place)
    task, variable = _asking(draw, sketch, place)
    gateway = sketch.add("exclusiveGateway", place)
    merge = sketch.add("exclusiveGateway", place)
    sketch.lead(merge, first)
    sketch.lead(last, task)
    sketch.lead(task, gateway)
    sketch.lead(gateway, merge, variable, (1,))
    after = sketch.add("userTask", place)
    sketch.lead(gateway, after, default=True)
    return merge, after


def _inner(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    box = sketch.add("subProcess", place)
    _process(draw, sketch, (place[0], box), depth)
    return box, box


def _called(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    name = f"P{len(sketch.processes)}"
    sketch.processes.append(name)
    _process(draw, sketch, (name, ""), depth)
    box = sketch.add("callActivity", place, called=name)
    return box, box


def _timed(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    """A task with a timer: either it interrupts and joins the way on, or it goes to an end of its own."""
    task, join = sketch.add("userTask", place, each=_each(draw)), sketch.add("exclusiveGateway", place)
    interrupting = place in sketch.loops or draw(st.booleans())
    idle = draw(st.booleans())
    timer = sketch.add("boundaryEvent", place, host=task, event="timer", interrupting=interrupting, idle=idle)
    first, last = _sequence(draw, sketch, place, 0)
    sketch.lead(task, join)
    sketch.lead(timer, first)
    sketch.lead(last, join if interrupting else sketch.add("endEvent", place))
    return task, join


def _left(draw: st.DrawFn, sketch: Sketch, place: tuple[str, str], depth: int) -> Ends:
    """A sub-process that a message interrupts."""
    box, _ = draw(st.sampled_from([_inner, _called]))(draw, sketch, place, depth)
    join = sketch.add("exclusiveGateway", place)
    event = sketch.add("boundaryEvent", place, host=box, event="message")
    sketch.lead(box, join)
    sketch.lead(event, join)
    return box, join


def wild(chance: random.Random) -> Sketch:
    """A drawing without any order: most cannot run, and the rest must run as drawn."""
    sketch = Sketch()
    start = sketch.add("startEvent", TOP)
    kinds = ["userTask", "userTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway"]
    steps = [_step(chance.choice(kinds), sketch) for _ in range(chance.randint(3, 9))]
    joins = [sketch.add(chance.choice(kinds[2:]), TOP) for _ in range(chance.randint(0, 3))]
    targets = [sketch.add("endEvent", TOP), *joins, *(first for first, _, _ in steps)]
    sketch.lead(start, steps[0][0])
    for first, last, variable in steps:
        others = [target for target in targets if target != first]
        count = 1 if sketch.nodes[last].kind == "userTask" else chance.randint(1, min(3, len(others)))
        for number, target in enumerate(chance.sample(others, count)):
            words = (number,) if sketch.nodes[last].kind == "exclusiveGateway" else tuple(chance.sample(range(4), 2))
            choosing = variable if count > 1 else ""
            sketch.lead(last, target, choosing, words, default=bool(choosing) and number == 0)
    for join in joins:
        sketch.lead(join, chance.choice([target for target in targets if target != join]))
    for node in sketch.nodes.values():
        if node.kind == "userTask" and chance.random() < 0.3:
            node.each = chance.choice([("a", "b"), ("a",), ()])
            node.until = bool(node.routes) and chance.random() < 0.5
    return sketch


def _step(kind: str, sketch: Sketch) -> tuple[str, str, str]:
    if kind not in ("exclusiveGateway", "inclusiveGateway"):
        step = sketch.add(kind, TOP)
        return step, step, ""
    task, variable = _routing(sketch, TOP)
    gateway = sketch.add(kind, TOP)
    sketch.lead(task, gateway)
    return task, gateway, variable


# --- the token game ---------------------------------------------------------------------------------------------------
class Game:
    """Tokens on flows, by the execution semantics of BPMN 2.0; no data but the words that tasks were answered with."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.words: dict[str, int] = {}
        self.outcome = -1
        self.status = ""
        self.root = Level(self, "AA001", "", None, "")
        self.root.settle()

    def waiting(self) -> Counter[str]:
        """The paths of everything that waits for a person or an event, and how often each."""
        return Counter(self.root.waiting())

    def is_over(self) -> bool:
        """Whether no token is left."""
        return not self.root.is_alive()

    def happen(self, path: str, word: int | None) -> None:
        """Complete the task, or fire the event, at that path."""
        level, key = self.root.find(path)
        level.happen(key, word)
        self.root.settle()


class Level:
    """One process or sub-process that runs."""

    def __init__(self, game: Game, process: str, scope: str, parent: Level | None, key: str) -> None:
        self.game, self.process, self.scope, self.parent, self.key = game, process, scope, parent, key
        self.tokens: Counter[int] = Counter()
        self.open: list[Active] = []
        nodes = game.sketch.nodes.values()
        start = next(n for n in nodes if (n.process, n.scope, n.kind) == (process, scope, "startEvent"))
        self.send(start.id)

    def send(self, key: str) -> None:
        """Put a token on each flow that leaves an element."""
        self.tokens.update(self.game.sketch.outgoing(key))

    def is_alive(self) -> bool:
        """Whether anything goes on here."""
        return bool(+self.tokens) or bool(self.open)

    def waiting(self, path: str = "") -> Iterator[str]:
        """The paths of what waits here and below."""
        for active in self.open:
            if active.items is not None:
                yield from (f"{path}{active.key}#{item}" for item in active.items)
            elif active.level is None:
                yield path + active.key
            else:
                yield from active.level.waiting(f"{path}{active.key}/")
            yield from (path + event for event in active.events)

    def find(self, path: str) -> tuple[Level, str]:
        """The level and the element behind a path."""
        name, _, rest = path.partition("/")
        if not rest:
            return self, name
        inner = next(a.level for a in self.open if a.key == name and a.level is not None)
        return inner.find(rest)

    def happen(self, key: str, word: int | None) -> None:
        """A person completes a task here, or an event occurs."""
        for active in self.open:
            if key in active.events:
                active.events.remove(key)
                if self.game.sketch.nodes[key].interrupting:
                    self.open.remove(active)
                self.send(key)
                return
        key, _, item = key.partition("#")
        active = next(a for a in self.open if a.key == key)
        node = self.game.sketch.nodes[key]
        if node.routes and word is not None:
            self.game.words[node.routes] = word
        if active.items is not None:
            active.items.remove(item)
            if active.items and not (node.until and word == 1):
                return
        self.open.remove(active)
        self.send(key)

    def settle(self) -> None:
        """Move tokens until everything waits."""
        while self.step():
            pass

    def step(self) -> bool:
        for active in list(self.open):
            if active.level is not None:
                active.level.settle()
                if not active.level.is_alive():
                    self.open.remove(active)
                    self.send(active.key)
                    return True
        return any(self.move(flow) for flow in sorted(+self.tokens))

    def move(self, flow: int) -> bool:
        sketch = self.game.sketch
        node = sketch.nodes[sketch.ways[flow].target]
        incoming = sketch.incoming(node.id)
        if node.kind in ("parallelGateway", "inclusiveGateway") and len(incoming) > 1:
            arrived = [number for number in incoming if self.tokens[number]]
            if len(arrived) < len(incoming) and not (
                node.kind == "inclusiveGateway" and self.nothing_comes(node, arrived)
            ):
                return False
            self.tokens -= Counter(arrived)
        else:
            self.tokens[flow] -= 1
        self.enter(node)
        return True

    def nothing_comes(self, node: Node, arrived: list[int]) -> bool:
        """Whether each token elsewhere reaches no empty branch of the inclusive join, or a filled one as well."""
        sources = [self.game.sketch.ways[number].target for number in +self.tokens if number not in arrived]
        sources += [a.key for a in self.open] + [event for a in self.open for event in a.events]
        for source in sources:
            reached = self.reached(source, node)
            if reached - set(arrived) and not reached & set(arrived):
                return False
        return True

    def reached(self, source: str, join: Node) -> set[int]:
        """The branches of a join that can be reached from an element without passing the join."""
        found: set[int] = set()
        seen, waiting = {join.id}, [source]
        while waiting:
            for number in self.game.sketch.outgoing(waiting.pop()):
                target = self.game.sketch.ways[number].target
                if target == join.id:
                    found.add(number)
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return found

    def enter(self, node: Node) -> None:
        if node.each == ():
            self.send(node.id)
        elif node.kind in ("userTask", "subProcess", "callActivity", "intermediateCatchEvent"):
            self.open.append(Active(self, node))
        elif node.kind in ("exclusiveGateway", "inclusiveGateway"):
            self.choose(node)
        elif node.kind != "endEvent":
            self.game.status = node.status or self.game.status
            self.game.outcome = OUTCOMES.index(node.outcome) if node.outcome else self.game.outcome
            self.send(node.id)

    def choose(self, node: Node) -> None:
        sketch, words = self.game.sketch, {**self.game.words, "outcome": self.game.outcome}
        ways = sketch.outgoing(node.id)
        if len(ways) == 1:
            self.send(node.id)
            return
        fitting = [
            n for n in ways if not sketch.ways[n].default and words.get(sketch.ways[n].variable) in sketch.ways[n].words
        ]
        fitting = fitting[:1] if node.kind == "exclusiveGateway" else fitting
        self.tokens.update(fitting or [n for n in ways if sketch.ways[n].default])


class Active:
    """One activity that runs, with the events that hang on it."""

    def __init__(self, level: Level, node: Node) -> None:
        self.key = node.id
        nodes = level.game.sketch.nodes.values()
        self.events = [n.id for n in nodes if n.host == node.id]
        self.items = None if node.each is None else list(dict.fromkeys(node.each))
        self.level: Level | None = None
        if node.kind == "subProcess":
            self.level = Level(level.game, node.process, node.id, level, node.id)
        if node.kind == "callActivity":
            self.level = Level(level.game, node.called, "", level, node.id)
