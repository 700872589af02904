"""Paths through drawings: what reaches what, where a path waits, and which lanes it passes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from engine.drawings.bpmn import CONTAINERS, JOINS, Drawing, Element
from engine.people import COMPANY_MAKERS, NEXT_LANES, OWN_LANES

WAITING_KINDS = frozenset({"userTask", "intermediateCatchEvent"})
CHECKING_LANES = frozenset({"checker", "next_checker"})
LEFT = "!"
DESKS = "case.desks"
Node = TypeVar("Node", bound=Hashable)


@dataclass(slots=True)
class Graph:
    """One eService with its patterns in place: each element twice, as entered (`request/review`) and as left (`…!`).

    places: the drawing and the element behind each entered node. waits: the nodes where a path waits for the world.
    """

    places: dict[str, tuple[Drawing, Element]] = field(default_factory=dict)
    ways: dict[str, list[str]] = field(default_factory=dict)
    waits: set[str] = field(default_factory=set)
    starts: list[str] = field(default_factory=list)

    def lead(self, source: str, target: str) -> None:
        """Add a way from one node to another."""
        self.ways.setdefault(source, []).append(target)
        self.ways.setdefault(target, [])


Shut = Callable[[str, str, str], bool]


def _never(_source: str, _target: str, _outcome: str) -> bool:
    return False


def caller_circle(drawings: Mapping[str, Drawing], code: str) -> tuple[str, ...]:
    """The processes that call each other in a circle, beginning at `code`; nothing when none do."""
    return _circle(drawings, (code,), set())


def _circle(drawings: Mapping[str, Drawing], path: tuple[str, ...], sound: set[str]) -> tuple[str, ...]:
    for called in sorted(calls(drawings[path[-1]]) & drawings.keys() - sound):
        if called in path:
            return (*path, called)
        if found := _circle(drawings, (*path, called), sound):
            return found
    sound.add(path[-1])
    return ()


def size(drawings: Mapping[str, Drawing], code: str) -> int:
    """How many elements a process has with everything it calls in place; calls must not go round in a circle."""
    sizes: dict[str, int] = {}
    for name in _innermost_first(drawings, code):
        elements = drawings[name].elements.values()
        sizes[name] = len(elements) + sum(sizes.get(element.called, 0) for element in elements)
    return sizes[code]


def _innermost_first(drawings: Mapping[str, Drawing], code: str) -> list[str]:
    left, order = family(drawings, code), []
    while left:
        ready = sorted(name for name in left if not calls(drawings[name]) & left)
        order += ready
        left -= set(ready)
    return order


def calls(drawing: Drawing) -> set[str]:
    """The processes that a drawing calls."""
    return {element.called for element in drawing.elements.values() if element.called}


def family(drawings: Mapping[str, Drawing], code: str) -> set[str]:
    """A process and all that it calls, directly or not."""
    found, waiting = {code}, [code]
    while waiting:
        for called in calls(drawings[waiting.pop()]) & drawings.keys() - found:
            found.add(called)
            waiting.append(called)
    return found


def graph(drawings: Mapping[str, Drawing], code: str) -> Graph:
    """Every path that a case of the process `code` can take; calls must not go round in a circle."""
    made = Graph()
    _place(made, drawings, drawings[code], "", "")
    made.starts = [key for key, (_, e) in made.places.items() if e.kind == "startEvent" and "/" not in key]
    return made


def _place(made: Graph, drawings: Mapping[str, Drawing], drawing: Drawing, scope: str, above: str) -> None:
    for element in drawing.elements.values():
        if element.parent == scope:
            _place_one(made, drawings, drawing, element, above)
    for flow in drawing.flows:
        source, target = drawing.elements.get(flow.source), drawing.elements.get(flow.target)
        if source and target and source.parent == target.parent == scope:
            made.lead(f"{above}{flow.source}{LEFT}", f"{above}{flow.target}")
    _attach(made, drawing, scope, above)


def _place_one(made: Graph, drawings: Mapping[str, Drawing], drawing: Drawing, element: Element, above: str) -> None:
    key = f"{above}{element.id}"
    made.places[key] = (drawing, element)
    inner = drawings.get(element.called) if element.called else drawing
    if element.kind not in CONTAINERS or inner is None:
        made.lead(key, f"{key}{LEFT}")
        if element.kind in WAITING_KINDS:
            made.waits.add(key)
        return
    inner_scope = "" if element.called else element.id
    _place(made, drawings, inner, inner_scope, f"{key}/")
    notices = side_paths(inner) - main_paths(inner, inner_scope)  # they end by themselves and lead nowhere
    for each in inner.elements.values():
        if each.parent == inner_scope and each.kind == "startEvent":
            made.lead(key, f"{key}/{each.id}")
        if each.parent == inner_scope and each.kind == "endEvent" and each.id not in notices:
            made.lead(f"{key}/{each.id}{LEFT}", f"{key}{LEFT}")


def _attach(made: Graph, drawing: Drawing, scope: str, above: str) -> None:
    """A boundary event may follow wherever its host waits, inside the host too."""
    for element in drawing.elements.values():
        if element.parent != scope or element.kind != "boundaryEvent":
            continue
        host, event = f"{above}{element.attached_to}", f"{above}{element.id}"
        made.waits.add(event)
        inside = [key for key in made.waits if key.startswith(f"{host}/")]
        for key in [host, *inside] if host in made.places else []:
            made.lead(key, event)


# --- questions --------------------------------------------------------------------------------------------------------
def reached(ways: Mapping[Node, Iterable[Node]], starts: Iterable[Node], without: Collection[Node] = ()) -> set[Node]:
    """All nodes that can be reached from `starts`, never going on from a node in `without`."""
    found, waiting = set(starts), list(starts)
    while waiting:
        node = waiting.pop()
        for target in ways.get(node, ()) if node not in without else ():
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def unchecked(made: Graph, shut: Shut = _never) -> Iterator[str]:
    """The tasks of a desk that a request can reach without passing a checker after its last maker.

    shut: whether a way is closed after the outcome that a milestone gave last.
    """
    written = _written(made)
    own = [key for key in written if made.places[key][1].lane in OWN_LANES]
    found = _unseen(made, [*made.starts, *written], CHECKING_LANES, shut) | _unseen(made, own, OWN_LANES, shut)
    yield from sorted(
        k for k in found if k in made.places and made.places[k][1].lane.startswith("desk_") and _asks(made, k)
    )


def unagreed(made: Graph) -> Iterator[str]:
    """The milestones that note what the second company agrees to, though nobody there has checked it."""
    found = _unseen(made, [*made.starts, *_written(made)], NEXT_LANES)
    yield from sorted(k for k in found if k in made.places and made.places[k][1].properties.get("agrees"))


def _written(made: Graph) -> list[str]:
    """The tasks at which somebody of a company writes."""
    return [key for key in reached(made.ways, made.starts) if key in made.places and _authors(made, key)]


def _unseen(made: Graph, starts: Iterable[str], lanes: Collection[str], shut: Shut = _never) -> set[str]:
    """What paths reach without passing a checker of these lanes; nobody knows which outcome came before a start."""
    found: set[tuple[str, str | None]] = {(start, None) for start in starts}
    waiting = list(found)
    while waiting:
        node, word = waiting.pop()
        word = _outcome_of(made, node) or word
        ways = [t for t in made.ways.get(node, ()) if not _passes_check(made, node, t, lanes)]
        fresh = {(t, word) for t in ways if word is None or not shut(node, t, word)} - found
        found |= fresh
        waiting += fresh
    return {node for node, _ in found}


def _outcome_of(made: Graph, node: str) -> str:
    """The outcome that a milestone gives when it is left."""
    place = made.places.get(node.removesuffix(LEFT)) if node.endswith(LEFT) else None
    return "" if place is None else place[1].properties.get("outcome", "")


def _authors(made: Graph, key: str) -> bool:
    """Whether somebody of a company writes here what a checker has to see; a mere yes or no is none of this."""
    element = made.places[key][1]
    return _asks(made, key) and element.lane in COMPANY_MAKERS and element.properties.get("kind") == "fill"


def _asks(made: Graph, key: str) -> bool:
    return made.places[key][1].kind == "userTask"


def _passes_check(made: Graph, node: str, target: str, lanes: Collection[str]) -> bool:
    place = made.places.get(node)
    if place is None or not _asks(made, node) or _may_be_for_nobody(place[1]):
        return False
    return place[1].lane in CHECKING_LANES.intersection(lanes) and target == f"{node}{LEFT}"


def _may_be_for_nobody(element: Element) -> bool:
    """Whether a task for each item of a list may open for none and pass at once; every case has a desk."""
    return element.each not in ("", DESKS)


def restless(made: Graph) -> Iterator[str]:
    """The elements of loops in which nothing waits."""
    waits = {key for key in made.waits if not _may_be_for_nobody(made.places[key][1])}
    ways = {node: targets for node, targets in made.ways.items() if node not in waits}
    for key in sorted(made.places):
        if key not in waits and key in reached(ways, ways.get(key, ())):
            yield key


def within(drawing: Drawing) -> dict[str, list[str]]:
    """The ways inside one drawing: flows, boundary events after their hosts, sub-processes before their parts."""
    ways: dict[str, list[str]] = {name: [] for name in drawing.elements}
    for flow in drawing.flows:
        ways.setdefault(flow.source, []).append(flow.target)
    for element in drawing.elements.values():
        if element.attached_to:
            ways.setdefault(element.attached_to, []).append(element.id)
        if element.parent and element.kind == "startEvent":
            ways.setdefault(element.parent, []).append(element.id)
    return ways


def backwards(ways: Mapping[Node, Iterable[Node]]) -> dict[Node, list[Node]]:
    """The same ways, each the other way round."""
    turned: dict[Node, list[Node]] = {}
    for source, targets in ways.items():
        for target in targets:
            turned.setdefault(target, []).append(source)
    return turned


def side_paths(drawing: Drawing) -> set[str]:
    """Everything that only notices lead to: what follows a boundary event that interrupts nothing."""
    events = [e.id for e in drawing.elements.values() if e.kind == "boundaryEvent" and not e.interrupting]
    return reached(within(drawing), events)


def main_paths(drawing: Drawing, scope: str = "") -> set[str]:
    """Everything that a case can reach without a boundary event that interrupts nothing."""
    quiet = [e.id for e in drawing.elements.values() if e.kind == "boundaryEvent" and not e.interrupting]
    starts = [e.id for e in drawing.elements.values() if e.kind == "startEvent" and e.parent == scope]
    return reached(within(drawing), starts, without=quiet) - set(quiet)


def after_splits(drawing: Drawing) -> set[str]:
    """Everything that can run beside another branch: what follows a parallel or inclusive split, up to a join."""
    splits = [e.id for e in drawing.elements.values() if e.kind in JOINS and len(drawing.outgoing(e.id)) > 1]
    joins = {e.id for e in drawing.elements.values() if e.kind in JOINS and len(drawing.incoming(e.id)) > 1}
    firsts = [flow.target for split in splits for flow in drawing.outgoing(split)]
    return reached(within(drawing), firsts, without=joins)
