"""Forms: a form-js file becomes fields, a marshmallow schema, prefilled values, typed answers and their differences."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from engine.errors import BadExpression, BadForm, UnknownFields, WrongAnswers
from engine.expression import Expression, Scope, compiled

LONGEST_TEXT = 20_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
KEY = re.compile(r"^[a-z][a-z0-9_]{0,59}$")
TAKEN = frozenset({"csrf_token", "version", "key", "form", "case", "register", "confirmed", "decision_key"})
YES_NO = (("yes", "Yes"), ("no", "No"))
EXPRESSIONS = ("prefill", "show_if", "required_if", "rule", "warn")
CLASSES = frozenset({"public", "business", "personal", "secret"})
CONFIRMED = ".confirmed"
PER_FIELD = re.compile(r"^comment\.([a-z][a-z0-9_]{0,59})$")


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

    @property
    def asks(self) -> bool:
        """Whether a person answers it."""
        return self.kind not in ("text_block", "computed") and not self.read_only


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What a form may know besides its own answers.

    case: reference, participant_id, received_on, lead_days, ... register: the current record of each register.
    choices: for each register, its (value, label) pairs. sources: for each register, the case that set the record.
    """

    scope: Scope
    case: Mapping[str, Any] = field(default_factory=dict)
    register: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def seen_with(self, answers: Mapping[str, Any]) -> Scope:
        """The scope of an expression in a form with these answers."""
        names = {**self.scope.names, "form": answers, "case": self.case, "register": self.register}
        return replace(self.scope, names=names)


@dataclass(frozen=True, slots=True)
class Checked:
    """Typed answers, and the warnings that somebody has not confirmed yet."""

    answers: Mapping[str, Any]
    warnings: Mapping[str, str]
    confirmed: tuple[str, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)


