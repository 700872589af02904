"""A form's fields as the templates show them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from babel import Locale

from app.languages import words
from app.web.languages import chosen
from app.web.languages import gettext as _
from engine.errors import BadExpression
from engine.forms import form
from engine.forms.form import Facts
from engine.forms.questions import MOST_ROWS, Field, Form
from engine.forms.spoken import BETWEEN, shown_row, table_rows
from engine.forms.spoken import shown as as_shown
from engine.forms.typed import NEEDED_LINES
from engine.language.expression import compiled
from engine.sentence import joined, say

Errors = Mapping[str, Sequence[str]]
Comments = Mapping[str, tuple[str, str]]
LISTED = frozenset({"checklist", "tags"})
LENGTHS = frozenset({"text", "textarea", "email", "phone", "url"})
HOME = "HK"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all fields of one page share."""

    raw: Mapping[str, str]
    facts: Facts
    shown: frozenset[str]
    needed: frozenset[str]
    fixed: Mapping[str, Any]
    errors: Errors
    warnings: Mapping[str, str]
    comments: Comments
    counts: Mapping[str, int] = field(default_factory=dict)
    language: str = "en"
    act_url: str = ""


def sections(
    asked: Form,
    raw: Mapping[str, str],
    facts: Facts,
    *,
    errors: Errors | None = None,
    warnings: Mapping[str, str] | None = None,
    comments: Comments | None = None,
    files: Mapping[str, Mapping[str, Any]] | None = None,
    language: str = "",
    act_url: str = "",
) -> list[dict[str, Any]]:
    """Every section of a form with its fields as they stand; comments are (text, who) and files views by key."""
    standing = form.standing(asked, raw, facts)
    sheet = Sheet(
        raw,
        facts,
        standing.shown,
        standing.needed,
        standing.fixed,
        errors or {},
        warnings or {},
        comments or {},
        standing.rows,
        language or chosen(),
        act_url,
    )
    told = told_form(asked, language).sections
    return [
        {
            "title": section.title,
            "fields": [
                {**_view(entry, entry.key, sheet), **(files or {}).get(entry.key, {})} for entry in section.fields
            ],
        }
        for section in told
    ]


def told_form(asked: Form, language: str = "") -> Form:
    """The form in the words of a language, that of the page where none is named."""
    return asked.in_language(language or chosen(), words(language or chosen()))


def _view(entry: Field, name: str, sheet: Sheet) -> dict[str, Any]:
    comment = sheet.comments.get(name)
    known = form.options(entry, sheet.facts)
    return {
        "key": entry.key,
        "id": html_id(name),
        "name": name,
        "kind": "read_only" if entry.read_only else entry.kind,
        "label": entry.label,
        "hint": entry.hint,
        "help": entry.help,
        "tooltip": entry.tooltip,
        "unit": entry.unit,
        "searchable": entry.searchable,
        "value": _value(entry, name, sheet, known),
        "options": known,
        # A field that depends on another is needed when it is shown: the mark must not change under the reader.
        "required": name in sheet.needed or entry.required_if is not None,
        "read_only": entry.read_only,
        "source": _source(entry, sheet.facts),
        "errors": list(sheet.errors.get(name, ())),
        "warning": sheet.warnings.get(name),
        "override": name in sheet.warnings,
        "confirmed": bool(sheet.raw.get(f"{name}{form.CONFIRMED}")),
        "show_if": show_condition(entry, name.rpartition(".")[0], sheet.facts),
        # What depends on nothing itself is hidden with the rows around it, and appears with them.
        "hidden": entry.show_if is not None and name not in sheet.shown,
        "max_length": entry.longest if entry.kind in LENGTHS else None,
        "comment": comment[0] if comment else None,
        "comment_by": comment[1] if comment else None,
        **(_MORE[entry.kind](entry, name, sheet) if entry.kind in _MORE and not entry.read_only else {}),
    }


def _value(entry: Field, name: str, sheet: Sheet, known: Sequence[tuple[str, str]]) -> str:
    if entry.is_given or entry.read_only:
        return as_shown(entry, sheet.fixed.get(name), known)
    return "" if entry.kind in ("rows", "file", "address") else form.raw_of(entry, sheet.raw, name)


def _listed(entry: Field, name: str, sheet: Sheet) -> dict[str, Any]:
    return {"values": [line.strip() for line in sheet.raw.get(name, "").split("\n") if line.strip()]}


def _table(entry: Field, name: str, sheet: Sheet) -> dict[str, Any]:
    cells = table_rows(entry, sheet.fixed.get(name))
    return {"columns": [label for _key, label in entry.columns], "table_rows": cells, "caption": entry.label}


def _parts(entry: Field, name: str, sheet: Sheet) -> dict[str, Any]:
    """An address by its lines, of which some are needed where the address is."""
    inner = {f"{name}.{line.key}" for line in entry.fields}
    needed = {f"{name}.{key}" for key in NEEDED_LINES} if name in sheet.needed else set()
    raw = {**sheet.raw, f"{name}.country": sheet.raw.get(f"{name}.country") or HOME}
    below = replace(sheet, raw=raw, shown=sheet.shown | inner, needed=sheet.needed | needed)
    lines = (_named(line, sheet.language) for line in entry.fields)
    return {"parts": [_view(line, f"{name}.{line.key}", below) for line in lines]}


