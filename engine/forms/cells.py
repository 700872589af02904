"""One cell of a spreadsheet as text that somebody could have typed into its question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from engine.forms.look import Facts, options
from engine.forms.questions import Field
from engine.forms.spoken import LEAP_YEAR
from engine.forms.typed import typed_field
from engine.sentence import say

DAY, TIME_OF_DAY = say("Enter a day, such as 23 Nov 2026"), say("Enter a time, such as 09:30")
WRITTEN_DAY = re.compile(r"(?:[A-Za-z]{3,9},? )?([0-9]{1,2})[ -]([A-Za-z]{3,9})[ -]([0-9]{4})")
MONTHS = [f"{date(LEAP_YEAR, number, 1):%B}".lower() for number in range(1, 13)]
TICKED, UNTICKED = frozenset({"yes", "true", "x", "1"}), frozenset({"no", "false", "0"})
DIGITS_SURE = 15  # of a number in a spreadsheet; what follows them was rounded away
ZEROS = re.compile("0+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is not blank, as the spreadsheet holds it.

    kind: text, number, day, moment, time, yes_no, formula, error, or beyond where nobody reads any more. pattern: how a
    number is shown.
    """

    row: int
    column: int
    kind: str
    value: Any
    pattern: str = ""

    @property
    def place(self) -> str:
        """Its name: B7."""
        return f"{letters(self.column)}{self.row}"


def letters(column: int) -> str:
    """The name of a column: 28 is AB."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def plain(text: str) -> str:
    """A text as labels are compared: in small letters, with single blanks."""
    return " ".join(text.split()).casefold()


def text_of(entry: Field, cell: Cell, facts: Facts) -> tuple[str, str]:
    """What somebody would have typed instead of a cell, and what is wrong with it, if anything is."""
    try:
        text = _AS.get(entry.kind, _as_words)(cell, entry, facts)
        typed_field(entry, options(entry, facts)).deserialize(text)
    except ValidationError as error:
        return "", " ".join(map(str, error.messages))
    return text, ""


def _as_words(cell: Cell, _entry: Field, _facts: Facts) -> str:
    """A text; a number as it is shown, if the spreadsheet has not rounded it."""
    if cell.kind == "text":
        return str(cell.value)
    if cell.kind in ("day", "moment", "time"):
        raise ValidationError(say("Format the cell as text: the spreadsheet has made a date or a time of it"))
    if cell.kind == "yes_no":
        return "Yes" if cell.value else "No"
    digits = _decimal(cell.value)
    if len(digits.lstrip("-").replace(".", "")) > DIGITS_SURE:
        raise ValidationError(say("Format the cell as text: the spreadsheet rounds a number as long as this"))
    return digits.zfill(len(cell.pattern)) if ZEROS.fullmatch(cell.pattern) else digits


def _as_number(cell: Cell, entry: Field, _facts: Facts) -> str:
    if cell.kind == "text":
        return str(cell.value)
    if cell.kind != "number":
        raise ValidationError(say("Enter {label} as a number, such as 50,000,000", label=entry.label))
    if "%" not in cell.pattern:
        return _decimal(cell.value)
    if entry.unit != "%":
        raise ValidationError(say("Enter {label} as a number without %", label=entry.label))
    return _decimal(Decimal(_decimal(cell.value)) * 100)


def _decimal(value: Any) -> str:
    """A number without an exponent, as far as a spreadsheet is sure of it: 0.30000000000000004 is 0.3."""
    sure = Decimal(f"{value:.{DIGITS_SURE}g}") if isinstance(value, float) else Decimal(value)
    text = f"{sure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _as_day(cell: Cell, _entry: Field, _facts: Facts) -> str:
    if cell.kind == "day":
        return str(cell.value)
    if cell.kind == "moment":
        raise ValidationError(say("Enter a day without a time, such as 23 Nov 2026"))
    if cell.kind != "text":
        raise ValidationError(DAY)
    return _written_day(str(cell.value).strip())


def _written_day(text: str) -> str:
    """A day in words or figures as figures that a form takes; its year has four of them."""
    found = WRITTEN_DAY.fullmatch(text)
    month = next((n for n, name in enumerate(MONTHS, 1) if found and name.startswith(found[2].lower())), 0)
    made = f"{found[3]}-{month:02}-{int(found[1]):02}" if found else text
    if not any(_is_day(made, pattern) for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")):
        raise ValidationError(DAY)
    return made


def _is_day(text: str, pattern: str) -> bool:
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def _as_time(cell: Cell, _entry: Field, _facts: Facts) -> str:
    if cell.kind not in ("text", "time"):
        raise ValidationError(TIME_OF_DAY)
    return str(cell.value)


def _as_month_day(cell: Cell, _entry: Field, _facts: Facts) -> str:
    if cell.kind == "day":
        day = date.fromisoformat(str(cell.value))
        return f"{date(LEAP_YEAR, day.month, day.day):%m-%d}"
    if cell.kind != "text":
        raise ValidationError(say("Enter a month and a day, such as 02-29"))
    return str(cell.value)


def _as_choice(cell: Cell, entry: Field, facts: Facts) -> str:
    return _chosen(_said(cell), _choices(entry, facts)) or _said(cell) or str(cell.value)


def _as_tick(cell: Cell, _entry: Field, _facts: Facts) -> str:
    said = plain(_said(cell))
    if said not in TICKED | UNTICKED:
        raise ValidationError(say("Enter Yes, or leave the cell empty"))
    return "yes" if said in TICKED else ""


def _as_list(cell: Cell, entry: Field, facts: Facts) -> str:
    """Several choices, between semicolons or on lines of their own; between commas where no choice has one itself."""
    choices = _choices(entry, facts)
    found = []
    for part in _parts(_said(cell)):
        chosen = _chosen(part, choices)
        found += [chosen] if chosen else [_chosen(piece, choices) or piece.strip() for piece in part.split(",")]
    return "\n".join(found)


def _as_tags(cell: Cell, _entry: Field, _facts: Facts) -> str:
    return "\n".join(_parts(_said(cell)))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def _said(cell: Cell) -> str:
    """A cell in words: a number that stands for a choice is its digits."""
    if cell.kind == "yes_no":
        return "Yes" if cell.value else "No"
    return _decimal(cell.value) if cell.kind == "number" else str(cell.value)


def _choices(entry: Field, facts: Facts) -> Mapping[str, str]:
    """The value of every choice by what may be written for it: its value, and its label in any language."""
    found = dict[str, str]()
    for language in ("en", *entry.texts):
        spoken = options(entry.in_language(language), facts)
        found = {**{plain(label): value for value, label in spoken}, **found}
    return {**found, **{plain(value): value for value, _ in options(entry, facts)}}


def _chosen(text: str, choices: Mapping[str, str]) -> str:
    return choices.get(plain(text), "")


Reading = Callable[[Cell, Field, Facts], str]
_AS: dict[str, Reading] = {
    "number": _as_number,
    "money": _as_number,
    "select": _as_choice,
    "radio": _as_choice,
    "yesno": _as_choice,
    "date": _as_day,
    "time": _as_time,
    "month_day": _as_month_day,
    "checkbox": _as_tick,
    "declaration": _as_tick,
    "checklist": _as_list,
    "tags": _as_tags,
}
