"""The languages of the portal, and its texts in each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

from engine.sentence import Sentence

FOLDER = Path(__file__).parent
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh_Hant": "繁體中文", "zh_Hans": "简体中文"}  # each in its own words
TAGS = {ENGLISH: "en", "zh_Hant": "zh-Hant", "zh_Hans": "zh-Hans"}  # as HTML and browsers call them
NAMES = frozenset({"label", "labels"})  # what sentences call by its name: it has words of its own


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The texts of a language; English ones stand for themselves."""
    return NullTranslations() if language == ENGLISH else Translations.load(FOLDER, [language])


def words(language: str) -> Callable[[str], str]:
    """What says a plain English text in that language, as it is where nobody has translated it."""
    said = catalogue(language)
    return lambda text: said.gettext(text) if text else text


def translated(text: Any, language: str) -> Any:
    """A sentence with its values in that language; whatever is no sentence stays as it is."""
    if language == ENGLISH or not isinstance(text, Sentence):
        return text
    template = catalogue(language).gettext(text.template) if text.template else ""
    return text.made_of(template, _values(text.values, language))


def _values(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    said = words(language)
    return {
        name: said(value) if name in NAMES and type(value) is str else translated(value, language)
        for name, value in values.items()
    }
