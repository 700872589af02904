"""Whom the exchange publishes something for: everybody, or the companies that hold a membership of certain kinds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, or_, true


def kept(kinds: Collection[str]) -> str:
    """The kinds of membership as a column keeps them; empty for everybody."""
    return f" {' '.join(sorted(kinds))} " if kinds else ""


def told(audience: str) -> tuple[str, ...]:
    """The kinds of membership in such a column; none for everybody."""
    return tuple(audience.split())


def reaches(audience: ColumnElement[Any], kinds: Collection[str] | None) -> ColumnElement[bool]:
    """Whether a reader is meant; kinds: what their company holds, None for whoever reads everything."""
    if kinds is None:
        return true()
    return or_(audience == "", *(audience.like(f"% {kind} %") for kind in sorted(kinds)))
