"""A drawing as an ordered text: what it says to somebody who cannot see it, step by step, with what is done marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from engine import statuses
from engine.drawings.bpmn import CONTAINERS, JOINS, Drawing, Element, Flow
from engine.drawings.wording import Wording
from engine.sentence import say

DONE, HERE = "done", "here"
NOTICES = {
    "reminder": "those who can do it are reminded",
    "overdue": "those who can do it are told that it is overdue",
    "idle": "its makers are reminded that it is not submitted",
}
LANES = {
    "maker": "the maker",
    "checker": "the checker",
    "next_maker": "the second company's maker",
    "next_checker": "the second company's checker",
    "broker": "the broker",
    "desk_maker": "the desk's processor",
    "desk_checker": "the desk's approver",
    "ops": "operations",
    "system": "the portal itself",
}
CONFIRMED = {"always": "", "claimed": " once the exchange has it in hand"}


@dataclass(frozen=True, slots=True)
class Part:
    """One numbered part of the text: what it is, whose, what is to be known of it, and what lies within."""

    key: str
    number: str
    title: str
    lane: str
    notes: tuple[str, ...]
    state: str = ""  # done, here, or not reached
    within: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Teller:
    """What all parts of one text share. numbers: of every part, by its place. orders: by process and sub-process."""

    drawings: Mapping[str, Drawing]
    words: Wording
    exchange: str
    titles: Mapping[str, str]
    numbers: dict[str, str] = field(default_factory=dict)
    orders: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def order(self, drawing: Drawing, scope: str) -> list[str]:
        """What is numbered in a process or sub-process."""
        place = (drawing.process, scope)
        if place not in self.orders:
            self.orders[place] = _order(drawing, scope)
        return self.orders[place]


def outline(
    drawings: Mapping[str, Drawing], code: str, exchange: str, lane_titles: Mapping[str, str] = LANES
) -> tuple[Part, ...]:
    """The process `code` with everything it calls in place, as numbered parts in the order in which they are reached.

    exchange: what it calls itself. lane_titles: what stands beside a task instead of the words of its lane.
    """
    sla = drawings[code].properties.get("sla_days", "")
    teller = _Teller(
        drawings,
        Wording(exchange, int(sla) if sla.isdigit() else 0),
        exchange,
        LANES | {lane: title for lane, title in lane_titles.items() if title},
    )
    _number(teller, drawings[code], "", "", "")
    return _parts(teller, drawings[code], "", "")


def marked(parts: Collection[Part], open: Collection[str], done: Collection[str]) -> tuple[Part, ...]:
    """The same text of a request: what is done and where it is now; open, done: keys such as `request/review`."""
    return tuple(_marked(part, _places(open), _places(done)) for part in parts)


def lines(parts: Collection[Part], depth: int = 0) -> list[str]:
    """The same as lines of plain text, each part indented below the one that it lies in."""
    found = []
    for part in parts:
        head = ". ".join(word for word in (f"{part.number} {part.title}", part.lane) if word)
        found.append("  " * depth + head + (f" [{part.state}]" if part.state else ""))
        found += ["  " * depth + f"- {note}" for note in part.notes]
        found += lines(part.within, depth + 1)
    return found


def _places(keys: Collection[str]) -> frozenset[str]:
    """These places, and every part within which one of them lies."""
    whole = [key.partition("#")[0].split("/") for key in keys]
    return frozenset("/".join(names[:length]) for names in whole for length in range(1, len(names) + 1))


def _marked(part: Part, open: frozenset[str], done: frozenset[str]) -> Part:
    state = HERE if part.key in open else DONE if part.key in done else ""
    return replace(part, state=state, within=tuple(_marked(each, open, done) for each in part.within))


# --- the order --------------------------------------------------------------------------------------------------------
def _number(teller: _Teller, drawing: Drawing, scope: str, above: str, prefix: str) -> None:
    for place, name in enumerate(teller.order(drawing, scope), 1):
        key, number = f"{above}{name}", f"{prefix}{place}"
        teller.numbers[key] = number
        inner, inner_scope = _inner(teller, drawing, drawing.elements[name])
        if inner is not None:
            _number(teller, inner, inner_scope, f"{key}/", f"{number}.")


def _inner(teller: _Teller, drawing: Drawing, element: Element) -> tuple[Drawing | None, str]:
    if element.kind not in CONTAINERS:
        return None, ""
    return (teller.drawings.get(element.called), "") if element.called else (drawing, element.id)


def _order(drawing: Drawing, scope: str) -> list[str]:
    """What is numbered, each after all that leads to it and the usual way before the others."""
    after: list[str] = []
    seen: set[str] = set()
    for element in drawing.elements.values():
        if element.parent == scope and element.kind == "startEvent":
            _visit(drawing, element.id, seen, after)
    silent = _told_with_hosts(drawing)
    return [name for name in reversed(after) if name not in silent]


def _visit(drawing: Drawing, name: str, seen: set[str], after: list[str]) -> None:
    if name in seen:
        return
    seen.add(name)
    for target in _unusual_first(drawing, drawing.elements[name]):
        _visit(drawing, target, seen, after)
    after.append(name)


def _unusual_first(drawing: Drawing, element: Element) -> list[str]:
    events = [e.id for e in drawing.elements.values() if e.attached_to == element.id]
    flows = drawing.outgoing(element.id)
    usual = [flow.target for flow in flows if flow.id == element.default]
    others = [flow.target for flow in reversed(flows) if flow.id != element.default]
    return [*reversed(events), *others, *usual]


def _told_with_hosts(drawing: Drawing) -> set[str]:
    """Boundary events, and the ends to which their notices alone lead."""
    events = [e for e in drawing.elements.values() if e.kind == "boundaryEvent"]
    return {e.id for e in events} | {end.id for e in events if (end := _own_end(drawing, e))}


def _own_end(drawing: Drawing, event: Element) -> Element | None:
    """The end of a notice, when nothing else leads there."""
    targets = [drawing.elements[flow.target] for flow in drawing.outgoing(event.id)]
    if event.interrupting or len(targets) != 1 or targets[0].kind != "endEvent":
        return None
    return targets[0] if len(drawing.incoming(targets[0].id)) == 1 else None


# --- the parts --------------------------------------------------------------------------------------------------------
def _parts(teller: _Teller, drawing: Drawing, scope: str, above: str) -> tuple[Part, ...]:
    order = teller.order(drawing, scope)
    following = dict(zip(order, [*order[1:], ""], strict=True))
    return tuple(_part(teller, drawing, drawing.elements[name], above, following[name]) for name in order)


def _part(teller: _Teller, drawing: Drawing, element: Element, above: str, following: str) -> Part:
    key = f"{above}{element.id}"
    inner, scope = _inner(teller, drawing, element)
    return Part(
        key=key,
        number=teller.numbers[key],
        title=_title(element),
        lane=teller.titles.get(element.lane, element.lane) if element.kind == "userTask" else "",
        notes=(
            *_own_notes(teller, element),
            *(note for e in _events(drawing, element) for note in _event_notes(teller, drawing, e, above)),
            *_ways(teller, drawing, element, above, following),
        ),
        within=() if inner is None else _parts(teller, inner, scope, f"{key}/"),
    )


def _title(element: Element) -> str:
    kinds = {"startEvent": "Start", "endEvent": "End", "exclusiveGateway": "Decision", "callActivity": "Pattern"}
    kind = kinds.get(element.kind, "Part" if element.kind == "subProcess" else "")
    return f"{kind}: {element.name}" if kind else element.name


def _own_notes(teller: _Teller, element: Element) -> list[str]:
    words, said = teller.words, element.properties
    notes: list[str] = []
    if status := said.get("status"):
        notes.append(say("The request is then “{label}”.", label=statuses.label(status, teller.exchange)))
    if element.kind == "serviceTask":
        notes.append(say("The portal does this by itself."))
    if element.kind == "businessRuleTask":
        notes.append(say("A decision table decides; nobody has to do anything."))
    if element.each:
        notes.append(say("Once for each {each}, all at the same time.", each=words.each(element.each)))
    if element.until:
        rest = words.condition(element.until, "one of them").replace("is not “forward”", "is another than to go on")
        notes.append(say("The others are not needed any more when this holds: {rest}.", rest=rest))
    if element.kind == "intermediateCatchEvent":
        waits = words.moment(element.timer, "it is reached") if element.timer else f"the message {element.message}"
        notes.append(say("Waits for this: {waits}.", waits=waits))
    if due := said.get("due"):
        notes.append(say("Due {moment}.", moment=words.moment(due, "it begins")))
    return notes


def _events(drawing: Drawing, host: Element) -> list[Element]:
    return [e for e in drawing.elements.values() if e.attached_to == host.id]


def _event_notes(teller: _Teller, drawing: Drawing, event: Element, above: str) -> list[str]:
    return [_timer(teller, drawing, event, above) if event.timer else _way_out(teller, drawing, event, above)]


def _timer(teller: _Teller, drawing: Drawing, event: Element, above: str) -> str:
    since = "somebody last saved it" if event.properties.get("idle") else "it begins"
    when = teller.words.moment(event.timer, since)
    end = _own_end(drawing, event)
    notice = NOTICES.get(event.properties.get("notice", ""), "")
    if end is not None:
        return say(
            "Timer “{name}”, {when}: {value} (“{name2}”); the step goes on.",
            name=event.name,
            when=when,
            value=notice or "noted",
            name2=end.name,
        )
    then = _led_to(teller, drawing, event, above)
    ends = "the step ends" if event.interrupting else "the step goes on"
    return say(
        "Timer “{name}”, {when}: {value}{ends}, and {then}.",
        name=event.name,
        when=when,
        value=f"{notice}; " if notice else "",
        ends=ends,
        then=then,
    )


def _way_out(teller: _Teller, drawing: Drawing, event: Element, above: str) -> str:
    said = event.properties
    who = [LANES.get(lane.strip(), lane.strip()) for lane in said.get("who", "").split(",") if lane.strip()]
    conditions = [f"while {teller.words.condition(said['when'])}"] if said.get("when", "True") != "True" else []
    if said.get("reason") == "required":
        conditions.append("with a reason")
    if said.get("confirm"):
        others = [LANES.get(lane.strip(), lane.strip()) for lane in said["confirm"].split(",")]
        when = CONFIRMED.get(said.get("confirm_when", "always"), "")
        conditions.append(f"confirmed by somebody else of {' or '.join(others)}{when}")
    open_to = ", ".join([" or ".join(who), *conditions])
    return say(
        "Way out “{value}”, open to {open_to}: {led_to}.",
        value=said.get("title") or event.name,
        open_to=open_to,
        led_to=_led_to(teller, drawing, event, above),
    )


# --- where it goes on -------------------------------------------------------------------------------------------------
def _led_to(teller: _Teller, drawing: Drawing, event: Element, above: str) -> str:
    targets = [_target(teller, drawing, event.id, flow.target, above) for flow in drawing.outgoing(event.id)]
    return " and ".join(targets) or "nothing follows"


def _ways(teller: _Teller, drawing: Drawing, element: Element, above: str, following: str) -> list[str]:
    flows = drawing.outgoing(element.id)
    if element.kind in JOINS:
        return [*_joins(drawing, element), *_splits(teller, drawing, element, flows, above)]
    if len(flows) > 1:
        return [_branch(teller, drawing, element, flow, above) for flow in _usual_last(element, flows)]
    then = [_target(teller, drawing, element.id, flow.target, above) for flow in flows if flow.target != following]
    return [f"{one[0].upper()}{one[1:]}." for one in then]


def _usual_last(element: Element, flows: list[Flow]) -> list[Flow]:
    return sorted(flows, key=lambda flow: flow.id == element.default)


def _branch(teller: _Teller, drawing: Drawing, gateway: Element, flow: Flow, above: str) -> str:
    then = _target(teller, drawing, gateway.id, flow.target, above)
    if flow.id == gateway.default or flow.condition is None:
        return say("Otherwise it {then}.", then=then)
    return say(
        "If {condition}, it {then}.",
        condition=teller.words.condition(flow.condition, _asked(drawing, gateway)),
        then=then,
    )


def _asked(drawing: Drawing, gateway: Element) -> str:
    """Who answers what a gateway reads: whoever does the step just before it."""
    before = [drawing.elements[flow.source] for flow in drawing.incoming(gateway.id)]
    lanes = {element.lane for element in before if element.kind == "userTask"}
    return LANES.get(lanes.pop(), "") if len(lanes) == 1 else ""


def _joins(drawing: Drawing, gateway: Element) -> list[str]:
    if len(drawing.incoming(gateway.id)) < 2:
        return []
    return [say("Waits until every branch that was begun has come here.")]


def _splits(teller: _Teller, drawing: Drawing, gateway: Element, flows: list[Flow], above: str) -> list[str]:
    if len(flows) < 2:
        return [say("It {target}.", target=_target(teller, drawing, gateway.id, flow.target, above)) for flow in flows]
    if gateway.kind == "parallelGateway":
        targets = (_target(teller, drawing, gateway.id, flow.target, above) for flow in flows)
        return [say("All of these at the same time:"), *(f"it {target}." for target in targets)]
    branches = [_branch(teller, drawing, gateway, flow, above) for flow in _usual_last(gateway, flows)]
    return [say("Each of these that applies, at the same time:"), *branches]


def _target(teller: _Teller, drawing: Drawing, source: str, target: str, above: str) -> str:
    number = teller.numbers[f"{above}{target}"]
    back = target in _before(teller, drawing, source)
    return f"{'goes back to' if back else 'goes on with'} step {number}, {drawing.elements[target].name}"


def _before(teller: _Teller, drawing: Drawing, name: str) -> list[str]:
    element = drawing.elements[name]
    order = teller.order(drawing, element.parent)
    return order[: order.index(element.attached_to or name) + 1]
