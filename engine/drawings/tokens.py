"""Tokens: every situation that a drawing can get into, to refuse the ones in which a case would hang or double."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from engine.drawings import paths
from engine.drawings.bpmn import JOINS, Drawing, Element

MOST_SITUATIONS = 20_000
WAITING = frozenset({"userTask", "intermediateCatchEvent", "callActivity", "subProcess"})
# An activity that runs, with the events that can still befall it; then all flows with a token and all that runs.
Running = tuple[str, frozenset[str]]
Situation = tuple[frozenset[str], frozenset[Running]]
OVER: Situation = (frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Trouble:
    """Where a drawing goes wrong, and how."""

    element: str
    sentence: str


def troubles(drawing: Drawing, scope: str) -> Iterator[Trouble]:
    """What can go wrong with the tokens of a process (scope "") or of one sub-process; nothing when it is sound."""
    play = _Play(drawing, scope)
    yield from _explored(play, play.begin())
    for event in play.side_events:
        yield from _explored(play, (frozenset(play.out[event]), frozenset()))


def _explored(play: _Play, first: Situation) -> Iterator[Trouble]:
    ways: dict[Situation, list[Situation]] = {}
    waiting = [first]
    while waiting:
        situation = waiting.pop()
        if situation in ways:
            continue
        if len(ways) >= MOST_SITUATIONS:
            yield Trouble(play.name, _TOO_MANY)
            return
        try:
            ways[situation] = play.next(*situation)
        except _Found as found:
            yield found.trouble
            return
        waiting += ways[situation]
    yield from _endless(play, ways)


def _endless(play: _Play, ways: Mapping[Situation, list[Situation]]) -> Iterator[Trouble]:
    over = paths.reached(paths.backwards(ways), [OVER])
    for tokens, running in ways:
        if (tokens, running) not in over:
            yield Trouble(min([*(name for name, _ in running), *(play.target[flow] for flow in tokens)]), _ENDLESS)
            return


_TOO_MANY = (
    f"Expected at most {MOST_SITUATIONS} situations, but the branches can combine into more: "
    "put each branch into a sub-process."
)
_DOUBLED = (
    "Expected one token at a time to come here, but a second can catch up: join the branches before this element."
)
_ENDLESS = (
    "Expected a way to finish from here, but some branch goes on for ever: lead every branch to an end or a join."
)
_STUCK = "Expected every branch to reach this join, but one may never come: join with the gateway that split."


class _Found(Exception):
    def __init__(self, element: str, sentence: str) -> None:
        super().__init__(sentence)
        self.trouble = Trouble(element, sentence)


class _Play:
    """The moves of one level of one drawing; notices that lead straight to their own ends are played by themselves."""

    def __init__(self, drawing: Drawing, scope: str) -> None:
        self.name = scope or drawing.process
        self.elements = {e.id: e for e in drawing.elements.values() if e.parent == scope}
        self.out = {name: [f.id for f in drawing.outgoing(name)] for name in self.elements}
        self.into = {name: frozenset(f.id for f in drawing.incoming(name)) for name in self.elements}
        self.target = {flow.id: flow.target for flow in drawing.flows}
        self.default = {e.default for e in self.elements.values()}
        main = paths.main_paths(drawing, scope)
        events = [e for e in self.elements.values() if e.kind == "boundaryEvent"]
        self.side_events = [e.id for e in events if not e.interrupting and not self.merges(e.id, main)]
        self.events: dict[str, frozenset[str]] = {}
        for host in self.elements:
            hung = (e.id for e in events if e.attached_to == host and e.id not in self.side_events)
            self.events[host] = frozenset(hung)

    def merges(self, event: str, main: set[str]) -> bool:
        ways = {name: [self.target[flow] for flow in flows] for name, flows in self.out.items()}
        passed = [self.elements[name] for name in paths.reached(ways, [event])]
        return any(e.kind in WAITING or (e.id in main and e.kind != "endEvent") for e in passed)

    def begin(self) -> Situation:
        starts = [e.id for e in self.elements.values() if e.kind == "startEvent"]
        return frozenset(flow for start in starts for flow in self.out[start]), frozenset()

    def next(self, tokens: frozenset[str], running: frozenset[Running]) -> list[Situation]:
        """What one move leads to: everything moves by itself first, then people and events."""
        moving = [flow for flow in sorted(tokens) if not self.is_join(self.target[flow])]
        if moving:
            return self.entered(tokens, running, frozenset(moving[:1]), self.target[moving[0]])
        for join in sorted({self.target[flow] for flow in tokens}):
            arrived = self.into[join] & tokens
            if arrived == self.into[join] or self.nothing_comes(join, arrived, tokens, running):
                return self.entered(tokens, running, arrived, join)
        if not running and tokens:
            raise _Found(self.target[min(tokens)], _STUCK)
        return [way for each in sorted(running, key=repr) for way in self.happened(tokens, running, each)]

    def is_join(self, name: str) -> bool:
        return self.elements[name].kind in JOINS and len(self.into[name]) > 1

    def nothing_comes(
        self, join: str, arrived: frozenset[str], tokens: frozenset[str], running: frozenset[Running]
    ) -> bool:
        """Whether an inclusive join need not wait: whatever still moves reaches a filled branch, or none."""
        if self.elements[join].kind != "inclusiveGateway":
            return False
        ways = {name: [self.target[flow] for flow in flows] for name, flows in self.out.items() if name != join}
        sources = [self.target[flow] for flow in tokens - arrived]
        sources += [name for host, events in running for name in (host, *events)]
        for source in sources:
            reached = {flow for name in paths.reached(ways, [source]) - {join} for flow in self.out[name]}
            if reached & (self.into[join] - arrived) and not reached & arrived:
                return False
        return True

    def entered(
        self, tokens: frozenset[str], running: frozenset[Running], taken: frozenset[str], name: str
    ) -> list[Situation]:
        element = self.elements[name]
        left = tokens - taken
        if element.kind in WAITING:
            if any(name == other for other, _ in running):
                raise _Found(name, _DOUBLED)
            return [(left, running | {(name, self.events[name])})]
        return [(self.put(left, flows), running) for flows in self.choices(element)]

    def choices(self, element: Element) -> list[frozenset[str]]:
        flows = self.out[element.id]
        if element.kind == "exclusiveGateway":
            return [frozenset({flow}) for flow in flows]
        if element.kind == "inclusiveGateway" and len(flows) > 1:
            asked = [flow for flow in flows if flow not in self.default]
            some = [frozenset(c) for size in range(1, len(asked) + 1) for c in combinations(asked, size)]
            return [*some, frozenset(flows) - frozenset(asked)]
        return [frozenset(flows)]

    def put(self, tokens: frozenset[str], flows: frozenset[str]) -> frozenset[str]:
        for doubled in tokens & flows:
            raise _Found(self.target[doubled], _DOUBLED)
        return tokens | flows

    def happened(self, tokens: frozenset[str], running: frozenset[Running], each: Running) -> list[Situation]:
        host, events = each
        others = running - {each}
        ways = [(self.put(tokens, frozenset(self.out[host])), others)]
        for event in sorted(events):
            after = self.put(tokens, frozenset(self.out[event]))
            stays = frozenset() if self.elements[event].interrupting else frozenset({(host, events - {event})})
            ways.append((after, others | stays))
        return ways
