"""Lines for operators: key=value, one event each, no names and no answers from forms."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

PLAIN = re.compile(r"[A-Za-z0-9_.:+/@-]+")


def log_of(process: str) -> Any:
    """A log that writes to standard output and names the process in every line."""
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stdout),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", key="at"),
            structlog.processors.add_log_level,
            _line,
        ],
        process=process,
    )


def place_of(error: BaseException) -> str:
    """File and line where an error was raised, without the values it was raised with."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return ""
    return f"{step.tb_frame.f_globals.get('__name__', '')}:{step.tb_lineno}"


def _line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    first = {name: event.pop(name) for name in ("at", "level", "process", "event")}
    return " ".join(f"{name}={_value(value)}" for name, value in {**first, **event}.items())


def _value(value: Any) -> str:
    text = str(value)
    # JSON escapes line breaks and everything that a terminal would obey.
    return text if PLAIN.fullmatch(text) else json.dumps(text)
