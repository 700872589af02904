"""Which question of a form offers a record of a register, as the question itself says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms.look import Facts, options
from engine.forms.questions import Field, Form
from engine.language.scope import Scope


def question_for(asked: Form, register: str, key: str, record: Mapping[str, Any], membership: str) -> Field | None:
    """The question that lets somebody with a membership of that kind choose the record; None when there is none."""
    facts = Facts(Scope(), {"membership": membership}, {register: {key: record}}, {register: [(key, key)]}, {}, {})
    offering = (one for one in asked.fields if one.register == register and options(one, facts))
    return next(offering, None)
