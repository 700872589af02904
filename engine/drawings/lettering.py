"""How much room a text takes, and where its lines break."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def wrap(text: str, width: float, size: float) -> tuple[str, ...]:
    """Break a text into lines that are at most `width` wide in letters of `size`."""
    lines: list[str] = []
    for word in _words(text, width, size):
        if lines and measure(lines[-1] + word.rstrip(), size) <= width:
            lines[-1] += word
        else:
            lines.append(word)
    return tuple(line.strip() for line in lines)


def measure(text: str, size: float) -> float:
    """About how wide a text is in a plain sans-serif of `size`."""
    return size * sum(_advance(letter) for letter in text)


def _words(text: str, width: float, size: float) -> Iterator[str]:
    word = ""
    for letter in text:
        if word and (_wide(letter) or _wide(word[-1]) or word[-1].isspace() or measure(word + letter, size) > width):
            yield word
            word = ""
        word += letter
    if word:
        yield word


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _advance(letter: str) -> float:
    if _wide(letter):
        return 1.0
    if letter in " .,:;'|!()[]fijlrt-":
        return 0.34
    if letter in "mwMW@%":
        return 0.88
    return 0.68 if letter.isupper() else 0.58
