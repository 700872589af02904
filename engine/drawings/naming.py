"""The names in a drawing: which there are, and the same drawing with others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from engine.drawings.bpmn import BPMN, parse

KEYS = frozenset({f"{{{BPMN}}}lane"})  # by its name the portal knows who does what


def names(bpmn: bytes) -> frozenset[str]:
    """Every name that people read in a drawing; raises `BadDrawing` as `parse` does."""
    return frozenset(name for _, name in _named(parse(bpmn, "drawing")))


def renamed(bpmn: bytes, words: Callable[[str], str]) -> bytes:
    """The same drawing, to be looked at, with each name as `words` gives it; raises `BadDrawing` as `parse` does."""
    root = parse(bpmn, "drawing")
    for node, name in _named(root):
        node.set("name", words(name))
    made: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return made


def _named(root: Any) -> Iterator[tuple[Any, str]]:
    for node in root.iter(f"{{{BPMN}}}*"):
        if node.tag not in KEYS and node.get("name"):
            yield node, node.get("name")
