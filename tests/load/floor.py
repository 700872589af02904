"""The bare floor: plain SpiffWorkflow on the same drawing, made flat, and nothing else.

One step is: read the state, restore the workflow, complete the task, run what follows, save, one durable commit. No
engine of ours, no forms, no rights, no trail, no outbox, no SQLAlchemy. Two floors are built from one drawing:

* `as documented`: the library's own serializer as its manual shows it, which saves the specification with the state;
* `lean`: the leanest that the library can be made without touching how it runs: the specification is kept apart and
  shared, and the drawing has no reminders. It does less than the portal's drawing does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

DRAWING = Path(__file__).with_name("floor.bpmn")
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DOES = {
    "submit": ("submit", {}),
    "return": ("review", {"decision": "return"}),
    "resubmit": ("submit", {}),
    "approve": ("review", {"decision": "approve"}),
    "process": ("process", {"decision": "forward"}),
}
Row = tuple[int]


class Floor:
    """One table of states, and one workflow in it for each case."""

    def __init__(self, raw: Any, lean: bool) -> None:
        self._raw = raw
        self._table = "floor_lean" if lean else "floor"
        self._mark = "%s" if "psycopg" in type(raw).__module__ else "?"
        self._begins = self._mark == "?"
        self._spec, self._subs = _spec(_lean_drawing() if lean else DRAWING.read_bytes())
        self._serializer = _lean_serializer(self._spec) if lean else BpmnWorkflowSerializer()
        self._in_transaction(f"CREATE TABLE IF NOT EXISTS {self._table} (id INTEGER PRIMARY KEY, state TEXT)", ())

    def open(self, number: int) -> None:
        """Begin a case."""
        workflow = BpmnWorkflow(self._spec, self._subs)
        workflow.do_engine_steps()
        state = self._serializer.serialize_json(workflow)
        self._in_transaction(f"INSERT INTO {self._table} VALUES ({self._mark}, {self._mark})", (number, state))

    def step(self, number: int, step: str) -> None:
        """Complete one task of a case."""
        name, data = DOES[step]
        raw, mark = self._raw, self._mark
        if self._begins:
            raw.execute("BEGIN IMMEDIATE")
        row = raw.execute(f"SELECT state FROM {self._table} WHERE id = {mark}", (number,)).fetchone()
        workflow = self._serializer.deserialize_json(row[0])
        task = next(task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.name == name)
        task.data.update(data)
        task.run()
        workflow.do_engine_steps()
        state = self._serializer.serialize_json(workflow)
        raw.execute(f"UPDATE {self._table} SET state = {mark} WHERE id = {mark}", (state, number))
        raw.commit()

    def _in_transaction(self, statement: str, values: tuple[Any, ...]) -> None:
        if self._begins:
            self._raw.execute("BEGIN IMMEDIATE")
        self._raw.execute(statement, values)
        self._raw.commit()


def _spec(drawing: bytes) -> tuple[Any, Any]:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(drawing))
    return parser.get_spec("floor"), parser.get_subprocess_specs("floor")


def _lean_drawing() -> bytes:
    """The drawing without its reminders."""
    root = etree.fromstring(DRAWING.read_bytes())
    process = root[0]
    reminders = [e for e in process if e.tag == f"{BPMN}boundaryEvent" or e.get("name") in ("Reminded", "Late")]
    gone = {element.get("id") for element in reminders}
    flows = [e for e in process if e.tag == f"{BPMN}sequenceFlow" and e.get("sourceRef") in gone]
    for element in [*reminders, *flows]:
        process.remove(element)
    return etree.tostring(root)


def _lean_serializer(spec: Any) -> BpmnWorkflowSerializer:
    """The library's own serializer, with the specification kept apart."""

    class Lean(BpmnWorkflowConverter):
        def to_dict(self, workflow: Any) -> dict[str, Any]:
            kept, workflow.spec = workflow.spec, None
            try:
                return super().to_dict(workflow)
            finally:
                workflow.spec = kept

        def from_dict(self, dct: dict[str, Any]) -> Any:
            dct["spec"] = spec
            return super().from_dict(dct)

    config = {**DEFAULT_CONFIG, BpmnWorkflow: Lean}
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(config))
