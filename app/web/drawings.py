"""Drawings as pages show them: with every name in the language of the page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from app.languages import ENGLISH, words
from app.web.languages import chosen, said
from engine.drawings.bpmn import Drawing
from engine.drawings.drawing import picture, svg
from engine.drawings.naming import renamed
from engine.sentence import named

KEPT = 64


def figure(
    drawing: Drawing, lanes: Mapping[str, str], *, open: Collection[str] = (), done: Collection[str] = ()
) -> dict[str, Any]:
    """A drawing as a picture with its title and what its lanes are called; open, done: ids of shapes."""
    title = said(named(drawing.properties.get("title") or drawing.name))
    told = {lane: said(name) for lane, name in lanes.items()}
    seen = picture(in_words(drawing.content))
    drawn = svg(seen, open=frozenset(open), done=frozenset(done), title=title, lane_titles=told)
    return {
        "title": title,
        "svg": Markup(drawn),  # noqa: S704  engine.drawings.drawing escapes every word of the drawing
        "lanes": told,
    }


def in_words(content: bytes) -> bytes:
    """A drawing to be looked at, with its names in the language of the page."""
    return content if chosen() == ENGLISH else _in_language(content, chosen())


@lru_cache(KEPT)
def _in_language(content: bytes, language: str) -> bytes:
    return renamed(content, words(language))
