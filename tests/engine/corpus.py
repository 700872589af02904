"""The corpus of bad drawings: one small sound eService, and files that each spoil it in one way."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from lxml import etree

HERE = Path(__file__).parent / "bad_drawings"
SHIPPED = Path(__file__).parents[2]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DIAGRAM = (
    '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:b="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:w="http://www.omg.org/spec/DD/20100524/DI" id="picture"><d:BPMNPlane '
    'id="plane">{}</d:BPMNPlane></d:BPMNDiagram>'
)
SHAPE = '<d:BPMNShape id="{0}_shape" bpmnElement="{0}"><b:Bounds x="{1}" y="0" width="90" height="60" /></d:BPMNShape>'
LINE = '<d:BPMNEdge id="{0}_line" bpmnElement="{0}"><w:waypoint x="0" y="0" /><w:waypoint x="90" y="0" /></d:BPMNEdge>'


def sound() -> dict[str, bytes]:
    """The folder of the small eService with which nothing is wrong."""
    return dict(_sound())


@cache
def _sound() -> dict[str, bytes]:
    paths = (path for path in (HERE / "sound").rglob("*") if path.is_file())
    files = {path.relative_to(HERE / "sound").as_posix(): path.read_bytes() for path in paths}
    return {name: pictured(content) if name.endswith(".bpmn") else content for name, content in files.items()}


def shipped() -> dict[str, bytes]:
    """The folder that the portal ships."""
    paths = (path for folder in ("processes", "forms") for path in (SHIPPED / folder).iterdir())
    return {path.relative_to(SHIPPED).as_posix(): path.read_bytes() for path in paths}


@cache
def table() -> dict[str, dict]:
    """For each bad file: where it goes, and the fault that it must be named by."""
    return tomllib.loads((HERE / "faults.toml").read_text())


def spoilt(name: str) -> dict[str, bytes]:
    """The small eService with one bad file in it."""
    content = (HERE / name).read_bytes()
    return {**sound(), table()[name]["instead_of"]: pictured(content) if name.endswith(".bpmn") else content}


def pictured(content: bytes) -> bytes:
    """The drawing with a picture behind its last line, so that no line moves; bad XML stays as it is."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True))
    except etree.XMLSyntaxError:
        return content
    process = root.find(f"{BPMN}process")
    named = [node for node in process.iter(f"{BPMN}*") if node.get("id")] if process is not None else []
    flows = [LINE.format(node.get("id")) for node in named if node.tag == f"{BPMN}sequenceFlow"]
    nodes = [node for node in named if re.search(r"(Event|Task|task|Gateway|Activity|Process)$", node.tag)]
    shapes = [SHAPE.format(node.get("id"), number * 120) for number, node in enumerate(nodes)]
    picture = DIAGRAM.format("".join([*shapes, *flows])).encode()
    return re.sub(rb"</(\w+:)?definitions>\s*$", lambda end: picture + end[0], content)
