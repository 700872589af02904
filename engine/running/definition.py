"""Definitions: the files of one eService, compiled once and named by their SHA-256."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.decisions import dmn
from engine.decisions.decide import Decision
from engine.drawings import bpmn
from engine.drawings.bpmn import Drawing, Element
from engine.errors import BadDrawing, BadExpression, BadForm
from engine.forms import schema
from engine.forms.schema import Form
from engine.language.expression import Expression, read_of
from engine.language.expression import compiled as expression
from engine.people import DESK_LANES
from engine.running import specs
from engine.running.routing import listed
from engine.sealed import seal
from engine.sentence import named

CODE = re.compile(r"^[A-Z]{2}[0-9]{3}$")
CUTOFF = re.compile(r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
MAIN_FORM, NEXT_FORM, PROCESS_FORM = "@main", "@next", "@process"
FORM_PROPERTIES = {MAIN_FORM: "form.main", NEXT_FORM: "form.next", PROCESS_FORM: "form.process"}
USUAL_FORMS = {PROCESS_FORM: "process"}  # where an eService names none of its own
OWN_TABLE = "@decision"  # in a pattern: the decision table that the eService names
CHILD = " [child]"
YES_NO = {"true": True, "false": False, "": False}


@dataclass(frozen=True, slots=True)
class EService:
    """What the process element of an eService says about it.

    lists: what is reckoned from the maker's answers: `next` (the second company's participant ID), `desks`, `brokers`.
    """

    code: str
    title: str
    short_title: str
    function: str
    memberships: tuple[str, ...]
    desk: str
    cutoff: str
    lead_days: int
    sla_days: int
    success: str
    replaces: str
    keywords: tuple[str, ...]
    about: str
    titles: Mapping[str, str] = field(default_factory=dict)
    single_eye: bool = False
    template: bool = False
    next_memberships: tuple[str, ...] = ()
    next_optional: bool = False
    lists: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def has_next(self) -> bool:
        """Whether a second company takes part."""
        return bool(self.next_memberships)


@dataclass(frozen=True, slots=True)
class Definition:
    """One eService, ready to run; shared read-only between threads.

    elements: by (process id, element id). forms, decisions: by id. files: what it was compiled from, by name.
    """

    sha256: str
    eservice: EService
    elements: Mapping[tuple[str, str], Element]
    forms: Mapping[str, Form]
    decisions: Mapping[str, Decision]
    drawings: Mapping[str, Drawing]
    files: Mapping[str, bytes]
    spec: Any = field(repr=False, compare=False)
    subprocess_specs: Mapping[str, Any] = field(repr=False, compare=False)

    given_steps: frozenset[str] = frozenset()
    registers: frozenset[str] = frozenset()

    def element(self, spec: Any, name: str) -> Element | None:
        """The drawn element behind an engine task, if it was drawn at all."""
        return self.elements.get((spec, name.removesuffix(CHILD)))

    def step(self, name: str) -> Element | None:
        """The user task or event of that id, wherever it is drawn."""
        found = [element for element in self.elements.values() if element.id == name]
        return next((element for element in found if element.kind == "userTask"), found[0] if found else None)

    def place(self, key: str) -> tuple[str, str]:
        """The drawing (its process id) and the element that a key such as `request/review` means."""
        process = scope = self.eservice.code
        *containers, name = key.partition("#")[0].split("/")
        for container in containers:
            element = self.elements.get((scope, bpmn.renamed(container)))
            if element is None:
                break
            scope = element.called or bpmn.renamed(element.id)
            process = element.called or process
        return process, name

    def on_drawing(self, process: str, keys: Iterable[str]) -> frozenset[str]:
        """The elements of one drawing that these keys lie on or in."""
        found = set()
        for key in keys:
            parts = key.split("/")
            for length in range(1, len(parts) + 1):
                drawing, name = self.place("/".join(parts[:length]))
                if drawing == process:
                    found.add(name)
        return frozenset(found)

    def form_of(self, element: Element) -> str:
        """The id of the form that a user task shows."""
        return form_named(element.form, self.drawings[self.eservice.code])

    def form_at(self, step: str) -> Form | None:
        """The form that is answered at a step."""
        element = self.step(step)
        return None if element is None or not element.form else self.forms.get(self.form_of(element))

    @property
    def other_fill_steps(self) -> tuple[Element, ...]:
        """The steps at which others than the maker fill a form of their own."""
        found = {e.id: e for e in self.elements.values() if e.kind == "userTask" and e.form != MAIN_FORM}
        return tuple(element for element in found.values() if element.properties.get("kind") == "fill")

    @property
    def lanes(self) -> frozenset[str]:
        """The lanes in which somebody has something to do."""
        return frozenset(element.lane for element in self.elements.values() if element.kind == "userTask")

    @property
    def certain_lanes(self) -> frozenset[str]:
        """Those of them that every request comes to: not a desk, or else a checker, whom a decision table may spare."""
        if OWN_TABLE not in self.decisions:
            return self.lanes
        return self.lanes - (self.lanes & DESK_LANES or {"checker"})

    @property
    def main_step(self) -> str:
        """The step at which the maker fills the main form."""
        return next((e.id for e in self.elements.values() if e.form == MAIN_FORM and e.kind == "userTask"), "")

    @property
    def main_form(self) -> str:
        """The form that the maker fills."""
        return self.drawings[self.eservice.code].properties.get("form.main", "")


# --- gathering the files of one eService ------------------------------------------------------------------------------
def gather(folder: Mapping[str, bytes], code: str) -> dict[str, bytes]:
    """Every file that the eService `code` needs, out of all files by name (`processes/P1.bpmn`, `forms/check.form`).

    Raises `BadDrawing` when one that is needed is not there.
    """
    files: dict[str, bytes] = {}
    _gather(folder, f"processes/{code}.bpmn", files, code, "")
    return files


def _gather(folder: Mapping[str, bytes], name: str, files: dict[str, bytes], code: str, asked_by: str) -> None:
    if name in files:
        return
    if name not in folder:
        raise BadDrawing(f"{asked_by or name}: Expected the file {name}, but there is none: add it or correct the id.")
    files[name] = folder[name]
    drawing, _ = bpmn.read(folder[name], name)
    for element in drawing.elements.values():
        if element.called:
            _gather(folder, f"processes/{element.called}.bpmn", files, code, f"{name}: {element.id}")
        if element.decision:
            root, _ = bpmn.read(files[f"processes/{code}.bpmn"], f"processes/{code}.bpmn")
            table = f"processes/{table_of(element, root)}.dmn"
            if table not in folder:
                raise BadDrawing(
                    f"{name}:{element.line}: {element.id}: Expected the decision table {table}, but there is none: "
                    "add it or correct decisionRef."
                )
            files[table] = folder[table]
        for wanted in _form_names(element, drawing, files, code):
            wanted_file = f"forms/{wanted}.form"
            if wanted_file not in folder:
                raise BadDrawing(
                    f"{name}:{element.line}: {element.id}: Expected the form {wanted_file}, but there is none: "
                    "add it or correct the form key."
                )
            files[wanted_file] = folder[wanted_file]


def table_of(element: Element, root: Drawing) -> str:
    """The decision table that an element asks; root: the drawing of the eService."""
    return root.properties.get("decision", "") if element.decision == OWN_TABLE else element.decision


def form_named(form: str, root: Drawing) -> str:
    """The form that a task shows; root: the drawing of the eService, which may name one of its own."""
    if form not in FORM_PROPERTIES:
        return form
    return root.properties.get(FORM_PROPERTIES[form], "") or USUAL_FORMS.get(form, "")


def _form_names(element: Element, drawing: Drawing, files: Mapping[str, bytes], code: str) -> Iterator[str]:
    if element.form in FORM_PROPERTIES:
        root, _ = bpmn.read(files[f"processes/{code}.bpmn"], f"processes/{code}.bpmn")
        yield form_named(element.form, root)
    elif element.form:
        yield element.form


def manifest(files: Mapping[str, bytes]) -> bytes:
    """The canonical list of names and SHA-256 that names a release."""
    return seal.canonical({name: seal.digest(content) for name, content in files.items()})


# --- compiling --------------------------------------------------------------------------------------------------------
def compiled(files: Mapping[str, bytes], code: str) -> Definition:
    """Compile the files of one eService.

    Raises `BadDrawing` or `BadForm` with every fault, one line each, when it would not run exactly as drawn.
    """
    drawings, faults = _drawings(files)
    if faults:
        raise BadDrawing("\n".join(str(fault) for fault in faults))
    forms = {read.id: read for read in (schema.read(files[n], n) for n in sorted(files) if n.endswith(".form"))}
    for name in (n for n in files if n.endswith(".form")):
        if name != f"forms/{name[6:-5]}.form" or name[6:-5] not in forms:
            raise BadForm(f"{name}: Expected the form's id to be its file name, but it is another: rename one.")
    decisions = _decisions(files, drawings, drawings[code])
    _require_own_names(drawings)
    spec, subprocess_specs = specs.compiled(drawings, code)
    definition = Definition(
        sha256=seal.digest(manifest(files)),
        eservice=_eservice(drawings[code]),
        elements={
            (bpmn.renamed(element.parent) or drawing.process, bpmn.renamed(element.id)): element
            for drawing in drawings.values()
            for element in drawing.elements.values()
        },
        forms=forms,
        decisions=decisions,
        drawings=drawings,
        files=dict(files),
        spec=spec,
        subprocess_specs=subprocess_specs,
        given_steps=_given_steps(drawings.values(), decisions.values()),
        registers=frozenset(name for form in forms.values() for name in form.registers),
    )
    _require_nothing_lost(definition)
    return definition


def _drawings(files: Mapping[str, bytes]) -> tuple[dict[str, Drawing], list[bpmn.Fault]]:
    drawings, faults = {}, []
    for name in sorted(name for name in files if name.endswith(".bpmn")):
        drawing, found = bpmn.read(files[name], name)
        faults += found
        if name != f"processes/{drawing.process}.bpmn":
            sentence = f"Expected the process id to be the file name, but it is {drawing.process}: rename one."
            faults.append(bpmn.Fault(name, 1, drawing.process, sentence))
        drawings[drawing.process] = drawing
    return drawings, faults


def _decisions(files: Mapping[str, bytes], drawings: Mapping[str, Drawing], root: Drawing) -> dict[str, Decision]:
    read = {n: dmn.read(files[n], n) for n in sorted(files) if n.endswith(".dmn")}
    for name, decision in read.items():
        if name != f"processes/{decision.id}.dmn":
            raise BadDrawing(
                f"{name}:1: Expected the decision's id to be its file name, but it is {decision.id}: rename one."
            )
    for drawing in drawings.values():
        for element in drawing.elements.values():
            if element.kind == "businessRuleTask" and f"processes/{table_of(element, root)}.dmn" not in read:
                raise BadDrawing(
                    f"{drawing.file}:{element.line}: {element.id}: Expected a decision table, but "
                    f"{element.decision or 'decisionRef'} is none: add the file or correct decisionRef."
                )
    found = {decision.id: decision for decision in read.values()}
    own = found.get(root.properties.get("decision", ""))
    return found if own is None else {**found, OWN_TABLE: own}


def _eservice(drawing: Drawing) -> EService:
    said = drawing.properties
    for name in ("title", "function", "memberships", "desk", "success", "replaces", "form.main"):
        if not said.get(name):
            raise BadDrawing(
                f"{drawing.file}:1: {drawing.process}: Expected the property {name}, but it is empty: fill it."
            )
    cutoff = said.get("cutoff", "17:00")
    if not CUTOFF.match(cutoff):
        raise BadDrawing(f"{drawing.file}:1: {drawing.process}: Expected a cutoff such as 17:00, but it is {cutoff}.")
    return EService(
        code=drawing.process,
        title=named(said["title"]),
        short_title=named(drawing.name or said["title"]),
        function=said["function"],
        memberships=listed(said["memberships"]),
        desk=said["desk"],
        cutoff=cutoff,
        lead_days=_whole(drawing, "lead_days"),
        sla_days=_whole(drawing, "sla_days"),
        success=said["success"],
        replaces=said["replaces"],
        keywords=listed(said.get("keywords", "")),
        about=said.get("about", ""),
        titles={name[6:]: value for name, value in said.items() if name.startswith("title_")},
        single_eye=_yes_no(drawing, "single_eye"),
        template=_yes_no(drawing, "template"),
        next_memberships=listed(said.get("next.memberships", "")),
        next_optional=_yes_no(drawing, "next.optional"),
        lists={name: _reckoned(drawing, name) for name in ("next", "desks", "brokers") if said.get(name)},
    )


def _yes_no(drawing: Drawing, name: str) -> bool:
    text = drawing.properties.get(name, "")
    if text not in YES_NO:
        raise BadDrawing(
            f"{drawing.file}:1: {drawing.process}: Expected true or false in {name}, but it is {text[:20]!r}."
        )
    return YES_NO[text]


def _reckoned(drawing: Drawing, name: str) -> Expression:
    try:
        return expression(drawing.properties[name])
    except BadExpression as error:
        raise BadDrawing(f"{drawing.file}:1: {drawing.process}: in {name}: {error}") from None


def _given_steps(drawings: Iterable[Drawing], decisions: Iterable[Decision]) -> frozenset[str]:
    """The steps whose answers an expression of these drawings and tables reads."""
    texts = [text for drawing in drawings for text in _expressions(drawing)]
    texts += [text for decision in decisions for _, _, text in decision.expressions]
    return frozenset(step for text in texts for step in read_of(text, "given") if step)


def _expressions(drawing: Drawing) -> Iterator[str]:
    yield from drawing.properties.values()
    yield from (flow.condition for flow in drawing.flows if flow.condition)
    for element in drawing.elements.values():
        yield from (element.timer, element.each, element.until, *element.inputs.values(), *element.properties.values())


def _whole(drawing: Drawing, name: str) -> int:
    text = drawing.properties.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise BadDrawing(
            f"{drawing.file}:1: {drawing.process}: Expected whole days in {name}, but it is {text[:20]!r}."
        )
    return int(text)


def _require_own_names(drawings: Mapping[str, Drawing]) -> None:
    """The engine below knows sub-processes and processes by name alone."""
    seen = {drawing.process: drawing for drawing in drawings.values()}
    for drawing in drawings.values():
        for element in drawing.elements.values():
            if element.kind == "subProcess" and seen.setdefault(element.id, drawing) is not drawing:
                raise BadDrawing(
                    f"{drawing.file}:{element.line}: {element.id}: Expected every process name once, but {element.id} "
                    f"stands in {seen[element.id].process} too: rename one."
                )


def _require_nothing_lost(definition: Definition) -> None:
    """Every drawn element and flow must stand in what was compiled: the engine below drops some without a word."""
    compiled_specs = {definition.eservice.code: definition.spec, **definition.subprocess_specs}
    for (scope, name), element in definition.elements.items():
        drawing = next(d for d in definition.drawings.values() if d.elements.get(element.id) is element)
        spec = compiled_specs.get(scope)
        task = None if spec is None else spec.task_specs.get(name)
        where = f"{drawing.file}:{element.line}: {element.id}:"
        if task is None:
            raise BadDrawing(f"{where} Expected a way from the start to this element, but there is none: connect it.")
        reached = {output.removesuffix(".BoundaryEventSplit") for output in task._outputs}
        if element.each and (spec is None or task.task_spec not in spec.task_specs):
            raise BadDrawing(f"{where} Expected a task for every item of the list, but it is lost: redraw it.")
        for flow in drawing.outgoing(element.id):
            if bpmn.renamed(flow.target) not in reached:
                raise BadDrawing(
                    f"{where} Expected the flow {flow.id} in the compiled drawing, but it is lost: redraw it."
                )


def files_of(manifest_text: str) -> dict[str, str]:
    """The names and SHA-256 that a manifest lists."""
    return dict(json.loads(manifest_text))
