"""Which font draws a letter: Inter, or of the Chinese ones the first that knows it."""

from functools import cache, lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
INTER = "inter"
# What is asked first is what is written every day: reading a font takes time with each of its letters.
FILES = {
    INTER: "inter-regular.woff",
    "hk-own": "noto-sans-hk-own.woff",
    "sc-own": "noto-sans-sc-own.woff",
    "hk": "noto-sans-hk-common.woff",
    "sc": "noto-sans-sc-common.woff",
    "inter-more": "inter-more.woff",
    "hk-rare": "noto-sans-hk-rare.woff",
    "sc-rare": "noto-sans-sc-rare.woff",
}


@lru_cache(maxsize=20_000)
def family_of(letter: str) -> str | None:
    """The family that draws a letter, if any does."""
    return next((family for family in FILES if ord(letter) in _letters(family)), None)


@cache
def _letters(family: str) -> frozenset[int]:
    with TTFont(FONTS / FILES[family], lazy=True) as font:
        return frozenset(font.getBestCmap())
