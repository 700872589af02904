"""How values are written: as a person types them, as a page shows them, as a sentence says them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.hours import HONG_KONG
from engine.schema import Field


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
    if entry.kind == "file":
        return "\n".join(str(file["name"]) for file in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return short_date(value)
    if entry.kind in ("money", "number"):
        return grouped(Decimal(str(value)))
    if entry.kind == "date":
        return short_date(date.fromisoformat(str(value)))
    return dict(choices or entry.options).get(str(value), str(value))


def grouped(number: int | Decimal) -> str:
    """A number with thousands separators."""
    return f"{number:,}"


def short_date(day: date) -> str:
    """A date in a table: Thu 26 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def long_date(day: date) -> str:
    """A date in a sentence: Thursday 26 November 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def spoken(value: Any) -> str:
    """A value inside a sentence."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        local = value.astimezone(HONG_KONG)
        return f"{long_date(local)}, {local:%H:%M} HKT"
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, int | Decimal):
        return grouped(value)
    return str(value)
