"""What was answered elsewhere in a request, as far as a form or an expression may know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms.schema import Form
from engine.people import COMPANY, EXCHANGE, side_of_lane
from engine.running.definition import Definition

EMPTY: tuple[Any, ...] = (None, "", [], ())


def open_to(main: Form, lane: str) -> frozenset[str]:
    """The fields of the maker's form that the side of a lane may read."""
    side = side_of_lane(lane)
    return frozenset(entry.key for entry in main.fields if side in (COMPANY, EXCHANGE) or side in entry.readers)


def request_for(definition: Definition, lane: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The maker's answers as far as the side of a lane reads them: what other forms know as `request`."""
    return {key: answers.get(key) for key in open_to(definition.forms[definition.main_form], lane)}


def together(
    definition: Definition, step: str, before: Mapping[str, Any], answers: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The newest answers at a step; where several answer it at once, what a later one left empty stays.

    before: what was answered there earlier in the same round.
    """
    element = definition.step(step)
    if element is None or not element.each:
        return answers
    return {**before, **{key: value for key, value in answers.items() if value not in EMPTY}}
