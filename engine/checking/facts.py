"""What an eService says about itself in its process element, and whether it agrees with what is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.checking import components, places
from engine.checking.meaning import keys_of
from engine.checking.places import Place
from engine.drawings import paths
from engine.drawings.bpmn import BPMN, Drawing, Fault
from engine.forms import schema
from engine.forms.schema import Form
from engine.people import BROKER, BROKER_LANES, NEXT, NEXT_LANES
from engine.running.definition import CODE, CUTOFF, FORM_PROPERTIES

LONGEST_DESK, LONGEST_FUNCTION = 8, 40
REQUIRED = [
    "title",
    "title_zh_Hant",
    "title_zh_Hans",
    "function",
    "memberships",
    "desk",
    "cutoff",
    "lead_days",
    "sla_days",
]
REQUIRED += ["success", "replaces", "keywords", "form.main"]
PARTIES = {"next": NEXT_LANES, "next.memberships": NEXT_LANES, "brokers": BROKER_LANES}
LISTS = ("next", "desks", "brokers")
LISTED = {"next": NEXT, "brokers": BROKER}  # whose people see the request in their lists too
FUNCTION = re.compile(r"EU_[A-Za-z][A-Za-z0-9]*")


def wrong(drawing: Drawing, forms: Mapping[str, Form]) -> Iterator[Fault]:
    """What the process element lacks or says wrongly."""
    for sentence in _sentences(drawing, forms):
        yield Fault(drawing.file, line_of(drawing), drawing.process, sentence)


def _sentences(drawing: Drawing, forms: Mapping[str, Form]) -> Iterator[str]:
    said = drawing.properties
    if not CODE.match(drawing.process):
        yield (
            f"Expected a code such as CT027 as process id, but it is {drawing.process[:40]}: rename it, "
            "or mark it pattern=true."
        )
    for name in REQUIRED:
        if not said.get(name):
            yield f"Expected the property {name}, but it is empty: fill it."
    if said.get("function") and not FUNCTION.fullmatch(said["function"]):
        yield f"Expected a function such as EU_CashTrading, but it is {said['function'][:40]}: correct it."
    for name, longest in (("desk", LONGEST_DESK), ("function", LONGEST_FUNCTION)):
        if len(said.get(name, "")) > longest:
            yield f"Expected at most {longest} characters in {name}, but there are {len(said[name])}: shorten it."
    if said.get("cutoff") and not CUTOFF.match(said["cutoff"]):
        yield f"Expected a cutoff such as 17:00, but it is {said['cutoff'][:40]}: correct it."
    for name in ("lead_days", "sla_days"):
        if said.get(name) and not re.fullmatch(r"[0-9]{1,3}", said[name]):
            yield f"Expected whole days in {name}, but it is {said[name][:40]}: write a number such as 3."
    ends = {element.properties.get("status") for element in drawing.elements.values() if element.kind == "endEvent"}
    if said.get("success") and said["success"] not in places.SUCCESSES:
        yield f"Expected success to be APPROVED or COMPLETED, but it is {said['success'][:40]}: choose one."
    elif said.get("success") and ends & places.SUCCESSES != {said["success"]}:
        yield (
            f"Expected {said['success']} as the one success among the end events, but it is not: correct "
            "them or the property."
        )
    named = main_form(drawing)
    main = forms.get(named)
    for name in FORM_PROPERTIES.values():
        if said.get(name) and said[name] not in forms:
            yield f"Expected the form {said[name][:40]} of {name}, but there is none that can be read: correct it."
    for name in LISTS:
        if said.get(name):
            place = Place(frozenset({"form", "case"}), keys_of(main))
            yield from (f"in {name}: {sentence}" for sentence in places.wrong(said[name], place))
    for name in ("single_eye", "template", "next.optional"):
        if said.get(name, "true") not in ("true", "false"):
            yield f"Expected true or false in {name}, but it is {said[name][:40]}: choose one."
    for text in schema.PLACEHOLDER.findall(said.get("about", "")):
        yield from (
            f"in about: {sentence}"
            for sentence in places.wrong(text, Place(frozenset({"form", "case"}), keys_of(main)))
        )
        yield from components.shown_to_lists(text, main, [side for name, side in LISTED.items() if said.get(name)])


def main_form(drawing: Drawing) -> str:
    """The id of the form that the maker fills."""
    return drawing.properties.get("form.main", "")


def shared_names(family: Iterable[Drawing]) -> Iterator[Fault]:
    """Names that must be unique in an eService with its patterns: steps, sub-processes and messages."""
    seen: dict[tuple[str, str], Drawing] = {}
    for drawing in sorted(family, key=lambda drawing: drawing.process):
        seen.setdefault(("process", drawing.process), drawing)
        for element in drawing.elements.values():
            name = ("message", element.message)
            if element.kind in ("userTask", "subProcess"):
                name = ("step" if element.kind == "userTask" else "process", element.id)
            if name[1] and seen.setdefault(name, drawing) is not drawing:
                sentence = (
                    f"Expected every {name[0]} name once, but {name[1]} stands in {seen[name].process} too: rename one."
                )
                yield Fault(drawing.file, element.line, element.id, sentence)


def wrong_parties(drawing: Drawing, graph: paths.Graph) -> Iterator[Fault]:
    """Whoever has a lane must be named by the eService, and whoever is named must have a lane."""
    lanes = {element.lane for _, element in graph.places.values() if element.kind == "userTask"}
    for name, mine in PARTIES.items():
        said = bool(drawing.properties.get(name))
        if bool(lanes & mine) != said:
            what = f"is no task in {_or(mine)}" if said else "is none"
            cure = "leave the property out, or draw one" if said else "fill it"
            yield Fault(
                drawing.file,
                line_of(drawing),
                drawing.process,
                f"Expected {name} and tasks in {_or(mine)} together, but there {what}: {cure}.",
            )


def _or(lanes: frozenset[str]) -> str:
    return " or ".join(sorted(lanes, reverse=True))


def line_of(drawing: Drawing) -> int:
    """Where the process element stands in its file."""
    return drawing.root.find(f"{{{BPMN}}}process").sourceline or 1
