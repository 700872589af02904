"""What an expression can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from engine.hours import Calendar

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can see: named values, the time, and the business calendar."""

    names: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    now: datetime | None = None
    calendar: Calendar = field(default_factory=Calendar)
    cutoff: str = "17:00"
