"""Sentences that can be said in another language: what is said once in English, and the values it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

EXPRESSION = re.compile(r"\{([^{}]{1,200})\}")


class Sentence(str):
    """A sentence in English that remembers how it was made, so that it can be made again in another language."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any], english: str = "") -> Sentence:
        """Make it: the template names its values in braces; english: what it is where that says more than they do."""
        made = super().__new__(cls, english or cls.made_of(template, values))
        made.template = template
        made.values = values
        return made

    @classmethod
    def made_of(cls, template: str, values: Mapping[str, Any]) -> str:
        """The words of a template in any language, with these values, as `str.format` puts them."""
        return template.format(**values) if values else template

    def __str__(self) -> Sentence:
        """The sentence itself, also for an exception that says it."""
        return self

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, Mapping[str, Any], str]]:
        """Copied and pickled as it was made."""
        return type(self), (self.template, self.values, self[:])


class Message(Sentence):
    """A message of a form: its values stand in braces as the expressions that give them."""

    __slots__ = ()

    @classmethod
    def made_of(cls, template: str, values: Mapping[str, Any]) -> str:
        """The words of a template with the value of each expression."""
        return EXPRESSION.sub(lambda found: str(values.get(found[1], found[0])), template)


def named(text: str) -> Sentence:
    """A name or title as it is, which another language may have its own words for."""
    return text if isinstance(text, Sentence) else Sentence(text, {})


def say(template: str, /, **values: Any) -> Sentence:
    """Say a sentence; what stands in braces is named by its values."""
    return Sentence(template, values)


def joined(parts: Iterable[str], between: str) -> Sentence:
    """Sentences one after the other, each in its language when the whole is said in one."""
    values = {f"part_{nth}": part for nth, part in enumerate(parts)}
    return Sentence(between.join(f"{{{name}}}" for name in values), values)
