"""What a form file says beyond what the portal reads: refused, so that nothing an analyst wrote is passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.checking.places import unprintable
from engine.drawings.bpmn import Fault
from engine.forms.questions import EXPRESSIONS, Field, Form, translated
from engine.forms.sheets import columns_of
from engine.language.expression import read_of

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
    "help",
    "tooltip",
    "readers",
    "unit",
    "searchable",
    "kind",
}
PROPERTIES |= {"per_field_comments"}
PROPERTIES -= {"value", "rows"}
OWN = {
    "group": {"readers"},
    "dynamiclist": PROPERTIES | {"least", "most", "add_label", "import"},
    "filepicker": PROPERTIES | {"most"},
    "expression": PROPERTIES | {"value"},
    "table": PROPERTIES | {"rows"},
}
GUARDED = frozenset({"personal", "secret"})
# A hint and a text block are paragraphs; everything else stands on one line.
PARAGRAPHS = {"description", "text"}
VALIDATIONS = {"required", "min", "max", "minLength", "maxLength"}
EDITORS = frozenset({("table", "dataSource")})  # what form-js writes by itself into every such component
IGNORED = ("conditional", "disabled", "valuesKey", "valuesExpression", "defaultValue", "expression", "dataSource")


def faults(content: bytes, file: str) -> Iterator[Fault]:
    """Everything in a form file that the portal does not read."""
    for component in _all(json.loads(content)["components"]):
        where = str(component.get("key") or component.get("id") or component.get("type") or "")
        for sentence in (*_unread(component), *_unseen(component)):
            yield Fault(file, 1, where, sentence)


def wrong_limits(entry: Field) -> Iterator[str]:
    """What no answer to a field could keep to."""
    if entry.kind == "rows" and entry.least is not None and entry.most is not None and entry.least > entry.most:
        yield f"Expected least up to most, but {entry.least} is more than {entry.most}: correct one."
        return
    if entry.shortest < 0:
        yield f"Expected a minLength of 0 or more, but it is {entry.shortest}: correct it."
    if entry.longest < 1:
        yield f"Expected a maxLength of 1 or more, but it is {entry.longest}: correct it."
    elif entry.shortest > entry.longest:
        yield f"Expected minLength up to {entry.longest}, the most it takes, but it is {entry.shortest}: correct one."
    if entry.least is not None and entry.most is not None and entry.least > entry.most:
        yield f"Expected min up to max, but {entry.least} is more than {entry.most}: correct one."
    if entry.decimals < 0:
        yield f"Expected decimalDigits of 0 or more, but it is {entry.decimals}: correct it."


def wrong_import(entry: Field) -> Iterator[str]:
    """Why rows cannot come from a spreadsheet, in which every column is known by its label."""
    if not entry.importable:
        return
    if entry.fixed_rows:
        yield "Expected rows that may be added where they are imported, but these are fixed: leave import out."
    headers = [header for column in columns_of(entry) for header in column.headers]
    for twice in sorted({header for header in headers if headers.count(header) > 1}):
        yield f"Expected every label of a column once where rows are imported, but {twice} stands twice: rename one."


def shown_to_lists(text: str, main: Form | None, sides: Sequence[str] = ()) -> Iterator[str]:
    """What an expression in `about` may not show: lists are read by more people than the request is.

    sides: the other sides whose people see the request in their lists.
    """
    for key in sorted(read_of(text, "form")):
        entry = main.field(key) if main else None
        if not key:
            yield f"in about: Expected fields of the form by name, but `{text[:60]}` reads it as a whole: name them."
        elif entry is not None and (guarded := _guarded(entry)):
            name = entry.key if guarded is entry else f"{entry.key}.{guarded.key}"
            yield f"in about: Expected a field that lists may show, but {name} is {guarded.privacy}: leave it out."
        elif entry is not None and (shut := sorted(set(sides) - entry.readers)):
            yield f"in about: Expected a field that {shut[0]} may read too, but {key} is none: add it to its readers."


def _guarded(entry: Field) -> Field | None:
    """The field itself, or the first of its rows, when lists may not show it."""
    return next((one for one in (entry, *entry.fields) if one.privacy in GUARDED), None)


def _all(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _all(component.get("components") or ())


def _unseen(component: Mapping[str, Any]) -> Iterator[str]:
    for name, text in _texts(component, ""):
        yield from unprintable(name, text, lines=name in PARAGRAPHS)


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every text in a component, by the name it has there; its own components are asked themselves."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "components":
                yield from _texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)


def _unread(component: Mapping[str, Any]) -> Iterator[str]:
    properties = component.get("properties") or {}
    known = OWN.get(str(component.get("type")), PROPERTIES)
    for name in properties:
        if name not in known and translated(name) is None:
            allowed = ", ".join(sorted(known))
            yield f"Expected properties of {allowed}, but found {name[:60]}: correct it."
    if properties.get("import", "xlsx") != "xlsx":
        yield f"Expected an import of xlsx, but it is {str(properties['import'])[:60]}: write xlsx or leave it out."
    for name in component.get("validate") or {}:
        if name not in VALIDATIONS:
            yield (
                f"Expected validations of {', '.join(sorted(VALIDATIONS))}, but found {name[:60]}: write "
                "a `rule` property."
            )
    for name in IGNORED:
        if component.get(name) and (component.get("type"), name) not in EDITORS:
            yield (
                f"Expected only what this portal reads, but found {name}: write a property such as show_if or prefill."
            )
