"""What may route a process: plain words and numbers, and lists of words."""

from __future__ import annotations

import re
from typing import Any

from engine.errors import BadExpression

MOST_ITEMS = 50
LONGEST_ITEM = 20


def listed(text: str) -> tuple[str, ...]:
    """The words of a property that are set apart by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def words(values: Any) -> list[str]:
    """The items of a list that tasks are made of: at most 50 plain words, each once."""
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) and value for value in values):
        raise BadExpression("Expected a list of words to open tasks for, but got something else.")
    found = list(dict.fromkeys(routable(value) for value in values))
    if any(len(word) > LONGEST_ITEM for word in found):
        raise BadExpression(f"Expected words of at most {LONGEST_ITEM} letters to open tasks for, but one is longer.")
    if len(found) > MOST_ITEMS:
        raise BadExpression(f"Expected at most {MOST_ITEMS} tasks at the same time, but there are {len(found)}.")
    return found


def routable(value: Any) -> Any:
    """Routing variables are short and plain: nothing a participant types can reach the engine below."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.-]{0,60}", value):
        return value
    raise BadExpression("Expected a plain word or number to route by, but got something longer or of another kind.")
