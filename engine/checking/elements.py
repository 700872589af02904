"""What each element of one drawing has to say, and what it may not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from engine.checking.places import unprintable
from engine.drawings import drawing as pictures
from engine.drawings import paths
from engine.drawings.bpmn import BPMN, CAMUNDA, CONTAINERS, Drawing, Element, Fault
from engine.drawings.paths import DESKS
from engine.errors import BadDrawing
from engine.exclusions import NAMED
from engine.people import BROKER_LANES, DESK_LANES, LANES, NEXT, OWN_LANES
from engine.running.services import REGISTRY, missing_inputs
from engine.statuses import ENDED, STATUSES

WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")
NOTICES = ("reminder", "overdue", "idle")
BROKERS = "case.brokers"
# A second company leaves by its tasks, which return or reject: a way out would be the firm's own.
LEAVERS = OWN_LANES | DESK_LANES | {"ops"}
CONFIRMED_WHEN = ("always", "claimed")
REASONS = ("required", "optional", "none")
KINDS = ("fill", "decide")
LONGEST_NAME = 120
MILESTONES = frozenset({"startEvent", "intermediateThrowEvent", "endEvent"})
PARTS = frozenset({"properties", "property", "inputOutput", "inputParameter"})
ATTRIBUTES = {
    "userTask": {"formKey"},
    "serviceTask": {"topic", "type"},
    "multiInstanceLoopCharacteristics": {"collection", "elementVariable"},
    "businessRuleTask": {"decisionRef"},
    "process": {"historyTimeToLive", "versionTag", "isStartableInTasklist"},
}
WAY_OUT = {"who", "when", "reason", "title", "confirm", "confirm_when"}
SAID = {
    "process": {"title", "function", "memberships", "desk", "cutoff", "lead_days", "sla_days", "success", "keywords"}
    | {"replaces", "about", "form.main", "form.next", "form.process", "pattern", "template", "single_eye"}
    | {"next", "next.memberships", "next.optional", "desks", "brokers", "decision"}
    | {"category"},  # known so that it is refused with its reason
    "userTask": {"kind", "routes", "due"},
    "startEvent": {"status"},
    "intermediateThrowEvent": {"status", "notice", "outcome", "agrees"},
    "endEvent": {"status"},
    "boundaryEvent": {"notice", "idle", *WAY_OUT},
    "intermediateCatchEvent": WAY_OUT,
}


def faults(drawing: Drawing) -> Iterator[Fault]:
    """Everything that is wrong with one drawing by itself."""
    for element in drawing.elements.values():
        for sentence in _wrong(drawing, element):
            yield Fault(drawing.file, element.line, element.id, sentence)
    yield from _unprintable(drawing)
    yield from _unknown_parts(drawing)
    yield from _unknown_properties(drawing)
    yield from _excluded(drawing)
    yield from _unreachable(drawing)
    yield from _wrong_messages(drawing)
    yield from _unreadable(drawing)


def is_pattern(drawing: Drawing) -> bool:
    """Whether the drawing is called by eServices and is none itself."""
    return drawing.properties.get("pattern") == "true"


# --- one element ------------------------------------------------------------------------------------------------------
def _wrong(drawing: Drawing, element: Element) -> Iterator[str]:
    if not WORD.fullmatch(element.id):
        yield (
            f"Expected a word of small letters as id, such as submit, but it is {element.id[:60]}: rename the element."
        )
    if len(element.name) > LONGEST_NAME:
        yield f"Expected a name of at most {LONGEST_NAME} characters, but it has {len(element.name)}: shorten it."
    if element.kind == "userTask":
        yield from _wrong_user_task(element)
    if element.kind == "serviceTask":
        yield from _wrong_service(element)
    if element.item and not WORD.fullmatch(element.item):
        yield f"Expected a word of small letters as elementVariable, but it is {element.item[:40]}: rename it."
    if element.properties.get("agrees", NEXT) != NEXT:
        yield "Expected agrees to be next, but it is not: correct it, or leave it out."
    outcome = element.properties.get("outcome", "")
    if outcome and not WORD.fullmatch(outcome):
        yield f"Expected a word of small letters as outcome, but it is {outcome[:40]}: rename it."
    if element.kind == "businessRuleTask" and not element.decision:
        yield "Expected a decision table, but decisionRef is empty: name one, such as LIMITS for LIMITS.dmn."
    if element.kind == "callActivity" and not element.called:
        yield "Expected the process that this calls, but calledElement is empty: name it, such as P1."
    yield from _wrong_status(drawing, element)
    yield from _wrong_notice(element)
    if element.message:
        yield from _wrong_way_out(drawing, element)


def _wrong_user_task(element: Element) -> Iterator[str]:
    if not element.form:
        yield "Expected a form, but formKey is empty: name one, such as check or @main."
    if element.lane not in LANES:
        found = element.lane or "none"
        yield f"Expected a lane of {_or(LANES)}, but it is {found[:40]}: move the task or rename the lane."
    if element.lane in BROKER_LANES and element.each != BROKERS:
        yield f"Expected a task for each broker, but it is none: make it one for each of {BROKERS}."
    if element.lane in DESK_LANES and element.each not in ("", DESKS):
        yield f"Expected a desk's task once, or for each of {DESKS}, but it is for each of another list: correct it."
    kind = element.properties.get("kind", "")
    if kind not in KINDS:
        yield f"Expected the property kind to be fill or decide, but it is {kind or 'empty'}: choose one."


def _or(lanes: frozenset[str]) -> str:
    *most, last = sorted(lanes, key=lambda lane: (lane in DESK_LANES, "checker" in lane))
    return f"{', '.join(most)} or {last}"


def _wrong_service(element: Element) -> Iterator[str]:
    if element.topic not in REGISTRY:
        known = ", ".join(sorted(REGISTRY))
        yield f"Expected a topic of {known}, but it is {element.topic or 'empty'}: choose one."
        return
    missing, unknown = missing_inputs(element.topic, frozenset(element.inputs))
    if missing:
        yield f"Expected the inputs of {element.topic}, but {', '.join(sorted(missing))} is missing: add it."
    if unknown:
        yield f"Expected only inputs of {element.topic}, but {', '.join(sorted(unknown))} is none: remove it."


def _wrong_status(drawing: Drawing, element: Element) -> Iterator[str]:
    status = element.properties.get("status", "")
    if status and element.kind not in MILESTONES:
        yield "Expected a status on start, throw and end events only, but it stands here: move it to an event."
        return
    if status and status not in STATUSES:
        yield f"Expected a status of {', '.join(sorted(STATUSES))}, but it is {status[:40]}: choose one."
        return
    closes = _closes(drawing, element)
    if status in ENDED and not closes:
        yield (
            f"Expected {status} only where the eService ends, but it stands here: use it on an end event "
            "of the eService."
        )
    if status and status not in ENDED and closes:
        ends = ", ".join(sorted(ENDED))
        yield f"Expected a status that ends the case ({ends}), but it is {status}: choose one."
    if not status and closes:
        yield "Expected a status that ends the case, such as COMPLETED, but the end event has none: give it one."
    if closes and element.id in paths.after_splits(drawing):
        yield "Expected one end for all branches, but this one ends the case beside another: join them first."


def _closes(drawing: Drawing, element: Element) -> bool:
    """Whether the case is over at this end event: it is the eService's own, and not the end of a notice."""
    if element.kind != "endEvent" or element.parent or is_pattern(drawing):
        return False
    return element.id not in paths.side_paths(drawing) or element.id in paths.main_paths(drawing)


