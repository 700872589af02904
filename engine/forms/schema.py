"""What a form file says: its sections and fields, read from form-js JSON with every mistake named."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from engine.errors import BadExpression, BadForm
from engine.forms.identifiers import IDENTIFIERS
from engine.forms.identifiers import LONGEST as LONGEST_IDENTIFIERS
from engine.forms.questions import (
    ADDRESS,
    CHOICE_NAMES,
    CLASSES,
    EXPRESSIONS,
    KEY,
    LONGEST_TEXT,
    MESSAGES,
    MOST_FILES,
    MOST_ROWS,
    NAMES,
    PARTED,
    PLACEHOLDER,
    READERS,
    RESERVED,
    TAKEN,
    YES_NO,
    Field,
    Form,
    Section,
    expressions,
    translated,
)
from engine.language.expression import Expression, compiled

__all__ = ["EXPRESSIONS", "KINDS", "LONGEST_TEXT", "PLACEHOLDER", "Field", "Form", "Section", "expressions", "read"]


# --- reading a form ---------------------------------------------------------------------------------------------------
def read(content: bytes, file: str) -> Form:
    """The form in a form-js file; raises `BadForm` naming the file, the component and the cure."""
    try:
        raw = json.loads(content.decode("utf-8"))
        json.dumps(raw, ensure_ascii=False).encode()  # half a character could be read, but never shown
        components = raw["components"]
        name = raw["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadForm(f"{file}: Expected a form-js schema with an id and components, but it is none.") from None
    if not isinstance(name, str) or not isinstance(components, list):
        raise BadForm(f"{file}: Expected a form-js schema with an id and components, but it is none.")
    reader = _Reader(file)
    try:
        sections = tuple(reader.sections(components))
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError):
        reader.refuse(
            reader.component, "Expected a form-js component, but it has another shape: save it in the editor."
        )
    reader.require_known_fields(sections)
    return Form(name, sections, reader.per_field_comments)


class _Reader:
    """Walks the components of one file and names the place of every mistake."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: set[str] = set()
        self.taken = TAKEN
        self.names = NAMES
        self.readers: frozenset[str] = frozenset()
        self.per_field_comments: Expression | None = None
        self.component: Any = None

    def sections(self, components: list[Any]) -> Iterator[Section]:
        loose: list[Field] = []
        for component in components:
            self.component = component
            if component.get("type") == "group":
                if loose:
                    yield Section("", tuple(loose))
                    loose = []
                titles = {language: words["label"] for language, words in _words(component).items() if "label" in words}
                yield Section(component.get("label", ""), tuple(self.grouped(component)), titles)
            else:
                loose.extend(self.fields([component]))
        if loose:
            yield Section("", tuple(loose))

    def grouped(self, group: dict[str, Any]) -> Iterator[Field]:
        outer = self.readers
        self.readers = self.who_reads(group, group.get("properties") or {})
        yield from self.fields(group.get("components", []))
        self.readers = outer

    def fields(self, components: list[Any]) -> Iterator[Field]:
        for component in components:
            self.component = component
            kind = component.get("type")
            if kind in ("separator", "spacer", "button"):
                continue
            if kind not in KINDS:
                known = ", ".join(sorted(KINDS))
                self.refuse(component, f"Expected one of {known}, but found {kind!r}: choose one of these.")
            self.refuse_feel(component)
            properties = component.get("properties") or {}
            if properties.get("per_field_comments"):
                self.per_field_comments = self.expression(component, "show_if") or compiled("True")
                continue
            yield self.field(component, KINDS[kind], properties)
            if kind == "group":
                yield from self.grouped(component)

    def field(self, component: dict[str, Any], kind: str, properties: Mapping[str, Any]) -> Field:
        validate = component.get("validate") or {}
        options = tuple((str(value["value"]), str(value["label"])) for value in component.get("values") or ())
        kind = self.exact_kind(component, kind, options, properties)
        key = self.key(component, kind)
        inner = self.inner(component, kind)
        self.component = component
        return Field(
            key=key,
            kind=kind,
            label=self.label(component, kind),
            hint=str(component.get("description") or ""),
            options=YES_NO if kind == "yesno" else options,
            register=str(properties.get("register") or ""),
            required=bool(validate.get("required")),
            read_only=self.read_only(component, kind, properties),
            least=self.limit(component, kind, "least", validate.get("min")),
            most=self.limit(component, kind, "most", validate.get("max")),
            shortest=int(validate.get("minLength") or 0),
            longest=min(int(validate.get("maxLength") or LONGEST.get(kind, 200)), LONGEST_TEXT),
            decimals=int(component.get("decimalDigits") or 0),
            rule_message=self.message(component, "rule_message"),
            warn_message=self.message(component, "warn_message"),
            privacy=self.privacy(component, properties),
            source=str(properties.get("source") or ""),
            missing=str(properties.get("missing") or ""),
            help=str(properties.get("help") or ""),
            tooltip=str(properties.get("tooltip") or ""),
            unit=str(properties.get("unit") or ("HKD" if kind == "computed" and _yes(properties.get("money")) else "")),
            searchable=_yes(properties.get("searchable")) or component.get("searchable") is True,
            add_label=str(properties.get("add_label") or ""),
            first_rows=self.first_rows(component, kind),
            fixed_rows=kind == "rows" and component.get("allowAddRemove") is False,
            importable=kind == "rows" and bool(properties.get("import")),
            fields=inner,
            columns=self.columns(component) if kind == "table" else (),
            readers=self.who_reads(component, properties),
            texts=self.texts(component),
            **{name: self.expression(component, name) for name in EXPRESSIONS},
        )

    def exact_kind(self, component: Any, kind: str, options: Any, properties: Mapping[str, Any]) -> str:
        if properties.get("kind"):
            kind = self.refined(component, kind, str(properties["kind"]))
        if kind == "number" and _yes(properties.get("money")):
            return "money"
        if kind == "radio" and {value for value, _ in options} == {"yes", "no"}:
            return "yesno"
        if kind == "tags" and (options or properties.get("register")):
            return "checklist"
        if kind in ("select", "radio", "checklist") and not options and not properties.get("register"):
            self.refuse(component, "Expected options or a `register` property, but there are none: add values.")
        if kind == "date" and component.get("subtype", "date") != "date":
            if component["subtype"] != "time":
                self.refuse(
                    component,
                    "Expected a date or a time, but the component asks for both: set subtype to date or time.",
                )
            return "time"
        for name, needs in (("value", "computed"), ("rows", "table")):
            if kind == needs and not properties.get(name):
                self.refuse(component, f"Expected a property `{name}` with an expression, but there is none: write it.")
        return kind

    def refined(self, component: Any, kind: str, wanted: str) -> str:
        known = REFINED.get(kind, ())
        if wanted not in known:
            allowed = ", ".join(known) or "nothing"
            self.refuse(component, f"Expected a kind of {allowed} here, but it is {wanted[:40]}: correct it.")
        return wanted

    def inner(self, component: Any, kind: str) -> tuple[Field, ...]:
        if kind == "address":
            return ADDRESS
        return tuple(self.columns_of_rows(component)) if kind == "rows" else ()

    def columns_of_rows(self, component: Any) -> Iterator[Field]:
        """The fields of one row: their keys are their own, and they also know `row`."""
        outer = self.keys, self.taken, self.names, self.readers
        self.readers = self.who_reads(component, component.get("properties") or {})
        self.keys, self.taken, self.names = set(), RESERVED, NAMES | {"row"}
        found = list(self.fields(component.get("components") or []))
        self.keys, self.taken, self.names, self.readers = outer
        for entry in found:
            if entry.kind in ("rows", "file", "table", "group"):
                self.refuse(component, f"Expected plain fields in rows, but {entry.key} is none: move it out of them.")
            if entry.kind != "text_block":
                yield entry
        if not any(entry.asks for entry in found):
            self.refuse(component, "Expected rows with a field that somebody answers, but there is none: add one.")

    def read_only(self, component: Any, kind: str, properties: Mapping[str, Any]) -> bool:
        found = _yes(properties.get("read_only")) or bool(component.get("readonly"))
        if found and kind in ("rows", "file"):
            self.refuse(
                component, "Expected rows and files that somebody answers, but they are read only: use a table."
            )
        return found

    def first_rows(self, component: Any, kind: str) -> int:
        if kind != "rows":
            return 0
        needed = bool((component.get("validate") or {}).get("required"))
        return max(0, min(int(component.get("defaultRepetitions") or needed), MOST_ROWS))

    def limit(self, component: Any, kind: str, name: str, written: Any) -> Decimal | None:
        if kind not in ("rows", "file"):
            return _decimal(written)
        largest = MOST_ROWS if kind == "rows" else MOST_FILES
        found = _decimal((component.get("properties") or {}).get(name))
        if found is None:
            return Decimal(largest) if name == "most" else None
        if found != int(found) or not 0 <= found <= largest:
            self.refuse(component, f"Expected {name} from 0 to {largest}, but it is {found}: correct it.")
        return found

    def columns(self, component: Any) -> tuple[tuple[str, str], ...]:
        found = tuple((str(column["key"]), str(column["label"])) for column in component.get("columns") or ())
        if not found:
            self.refuse(component, "Expected columns with a key and a label, but there are none: add them.")
        return found

    def who_reads(self, component: Any, properties: Mapping[str, Any]) -> frozenset[str]:
        names = {name.strip() for name in str(properties.get("readers") or "").split(",")} - {""}
        if names - READERS:
            wrong = ", ".join(sorted(names - READERS))[:60]
            self.refuse(component, f"Expected readers of {', '.join(sorted(READERS))}, but found {wrong}: correct it.")
        return frozenset(names) or self.readers

    def texts(self, component: Any) -> dict[str, dict[str, str]]:
        found = _words(component)
        for words in found.values():
            for name in MESSAGES:
                self.placeholders(component, name, words.get(name, ""))
        return found

    def key(self, component: Any, kind: str) -> str:
        if kind in ("text_block", "group"):
            key = component.get("key") or f"{kind.partition('_')[0]}_{component.get('id', '')}".lower()
            return re.sub(r"[^a-z0-9_]", "_", str(key)) or "text"
        key = component.get("path") or component.get("key") if kind == "rows" else component.get("key")
        if kind == "table" and not key:
            key = re.sub(r"[^a-z0-9_]", "_", f"table_{component.get('id', '')}".lower())
        if not isinstance(key, str) or not KEY.fullmatch(key):
            self.refuse(component, f"Expected a key of small letters, digits and _, but it is {key!r}: rename it.")
        if key in self.taken or key in self.keys or (key == "comment" and kind in PARTED):
            self.refuse(component, f"Expected every key once, but {key} is taken: rename it.")
        self.keys.add(key)
        return key

    def label(self, component: Any, kind: str) -> str:
        label = component.get("text" if kind == "text_block" else "label")
        if kind in ("date", "time"):
            label = label or component.get(f"{kind}Label")
        if not isinstance(label, str) or not label.strip():
            self.refuse(component, "Expected a label that people read, but it is empty: write one.")
        return str(label).strip()

    def privacy(self, component: Any, properties: Mapping[str, Any]) -> str:
        name = str(properties.get("class") or "business")
        if name not in CLASSES:
            self.refuse(component, f"Expected a class of {', '.join(sorted(CLASSES))}, but it is {name}: choose one.")
        return name

    def expression(self, component: Any, name: str) -> Expression | None:
        text = (component.get("properties") or {}).get(name)
        return None if text in (None, "") else self.compiled(component, name, str(text))

    def compiled(self, component: Any, name: str, text: str) -> Expression:
        try:
            expression = compiled(text)
        except BadExpression as error:
            self.refuse(component, f"in {name}: {error}")
        allowed = CHOICE_NAMES if name == "only" else self.names
        if strange := expression.names - allowed:
            known, found = ", ".join(sorted(allowed)), ", ".join(sorted(strange))
            self.refuse(component, f"in {name}: Expected names of {known}, but found {found}.")
        return expression

    def message(self, component: Any, name: str) -> str:
        text = str((component.get("properties") or {}).get(name) or "")
        self.placeholders(component, name, text)
        return text

    def placeholders(self, component: Any, name: str, text: str) -> None:
        for part in PLACEHOLDER.findall(text):
            self.compiled(component, name, part)

    def refuse_feel(self, component: Any) -> None:
        for name, value in _texts(component):
            if component.get("type") == "table" and name == "dataSource":
                continue  # the editor writes one into every table; the portal takes `rows` instead
            if name != "properties" and isinstance(value, str) and value.startswith("="):
                self.refuse(
                    component,
                    f"Expected plain text in {name}, but found FEEL `{value[:40]}`: write a show_if, prefill or rule "
                    "property in the portal's own language instead.",
                )

    def require_known_fields(self, sections: Iterable[Section]) -> None:
        entries = [entry for section in sections for entry in section.fields]
        keys = {entry.key for entry in entries} | {"comments"}
        for entry in entries:
            self.require_known(entry, keys, {})
            for column in entry.fields:
                self.require_known(column, keys, {"row": {sister.key for sister in entry.fields}})

    def require_known(self, entry: Field, keys: set[str], rows: Mapping[str, set[str]]) -> None:
        for name, text in expressions(entry):
            for owner, known in {"form": keys, **rows}.items():
                for asked in sorted(_names_of(text, owner) - known):
                    what = "form" if owner == "form" else "row"
                    self.refuse(
                        {"key": entry.key},
                        f"in {name}: Expected a field of this {what}, but {owner}.{asked} is none.",
                    )

    def refuse(self, component: Any, sentence: str) -> NoReturn:
        known = component if isinstance(component, Mapping) else {}
        where = next((known[name] for name in ("key", "id", "label", "type") if known.get(name)), str(component)[:40])
        raise BadForm(f"{self.file}: {where}: {sentence}")


