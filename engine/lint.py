"""Whether a folder of drawings, forms and walks may be deployed: every rule, each broken one as a place and a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from engine import bpmn, elements, paths, places, schema, walks
from engine import definition as definitions
from engine.bpmn import Drawing, Element, Fault
from engine.definition import CODE, CUTOFF, MAIN_FORM, Definition
from engine.errors import Refused
from engine.places import Place
from engine.schema import Form

__all__ = ["Fault", "check_folder"]

LARGEST_FAMILY = 2000
DRAWING, FORM, WALKS = "processes/{}.bpmn", "forms/{}.form", "processes/{}.walks.json"
SAID = re.compile(
    r"(?s)^(?:(?P<file>[\w./-]+\.\w+):(?:(?P<line>\d+):)? )?(?:(?P<element>[\w.@/-]+): )?(?P<sentence>.*)$"
)
REQUIRED = ("title", "title_zh_Hant", "title_zh_Hans", "function", "memberships", "desk", "cutoff", "lead_days")
REQUIRED += ("sla_days", "success", "replaces", "keywords", "form.main")
FUNCTION = re.compile(r"EU_[A-Za-z][A-Za-z0-9]*")


def check_folder(folder: Mapping[str, bytes]) -> list[Fault]:
    """Everything that keeps these files from being deployed, by file and line; nothing when all is well.

    folder: content by name, such as `processes/CT027.bpmn`, `forms/check.form` and `processes/CT027.walks.json`.
    """
    check = _Check(folder)
    return sorted(dict.fromkeys(check.faults()), key=lambda fault: (fault.file, fault.line, fault.element))


class _Check:
    """One look at one folder."""

    def __init__(self, folder: Mapping[str, bytes]) -> None:
        self.folder = folder
        self.drawings: dict[str, Drawing] = {}
        self.forms: dict[str, Form] = {}
        self.definitions: dict[str, Definition] = {}

    def faults(self) -> Iterator[Fault]:
        yield from self.read_drawings()
        yield from self.read_forms()
        for drawing in self.drawings.values():
            yield from elements.faults(drawing)
            yield from self.wrong_calls(drawing)
        codes = [name for name, drawing in self.drawings.items() if not elements.is_pattern(drawing)]
        for code in codes:
            yield from self.wrong_eservice(code)
        yield from self.left_over(codes)
        yield from self.walked()

    # reading
    def read_drawings(self) -> Iterator[Fault]:
        for name in _named(self.folder, "processes/", ".bpmn"):
            try:
                drawing, found = bpmn.read(self.folder[name], name)
            except Refused as error:
                yield from faults_of(error, name)
                continue
            yield from found
            if name != DRAWING.format(drawing.process):
                sentence = f"Expected the process id to be the file name, but it is {drawing.process[:40]}: rename one."
                yield Fault(name, 1, drawing.process, sentence)
            elif not found:
                self.drawings[drawing.process] = drawing

    def read_forms(self) -> Iterator[Fault]:
        for name in _named(self.folder, "forms/", ".form"):
            try:
                read = schema.read(self.folder[name], name)
            except Refused as error:
                yield from (_placed(fault, self.folder[name]) for fault in faults_of(error, name))
                continue
            if name != FORM.format(read.id):
                yield Fault(
                    name, 1, "", f"Expected the form's id to be the file name, but it is {read.id[:40]}: rename one."
                )
                continue
            self.forms[read.id] = read
            yield from (_placed(fault, self.folder[name]) for fault in _wrong_form(read, name))

    # one drawing among the others
    def wrong_calls(self, drawing: Drawing) -> Iterator[Fault]:
        for element in drawing.elements.values():
            if element.called and DRAWING.format(element.called) not in self.folder:
                yield _fault(
                    drawing,
                    element,
                    f"Expected the process {element.called[:40]}, but there is none: correct calledElement.",
                )
            elif element.called in self.drawings and not elements.is_pattern(self.drawings[element.called]):
                yield _fault(
                    drawing,
                    element,
                    f"Expected a pattern to call, but {element.called} is an eService: call a pattern.",
                )
            if element.form and element.form != MAIN_FORM and FORM.format(element.form) not in self.folder:
                yield _fault(
                    drawing,
                    element,
                    f"Expected the form {element.form[:40]}, but there is none: correct formKey or add it.",
                )

    # one eService with its patterns
    def wrong_eservice(self, code: str) -> Iterator[Fault]:
        drawing = self.drawings[code]
        yield from _wrong_facts(drawing, self.forms)
        circle = paths.caller_circle(self.drawings, code)
        if circle:
            yield Fault(
                drawing.file, 1, code, f"Expected calls to end, but {' calls '.join(circle)}: break the circle."
            )
            return
        size = paths.size(self.drawings, code)
        if size > LARGEST_FAMILY:
            yield Fault(
                drawing.file,
                1,
                code,
                f"Expected at most {LARGEST_FAMILY} elements with all calls in place, but there are {size}.",
            )
            return
        found = list(self.wrong_family(code))
        yield from found
        if not found:
            yield from self.compiled(code)

    def wrong_family(self, code: str) -> Iterator[Fault]:
        family = {name: self.drawings[name] for name in paths.family(self.drawings, code)}
        graph = paths.graph(self.drawings, code)
        yield from _shared_names(family.values())
        yield from _Meaning(family, graph, self.forms, self.forms.get(_main(family[code]))).faults()
        for key in paths.unchecked(graph):
            place = graph.places[key]
            yield _fault(
                *place, "Expected a checker before this desk, but a path gets round every check: draw a checker's task."
            )
        for key in paths.restless(graph):
            place = graph.places[key]
            yield _fault(
                *place, "Expected a loop to wait somewhere, but nothing in this one does: put a user task into it."
            )

    def compiled(self, code: str) -> Iterator[Fault]:
        try:
            files = definitions.gather(self.folder, code)
            self.definitions[code] = definitions.compiled(files, code)
        except Refused as error:
            if self.whole(code):
                yield from faults_of(error, DRAWING.format(code))

    def whole(self, code: str) -> bool:
        """Whether everything the eService needs could be read; if not, that has been said already."""
        family = [self.drawings[name] for name in paths.family(self.drawings, code)]
        wanted = {element.form for drawing in family for element in drawing.elements.values() if element.form}
        wanted = {_main(self.drawings[code]) if name == MAIN_FORM else name for name in wanted}
        called = {name for drawing in family for name in paths.calls(drawing)}
        return wanted <= self.forms.keys() and called <= self.drawings.keys()

    # what nobody uses
    def left_over(self, codes: Iterable[str]) -> Iterator[Fault]:
        used = {name for code in codes for name in paths.family(self.drawings, code)}
        forms = {element.form for drawing in self.drawings.values() for element in drawing.elements.values()}
        forms |= {_main(drawing) for drawing in self.drawings.values()}
        unread = {name for name in _named(self.folder, "processes/", ".bpmn")} - {
            d.file for d in self.drawings.values()
        }
        for name, drawing in self.drawings.items() if not unread else ():
            if name not in used:
                yield Fault(
                    drawing.file,
                    1,
                    name,
                    "Expected an eService that calls this pattern, but none does: call it or remove it.",
                )
        for name in self.forms if not unread else ():
            if name not in forms:
                yield Fault(
                    FORM.format(name),
                    1,
                    "",
                    "Expected a drawing that shows this form, but none does: use it or remove it.",
                )

    # walks
    def walked(self) -> Iterator[Fault]:
        taken: set[walks.Taken] = set()
        for code, definition in self.definitions.items():
            name = WALKS.format(code)
            if name not in self.folder:
                yield Fault(
                    name, 1, "", f"Expected walks that show each way through {code}, but there is no such file: add it."
                )
                continue
            found, passed = walks.walk_all(definition, self.folder[name], name)
            yield from found
            taken |= passed
        for name in _named(self.folder, "processes/", ".walks.json"):
            code = name.removeprefix("processes/").removesuffix(".walks.json")
            if DRAWING.format(code) not in self.folder or elements.is_pattern(self.drawings.get(code) or _NO_PATTERN):
                yield Fault(
                    name,
                    1,
                    "",
                    f"Expected an eService {code[:40]} for these walks, but there is none: rename the file.",
                )
        walked = {
            name
            for d in self.definitions.values()
            for name in d.drawings
            if WALKS.format(d.eservice.code) in self.folder
        }
        for name in sorted(walked):
            yield from _not_taken(self.drawings[name], taken)


_NO_PATTERN = Drawing("", b"", "", "", {}, {}, (), None)


def _not_taken(drawing: Drawing, taken: set[walks.Taken]) -> Iterator[Fault]:
    for flow in drawing.flows:
        if (drawing.process, flow.id) not in taken:
            yield Fault(
                drawing.file, flow.line, flow.id, "Expected a walk that takes this flow, but none does: write one."
            )


# --- the facts of an eService -----------------------------------------------------------------------------------------
def _wrong_facts(drawing: Drawing, forms: Mapping[str, Form]) -> Iterator[Fault]:
    for sentence in _wrong_fact_sentences(drawing, forms):
        yield Fault(drawing.file, 1, drawing.process, sentence)


def _wrong_fact_sentences(drawing: Drawing, forms: Mapping[str, Form]) -> Iterator[str]:
    said = drawing.properties
    if not CODE.match(drawing.process):
        yield f"Expected a code such as CT027 as process id, but it is {drawing.process[:40]}: rename it, or mark it pattern=true."
    for name in REQUIRED:
        if not said.get(name):
            yield f"Expected the property {name}, but it is empty: fill it."
    if said.get("function") and not FUNCTION.fullmatch(said["function"]):
        yield f"Expected a function such as EU_CashTrading, but it is {said['function'][:40]}: correct it."
    if said.get("cutoff") and not CUTOFF.match(said["cutoff"]):
        yield f"Expected a cutoff such as 17:00, but it is {said['cutoff'][:40]}: correct it."
    for name in ("lead_days", "sla_days"):
        if said.get(name) and not re.fullmatch(r"[0-9]{1,3}", said[name]):
            yield f"Expected whole days in {name}, but it is {said[name][:40]}: write a number such as 3."
    ends = {element.properties.get("status") for element in drawing.elements.values() if element.kind == "endEvent"}
    if said.get("success") and said["success"] not in places.SUCCESSES:
        yield f"Expected success to be APPROVED or COMPLETED, but it is {said['success'][:40]}: choose one."
    elif said.get("success") and ends & places.SUCCESSES != {said["success"]}:
        yield f"Expected {said['success']} as the one success among the end events, but it is not: correct them or the property."
    main = forms.get(_main(drawing))
    if main is None and _main(drawing):
        yield f"Expected the form {_main(drawing)[:40]} of form.main, but there is none that can be read: correct it."
    for text in schema.PLACEHOLDER.findall(said.get("about", "")):
        yield from (
            f"in about: {sentence}" for sentence in places.wrong(text, Place(frozenset({"form", "case"}), _keys(main)))
        )


def _main(drawing: Drawing) -> str:
    return drawing.properties.get("form.main", "")


def _shared_names(family: Iterable[Drawing]) -> Iterator[Fault]:
    """Names that must be unique in an eService with its patterns: sub-processes and messages."""
    seen: dict[tuple[str, str], Drawing] = {}
    for drawing in sorted(family, key=lambda drawing: drawing.process):
        seen.setdefault(("process", drawing.process), drawing)
        for element in drawing.elements.values():
            name = ("process", element.id) if element.kind == "subProcess" else ("message", element.message)
            if name[1] and seen.setdefault(name, drawing) is not drawing:
                sentence = (
                    f"Expected every {name[0]} name once, but {name[1]} stands in {seen[name].process} too: rename one."
                )
                yield _fault(drawing, element, sentence)


# --- what expressions mean --------------------------------------------------------------------------------------------
class _Meaning:
    """Every expression of an eService, read where it stands."""

    def __init__(
        self, family: Mapping[str, Drawing], graph: paths.Graph, forms: Mapping[str, Form], main: Form | None
    ) -> None:
        self.family = family
        self.graph = graph
        self.forms = forms
        self.main = main
        self.behind = paths.backwards(graph.ways)
        self.routed = frozenset(name for _, element in graph.places.values() for name in element.routes)
        self.place = Place(frozenset({"form", "case"}) | self.routed, _keys(main))

    def faults(self) -> Iterator[Fault]:
        for key, (drawing, element) in self.graph.places.items():
            for sentence in self.wrong(key, drawing, element):
                yield _fault(drawing, element, sentence)
            yield from self.wrong_conditions(key, drawing, element)

    def wrong(self, key: str, drawing: Drawing, element: Element) -> Iterator[str]:
        yield from self.wrong_routes(key, element)
        if element.properties.get("due"):
            yield from places.wrong_time(element.properties["due"], self.place)
        if element.timer_kind:
            yield from places.wrong_timer(element.timer_kind, element.timer, self.timer_place(drawing, element))
        if element.message and element.properties.get("when"):
            yield from places.wrong(element.properties["when"], self.way_out_place())
        for name, text in element.inputs.items():
            yield from (f"in {name}: {sentence}" for sentence in places.wrong(text, self.place))

    def timer_place(self, drawing: Drawing, element: Element) -> Place:
        host = drawing.elements.get(element.attached_to)
        has_due = host is not None and host.kind == "userTask" and bool(host.properties.get("due"))
        return Place(self.place.names | {"due"} if has_due else self.place.names, self.place.fields)

    def way_out_place(self) -> Place:
        steps = frozenset(e.id for _, e in self.graph.places.values() if e.kind == "userTask")
        words = {"status": places.STATUSES, "open_steps": steps}
        return Place(self.place.names | {"status", "open_steps"}, self.place.fields, words)

    def wrong_conditions(self, key: str, drawing: Drawing, element: Element) -> Iterator[Fault]:
        for flow in drawing.outgoing(element.id):
            if flow.condition:
                words = {name: known for name in self.routed if (known := self.words(key, name)) is not None}
                for sentence in places.wrong(flow.condition, Place(self.place.names, self.place.fields, words)):
                    yield Fault(drawing.file, flow.line, flow.id, sentence)

    def words(self, key: str, name: str) -> frozenset[str] | None:
        """What the variable can be at a gateway: the options of the tasks that set it last; None when unknown."""
        setting = {f"{k}{paths.LEFT}": e for k, (_, e) in self.graph.places.items() if name in e.routes}
        found = paths.reached(self.behind, [key], without=setting)
        options = [self.options(element, name) for k, element in setting.items() if k in found]
        known = [words for words in options if words is not None]
        return frozenset().union(*known) if len(known) == len(options) else None

    def options(self, element: Element, name: str) -> frozenset[str] | None:
        asked = self.form_of(element)
        entry = asked.field(name) if asked else None
        if entry is None or entry.register:
            return None
        return frozenset(value for value, _ in entry.options) if entry.kind in ("select", "radio") else frozenset()

    def form_of(self, element: Element) -> Form | None:
        return self.main if element.form == MAIN_FORM else self.forms.get(element.form)

    def wrong_routes(self, key: str, element: Element) -> Iterator[str]:
        asked = self.form_of(element)
        for name in element.routes if asked is not None else ():
            entry = asked.field(name) if asked is not None else None
            if entry is None or not entry.asks:
                yield f"Expected routes to name fields of the form, but {name[:40]} is none that it asks: correct it."
            elif entry.kind not in ("select", "radio", "yesno", "checkbox"):
                yield f"Expected to route by a choice, but {name} is a {entry.kind}: use options, yes or no, or a tick."
            elif entry.kind != "checkbox" and not entry.required:
                yield f"Expected an answer to route by, but {name} may stay empty: mark the field as required."
            elif any(not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", value) for value, _ in entry.options):
                yield f"Expected plain words as options of {name}, but one is not: rename the value."
            elif not self.is_read(key, name):
                yield f"Expected a gateway that reads {name}, but none does after this task: draw one or leave it out."

    def is_read(self, key: str, name: str) -> bool:
        others = {k for k, (_, e) in self.graph.places.items() if name in e.routes and k != key}
        found = paths.reached(self.graph.ways, [f"{key}{paths.LEFT}"], without=others)
        return any(_reads(*self.graph.places[k], name) for k in found if k in self.graph.places)


def _reads(drawing: Drawing, element: Element, name: str) -> bool:
    texts = [flow.condition for flow in drawing.outgoing(element.id) if flow.condition]
    return any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts)


def _keys(main: Form | None) -> frozenset[str] | None:
    return None if main is None else frozenset(entry.key for entry in main.fields)


# --- forms ------------------------------------------------------------------------------------------------------------
def _wrong_form(read: Form, name: str) -> Iterator[Fault]:
    keys = frozenset(entry.key for entry in read.fields) | {"comments"}
    place = Place(frozenset({"form", "case", "register"}), keys)
    for entry in read.fields:
        texts = [getattr(entry, part).text for part in schema.EXPRESSIONS if getattr(entry, part) is not None]
        for message in (entry.rule_message, entry.warn_message):
            texts += schema.PLACEHOLDER.findall(message)
        for text in texts:
            yield from (Fault(name, 1, entry.key, sentence) for sentence in places.wrong(text, place))
        if entry.read_only and entry.prefill is None:
            yield Fault(
                name, 1, entry.key, "Expected a prefill for what nobody may change, but there is none: write one."
            )
    if read.per_field_comments is not None:
        yield from (Fault(name, 1, "comments", s) for s in places.wrong(read.per_field_comments.text, place))


def _placed(fault: Fault, content: bytes) -> Fault:
    """The fault with the line on which its component stands."""
    at = re.search(rf'"(?:key|id|label)"\s*:\s*"{re.escape(fault.element)}"', content.decode("utf-8", "replace"))
    if not fault.element or at is None:
        return fault
    return fault._replace(line=content.decode("utf-8", "replace").count("\n", 0, at.start()) + 1)


# --- small things -----------------------------------------------------------------------------------------------------
def faults_of(error: Refused, file: str) -> Iterator[Fault]:
    """A refusal as faults: one for each line that it says."""
    for line in str(error).splitlines():
        said = SAID.match(line)
        if said is not None:
            number = int(said["line"] or 1)
            yield Fault(said["file"] or file, number, said["element"] or "", said["sentence"])


def _named(folder: Mapping[str, bytes], start: str, end: str) -> list[str]:
    return sorted(name for name in folder if name.startswith(start) and name.endswith(end))


def _fault(drawing: Drawing, element: Element, sentence: str) -> Fault:
    return Fault(drawing.file, element.line, element.id, sentence)
