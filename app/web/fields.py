"""A form's fields as the templates show them."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from engine import form
from engine.errors import BadExpression
from engine.form import Facts
from engine.schema import Field, Form
from engine.spoken import shown as as_shown

Errors = Mapping[str, Sequence[str]]


def sections(
    asked: Form,
    raw: Mapping[str, str],
    facts: Facts,
    *,
    errors: Errors | None = None,
    warnings: Mapping[str, str] | None = None,
    comments: Mapping[str, tuple[str, str]] | None = None,
    files: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Every section of a form with its fields as they stand; comments are (text, who) and files views by key."""
    shown, needed = form.visible(asked, raw, facts), form.required(asked, raw, facts)
    fixed = form.fixed(asked, facts)
    return [
        {
            "title": section.title,
            "fields": [
                {
                    **view(entry, raw, facts, shown, needed, fixed, errors or {}, warnings or {}, comments or {}),
                    **(files or {}).get(entry.key, {}),
                }
                for entry in section.fields
            ],
        }
        for section in asked.sections
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
    comments: Mapping[str, tuple[str, str]],
) -> dict[str, Any]:
    """One field."""
    value = as_shown(entry, fixed.get(entry.key)) if entry.read_only else raw.get(entry.key, "")
    confirmed = bool(raw.get(f"{entry.key}{form.CONFIRMED}"))
    comment = comments.get(entry.key)
    condition = show_condition(entry)
    return {
        "key": entry.key,
        "id": html_id(entry.key),
        "kind": "read_only" if entry.read_only else entry.kind,
        "label": entry.label,
        "hint": entry.hint,
        "value": value,
        "options": form.options(entry, facts),
        # A field that depends on another is needed when it is shown: the mark must not change under the reader.
        "required": entry.key in needed or entry.required_if is not None,
        "read_only": entry.read_only,
        "source": _source(entry, facts),
        "errors": list(errors.get(entry.key, ())),
        "warning": warnings.get(entry.key),
        "override": entry.key in warnings,
        "confirmed": confirmed,
        "show_if": condition,
        "hidden": entry.key not in shown,
        "max_length": entry.longest if entry.kind in ("text", "textarea") else None,
        "comment": comment[0] if comment else None,
        "comment_by": comment[1] if comment else None,
    }


def html_id(key: str) -> str:
    """The id of a field on the page."""
    return f"f-{key}"


def summary(asked: Form, errors: Errors) -> list[tuple[str, str]]:
    """The error summary: a link and a sentence for each error, in the order of the page."""
    order = {entry.key: place for place, entry in enumerate(asked.fields)}
    found = sorted(errors.items(), key=lambda item: order.get(item[0], len(order)))
    return [(html_id(key), sentence) for key, sentences in found for sentence in sentences]


def show_condition(entry: Field) -> str | None:
    """A field's `show_if` as the page's script understands it, when it is one simple comparison."""
    if entry.show_if is None:
        return None
    condition = _condition(ast.parse(entry.show_if.text.strip(), mode="eval").body)
    return json.dumps(condition) if condition else None


def _condition(node: ast.expr) -> dict[str, str] | None:
    if _form_key(node):
        return {"field": _form_key(node), "equals": "yes"}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and _form_key(node.operand):
        return {"field": _form_key(node.operand), "equals": "no"}
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq) and _form_key(node.left):
        other = node.comparators[0]
        if isinstance(other, ast.Constant) and isinstance(other.value, str):
            return {"field": _form_key(node.left), "equals": other.value}
    return None


def _form_key(node: ast.expr) -> str:
    is_field = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "form"
    return node.attr if is_field and isinstance(node, ast.Attribute) else ""


def _source(entry: Field, facts: Facts) -> str:
    if not entry.source:
        return ""
    record = facts.register.get(entry.source)
    if record is None:
        return _("Your register holds no value yet")
    reference = record.get("reference")
    return _("From your register, set by %(reference)s", reference=reference) if reference else _("From your register")


def rows(asked: Form, answers: Mapping[str, Any], facts: Facts, change_url: str = "") -> list[dict[str, Any]]:
    """Answers as a page reads them back, section by section."""
    shown = _answered(asked, answers, facts)
    return [
        {
            "title": section.title,
            "rows": [
                {
                    "label": entry.label,
                    "value": as_shown(entry, answers.get(entry.key), form.options(entry, facts)),
                    "change_url": f"{change_url}#{html_id(entry.key)}" if change_url and not entry.read_only else "",
                }
                for entry in section.fields
                if entry.kind != "text_block" and entry.key in shown
            ],
        }
        for section in asked.sections
    ]


def _answered(asked: Form, answers: Mapping[str, Any], facts: Facts) -> frozenset[str]:
    scope = facts.seen_with(answers)
    try:
        return frozenset(e.key for e in asked.fields if e.show_if is None or e.show_if(scope))
    except BadExpression:
        return frozenset(entry.key for entry in asked.fields)
