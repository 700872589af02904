"""Whether a folder of drawings, forms and walks may be deployed: each broken rule as a place and a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.checking import components, elements, facts, places, walks
from engine.checking.meaning import Meaning
from engine.checking.places import Place
from engine.decisions import dmn
from engine.decisions.decide import Decision
from engine.drawings import bpmn, paths, tokens
from engine.drawings.bpmn import Drawing, Element, Fault
from engine.errors import Refused
from engine.forms import schema
from engine.forms.questions import CHOICE_NAMES, NAMES
from engine.forms.schema import Form
from engine.running import definition as definitions
from engine.running.definition import FORM_PROPERTIES, OWN_TABLE, USUAL_FORMS, Definition, form_named
from engine.running.routing import LONGEST_ITEM

__all__ = ["Fault", "check_folder"]

LARGEST_FAMILY = 2000
LONGEST_FORM, LONGEST_KEY = 60, 120
CHOOSING = Place(CHOICE_NAMES)
DRAWING, TABLE, FORM, WALKS = "processes/{}.bpmn", "processes/{}.dmn", "forms/{}.form", "processes/{}.walks.json"
SAID = re.compile(
    r"(?s)^(?:(?P<file>[\w./-]+\.\w+):(?:(?P<line>\d+):)? )?(?:(?P<element>[\w.@/-]+): )?(?P<sentence>.*)$"
)


def check_folder(folder: Mapping[str, bytes], *, walk: bool = True) -> list[Fault]:
    """Everything that keeps these files from being deployed, by file and line; nothing when all is well.

    folder: content by name, such as `processes/CT027.bpmn`, `forms/check.form` and `processes/CT027.walks.json`. walk:
    play the analysts' examples too, of which a whole catalogue takes ten seconds.
    """
    check = _Check(folder, walk)
    for found in check.faults():
        check.found.setdefault(found)
    return sorted(check.found, key=lambda fault: (fault.file, fault.line, fault.element))


class _Check:
    """One look at one folder."""

    def __init__(self, folder: Mapping[str, bytes], walk: bool) -> None:
        self.folder = folder
        self.walk = walk
        self.drawings: dict[str, Drawing] = {}
        self.forms: dict[str, Form] = {}
        self.tables: dict[str, Decision] = {}
        self.definitions: dict[str, Definition] = {}
        self.found: dict[Fault, None] = {}

    def faults(self) -> Iterator[Fault]:
        yield from self.read_drawings()
        yield from self.read_forms()
        yield from self.read_tables()
        for drawing in self.drawings.values():
            yield from elements.faults(drawing)
            yield from _hanging(drawing)
            yield from self.wrong_calls(drawing)
        codes = [name for name, drawing in self.drawings.items() if not elements.is_pattern(drawing)]
        for code in codes:
            yield from self.wrong_eservice(code)
        yield from self.left_over(codes)
        if self.walk:
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
            found = [*components.faults(self.folder[name], name), *_wrong_form(read, name)]
            yield from (_placed(fault, self.folder[name]) for fault in found)

    def read_tables(self) -> Iterator[Fault]:
        for name in _named(self.folder, "processes/", ".dmn"):
            try:
                table = dmn.read(self.folder[name], name)
            except Refused as error:
                yield from faults_of(error, name)
                continue
            if name == TABLE.format(table.id):
                self.tables[table.id] = table
            else:
                sentence = f"Expected the decision's id to be the file name, but it is {table.id}: rename one."
                yield Fault(name, 1, table.id, sentence)

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
            if element.decision not in ("", OWN_TABLE) and TABLE.format(element.decision) not in self.folder:
                yield _fault(
                    drawing,
                    element,
                    f"Expected the decision table {element.decision[:40]}, but there is none: correct decisionRef "
                    "or add it.",
                )
            if element.form and element.form not in FORM_PROPERTIES and FORM.format(element.form) not in self.folder:
                yield _fault(
                    drawing,
                    element,
                    f"Expected the form {element.form[:40]}, but there is none: correct formKey or add it.",
                )

    # one eService with its patterns
    def wrong_eservice(self, code: str) -> Iterator[Fault]:
        drawing = self.drawings[code]
        yield from facts.wrong(drawing, self.forms)
        circle = paths.caller_circle(self.drawings, code)
        if circle:
            yield Fault(
                drawing.file,
                facts.line_of(drawing),
                code,
                f"Expected calls to end, but {' calls '.join(circle)}: break the circle.",
            )
            return
        if not self.whole(code):
            return
        size = paths.size(self.drawings, code)
        if size > LARGEST_FAMILY:
            yield Fault(
                drawing.file,
                facts.line_of(drawing),
                code,
                f"Expected at most {LARGEST_FAMILY} elements with all calls in place, but there are {size}.",
            )
            return
        yield from self.wrong_family(code)
        if not self.blamed(code):
            yield from self.compiled(code)

    def wrong_family(self, code: str) -> Iterator[Fault]:
        family = {name: self.drawings[name] for name in paths.family(self.drawings, code)}
        graph = paths.graph(self.drawings, code)
        yield from facts.shared_names(family.values())
        yield from facts.wrong_parties(family[code], graph)
        own = self.tables.get(family[code].properties.get("decision", ""))
        tables = self.tables if own is None else {**self.tables, OWN_TABLE: own}
        meaning = Meaning(family, graph, self.forms, self.forms.get(facts.main_form(family[code])), tables)
        yield from meaning.faults()
        for key, place in graph.places.items():
            room = LONGEST_KEY - (LONGEST_ITEM + 1 if place[1].each else 0)
            if len(key) > room:
                yield _fault(
                    *place,
                    f"Expected at most {room} letters in the ids of the calls and the element, "
                    f"but there are {len(key)}: shorten one.",
                )
        for key in paths.unchecked(graph, meaning.is_shut):
            place = graph.places[key]
            yield _fault(
                *place, "Expected a checker before this desk, but a path gets round every check: draw a checker's task."
            )
        for key in paths.unagreed(graph):
            yield _fault(
                *graph.places[key],
                "Expected a next_checker before this milestone, but a path gets round it: draw the checker's task.",
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
            yield from faults_of(error, DRAWING.format(code))

    def blamed(self, code: str) -> bool:
        """Whether something is wrong with the eService already, so that running it would only say so again."""
        family = {self.drawings[name].file for name in paths.family(self.drawings, code)}
        forms = {FORM.format(name) for name in self.forms_of(code)}
        tables = {TABLE.format(name) for name in self.tables_of(code)}
        return any(fault.file in family | forms | tables for fault in self.found)

    def forms_of(self, code: str) -> set[str]:
        family = [self.drawings[name] for name in paths.family(self.drawings, code)]
        wanted = {element.form for drawing in family for element in drawing.elements.values() if element.form}
        return {form_named(name, self.drawings[code]) for name in wanted}

    def tables_of(self, code: str) -> set[str]:
        family = [self.drawings[name] for name in paths.family(self.drawings, code)]
        elements = [element for drawing in family for element in drawing.elements.values() if element.decision]
        return {definitions.table_of(element, self.drawings[code]) for element in elements}

    def whole(self, code: str) -> bool:
        """Whether everything the eService needs could be read; if not, that has been said already."""
        family = [self.drawings[name] for name in paths.family(self.drawings, code)]
        called = {name for drawing in family for name in paths.calls(drawing)}
        read = self.forms_of(code) <= self.forms.keys() and self.tables_of(code) <= self.tables.keys()
        return read and called <= self.drawings.keys()

    # what nobody uses
    def left_over(self, codes: Iterable[str]) -> Iterator[Fault]:
        used = {name for code in codes for name in paths.family(self.drawings, code)}
        forms = {element.form for drawing in self.drawings.values() for element in drawing.elements.values()}
        forms |= set(USUAL_FORMS.values())
        forms |= {d.properties.get(said, "") for d in self.drawings.values() for said in FORM_PROPERTIES.values()}
        unread = {name for name in _named(self.folder, "processes/", ".bpmn")} - {
            d.file for d in self.drawings.values()
        }
        for name, drawing in self.drawings.items() if not unread else ():
            if name not in used:
                yield Fault(
                    drawing.file,
                    facts.line_of(drawing),
                    name,
                    "Expected an eService that calls this pattern, but none does: call it or remove it.",
                )
        asked = {element.decision for drawing in self.drawings.values() for element in drawing.elements.values()}
        asked |= {drawing.properties.get("decision", "") for drawing in self.drawings.values()}
        for table in self.tables.values() if not unread else ():
            if table.id not in asked:
                sentence = "Expected a drawing that asks this decision table, but none does: use it or remove it."
                yield Fault(table.file, table.line, table.id, sentence)
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


def _hanging(drawing: Drawing) -> Iterator[Fault]:
    """Joins that would wait for ever, and tokens that would double."""
    boxes = [element.id for element in drawing.elements.values() if element.kind == "subProcess"]
    for scope in ("", *boxes):
        for trouble in tokens.troubles(drawing, scope):
            place = drawing.elements.get(trouble.element)
            yield Fault(drawing.file, place.line if place else 1, trouble.element, trouble.sentence)


_NO_PATTERN = Drawing("", b"", "", "", {}, {}, (), None)


def _not_taken(drawing: Drawing, taken: set[walks.Taken]) -> Iterator[Fault]:
    for flow in drawing.flows:
        if (drawing.process, flow.id) not in taken:
            yield Fault(
                drawing.file, flow.line, flow.id, "Expected a walk that takes this flow, but none does: write one."
            )


# --- forms ------------------------------------------------------------------------------------------------------------
def _wrong_form(read: Form, name: str) -> Iterator[Fault]:
    if len(read.id) > LONGEST_FORM:
        yield Fault(
            name, 1, "", f"Expected an id of at most {LONGEST_FORM} characters, but it has {len(read.id)}: rename it."
        )
    keys = frozenset(entry.key for entry in read.fields) | {"comments"}
    place = Place(NAMES, keys)
    for entry in read.fields:
        yield from (Fault(name, 1, entry.key, sentence) for sentence in _wrong_field(entry, place))
        within = Place(place.names | {"row"}, keys, row=frozenset(column.key for column in entry.fields))
        for column in entry.fields if entry.kind == "rows" else ():
            sentences = _wrong_field(column, within, has_record=entry.fixed_rows)
            yield from (Fault(name, 1, column.key, sentence) for sentence in sentences)
    if read.per_field_comments is not None:
        yield from (Fault(name, 1, "comments", s) for s in places.wrong(read.per_field_comments.text, place))


def _wrong_field(entry: schema.Field, place: Place, *, has_record: bool = False) -> Iterator[str]:
    """What is wrong with one field; one in rows that stay as they are can take its value from their records."""
    for name, text in schema.expressions(entry):
        yield from places.wrong(text, CHOOSING if name == "only" else place)
    yield from components.wrong_limits(entry)
    yield from components.wrong_import(entry)
    if entry.only is not None and not entry.register:
        yield "Expected `only` beside a register, but there is none: name it."
    if entry.read_only and entry.prefill is None and not has_record:
        yield "Expected a prefill for what nobody may change, but there is none: write one."


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
