"""Definitions: the files of one eService, compiled once and named by their SHA-256."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import BoundaryEventParser, IntermediateCatchEventParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine import bpmn, schema, seal
from engine.bpmn import Drawing, Element
from engine.errors import BadDrawing, BadForm
from engine.schema import Form

CODE = re.compile(r"^[A-Z]{2}[0-9]{3}$")
CUTOFF = re.compile(r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
MAIN_FORM = "@main"


@dataclass(frozen=True, slots=True)
class EService:
    """What the process element of an eService says about it."""

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


@dataclass(frozen=True, slots=True)
class Definition:
    """One eService, ready to run; shared read-only between threads.

    elements: by (process id, element id). forms: by form id. files: what it was compiled from, by name.
    """

    sha256: str
    eservice: EService
    elements: Mapping[tuple[str, str], Element]
    forms: Mapping[str, Form]
    drawings: Mapping[str, Drawing]
    files: Mapping[str, bytes]
    spec: Any = field(repr=False, compare=False)
    subprocess_specs: Mapping[str, Any] = field(repr=False, compare=False)

    def element(self, spec: Any, name: str) -> Element | None:
        """The drawn element behind an engine task, if it was drawn at all."""
        return self.elements.get((spec, name))

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
        return self.main_form if element.form == MAIN_FORM else element.form

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
        for wanted in _form_names(element, drawing, files, code):
            wanted_file = f"forms/{wanted}.form"
            if wanted_file not in folder:
                raise BadDrawing(
                    f"{name}:{element.line}: {element.id}: Expected the form {wanted_file}, but there is none: "
                    "add it or correct the form key."
                )
            files[wanted_file] = folder[wanted_file]


def _form_names(element: Element, drawing: Drawing, files: Mapping[str, bytes], code: str) -> Iterator[str]:
    if element.form == MAIN_FORM:
        root, _ = bpmn.read(files[f"processes/{code}.bpmn"], f"processes/{code}.bpmn")
        yield root.properties.get("form.main", "")
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
    _require_own_names(drawings)
    spec, subprocess_specs = _specs(drawings, code)
    definition = Definition(
        sha256=seal.digest(manifest(files)),
        eservice=_eservice(drawings[code]),
        elements={
            (bpmn.renamed(element.parent) or drawing.process, bpmn.renamed(element.id)): element
            for drawing in drawings.values()
            for element in drawing.elements.values()
        },
        forms=forms,
        drawings=drawings,
        files=dict(files),
        spec=spec,
        subprocess_specs=subprocess_specs,
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
        title=said["title"],
        short_title=drawing.name or said["title"],
        function=said["function"],
        memberships=_listed(said["memberships"]),
        desk=said["desk"],
        cutoff=cutoff,
        lead_days=_whole(drawing, "lead_days"),
        sla_days=_whole(drawing, "sla_days"),
        success=said["success"],
        replaces=said["replaces"],
        keywords=_listed(said.get("keywords", "")),
        about=said.get("about", ""),
        titles={name[6:]: value for name, value in said.items() if name.startswith("title_")},
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _whole(drawing: Drawing, name: str) -> int:
    text = drawing.properties.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise BadDrawing(
            f"{drawing.file}:1: {drawing.process}: Expected whole days in {name}, but it is {text[:20]!r}."
        )
    return int(text)


def _specs(drawings: Mapping[str, Drawing], code: str) -> tuple[Any, dict[str, Any]]:
    parser = _Parser()
    try:
        for drawing in drawings.values():
            parser.add_bpmn_xml(bpmn.with_engine_ids(drawing), drawing.file)
        spec = parser.get_spec(code)
        return spec, parser.get_subprocess_specs(code)
    except ValidationException as error:
        raise BadDrawing(
            f"{error.file_name or f'processes/{code}.bpmn'}:{error.line_number or 1}: "
            f"{error.tag or code}: Expected a drawing that can be "
            f"compiled, but {error}."
        ) from None
    except RecursionError:
        raise BadDrawing(f"{code}: Expected at most a few hundred elements in a row, but there are more.") from None


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
    specs = {definition.eservice.code: definition.spec, **definition.subprocess_specs}
    for (scope, name), element in definition.elements.items():
        drawing = next(d for d in definition.drawings.values() if d.elements.get(element.id) is element)
        spec = specs.get(scope)
        task = None if spec is None else spec.task_specs.get(name)
        where = f"{drawing.file}:{element.line}: {element.id}:"
        if task is None:
            raise BadDrawing(f"{where} Expected a way from the start to this element, but there is none: connect it.")
        reached = {output.removesuffix(".BoundaryEventSplit") for output in task._outputs}
        for flow in drawing.outgoing(element.id):
            if bpmn.renamed(flow.target) not in reached:
                raise BadDrawing(
                    f"{where} Expected the flow {flow.id} in the compiled drawing, but it is lost: redraw it."
                )


# --- the engine's own parser, with our timers and our service tasks ---------------------------------------------------
class Timer(EventDefinition):
    """A timer whose moment the portal computes; it fires when it is told to, never by a clock of its own."""

    def __init__(self, name: str, expression: str = "", **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.expression = expression


class ServiceStep(BpmnSpecMixin, BpmnTaskSpec):
    """A service task that runs a registered step through the script engine's `call_service`."""

    def _run_hook(self, my_task: Any) -> bool:
        super()._run_hook(my_task)
        my_task.workflow.script_engine.call_service(my_task)
        return True


class _OwnTimers:
    def parse_timer_event(self, event: Any) -> Timer:
        """Keep the text; `engine.run` evaluates it."""
        text = "".join(event.itertext()).strip()
        return Timer(self.node.get("id"), text)  # type: ignore[attr-defined]


class _CatchParser(_OwnTimers, IntermediateCatchEventParser):
    pass


class _BoundaryParser(_OwnTimers, BoundaryEventParser):
    pass


class _Parser(BpmnParser):
    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        full_tag("serviceTask"): (TaskParser, ServiceStep),
        full_tag("intermediateCatchEvent"): (_CatchParser, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_BoundaryParser, BoundaryEvent),
    }


def files_of(manifest_text: str) -> dict[str, str]:
    """The names and SHA-256 that a manifest lists."""
    return dict(json.loads(manifest_text))
