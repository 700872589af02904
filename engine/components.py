"""What a form file says beyond what the portal reads: refused, so that nothing an analyst wrote is passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.bpmn import Fault
from engine.schema import EXPRESSIONS

PROPERTIES = {
    *EXPRESSIONS,
    "rule_message",
    "warn_message",
    "money",
    "read_only",
    "class",
    "register",
    "source",
    "missing",
}
PROPERTIES |= {"per_field_comments"}
TRANSLATED = ("label_", "hint_", "missing_", "rule_message_", "warn_message_")
VALIDATIONS = {"required", "min", "max", "minLength", "maxLength"}
IGNORED = ("conditional", "disabled", "valuesKey", "valuesExpression", "defaultValue", "expression", "dataSource")


def faults(content: bytes, file: str) -> Iterator[Fault]:
    """Everything in a form file that the portal does not read."""
    for component in _all(json.loads(content)["components"]):
        where = str(component.get("key") or component.get("id") or component.get("type") or "")
        for sentence in _unread(component):
            yield Fault(file, 1, where, sentence)


def _all(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _all(component.get("components") or ())


def _unread(component: Mapping[str, Any]) -> Iterator[str]:
    properties = component.get("properties") or {}
    known = set() if component.get("type") == "group" else PROPERTIES
    for name in properties:
        if name not in known and not name.startswith(TRANSLATED):
            allowed = ", ".join(sorted(known)) or "label_zh_Hant"
            yield f"Expected properties of {allowed}, but found {name[:60]}: correct it."
    for name in component.get("validate") or {}:
        if name not in VALIDATIONS:
            yield (
                f"Expected validations of {', '.join(sorted(VALIDATIONS))}, but found {name[:60]}: write "
                "a `rule` property."
            )
    for name in IGNORED:
        if component.get(name):
            yield (
                f"Expected only what this portal reads, but found {name}: write a property such as show_if or prefill."
            )
