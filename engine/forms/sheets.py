"""Rows from a spreadsheet: which column answers which question, and what is wrong with it, cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from engine.errors import WrongAnswers
from engine.forms.cells import Cell, letters, plain, text_of
from engine.forms.look import Facts, options
from engine.forms.questions import Field
from engine.forms.rows import begun, most_of, too_many
from engine.sentence import say

MOST_READ, MOST_COLUMNS = 500, 50  # of a sheet; what stands farther away is refused
MOST_SAID = 20
HEADER = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A question of a row as a column of a spreadsheet; name: what follows the number of the row in a raw name.

    within: the label of the address that it is a line of.
    """

    name: str
    field: Field
    within: Field | None = None

    def label(self, language: str = "en") -> str:
        """Its header in a language."""
        own = self.field.in_language(language).label
        return f"{self.within.in_language(language).label}: {own}" if self.within else own

    @property
    def needed(self) -> bool:
        """Whether no row can do without it."""
        return self.field.required and self.within is None

    @property
    def headers(self) -> frozenset[str]:
        """Everything that its header may say."""
        languages = {"en", *self.field.texts, *(self.within.texts if self.within else ())}
        return frozenset({plain(self.label(language)) for language in languages} | {plain(self.name)})


def columns_of(entry: Field) -> tuple[Column, ...]:
    """The questions that somebody answers in a row, in their order; an address is one column a line."""
    return tuple(column for inner in entry.fields if inner.asks for column in _columns(inner))


def _columns(entry: Field) -> Iterator[Column]:
    if entry.kind != "address":
        yield Column(entry.key, entry)
        return
    yield from (Column(f"{entry.key}.{line.key}", line, entry) for line in entry.fields)


def note_of(column: Column) -> str:
    """What is to be entered in a column, in a sentence or two for whoever fills the template."""
    entry = column.field
    notes = (entry.hint, _FORMATS.get(entry.kind, ""), say("Unit: {unit}", unit=entry.unit) if entry.unit else "")
    length = say("At most {longest:,} characters", longest=entry.longest) if entry.kind in ("text", "textarea") else ""
    return ". ".join(note.rstrip(".") for note in (*notes, length) if note)


_FORMATS = {
    "date": say("A day, such as 23 Nov 2026"),
    "time": say("A time, such as 09:30"),
    "month_day": say("A month and a day, such as 02-29"),
    "checkbox": say("Yes, or nothing"),
    "declaration": say("Yes, or nothing"),
    "checklist": say("One or several of the choices, with ; between them"),
    "tags": say("One or several, with ; between them"),
    "email": say("An e-mail address, such as name@example.com"),
    "phone": "8 digits, or + and the country code",
    "url": say("An address that begins with https://"),
    "ip": say("An IPv4 or IPv6 address"),
    "select": say("One of the choices"),
    "radio": say("One of the choices"),
    "yesno": say("Yes or No"),
    "number": say("A number"),
    "money": say("An amount, such as 50,000,000"),
}


def offered(column: Column, facts: Facts) -> tuple[tuple[str, str], ...]:
    """What may be chosen in a column today, as value and label."""
    return (("yes", "Yes"),) if column.field.kind in ("checkbox", "declaration") else options(column.field, facts)


# --- reading ----------------------------------------------------------------------------------------------------------
def rows_in(entry: Field, cells: Sequence[Cell], facts: Facts) -> list[dict[str, str]]:
    """The rows of a sheet whose first row holds the labels, each as raw answers of its own; blank ones are left out.

    Raises `WrongAnswers` at the field with a sentence for each cell that cannot be taken.
    """
    wrong = list(_wrong_headers(entry, cells))
    _refuse(entry, wrong)
    known = {cell.column: found for cell in cells if cell.row == HEADER and (found := _asked(entry, cell))}
    rows: dict[int, dict[str, str]] = {}
    for cell in cells:
        if cell.row > HEADER:
            column = known[cell.column]
            text, sentence = ("", said) if (said := _unreadable(cell)) else text_of(column.field, cell, facts)
            rows.setdefault(cell.row, {})[column.name] = text
            wrong += [f"{cell.place}: {sentence}"] if sentence else []
    wrong += _wrong_count(entry, list(rows))
    _refuse(entry, wrong)
    start = begun(entry, facts.seen_with({}))
    absent = {name: text for name, text in start.items() if name not in {column.name for column in known.values()}}
    blank = dict.fromkeys((column.name for column in columns_of(entry)), "")
    return [{**blank, **absent, **rows[place]} for place in sorted(rows) if any(rows[place].values())]


