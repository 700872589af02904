"""Browsers in words, as somebody recognises their own; what they say of themselves is believed by nobody."""

from __future__ import annotations

from engine.sentence import say

# The first mark that is found names it: most browsers also call themselves by the names of those further down.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


def in_words(agent: str) -> str:
    """What calls itself so: Firefox on Windows."""
    browser = _first(BROWSERS, agent)
    system = _first(SYSTEMS, agent)
    if not browser:
        return say("An unknown browser on {system}", system=system) if system else say("An unknown browser")
    return f"{browser} on {system}" if system else browser


def _first(marks: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in marks if mark in agent), "")
