"""What a form asks, as values: its sections and fields, in the languages that they are written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.countries import COUNTRIES
from engine.language.expression import Expression

LONGEST_TEXT = 20_000
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
MOST_ROWS = 50
MOST_FILES = 10
NAMES = frozenset({"form", "case", "register", "request"})
CHOICE_NAMES = frozenset({"choice", "case", "register"})
RESERVED = NAMES | {"row", "confirmed"}
# What else a page sends beside the answers: no field may be called so.
TAKEN = RESERVED | {"csrf_token", "version", "key", "decision_key", "draft", "leave", "unchanged_confirmed", "act"}
Words = Callable[[str], str]
YES_NO = (("yes", "Yes"), ("no", "No"))
EXPRESSIONS = ("prefill", "show_if", "required_if", "rule", "warn", "value", "rows", "only")
MESSAGES = ("rule_message", "warn_message")
TEXTS = ("label", "hint", "help", "tooltip", "missing", *MESSAGES, "add_label")
CLASSES = frozenset({"public", "business", "personal", "secret"})
READERS = frozenset({"company", "next", "broker"})
SHOWN_ONLY = frozenset({"text_block", "computed", "table", "group"})
PARTED = frozenset({"rows", "address", "month_day"})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks or shows.

    fields: the columns of rows, the lines of an address. columns: (key, label) of a table. least, most: of a number, or
    how many rows or files. fixed_rows: the rows are those of `prefill`, in their order. importable: they may come
    from a spreadsheet. readers: the other sides that may read it. only: which records of its register are offered.
    texts: its words by language, then by name, `option.<value>` among them.
    """

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
    value: Expression | None = None
    rows: Expression | None = None
    only: Expression | None = None
    privacy: str = "business"
    source: str = ""
    missing: str = ""
    help: str = ""
    tooltip: str = ""
    unit: str = ""
    searchable: bool = False
    add_label: str = ""
    first_rows: int = 0
    fixed_rows: bool = False
    importable: bool = False
    fields: tuple[Field, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    readers: frozenset[str] = frozenset()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether a person answers it."""
        return self.kind not in SHOWN_ONLY and not self.read_only

    @property
    def is_given(self) -> bool:
        """Whether the portal answers it itself."""
        return self.kind in ("computed", "table") or (self.read_only and self.prefill is not None)

    @property
    def keeps(self) -> bool:
        """Whether it has an answer at all."""
        return self.kind not in ("text_block", "group")

    def within(self, key: str) -> Field | None:
        """The column or line of that key."""
        return next((entry for entry in self.fields if entry.key == key), None)

    def in_language(self, language: str, words: Words = str) -> Field:
        """The field in the words of a language such as `zh_Hant`: its own, or those known for its English ones."""
        if language == "en":
            return self
        said = {name: _said(self.texts, language, name, getattr(self, name), words) for name in TEXTS}
        named: dict[str, Any] = {name: text for name, text in said.items() if text}
        options = tuple(
            (value, _said(self.texts, language, f"option.{value}", text, words)) for value, text in self.options
        )
        columns = tuple((key, _said(self.texts, language, f"option.{key}", text, words)) for key, text in self.columns)
        inner = tuple(entry.in_language(language, words) for entry in self.fields)
        return replace(self, options=options, columns=columns, fields=inner, **named)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]
    titles: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: str, words: Words = str) -> Section:
        """The section in the words of a language, like its fields."""
        if language == "en":
            return self
        texts = {name: {"title": title} for name, title in self.titles.items()}
        title = _said(texts, language, "title", self.title, words)
        return Section(title, tuple(entry.in_language(language, words) for entry in self.fields), self.titles)


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
        """The fields that a person may answer by what they send; files come another way."""
        return frozenset(entry.key for entry in self.fields if entry.asks and entry.kind != "file")

    @property
    def registers(self) -> frozenset[str]:
        """The registers that the form names."""
        parts = [part for entry in self.fields for part in (entry, *entry.fields)]
        read = {name for part in parts for _, text in expressions(part) for name in REGISTER.findall(text)}
        return frozenset(read | {name for part in parts for name in (part.register, part.source)}) - {""}

    @property
    def reads_request(self) -> bool:
        """Whether it asks what stands in the request that it belongs to."""
        parts = [part for entry in self.fields for part in (entry, *entry.fields)]
        return any(REQUEST.search(text) for part in parts for _, text in expressions(part))

    def field(self, key: str) -> Field | None:
        """The field of that key."""
        return next((entry for entry in self.fields if entry.key == key), None)

    def named(self, name: str) -> Field | None:
        """The field of a raw name such as `limit_hkd`, `persons.2.email` or `office.line1`."""
        head, *rest = name.split(".")
        entry = self.field(head)
        for part in rest:
            if entry is None or (entry.kind == "rows" and part.isdecimal()):
                continue
            entry = entry.within(part)
        return entry

    def in_language(self, language: str, words: Words = str) -> Form:
        """The form in the words of a language, like its fields."""
        if language == "en":
            return self
        sections = tuple(section.in_language(language, words) for section in self.sections)
        return Form(self.id, sections, self.per_field_comments)


REGISTER = re.compile(r"\bregister\.([a-z][a-z0-9_]*)")
REQUEST = re.compile(r"\brequest\b")
PLACEHOLDER = re.compile(r"\{([^{}]{1,200})\}")
SPOKEN = re.compile(
    rf"({'|'.join(sorted(TEXTS, key=len, reverse=True))}|option)_([a-z]{{2}}(?:_[A-Z][A-Za-z]{{1,3}})?)(\..+)?"
)
ADDRESS = (
    Field("line1", "text", "Address line 1", longest=60),
    Field("line2", "text", "Address line 2", longest=60),
    Field("line3", "text", "Address line 3", longest=60),
    Field("district", "text", "District", longest=40),
    Field("country", "select", "Country or region", options=COUNTRIES),
)


def _said(texts: Mapping[str, Mapping[str, str]], language: str, name: str, english: str, words: Words) -> str:
    """A text in a language; who reads Simplified Chinese rather reads Traditional Chinese than English."""
    language = language.replace("-", "_")
    own = texts.get(language, {}).get(name)
    known = own or (words(english) if english else "")
    if language == "zh_Hans" and known == english:
        return texts.get("zh_Hant", {}).get(name, english)
    return known


def translated(name: str) -> tuple[str, str] | None:
    """The language and the name of a text in a property such as `hint_zh_Hant` or `option_zh_Hant.FIRM`."""
    found = SPOKEN.fullmatch(name)
    if found is None or (found[1] == "option") != bool(found[3]):
        return None
    return found[2], f"{found[1]}{found[3] or ''}"


def expressions(entry: Field) -> Iterator[tuple[str, str]]:
    """Every expression of a field itself, by the property in which it stands."""
    for name in EXPRESSIONS:
        if expression := getattr(entry, name):
            yield name, expression.text
    for name in MESSAGES:
        for text in (getattr(entry, name), *(words.get(name, "") for words in entry.texts.values())):
            for part in PLACEHOLDER.findall(text):
                yield name, part