def _named(line: Field, language: str) -> Field:
    """A line of an address in the words of a language."""
    if line.key != "country" or language == "en":
        return replace(line, label=_(line.label))
    names = Locale.parse(language.replace("-", "_")).territories
    return replace(line, label=_(line.label), options=tuple((code, names.get(code, en)) for code, en in line.options))


def _rows(entry: Field, name: str, sheet: Sheet) -> dict[str, Any]:
    count, least = sheet.counts.get(name, 0), int(entry.least or 0)
    most = min(int(entry.most or MOST_ROWS), MOST_ROWS)
    if name not in sheet.shown:  # once the script shows the rows, what stands in them has to be there
        plain = [column.key for column in entry.fields if column.show_if is None]
        sheet = replace(sheet, shown=sheet.shown | {f"{name}.{place}.{key}" for place in range(count) for key in plain})
    return {
        "columns": [column.label for column in entry.fields],
        "rows": [_one_row(entry, f"{name}.{place}", place, count, sheet) for place in range(count)],
        "count": count,
        "least": least,
        "most": 0 if entry.fixed_rows else most,
        "can_add": count < most and not entry.fixed_rows,
        "add_label": entry.add_label or _("Add another"),
        "act_url": sheet.act_url,
    }


def _one_row(entry: Field, name: str, place: int, count: int, sheet: Sheet) -> dict[str, Any]:
    """One row; `removed` is never true, for a row that is removed is gone at once."""
    moves = not entry.fixed_rows
    views = [_view(column, f"{name}.{column.key}", sheet) for column in entry.fields]
    heading = _heading(views)
    if entry.fixed_rows:  # what nobody may change need not stand there twice
        views = [view for view in views if not (view["read_only"] and view["value"] == heading)]
    return {
        "index": place,
        "id": html_id(name),
        "heading": f"{place + 1}. {heading or _('New')}",
        "fields": views,
        "errors": list(sheet.errors.get(name, ())),
        "can_up": moves and place > 0,
        "can_down": moves and place < count - 1,
        "can_remove": moves and count > int(entry.least or 0),
        "removed": False,
    }


def _heading(views: Sequence[Mapping[str, Any]]) -> str:
    """What a row is about: its first answer that is a text of its own, else its first answer; nothing reckoned."""
    named = [one for one in views if one["kind"] != "computed"]
    texts = [(dict(one["options"]).get(one["value"], one["value"]), bool(one["options"])) for one in named]
    known = [text for text, _chosen in sorted(texts, key=lambda pair: pair[1]) if text]
    return known[0].partition("\n")[0][:80] if known else ""


def _files(entry: Field, _name: str, sheet: Sheet) -> dict[str, Any]:
    """What the page of a file field has before anybody says more about its files."""
    return {
        "files": [],
        "expected_name": "",
        "accept": "",
        "most": int(entry.most or 1),
        "upload_url": "",
        "can_add": False,
        "act_url": sheet.act_url,
        "privacy": "",
    }


_MORE: dict[str, Callable[[Field, str, Sheet], dict[str, Any]]] = {
    "checklist": _listed,
    "tags": _listed,
    "table": _table,
    "address": _parts,
    "rows": _rows,
    "file": _files,
}


def html_id(name: str) -> str:
    """The id of a field on the page."""
    return f"f-{name.replace('.', '-')}"


def summary(asked: Form, errors: Errors) -> list[tuple[str, str]]:
    """The error summary: a link and a sentence for each error, in the order of the page."""
    found = sorted(errors.items(), key=lambda item: _page_order(asked, item[0]))
    return [(html_id(name), joined([_row_name(asked, name), text], "")) for name, texts in found for text in texts]


def _page_order(asked: Form, name: str) -> tuple[int, ...]:
    order = {entry.key: place for place, entry in enumerate(asked.fields)}
    head, *rest = name.split(".")
    columns = asked.named(head)
    places = {column.key: place for place, column in enumerate(columns.fields)} if columns else {}
    return (order.get(head, len(order)), *(int(part) if part.isdecimal() else places.get(part, 0) for part in rest))


def _row_name(asked: Form, name: str) -> str:
    head, place, *_rest = *name.split("."), ""
    entry = asked.field(head)
    if entry is None or entry.kind != "rows" or not place.isdecimal():
        return ""
    return say("{label} {number}: ", label=entry.label, number=int(place) + 1)


def computed(asked: Form, raw: Mapping[str, str], facts: Facts, language: str = "en") -> dict[str, str]:
    """What the portal reckons from raw answers, by name, as people read it."""
    told = told_form(asked, language)
    fixed = form.fixed(asked, facts, raw)
    known = {name: told.named(name) for name in fixed}
    return {name: as_shown(entry, fixed[name], form.options(entry, facts)) for name, entry in known.items() if entry}