KINDS = {
    "textfield": "text",
    "textarea": "textarea",
    "number": "number",
    "datetime": "date",
    "select": "select",
    "radio": "radio",
    "checkbox": "checkbox",
    "checklist": "checklist",
    "taglist": "tags",
    "dynamiclist": "rows",
    "filepicker": "file",
    "table": "table",
    "expression": "computed",
    "group": "group",
    "text": "text_block",
}
REFINED = {
    "text": ("address", "email", "month_day", "phone", "url", *IDENTIFIERS),
    "textarea": ("ssh_key",),
    "checkbox": ("declaration",),
}
LONGEST = {"textarea": 1000, "url": 500, "email": 254, **LONGEST_IDENTIFIERS}


def _words(component: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    for name, text in (component.get("properties") or {}).items():
        found = translated(name)
        if found is not None and text:
            words.setdefault(found[0], {})[found[1]] = str(text)
    return words


def _texts(component: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in component.items():
        if isinstance(value, Mapping) and name != "properties":
            yield from _texts(value)
        else:
            yield name, value


def _names_of(text: str, owner: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(ast.parse(text.strip(), mode="eval"))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner
    }


def _yes(written: Any) -> bool:
    return str(written if written is not None else "").lower() == "true"


def _decimal(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(value)
    return number