# --- reading a form ---------------------------------------------------------------------------------------------------
def read(content: bytes, file: str) -> Form:
    """The form in a form-js file; raises `BadForm` naming the file, the component and the cure."""
    try:
        raw = json.loads(content.decode("utf-8"))
        components = raw["components"]
        name = raw["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadForm(f"{file}: Expected a form-js schema with an id and components, but it is none.") from None
    if not isinstance(name, str) or not isinstance(components, list):
        raise BadForm(f"{file}: Expected a form-js schema with an id and components, but it is none.")
    reader = _Reader(file)
    sections = tuple(reader.sections(components))
    reader.require_known_fields(sections)
    return Form(name, sections, reader.per_field_comments)


class _Reader:
    """Walks the components of one file and names the place of every mistake."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: set[str] = set()
        self.per_field_comments: Expression | None = None

    def sections(self, components: list[Any]) -> Iterator[Section]:
        loose: list[Field] = []
        for component in components:
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
            most=_decimal(validate.get("max")),
            shortest=int(validate.get("minLength") or 0),
            longest=min(int(validate.get("maxLength") or (1000 if kind == "textarea" else 200)), LONGEST_TEXT),
            decimals=int(component.get("decimalDigits") or 0),
            rule_message=self.message(component, "rule_message"),
            warn_message=self.message(component, "warn_message"),
            privacy=self.privacy(component, properties),
            labels={k[6:]: str(v) for k, v in properties.items() if k.startswith("label_")},
            source=str(properties.get("source") or ""),
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
        if not isinstance(key, str) or not KEY.match(key):
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
            self.refuse(component, f"in {name}: Expected form., case. or register., but found {', '.join(sorted(strange))}.")
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
                for name in EXPRESSIONS:
                    expression = getattr(entry, name)
                    for asked in sorted(_form_names(expression.text) - keys if expression else ()):
                        self.refuse({"key": entry.key}, f"in {name}: Expected a field of this form, but form.{asked} is none.")

    def refuse(self, component: Any, sentence: str) -> None:
        where = component.get("key") or component.get("id") or component.get("label") or component.get("type") or "?"
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
}
PLACEHOLDER = re.compile(r"\{([^{}]{1,200})\}")


def _texts(component: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in component.items():
        if isinstance(value, Mapping) and name != "properties":
            yield from _texts(value)
        else:
            yield name, value


def _form_names(text: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(ast.parse(text.strip(), mode="eval"))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "form"
    }


def _decimal(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


# --- what a person sees before answering -------------------------------------------------------------------------------
def prefilled(form: Form, facts: Facts) -> dict[str, str]:
    """What stands in the fields when the form is first opened, as typed text."""
    scope = facts.seen_with({})
    known = {entry.key: entry.prefill(scope) for entry in form.fields if entry.prefill is not None}
    return {key: typed(form.field(key), value) for key, value in known.items() if value is not None}


def fixed(form: Form, facts: Facts) -> dict[str, Any]:
    """The values nobody may change: read-only fields, taken from the registers now."""
    scope = facts.seen_with({})
    return {
        entry.key: _settled(entry, entry.prefill(scope)) for entry in form.fields if entry.read_only and entry.prefill
    }


def visible(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields to show for these raw answers."""
    scope = facts.seen_with({**_readable(form, raw, facts), **fixed(form, facts)})
    return frozenset(entry.key for entry in form.fields if entry.show_if is None or bool(entry.show_if(scope)))


def required(form: Form, raw: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The fields that must be answered, given these raw answers."""
    scope = facts.seen_with({**_readable(form, raw, facts), **fixed(form, facts)})
    return frozenset(entry.key for entry in form.fields if entry.asks and _is_required(entry, scope))


def options(entry: Field, facts: Facts) -> tuple[tuple[str, str], ...]:
    """The choices of a field, from the file or from its register."""
    return tuple(facts.choices.get(entry.register, ())) if entry.register else entry.options


def _settled(entry: Field, value: Any) -> Any:
    if entry.kind in ("money", "number") and isinstance(value, str):
        return _number(value)
    if entry.kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _readable(form: Form, raw: Mapping[str, str], facts: Facts) -> dict[str, Any]:
    """Every raw answer that can be read, typed; the others are missing."""
    values: dict[str, Any] = {}
    for entry in form.fields:
        if entry.asks:
            try:
                values[entry.key] = _typed_field(entry, facts).deserialize(raw.get(entry.key))
            except ValidationError:
                values[entry.key] = None
    return values


def _is_required(entry: Field, scope: Scope) -> bool:
    return entry.required or (entry.required_if is not None and bool(entry.required_if(scope)))


# --- checking answers -------------------------------------------------------------------------------------------------
def clean(form: Form, raw: Mapping[str, str], *, other_fields: Iterable[str] = ()) -> dict[str, str]:
    """Raw answers as they may be kept: known fields only, NFC, no control characters.

    other_fields: the keys of the form that comments may be pinned to. Raises `UnknownFields`.
    """
    allowed = set(form.keys)
    allowed |= {f"{entry.key}{CONFIRMED}" for entry in form.fields if entry.warn is not None}
    if form.per_field_comments is not None:
        allowed |= {f"comment.{key}" for key in other_fields}
    unknown = [name for name in raw if name not in allowed]
    if unknown:
        raise UnknownFields([name[:60] for name in unknown])
    return {name: normal(value) for name, value in raw.items()}


def normal(text: str) -> str:
    """Text in NFC with plain line ends; control characters stay, for `check` to name them."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check(form: Form, raw: Mapping[str, str], facts: Facts) -> Checked:
    """Typed answers from raw ones that `clean` let through.

    Hidden fields are dropped, read-only ones come from the registers. Raises `WrongAnswers` with sentences per field.
    """
    shown = visible(form, raw, facts)
    wanted = {entry.key: entry for entry in form.fields if entry.asks and entry.key in shown}
    values: dict[str, Any] = {entry.key: None for entry in form.fields if entry.asks}
    errors: dict[str, list[str]] = {}
    try:
        values.update(_schema(wanted.values(), facts).load({key: raw.get(key) for key in wanted}))
    except ValidationError as error:
        values.update(error.valid_data)
        errors = {str(key): list(sentences) for key, sentences in error.messages_dict.items()}
    values.update(fixed(form, facts))
    scope = facts.seen_with(values)
    for key, entry in wanted.items():
        if key not in errors:
            errors.update(_broken_rules(entry, values[key], scope))
    comments = _comments(form, raw, scope, errors)
    if errors:
        raise WrongAnswers(errors)
    return Checked(values, *_warned(wanted.values(), values, raw, scope), comments)


def _broken_rules(entry: Field, value: Any, scope: Scope) -> dict[str, list[str]]:
    empty = value is None or value == "" or (entry.kind == "checkbox" and value is False)
    if empty and _is_required(entry, scope):
        return {entry.key: [_please(entry)]}
    if not empty and entry.rule is not None and not entry.rule(scope):
        return {entry.key: [filled(entry.rule_message, scope) or f"Check {entry.label}"]}
    return {}


def _warned(
    entries: Iterable[Field], values: Mapping[str, Any], raw: Mapping[str, str], scope: Scope
) -> tuple[dict[str, str], tuple[str, ...]]:
    warnings, confirmed = {}, []
    for entry in entries:
        if entry.warn is None or values[entry.key] is None or not entry.warn(scope):
            continue
        if raw.get(f"{entry.key}{CONFIRMED}"):
            confirmed.append(entry.key)
        else:
            warnings[entry.key] = filled(entry.warn_message, scope) or f"Check {entry.label}"
    return warnings, tuple(confirmed)


def _comments(form: Form, raw: Mapping[str, str], scope: Scope, errors: dict[str, list[str]]) -> dict[str, str]:
    if form.per_field_comments is None or not form.per_field_comments(scope):
        return {}
    comments = {}
    for name, text in raw.items():
        pinned = PER_FIELD.match(name)
        if pinned and text:
            if CONTROL.search(text) or len(text) > 500:
                errors[name] = ["Enter a comment of at most 500 plain characters"]
            comments[pinned[1]] = text
    return comments


def _please(entry: Field) -> str:
    label = entry.label[0].lower() + entry.label[1:] if entry.label[1:2].islower() else entry.label
    if entry.kind == "checkbox":
        return f"Tick: {entry.label}"
    if entry.kind in ("select", "radio", "yesno"):
        return f"Choose: {entry.label}"
    return f"Enter {label}"


def filled(text: str, scope: Scope) -> str:
    """A message with every `{expression}` replaced by its value as people read it."""
    return PLACEHOLDER.sub(lambda found: _spoken(compiled(found[1])(scope)), text)


def _spoken(value: Any) -> str:
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return grouped(value)
    return str(value)


def _schema(entries: Iterable[Field], facts: Facts) -> Schema:
    made = {entry.key: _typed_field(entry, facts) for entry in entries}
    return Schema.from_dict(dict(made))(unknown=RAISE)


def _typed_field(entry: Field, facts: Facts) -> fields.Field[Any]:
    make = _TYPES[entry.kind]
    return make(entry, options(entry, facts))


# --- typed fields -----------------------------------------------------------------------------------------------------
class _Answer(fields.Field[Any]):
    """A raw text that becomes one typed value; empty text becomes None."""

    def __init__(self, entry: Field, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(allow_none=True, required=False)
        self.entry = entry
        self.choices = choices

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """The typed value of a raw text."""
        text = normal(value) if isinstance(value, str) else ""
        return self.parse(text) if text else self.empty()

    def empty(self) -> Any:
        return None

    def parse(self, text: str) -> Any:
        raise NotImplementedError


class _Text(_Answer):
    def parse(self, text: str) -> str:
        entry = self.entry
        if CONTROL.search(text) or (entry.kind == "text" and "\n" in text):
            raise ValidationError("Remove the characters that cannot be printed")
        if len(text) > entry.longest:
            raise ValidationError(f"Enter at most {entry.longest:,} characters; this has {len(text):,}")
        if len(text) < entry.shortest:
            raise ValidationError(f"Enter at least {entry.shortest} characters")
        return text


class _Number(_Answer):
    def parse(self, text: str) -> Any:
        entry = self.entry
        number = _number(text)
        if number is None:
            raise ValidationError(f"Enter {entry.label} as a number, such as 50,000,000")
        if -number.as_tuple().exponent > entry.decimals:  # type: ignore[operator]
            raise ValidationError(
                "Enter a whole number" if not entry.decimals else f"Enter at most {entry.decimals} decimals"
            )
        if entry.least is not None and number < entry.least:
            raise ValidationError(f"Enter {grouped(entry.least)} or more")
        if entry.most is not None and number > entry.most:
            raise ValidationError(f"Enter {grouped(entry.most)} or less")
        return number


class _Day(_Answer):
    def parse(self, text: str) -> date:
        for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d %m %Y", "%d-%m-%Y"):
            try:
                day = datetime.strptime(text.replace(" / ", "/"), pattern).date()
            except ValueError:
                continue
            if not 1900 <= day.year <= 2199:
                raise ValidationError("Enter a date between 1900 and 2199")
            return day
        raise ValidationError(f"Enter {self.entry.label} as day/month/year, such as 26/11/2026")


class _Choice(_Answer):
    def parse(self, text: str) -> str:
        if text not in {value for value, _ in self.choices}:
            raise ValidationError(f"Choose {self.entry.label} from the list")
        return text


class _YesNo(_Answer):
    def parse(self, text: str) -> bool:
        if text not in ("yes", "no"):
            raise ValidationError("Choose yes or no")
        return text == "yes"


class _Tick(_Answer):
    def empty(self) -> bool:
        return False

    def parse(self, text: str) -> bool:
        if text not in ("yes", "on", "true"):
            raise ValidationError("Tick the box or leave it empty")
        return True


_TYPES: dict[str, type[_Answer]] = {
    "text": _Text,
    "textarea": _Text,
    "number": _Number,
    "money": _Number,
    "date": _Day,
    "select": _Choice,
    "radio": _Choice,
    "yesno": _YesNo,
    "checkbox": _Tick,
}
NUMBER = re.compile(r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$")


def _number(text: str) -> Decimal | None:
    plain = text.replace(",", "").replace(" ", "").removeprefix("HKD").removeprefix("$")
    try:
        return Decimal(plain) if NUMBER.match(plain) else None
    except InvalidOperation:
        return None


# --- answers at rest and on the page ----------------------------------------------------------------------------------
def dumped(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers as JSON values: numbers and dates as text."""
    return {key: str(value) if isinstance(value, Decimal | date) else value for key, value in answers.items()}


def loaded(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers from JSON values; keys that the form no longer has are left out."""
    return {
        entry.key: _settled(entry, kept[entry.key])
        for entry in form.fields
        if entry.key in kept and kept[entry.key] is not None
    }


def typed(entry: Field | None, value: Any) -> str:
    """A value as a person would type it."""
    if value is None or entry is None:
        return ""
    if isinstance(value, bool):
        return ("yes" if value else "no") if entry.kind == "yesno" else ("yes" if value else "")
    if entry.kind in ("money", "number"):
        return grouped(Decimal(str(value)))
    return str(value)


def shown(entry: Field, value: Any, choices: Sequence[tuple[str, str]] = ()) -> str:
    """A value as people read it on a page, in a table or in a PDF; empty text for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return short_date(value)
    if entry.kind in ("money", "number"):
        return grouped(Decimal(str(value)))
    if entry.kind == "date":
        return short_date(date.fromisoformat(str(value)))
    return dict(choices or entry.options).get(str(value), str(value))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """The keys whose values differ."""
    return frozenset(key for key in {*old, *new} if old.get(key) != new.get(key))


def grouped(number: int | Decimal) -> str:
    """A number with thousands separators."""
    return f"{number:,}"


def short_date(day: date) -> str:
    """A date in a table: Thu 26 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def long_date(day: date) -> str:
    """A date in a sentence: Thursday 26 November 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"