def show_condition(entry: Field, row: str = "", facts: Facts | None = None) -> str | None:
    """A field's `show_if` as the page's script understands it, when it is one simple comparison.

    row: the name of the row in which the field stands. facts: what does not change while somebody fills the form, so
    that the rest of the condition may be left to the script.
    """
    if entry.show_if is None:
        return None
    condition = _condition(_left_open(ast.parse(entry.show_if.text.strip(), mode="eval").body, facts), row)
    return json.dumps(condition) if condition else None


def _left_open(node: ast.expr, facts: Facts | None) -> ast.expr:
    """Of several things that must hold, the one that the answers decide, once all others do."""
    if facts is None or not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.And):
        return node
    parts = {part: compiled(ast.unparse(part)) for part in node.values}
    left = [part for part, known in parts.items() if known.names & {"form", "row"}]
    scope = facts.seen_with({})
    settled = all(known(scope) for part, known in parts.items() if part not in left)
    return left[0] if settled and len(left) == 1 else node


def _condition(node: ast.expr, row: str) -> dict[str, Any] | None:
    if name := _raw_name(node, row):
        return {"field": name, "equals": "yes"}
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand) if name := _raw_name(operand, row):
            return {"field": name, "equals": "no"}
        case ast.BoolOp(op=ast.Or(), values=values):
            return _any_of([_condition(value, row) for value in values])
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(left, op, right, row)
    return None


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, row: str) -> dict[str, Any] | None:
    """A field beside a text or among some, or a text among what is ticked in a field."""
    if isinstance(op, ast.In) and (word := _texts([left])) and (name := _raw_name(right, row)):
        return {"field": name, "contains": word[0]}
    name, words = _raw_name(left, row), _texts(right.elts if isinstance(right, ast.List) else [right])
    if not name or not words or isinstance(op, ast.In) != isinstance(right, ast.List):
        return None
    verb = {ast.Eq: "equals", ast.NotEq: "not_equals", ast.In: "in"}.get(type(op))
    return {"field": name, verb: words if verb == "in" else words[0]} if verb else None


def _any_of(conditions: list[dict[str, Any] | None]) -> dict[str, Any] | None:
    """One field that has any of these texts."""
    known = [one for one in conditions if one is not None and {"equals", "in"} & one.keys()]
    if len(known) != len(conditions) or len({one["field"] for one in known}) != 1:
        return None
    return {"field": known[0]["field"], "in": [word for one in known for word in one.get("in") or [one["equals"]]]}


def _texts(nodes: list[ast.expr]) -> list[str]:
    """The texts that stand there, if nothing else does."""
    found = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return found if len(found) == len(nodes) else []


def _raw_name(node: ast.expr, row: str) -> str:
    match node:
        case ast.Attribute(value=ast.Name(id="form"), attr=key):
            return key
        case ast.Attribute(value=ast.Name(id="row"), attr=key) if row:
            return f"{row}.{key}"
    return ""


def _source(entry: Field, facts: Facts) -> str:
    if not entry.source:
        return ""
    record = facts.register.get(entry.source)
    if record is None:
        return _("Your register holds no value yet")
    reference = record.get("reference")
    return _("From your register, set by %(reference)s", reference=reference) if reference else _("From your register")


def rows(
    asked: Form,
    answers: Mapping[str, Any],
    facts: Facts,
    change_url: str = "",
    language: str = "",
    only: frozenset[str] | None = None,
) -> list[dict[str, Any]]:
    """Answers as a page reads them back, section by section; each row of rows on a line of its own.

    only: the fields that the reader's side may read, where that is not all.
    """
    shown = _answered(asked, answers, facts)
    shown = shown if only is None else shown & only
    told = told_form(asked, language).sections
    return [
        {
            "title": section.title,
            "rows": [
                line
                for entry in section.fields
                if entry.keeps and entry.key in shown
                for line in _read_back(entry, answers.get(entry.key), facts, change_url if entry.asks else "")
            ],
        }
        for section in told
    ]


def _read_back(entry: Field, value: Any, facts: Facts, change_url: str) -> Iterator[dict[str, Any]]:
    for name, label, text in _spoken_lines(entry, value, facts):
        yield {"label": label, "value": text, "change_url": f"{change_url}#{html_id(name)}" if change_url else ""}


def _spoken_lines(entry: Field, value: Any, facts: Facts) -> Iterator[tuple[str, str, str]]:
    if entry.kind == "rows" and value:
        for place, row in enumerate(value):
            yield f"{entry.key}.{place}", f"{entry.label} {place + 1}", shown_row(entry, row, facts.choices)
    elif entry.kind == "table" and value:
        for number, cells in enumerate(table_rows(entry, value), 1):
            yield entry.key, f"{entry.label} {number}", BETWEEN.join(cell for cell in cells if cell)
    else:
        yield entry.key, entry.label, as_shown(entry, value, form.options(entry, facts), facts.choices)


def _answered(asked: Form, answers: Mapping[str, Any], facts: Facts) -> frozenset[str]:
    scope = facts.seen_with(answers)
    try:
        return frozenset(e.key for e in asked.fields if e.show_if is None or e.show_if(scope))
    except BadExpression:
        return frozenset(entry.key for entry in asked.fields)
