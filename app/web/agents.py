"""Which browsers are supported: one list, which help shows and by which a notice is given. An unknown one is let be.

What a browser says of itself is believed: nothing is closed to any of them.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Supported(NamedTuple):
    """A browser and the version from which it is supported."""

    name: str
    where: str  # computer, mac, apple or android
    since: tuple[int, int]


CHROME = Supported("Google Chrome", "computer", (92, 0))
FIREFOX = Supported("Mozilla Firefox", "computer", (51, 0))
EDGE = Supported("Microsoft Edge", "computer", (101, 0))
SAFARI = Supported("Apple Safari", "mac", (10, 0))
IOS = Supported("Apple Safari", "apple", (10, 0))
ANDROID = Supported("Android", "android", (4, 4))
# Source: seed FAQ "What browsers does Client Connect support?", in its order.
SUPPORTED = (CHROME, FIREFOX, EDGE, SAFARI, IOS, ANDROID)

# The first mark that is found decides: most browsers also call themselves by the names of those further down.
MARKS = (
    (re.compile(r"\((?:iPhone|iPad|iPod)[^)]* OS (\d+)(?:_(\d+))?"), IOS),
    (re.compile(r"Android (\d+)(?:\.(\d+))?"), ANDROID),
    (re.compile(r"\bEdg(?:e|A)?/(\d+)(?:\.(\d+))?"), EDGE),
    (re.compile(r"\bFirefox/(\d+)(?:\.(\d+))?"), FIREFOX),
    (re.compile(r"\b(?:Headless)?Chrome/(\d+)(?:\.(\d+))?"), CHROME),
    (re.compile(r"Mac OS X.* Version/(\d+)(?:\.(\d+))?.* Safari/"), SAFARI),
)
GONE = re.compile(r"\bMSIE |\bTrident/|^Opera/|\(Windows[^)]*\).* Version/\d.* Safari/")  # none of these is supported
HINTS = (
    (re.compile(r'"Microsoft Edge";v="(\d+)"'), EDGE),
    (re.compile(r'"(?:Google Chrome|Chromium)";v="(\d+)"'), CHROME),
)
MOBILE = ("Android", "iPhone", "iPad", "iPod")
LONGEST = 500


def is_outdated(agent: str, hints: str = "") -> bool:
    """Whether a browser is known and not supported. agent, hints: its User-Agent and Sec-CH-UA."""
    agent, hints = agent[:LONGEST], hints[:LONGEST]
    if GONE.search(agent):
        return True
    told = (*(HINTS if not any(word in agent for word in MOBILE) else ()), *MARKS)
    for mark, browser in told:
        found = mark.search(hints if (mark, browser) in HINTS else agent)
        if found:
            number = tuple(int(part or 0) for part in (*found.groups(), "0")[:2])
            return number < browser.since
    return False