def _wrong_notice(element: Element) -> Iterator[str]:
    if element.properties.get("idle", "true") != "true" or ("idle" in element.properties and not element.timer):
        yield "Expected idle to be true, and on a timer, but it is not: correct it, or leave it out."
    notice = element.properties.get("notice")
    if element.kind == "boundaryEvent" and element.timer and not element.interrupting and not notice:
        yield "Expected a notice of reminder or overdue on this timer, but it has none: choose one."
    if notice is not None and notice not in NOTICES:
        yield f"Expected a notice of reminder or overdue, but it is {notice[:40] or 'empty'}: choose one."
    if notice and element.kind == "boundaryEvent" and (not element.timer or element.interrupting):
        yield (
            "Expected a notice on a timer that interrupts nothing, but it stands here: make the event non-interrupting."
        )


def _wrong_way_out(drawing: Drawing, element: Element) -> Iterator[str]:
    said = element.properties
    who = [part.strip() for part in said.get("who", "").split(",") if part.strip()]
    if not who or not set(who) <= LEAVERS | {"system"}:
        yield (
            "Expected lanes of the firm or a desk, ops or system in the property who, "
            f"but it is {said.get('who') or 'empty'}: say who may leave here."
        )
    yield from _wrong_confirmation(said)
    if not said.get("when"):
        yield "Expected the property when, but it is empty: write True, or when the way out is open."
    if said.get("reason") not in REASONS:
        yield f"Expected a reason of {', '.join(REASONS)}, but it is {said.get('reason') or 'empty'}: choose one."
    if not said.get("title"):
        yield "Expected the text of the button in the property title, but it is empty: write it."
    if element.kind == "boundaryEvent":
        yield from _wrong_end(drawing, element)


