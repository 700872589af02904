"""What comes next in a request: the usual way through its drawings, from where it is now to its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from engine.drawings import paths
from engine.drawings.bpmn import Drawing, Element
from engine.drawings.paths import LEFT, Graph
from engine.errors import Refused
from engine.language.expression import compiled, read_of
from engine.language.scope import Scope


def ahead(
    drawings: Mapping[str, Drawing], code: str, open: Collection[str], facts: Mapping[str, Any]
) -> tuple[Element, ...]:
    """The tasks and the end that follow the open ones when everybody agrees, in their order, each once.

    open: keys such as `request/review`. facts: what is known of the request and read as `case.x`: a gateway that reads
    no more than that, and how a pattern came out on this way, is asked; at any other its usual way is taken.
    """
    made = paths.graph(drawings, code)
    now = [key for key in dict.fromkeys(one.partition("#")[0] for one in open) if key in made.places]
    found: dict[str, Element] = {}
    for key in now:
        found |= {place: element for place, element in _followed(made, key, facts) if place not in now}
    return tuple(sorted(found.values(), key=lambda element: element.kind == "endEvent"))


def _followed(made: Graph, key: str, facts: Mapping[str, Any]) -> Iterator[tuple[str, Element]]:
    seen: set[str] = set()
    waiting = [(f"{key}{LEFT}", "")]
    while waiting:
        node, outcome = waiting.pop(0)
        if node in seen:
            continue
        seen.add(node)
        place = made.places.get(node)
        if place is not None and (place[1].kind == "userTask" or (place[1].kind == "endEvent" and "/" not in node)):
            yield node, place[1]
        outcome = place[1].properties.get("outcome", outcome) if place else outcome
        names = {"case": dict(facts), **({"outcome": outcome} if outcome else {})}
        waiting += [(way, outcome) for way in _usual(made, node, names)]


def _usual(made: Graph, node: str, names: Mapping[str, Any]) -> Iterable[str]:
    """Where it goes on from here; never by a boundary event, which is not the usual way."""
    ways = [way for way in made.ways.get(node, ()) if not _is_boundary(made, way)]
    place = made.places.get(node.removesuffix(LEFT)) if node.endswith(LEFT) else None
    if place is None or place[1].kind not in ("exclusiveGateway", "inclusiveGateway") or len(ways) < 2:
        return ways
    drawing, gateway = place
    above = node.removesuffix(LEFT).removesuffix(gateway.id)
    flows = drawing.outgoing(gateway.id)
    taken = [flow.target for flow in flows if flow.condition and _holds(flow.condition, names)]
    usual = [flow.target for flow in flows if flow.id == gateway.default]
    return [f"{above}{target}" for target in taken[:1] or usual or [flows[0].target]]


def _is_boundary(made: Graph, way: str) -> bool:
    place = made.places.get(way)
    return place is not None and place[1].kind == "boundaryEvent"


def _holds(condition: str, names: Mapping[str, Any]) -> bool:
    """Whether a condition holds that reads nothing but what is known: the request, and how a pattern came out."""
    try:
        made = compiled(condition)
        if not made.names <= names.keys() or not read_of(condition, "case") <= names["case"].keys():
            return False
        return bool(made(Scope(names)))
    except Refused:
        return False
