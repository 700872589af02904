"""A drawing as an ordered text: what it says to somebody who cannot see it, step by step, with what is done marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import NamedTuple

from engine import statuses
from engine.drawings.bpmn import CONTAINERS, JOINS, Drawing, Element, Flow
from engine.drawings.wording import Wording, all_of, any_of
from engine.sentence import named, say

DONE, HERE = "done", "here"
NOTICES = {
    "reminder": say("those who can do it are reminded"),
    "overdue": say("those who can do it are told that it is overdue"),
    "idle": say("its makers are reminded that it is not submitted"),
}
LANES: Mapping[str, str] = {
    "maker": say("the maker"),
    "checker": say("the checker"),
    "next_maker": say("the second company's maker"),
    "next_checker": say("the second company's checker"),
    "broker": say("the broker"),
    "desk_maker": say("the desk's processor"),
    "desk_checker": say("the desk's approver"),
    "ops": say("operations"),
    "system": say("the portal itself"),
}
KINDS = {
    "startEvent": "Start: {name}",
    "endEvent": "End: {name}",
    "exclusiveGateway": "Decision: {name}",
    "callActivity": "Pattern: {name}",
    "subProcess": "Part: {name}",
}


class _Ways(NamedTuple):
    """One sentence for a way that leads on, and one for a way that leads back."""

    on: str
    back: str


LEADS = _Ways(say("goes on with step {number}, {name}"), say("goes back to step {number}, {name}"))  # within others
ALONE = _Ways(say("Goes on with step {number}, {name}."), say("Goes back to step {number}, {name}."))
SINGLE = _Ways(say("It goes on with step {number}, {name}."), say("It goes back to step {number}, {name}."))
LISTED = _Ways(say("it goes on with step {number}, {name}."), say("it goes back to step {number}, {name}."))
USUAL = _Ways(
    say("Otherwise it goes on with step {number}, {name}."), say("Otherwise it goes back to step {number}, {name}.")
)
BRANCH = _Ways(
    say("If {condition}, it goes on with step {number}, {name}."),
    say("If {condition}, it goes back to step {number}, {name}."),
)


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
        {**LANES} | {lane: title for lane, title in lane_titles.items() if title},
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
    return say(KINDS[element.kind], name=named(element.name)) if element.kind in KINDS else named(element.name)


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
        rest = words.condition(element.until, say("one of them"))
        notes.append(say("The others are not needed any more when this holds: {rest}.", rest=rest))
    if element.kind == "intermediateCatchEvent":
        message = say("the message {message}", message=named(element.message))
        waits = words.moment(element.timer, say("it is reached")) if element.timer else message
        notes.append(say("Waits for this: {waits}.", waits=waits))
    if due := said.get("due"):
        notes.append(say("Due {moment}.", moment=words.moment(due, say("it begins"))))
    return notes


def _events(drawing: Drawing, host: Element) -> list[Element]:
    return [e for e in drawing.elements.values() if e.attached_to == host.id]


def _event_notes(teller: _Teller, drawing: Drawing, event: Element, above: str) -> list[str]:
    return [_timer(teller, drawing, event, above) if event.timer else _way_out(teller, drawing, event, above)]


def _timer(teller: _Teller, drawing: Drawing, event: Element, above: str) -> str:
    since = say("somebody last saved it") if event.properties.get("idle") else say("it begins")
    timer = {"name": named(event.name), "when": teller.words.moment(event.timer, since)}
    end = _own_end(drawing, event)
    notice = NOTICES.get(event.properties.get("notice", ""), "")
    if end is not None:
        ended = named(end.name)
        if not notice:
            return say("Timer “{name}”, {when}: noted (“{end}”); the step goes on.", **timer, end=ended)
        return say("Timer “{name}”, {when}: {notice} (“{end}”); the step goes on.", **timer, notice=notice, end=ended)
    timer["then"] = _led_to(teller, drawing, event, above)
    if not notice:
        if event.interrupting:
            return say("Timer “{name}”, {when}: the step ends, and {then}.", **timer)
        return say("Timer “{name}”, {when}: the step goes on, and {then}.", **timer)
    if event.interrupting:
        return say("Timer “{name}”, {when}: {notice}; the step ends, and {then}.", **timer, notice=notice)
    return say("Timer “{name}”, {when}: {notice}; the step goes on, and {then}.", **timer, notice=notice)


def _way_out(teller: _Teller, drawing: Drawing, event: Element, above: str) -> str:
    said = event.properties
    conditions = [any_of(_lanes(said["who"]))] if said.get("who") else []
    if said.get("when", "True") != "True":
        conditions.append(say("while {condition}", condition=teller.words.condition(said["when"])))
    if said.get("reason") == "required":
        conditions.append(say("with a reason"))
    if said.get("confirm"):
        conditions.append(_confirmed(any_of(_lanes(said["confirm"])), said.get("confirm_when", "always")))
    return say(
        "Way out “{way}”, open to {open_to}: {then}.",
        way=named(said.get("title") or event.name),
        open_to=_listed(conditions) if conditions else "",
        then=_led_to(teller, drawing, event, above),
    )


def _listed(parts: Iterable[str]) -> str:
    return reduce(lambda one, other: say("{one}, {other}", one=one, other=other), parts)


def _lanes(listed: str) -> list[str]:
    lanes = (lane.strip() for lane in listed.split(","))
    return [LANES.get(lane, lane) for lane in lanes if lane]


def _confirmed(others: str, when: str) -> str:
    if when == "claimed":
        return say("confirmed by somebody else of {others} once the exchange has it in hand", others=others)
    return say("confirmed by somebody else of {others}", others=others)


# --- where it goes on -------------------------------------------------------------------------------------------------
def _led_to(teller: _Teller, drawing: Drawing, event: Element, above: str) -> str:
    ways = [_way(teller, drawing, flow, above, LEADS) for flow in drawing.outgoing(event.id)]
    return all_of(ways) if ways else say("nothing follows")


def _ways(teller: _Teller, drawing: Drawing, element: Element, above: str, following: str) -> list[str]:
    flows = drawing.outgoing(element.id)
    if element.kind in JOINS:
        return [*_joins(drawing, element), *_splits(teller, drawing, element, flows, above)]
    if len(flows) > 1:
        return [_branch(teller, drawing, element, flow, above) for flow in _usual_last(element, flows)]
    return [_way(teller, drawing, flow, above, ALONE) for flow in flows if flow.target != following]


def _usual_last(element: Element, flows: list[Flow]) -> list[Flow]:
    return sorted(flows, key=lambda flow: flow.id == element.default)


def _branch(teller: _Teller, drawing: Drawing, gateway: Element, flow: Flow, above: str) -> str:
    if flow.id == gateway.default or flow.condition is None:
        return _way(teller, drawing, flow, above, USUAL)
    condition = teller.words.condition(flow.condition, _asked(drawing, gateway))
    return _way(teller, drawing, flow, above, BRANCH, condition=condition)


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
        return [_way(teller, drawing, flow, above, SINGLE) for flow in flows]
    if gateway.kind == "parallelGateway":
        targets = (_way(teller, drawing, flow, above, LISTED) for flow in flows)
        return [say("All of these at the same time:"), *targets]
    branches = [_branch(teller, drawing, gateway, flow, above) for flow in _usual_last(gateway, flows)]
    return [say("Each of these that applies, at the same time:"), *branches]


def _way(teller: _Teller, drawing: Drawing, flow: Flow, above: str, ways: _Ways, **values: str) -> str:
    """Where a flow leads, in the sentence that is for a way on or back."""
    template = ways.back if flow.target in _before(teller, drawing, flow.source) else ways.on
    number, name = teller.numbers[f"{above}{flow.target}"], named(drawing.elements[flow.target].name)
    return say(template, number=number, name=name, **values)


def _before(teller: _Teller, drawing: Drawing, name: str) -> list[str]:
    element = drawing.elements[name]
    order = teller.order(drawing, element.parent)
    return order[: order.index(element.attached_to or name) + 1]