def _wrong_confirmation(said: Mapping[str, str]) -> Iterator[str]:
    confirm = [part.strip() for part in said.get("confirm", "").split(",") if part.strip()]
    if not set(confirm) <= LEAVERS:
        yield (
            "Expected lanes of the firm or a desk, or ops, in the property confirm, "
            f"but it is {said['confirm'][:60]}: correct it."
        )
    when = said.get("confirm_when", "always")
    if when not in CONFIRMED_WHEN:
        yield f"Expected confirm_when to be {' or '.join(CONFIRMED_WHEN)}, but it is {when[:40]}: choose one."
    elif "confirm_when" in said and not confirm:
        yield "Expected somebody to confirm, but confirm is empty: name the lanes, or leave confirm_when out."


def _wrong_end(drawing: Drawing, element: Element) -> Iterator[str]:
    host = drawing.elements.get(element.attached_to)
    if host is not None and host.kind not in CONTAINERS:
        yield "Expected a way out of a call activity or sub-process, but it hangs on a task: attach it to what is left."
    if not element.interrupting:
        yield "Expected a way out that interrupts, but it is non-interrupting: make it interrupting."
    if element.properties.get("who") == "system":
        return  # the portal may also lead a request back, such as from a company that takes part no more
    reached = paths.reached(paths.within(drawing), [element.id])
    ends = [drawing.elements[name] for name in sorted(reached & drawing.elements.keys())]
    ends = [end for end in ends if end.kind == "endEvent" and not end.parent]
    if any(end.properties.get("status") not in ENDED for end in ends) or not ends:
        yield "Expected the way out to end the case, but it leads elsewhere: lead it to an end event such as WITHDRAWN."


# --- the whole drawing ------------------------------------------------------------------------------------------------
def _unprintable(drawing: Drawing) -> Iterator[Fault]:
    """Names, titles and properties with what cannot be seen in a line of text."""
    texts = [(drawing.process, 1, "name", drawing.name)]
    texts += [(drawing.process, 1, name, value) for name, value in drawing.properties.items()]
    for element in drawing.elements.values():
        texts.append((element.id, element.line, "name", element.name))
        texts += [(element.id, element.line, name, value) for name, value in element.properties.items()]
    for where, line, name, text in texts:
        for sentence in unprintable(name, text):
            yield Fault(drawing.file, line, where, sentence)


def _unknown_parts(drawing: Drawing) -> Iterator[Fault]:
    """Extensions that the portal would pass over in silence."""
    for node in drawing.root.iter(f"{{{BPMN}}}*"):
        kind = node.tag.rpartition("}")[2]
        where = node.get("id") or ""
        for name in node.attrib:
            space, _, own = name[1:].rpartition("}")
            if space == CAMUNDA and own not in ATTRIBUTES.get(kind, ()):
                yield _unread(drawing, node.sourceline, where, f"camunda:{own}")
        if kind == "extensionElements":
            yield from _unknown_extensions(drawing, node)


def _unknown_extensions(drawing: Drawing, extensions: Any) -> Iterator[Fault]:
    owner = extensions.getparent()
    for node in extensions.iter("{*}*"):
        space, _, name = node.tag[1:].rpartition("}")
        service = owner.tag == f"{{{BPMN}}}serviceTask"
        known = space == CAMUNDA and name in PARTS and (service or not name.startswith("input"))
        if node is not extensions and not known:
            yield _unread(drawing, node.sourceline, owner.get("id") or "", name)


