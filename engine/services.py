"""Named automatic steps: typed, pure functions that a service task calls by its topic."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.errors import ServiceFailed


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


def apply_register_change(*, register: str, key: str, effective_on: date, values: Mapping[str, Any]) -> Done:
    """Set a register's record of one participant from a day on.

    key: the participant ID. values: the inputs named `set.<column>`; empty ones are left as they are.
    """
    known = {column: _plain(value) for column, value in values.items() if value is not None}
    return Done(effects=(RegisterChange(register, key, "", known, effective_on),))


REGISTRY: dict[str, Service] = {"apply_register_change": apply_register_change}


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
    wanted = set(inspect.signature(REGISTRY[topic]).parameters)
    given = {"values" if name.startswith("set.") else name for name in names}
    return wanted - given, given - wanted


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    return value
