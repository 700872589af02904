"""A form's fields as the templates show them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from babel import Locale
from flask_babel import gettext as _

from engine.errors import BadExpression
from engine.forms import form
from engine.forms.form import Facts
from engine.forms.questions import MOST_ROWS, Field, Form
from engine.forms.spoken import BETWEEN, shown_row, table_rows
from engine.forms.spoken import shown as as_shown
from engine.forms.typed import NEEDED_LINES

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
    language: str = "en",
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
        language,
        act_url,
    )
    told = (section.in_language(language) for section in asked.sections)
    return [
        {
            "title": section.title,
            "fields": [
                {**_view(entry, entry.key, sheet), **(files or {}).get(entry.key, {})} for entry in section.fields
            ],
        }
        for section in told
    ]


def view(
    entry: Field,
    raw: Mapping[str, str],
    facts: Facts,
    shown: frozenset[str],
    needed: frozenset[str],
    fixed: Mapping[str, Any],
    errors: Errors,
    warnings: Mapping[str, str],
    comments: Comments,
    *,
    language: str = "en",
) -> dict[str, Any]:
    """One field."""
    sheet = Sheet(raw, facts, shown, needed, fixed, errors, warnings, comments, language=language)
    return _view(entry.in_language(language), entry.key, sheet)


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
        "show_if": show_condition(entry, name.rpartition(".")[0]),
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
    return {
        "columns": [column.label for column in entry.fields],
        "rows": [_one_row(entry, f"{name}.{place}", place, count, sheet) for place in range(count)],
        "count": count,
        "least": least,
        "most": most,
        "can_add": count < most and not entry.fixed_rows,
        "add_label": entry.add_label or _("Add another"),
        "act_url": sheet.act_url,
    }


def _one_row(entry: Field, name: str, place: int, count: int, sheet: Sheet) -> dict[str, Any]:
    """One row; `removed` is never true, for a row that is removed is gone at once."""
    moves = not entry.fixed_rows
    views = [_view(column, f"{name}.{column.key}", sheet) for column in entry.fields]
    return {
        "index": place,
        "id": html_id(name),
        "heading": f"{place + 1}. {_heading(views) or _('New')}",
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
    return [(html_id(name), f"{_row_name(asked, name)}{text}") for name, texts in found for text in texts]


def _page_order(asked: Form, name: str) -> tuple[int, ...]:
    order = {entry.key: place for place, entry in enumerate(asked.fields)}
    head, *rest = name.split(".")
    columns = asked.named(head)
    places = {column.key: place for place, column in enumerate(columns.fields)} if columns else {}
    return (order.get(head, len(order)), *(int(part) if part.isdecimal() else places.get(part, 0) for part in rest))


def _row_name(asked: Form, name: str) -> str:
    head, place, *_rest = *name.split("."), ""
    entry = asked.field(head)
    return f"{entry.label} {int(place) + 1}: " if entry and entry.kind == "rows" and place.isdecimal() else ""


def computed(asked: Form, raw: Mapping[str, str], facts: Facts, language: str = "en") -> dict[str, str]:
    """What the portal reckons from raw answers, by name, as people read it."""
    told = asked.in_language(language)
    fixed = form.fixed(asked, facts, raw)
    known = {name: told.named(name) for name in fixed}
    return {name: as_shown(entry, fixed[name], form.options(entry, facts)) for name, entry in known.items() if entry}


def show_condition(entry: Field, row: str = "") -> str | None:
    """A field's `show_if` as the page's script understands it, when it asks about one other answer.

    row: the name of the row in which the field stands.
    """
    if entry.show_if is None:
        return None
    condition = _condition(ast.parse(entry.show_if.text.strip(), mode="eval").body, row)
    return json.dumps(condition) if condition else None


def _condition(node: ast.expr, row: str) -> dict[str, Any] | None:
    if name := _raw_name(node, row):
        return {"field": name, "equals": "yes"}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and (name := _raw_name(node.operand, row)):
        return {"field": name, "equals": "no"}
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return _one_of([_condition(part, row) for part in node.values])
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _comparison(node.ops[0], node.left, node.comparators[0], row)
    return None


def _comparison(sign: ast.cmpop, left: ast.expr, right: ast.expr, row: str) -> dict[str, Any] | None:
    """`form.x == "A"`, `form.x != "A"`, `form.x in ["A", "B"]` and `"A" in form.x`."""
    if isinstance(sign, ast.In) and isinstance(left, ast.Constant) and (name := _raw_name(right, row)):
        return {"field": name, "contains": left.value}
    name, words = _raw_name(left, row), _words(right)
    if not name or not words:
        return None
    if isinstance(sign, ast.In):
        return {"field": name, "in": words}
    verb = {ast.Eq: "equals", ast.NotEq: "not_equals"}.get(type(sign))
    return {"field": name, verb: words[0]} if verb and isinstance(right, ast.Constant) else None


def _words(node: ast.expr) -> list[str]:
    """The texts of a text or of a list of them; none of anything else."""
    parts = node.elts if isinstance(node, ast.List) else [node]
    words = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return words if len(words) == len(parts) else []


def _one_of(conditions: Sequence[dict[str, Any] | None]) -> dict[str, Any] | None:
    """Several values of one answer, any of which will do."""
    known = [one for one in conditions if one and ("equals" in one or "in" in one)]
    if len(known) < len(conditions) or len({one["field"] for one in known}) != 1:
        return None
    return {"field": known[0]["field"], "in": [word for one in known for word in one.get("in", [one.get("equals")])]}


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
    language: str = "en",
    only: frozenset[str] | None = None,
) -> list[dict[str, Any]]:
    """Answers as a page reads them back, section by section; each row of rows on a line of its own.

    only: the fields that the reader's side may read, where that is not all.
    """
    shown = _answered(asked, answers, facts)
    shown = shown if only is None else shown & only
    told = (section.in_language(language) for section in asked.sections)
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
