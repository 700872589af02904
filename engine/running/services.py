"""Named automatic steps: typed, pure functions that a service task calls by its topic."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.errors import ServiceFailed
from engine.running.routing import listed


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """A record of a register takes these values from a day on."""

    register: str
    owner: str
    key: str
    values: Mapping[str, Any]
    effective_on: date


Effect = RegisterChange


@dataclass(frozen=True, slots=True)
class Done:
    """What an automatic step leaves behind: effects for the portal, routing variables for the drawing."""

    effects: tuple[Effect, ...] = ()
    variables: Mapping[str, str | int | bool] = field(default_factory=dict)


Service = Callable[..., Done]


def apply_register_change(
    *, register: str, key: str, effective_on: date, values: Mapping[str, Any], record: str = ""
) -> Done:
    """Set a register's record of one participant from a day on.

    key: the participant ID. record: which of the participant's records, where it has several. values: the inputs named
    `set.<column>`; empty ones are left as they are.
    """
    known = {column: _plain(value) for column, value in values.items() if value is not None}
    return Done(effects=(RegisterChange(register, key, record, known, effective_on),))


def apply_register_rows(
    *,
    register: str,
    key: str,
    effective_on: date,
    rows: Sequence[Mapping[str, Any]],
    record: str,
    columns: str,
    remove: str,
    skip: str,
    action: str = "",
    effective_column: str = "",
    values: Mapping[str, Any] | None = None,
) -> Done:
    """Set one record for each row of a form, from a day on; a row whose `action` is `skip` changes nothing.

    record: the columns of which the first that is filled names the record. columns: what a row sets. remove: the
    `action` that takes the record out of the register. action: that of rows which have none of their own.
    effective_column: the column with a row's own day, where it has one. values: the inputs named `set.<column>`, which
    every row sets besides; empty ones are left as they are.
    """
    besides = {column: _plain(value) for column, value in (values or {}).items() if value is not None}
    changes = []
    for row in rows:
        asked = row.get("action", action)
        if asked == skip:
            continue
        name = next((str(row[column]) for column in listed(record) if row.get(column)), "")
        sets = {column: _plain(row[column]) for column in listed(columns) if row.get(column) is not None}
        sets = {REMOVED: True} if asked == remove else {**sets, **besides}
        changes.append(RegisterChange(register, key, name, sets, row.get(effective_column) or effective_on))
    _require_once(changes)
    return Done(effects=tuple(changes))


def _require_once(changes: Sequence[RegisterChange]) -> None:
    names = [change.key for change in changes]
    twice = next((name for name in names if names.count(name) > 1 or not name), None)
    if twice is not None:
        raise ServiceFailed("Expected each record once among the rows, but one is changed twice or has no name.")


REMOVED = "removed"
REGISTRY: dict[str, Service] = {
    "apply_register_change": apply_register_change,
    "apply_register_rows": apply_register_rows,
}


def call(topic: str, inputs: Mapping[str, Any]) -> Done:
    """Run the automatic step named `topic`.

    Inputs named `set.x` are collected into `values`. Raises `ServiceFailed` with the step's own words.
    """
    arguments = {name: value for name, value in inputs.items() if not name.startswith("set.")}
    columns = {name[4:]: value for name, value in inputs.items() if name.startswith("set.")}
    if columns:
        arguments["values"] = columns
    for name, value in arguments.items():
        if value is None:
            raise ServiceFailed(f"Expected a value for {name} of the automatic step {topic}, but it is empty.")
    return REGISTRY[topic](**arguments)


def missing_inputs(topic: str, names: frozenset[str]) -> tuple[set[str], set[str]]:
    """The inputs that a step needs and lacks, and those that it does not know."""
    known = inspect.signature(REGISTRY[topic]).parameters
    wanted = {name for name, parameter in known.items() if parameter.default is inspect.Parameter.empty}
    given = {"values" if name.startswith("set.") else name for name in names}
    return wanted - given, given - known.keys()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    return value