def _unread(drawing: Drawing, line: int | None, where: str, name: str) -> Fault:
    sentence = f"Expected only what this portal reads, but found {name[:60]}: leave it out."
    return Fault(drawing.file, line or 0, where, sentence)


def _unknown_properties(drawing: Drawing) -> Iterator[Fault]:
    owners: list[tuple[str, str, int, Any]] = [("process", drawing.process, 1, drawing.properties)]
    owners += [(e.kind, e.id, e.line, e.properties) for e in drawing.elements.values()]
    for kind, where, line, said in owners:
        known = SAID.get(kind, set())
        for name in said:
            if name not in known and not name.startswith("title_"):
                allowed = ", ".join(sorted(known)) or "none at all"
                sentence = (
                    f"Expected properties of {allowed}, but found {name[:60] or 'one without a name'}: correct it."
                )
                yield Fault(drawing.file, line, where, sentence)


def _excluded(drawing: Drawing) -> Iterator[Fault]:
    """A process that says which category of forms it is of: only what stays on paper has one."""
    said = drawing.properties.get("category")
    if said is None:
        return
    exclusion = NAMED.get(said.strip().upper())
    if exclusion is None:
        sentence = f"Expected no category, which only forms on paper have, but found {said[:40]}: leave it out."
    else:
        sentence = (
            f"Expected an eService, but the category {exclusion.name} holds none: {exclusion.reason} "
            "Publish a PDF among the forms instead, and take the drawing away."
        )
    yield Fault(drawing.file, drawing.root.find(f"{{{BPMN}}}process").sourceline or 1, drawing.process, sentence)


def _unreachable(drawing: Drawing) -> Iterator[Fault]:
    ways = paths.within(drawing)
    starts = [e.id for e in drawing.elements.values() if e.kind == "startEvent" and not e.parent]
    ahead = paths.reached(ways, starts)
    ends = [e.id for e in drawing.elements.values() if e.kind == "endEvent"]
    behind = paths.reached(paths.backwards(ways), ends)
    for element in drawing.elements.values():
        if element.id not in ahead:
            yield _fault(
                drawing, element, "Expected a way from the start to this element, but there is none: connect it."
            )
        if element.id not in behind:
            yield _fault(drawing, element, "Expected a way from this element to an end, but there is none: lead it on.")


def _fault(drawing: Drawing, element: Element, sentence: str) -> Fault:
    return Fault(drawing.file, element.line, element.id, sentence)


def _wrong_messages(drawing: Drawing) -> Iterator[Fault]:
    messages = drawing.root.findall(f"{{{BPMN}}}message")
    declared = Counter(node.get("name") or "" for node in messages)
    for node in messages:
        name = node.get("name") or ""
        if not WORD.fullmatch(name):
            sentence = f"Expected a word as the name of the message, but it is {name[:40] or 'empty'}: rename it."
            yield Fault(drawing.file, node.sourceline or 0, node.get("id") or "", sentence)
        elif declared[name] > 1:
            sentence = f"Expected every message once, but {name} is declared {declared[name]} times: keep one."
            yield Fault(drawing.file, node.sourceline or 0, node.get("id") or "", sentence)
    waited = Counter(element.message for element in drawing.elements.values() if element.message)
    for element in drawing.elements.values():
        if waited[element.message] > 1:
            sentence = f"Expected one event for each message, but {element.message} has several: name another message."
            yield _fault(drawing, element, sentence)


def _unreadable(drawing: Drawing) -> Iterator[Fault]:
    try:
        picture = pictures.picture(drawing.content)
    except BadDrawing as error:
        yield Fault(drawing.file, 1, drawing.process, f"{error} Draw it, or save it with its diagram.")
        return
    shapes, lines = {shape.id for shape in picture.shapes}, {flow.id for flow in picture.flows}
    for element in drawing.elements.values():
        if element.id not in shapes and not element.id.startswith("unnamed_"):
            yield _fault(drawing, element, "Expected a shape in the diagram, but the element has none: draw it.")
    for flow in drawing.flows:
        if flow.id not in lines and not flow.id.startswith("unnamed_"):
            sentence = "Expected a line in the diagram, but the flow has none: draw it."
            yield Fault(drawing.file, flow.line, flow.id, sentence)
