"""Which registers an eService sets, and what the columns of each are called, as its drawing and its forms say it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.drawings.bpmn import Element
from engine.forms.questions import Field
from engine.running import services
from engine.running.definition import Definition
from engine.running.routing import listed

ASKED = re.compile(r"\b(?:form|given\.[a-z_]+)\.([a-z][a-z0-9_]*)")
SHOWN = re.compile(r"register\.([a-z_]+)\.([a-z0-9_]+)")


def registers_set(definition: Definition) -> dict[str, dict[str, Field]]:
    """The registers that the last steps of an eService set, and the questions that their columns come from."""
    found: dict[str, dict[str, Field]] = {}
    shown = _shown(definition)
    for element in definition.drawings[definition.eservice.code].elements.values():
        if element.topic in services.REGISTRY and "register" in element.inputs:
            register = _literal(element.inputs["register"])
            known = found.setdefault(register, {})
            known |= dict(_columns(definition, element))
            known |= {column: shown[register, column] for column in known if (register, column) in shown}
    return found


def called(column: str) -> str:
    """What a column is called that no question asks for."""
    return column.replace("_", " ").capitalize()


def _columns(definition: Definition, element: Element) -> Iterator[tuple[str, Field]]:
    fields = _fields(definition)
    for name, text in element.inputs.items():
        if name.startswith("set."):
            asked = [fields[key] for key in (*ASKED.findall(text), name[4:]) if key in fields]
            yield from ((name[4:], field) for field in asked[:1])
    if "rows" in element.inputs:
        rows = [fields[key] for key in ASKED.findall(element.inputs["rows"]) if key in fields]
        within = {field.key: field for row in reversed(rows) for field in row.fields}
        names = listed(_literal(element.inputs["columns"]))
        yield from ((name, within[name]) for name in names if name in within)


def _shown(definition: Definition) -> dict[tuple[str, str], Field]:
    """The questions that show what a column says today: they name it better than those that ask for a new value."""
    found = {}
    for field in _fields(definition).values():
        said = SHOWN.fullmatch(field.prefill.text) if field.prefill else None
        if said is not None:
            found[said[1], said[2]] = field
    return found


def _fields(definition: Definition) -> Mapping[str, Field]:
    """Every question of the eService by its key, the maker's before others."""
    main = definition.forms[definition.main_form]
    others = [form for name, form in definition.forms.items() if name != definition.main_form]
    return {field.key: field for form in (*others, main) for field in form.fields}


def _literal(text: str) -> str:
    return text.strip().strip("\"'")