def _refuse(entry: Field, wrong: list[str]) -> None:
    if wrong:
        more = len(wrong) - MOST_SAID
        raise WrongAnswers(
            {entry.key: [*wrong[:MOST_SAID], *([say("And {more:,} more", more=more)] if more > 0 else [])]}
        )


def _unreadable(cell: Cell) -> str:
    """Why no column could take a cell, whatever it asks."""
    if cell.kind == "beyond":
        return say(
            "Keep everything within the first {most_read} rows and {most_columns} columns",
            most_read=MOST_READ,
            most_columns=MOST_COLUMNS,
        )
    if cell.kind == "formula":
        return say("Enter a value instead of a formula")
    return (
        say("Correct the error {value} in the spreadsheet", value=str(cell.value)[:20]) if cell.kind == "error" else ""
    )


def _wrong_headers(entry: Field, cells: Sequence[Cell]) -> Iterator[str]:
    headers = {cell.column: cell for cell in cells if cell.row == HEADER}
    if not headers:
        yield say(
            "A1: Enter the labels of the questions in the first row, as {all_labels}", all_labels=_all_labels(entry)
        )
        return
    seen = set[str]()
    for cell in headers.values():
        column = _asked(entry, cell)
        if column is None:
            yield f"{cell.place}: {_unknown(entry, cell)}"
        elif column.name in seen:
            yield say("{place}: Enter each label once: {label} stands twice", place=cell.place, label=column.label())
        else:
            seen.add(column.name)
    yield from _without_header(cells, headers)
    for column in columns_of(entry):
        if column.needed and column.name not in seen:
            yield say("Row {header}: Add the column {label}", header=HEADER, label=column.label())


def _without_header(cells: Sequence[Cell], headers: Collection[int]) -> Iterator[str]:
    below: dict[int, Cell] = {}
    for cell in cells:
        if cell.kind == "beyond":
            yield f"{cell.place}: {_unreadable(cell)}"
        elif cell.column not in headers:
            below.setdefault(cell.column, cell)
    yield from (
        say(
            "{letters}{header}: Enter the label of what stands in {place}",
            letters=letters(c),
            header=HEADER,
            place=below[c].place,
        )
        for c in sorted(below)
    )


def _unknown(entry: Field, cell: Cell) -> str:
    if said := _unreadable(cell):
        return said
    said = plain(str(cell.value))[:60]
    for inner in entry.fields:
        if not inner.asks and said in Column(inner.key, inner).headers:
            return say("Remove this column: {label} is filled in by the portal", label=inner.label)
    return say(
        "Enter one of {all_labels} instead of {value}", all_labels=_all_labels(entry), value=str(cell.value)[:60]
    )


def _all_labels(entry: Field) -> str:
    return ", ".join(column.label() for column in columns_of(entry))


def _asked(entry: Field, cell: Cell) -> Column | None:
    """The column that a header names, by its label in any language or by its key."""
    said = plain(str(cell.value)) if cell.kind == "text" else ""
    return next((column for column in columns_of(entry) if said and said in column.headers), None)


def _wrong_count(entry: Field, places: Sequence[int]) -> Iterator[str]:
    most = most_of(entry)
    if len(places) > most:
        yield say("A{value}: {too_many}", value=sorted(places)[most], too_many=too_many(most, len(places)))
