"""Sentences that can be said in another language: what is said once in English, and the values it names."""

from __future__ import annotations

from typing import Any


class Sentence(str):
    """A sentence in English that remembers how it was made, so that it can be made again in another language."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, values: dict[str, Any]) -> Sentence:
        """Make it: the template names its values in braces, as `str.format` reads them."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template = template
        made.values = values
        return made

    def __str__(self) -> Sentence:
        """The sentence itself, also for an exception that says it."""
        return self

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, dict[str, Any]]]:
        """Copied and pickled as it was made."""
        return Sentence, (self.template, self.values)


def named(text: str) -> Sentence:
    """A name or title as it is, which another language may have its own words for."""
    return text if isinstance(text, Sentence) else Sentence(text, {})


def say(template: str, /, **values: Any) -> Sentence:
    """Say a sentence; what stands in braces is named by its values."""
    return Sentence(template, values)
