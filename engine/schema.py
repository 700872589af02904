"""What a form file says: its sections and fields, read from form-js JSON with every mistake named."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from engine.errors import BadExpression, BadForm
from engine.expression import Expression, compiled

LONGEST_TEXT = 20_000
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
TAKEN = frozenset({"csrf_token", "version", "key", "form", "case", "register", "confirmed", "decision_key"})
YES_NO = (("yes", "Yes"), ("no", "No"))
EXPRESSIONS = ("prefill", "show_if", "required_if", "rule", "warn")
CLASSES = frozenset({"public", "business", "personal", "secret"})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks or shows."""

    key: str
    kind: str
    label: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    register: str = ""
    required: bool = False
    read_only: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    shortest: int = 0
    longest: int = 200
    decimals: int = 0
    prefill: Expression | None = None
    show_if: Expression | None = None
    required_if: Expression | None = None
    rule: Expression | None = None
    rule_message: str = ""
    warn: Expression | None = None
    warn_message: str = ""
    privacy: str = "business"
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    missing: str = ""

    @property
    def asks(self) -> bool:
        """Whether a person answers it."""
        return self.kind not in ("text_block", "computed", "file") and not self.read_only


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One form, compiled."""

    id: str
    sections: tuple[Section, ...]
    per_field_comments: Expression | None = None

    @property
    def fields(self) -> Iterator[Field]:
        """Every field, in reading order."""
        return (entry for section in self.sections for entry in section.fields)

    @property
    def keys(self) -> frozenset[str]:
        """What a person may send."""
        return frozenset(entry.key for entry in self.fields if entry.asks)

    def field(self, key: str) -> Field | None:
        """The field of that key."""
        return next((entry for entry in self.fields if entry.key == key), None)


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
                yield Section(component.get("label", ""), tuple(self.fields(component.get("components", []))))
            else:
                loose.extend(self.fields([component]))
        if loose:
            yield Section("", tuple(loose))

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

    def field(self, component: dict[str, Any], kind: str, properties: Mapping[str, Any]) -> Field:
        validate = component.get("validate") or {}
        options = tuple((str(value["value"]), str(value["label"])) for value in component.get("values") or ())
        kind = self.exact_kind(component, kind, options, properties)
        return Field(
            key=self.key(component, kind),
            kind=kind,
            label=self.label(component, kind),
            hint=str(component.get("description") or ""),
            options=YES_NO if kind == "yesno" else options,
            register=str(properties.get("register") or ""),
            required=bool(validate.get("required")),
            read_only=str(properties.get("read_only", "")).lower() == "true" or bool(component.get("readonly")),
            least=_decimal(validate.get("min")),
            most=_decimal(properties.get("most") if kind == "file" else validate.get("max")),
            shortest=int(validate.get("minLength") or 0),
            longest=min(int(validate.get("maxLength") or (1000 if kind == "textarea" else 200)), LONGEST_TEXT),
            decimals=int(component.get("decimalDigits") or 0),
            rule_message=self.message(component, "rule_message"),
            warn_message=self.message(component, "warn_message"),
            privacy=self.privacy(component, properties),
            labels={k[6:]: str(v) for k, v in properties.items() if k.startswith("label_")},
            source=str(properties.get("source") or ""),
            missing=str(properties.get("missing") or ""),
            **{name: self.expression(component, name) for name in EXPRESSIONS},
        )

    def exact_kind(self, component: Any, kind: str, options: Any, properties: Mapping[str, Any]) -> str:
        if kind == "number" and str(properties.get("money", "")).lower() == "true":
            return "money"
        if kind == "radio" and {value for value, _ in options} == {"yes", "no"}:
            return "yesno"
        if kind in ("select", "radio") and not options and not properties.get("register"):
            self.refuse(component, "Expected options or a `register` property, but there are none: add values.")
        if kind == "date" and component.get("subtype", "date") != "date":
            self.refuse(component, "Expected a date, but the component asks for a time: set subtype to date.")
        return kind

    def key(self, component: Any, kind: str) -> str:
        key = component.get("key") or ("" if kind != "text_block" else f"text_{component.get('id', '')}".lower())
        if kind == "text_block":
            return re.sub(r"[^a-z0-9_]", "_", key) or "text"
        if not isinstance(key, str) or not KEY.fullmatch(key):
            self.refuse(component, f"Expected a key of small letters, digits and _, but it is {key!r}: rename it.")
        if key in TAKEN or key in self.keys:
            self.refuse(component, f"Expected every key once, but {key} is taken: rename it.")
        self.keys.add(key)
        return key

    def label(self, component: Any, kind: str) -> str:
        label = component.get("text" if kind == "text_block" else "label")
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
        if text in (None, ""):
            return None
        return self.compiled(component, name, str(text))

    def compiled(self, component: Any, name: str, text: str) -> Expression:
        try:
            expression = compiled(text)
        except BadExpression as error:
            self.refuse(component, f"in {name}: {error}")
        strange = expression.names - {"form", "case", "register"}
        if strange:
            self.refuse(
                component, f"in {name}: Expected form., case. or register., but found {', '.join(sorted(strange))}."
            )
        return expression

    def message(self, component: Any, name: str) -> str:
        text = str((component.get("properties") or {}).get(name) or "")
        for part in PLACEHOLDER.findall(text):
            self.compiled(component, name, part)
        return text

    def refuse_feel(self, component: Any) -> None:
        for name, value in _texts(component):
            if name != "properties" and isinstance(value, str) and value.startswith("="):
                self.refuse(
                    component,
                    f"Expected plain text in {name}, but found FEEL `{value[:40]}`: write a show_if, prefill or rule "
                    "property in the portal's own language instead.",
                )

    def require_known_fields(self, sections: Iterable[Section]) -> None:
        keys = {entry.key for section in sections for entry in section.fields} | {"comments"}
        for section in sections:
            for entry in section.fields:
                for name, text in _expressions(entry):
                    for asked in sorted(_form_names(text) - keys):
                        self.refuse(
                            {"key": entry.key}, f"in {name}: Expected a field of this form, but form.{asked} is none."
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
    "text": "text_block",
    "filepicker": "file",
}
PLACEHOLDER = re.compile(r"\{([^{}]{1,200})\}")


def _texts(component: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in component.items():
        if isinstance(value, Mapping) and name != "properties":
            yield from _texts(value)
        else:
            yield name, value


def _expressions(entry: Field) -> Iterator[tuple[str, str]]:
    for name in EXPRESSIONS:
        if expression := getattr(entry, name):
            yield name, expression.text
    for name in ("rule_message", "warn_message"):
        for part in PLACEHOLDER.findall(getattr(entry, name)):
            yield name, part


def _form_names(text: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(ast.parse(text.strip(), mode="eval"))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "form"
    }


def _decimal(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(value)
    return number
