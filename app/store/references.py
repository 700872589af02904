"""What the beginning of references says of their requests: of which eService they are, and when they were opened."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from engine.hours import HONG_KONG

BEGINNING = re.compile(
    r"(?P<eservice>[A-Z]{2}[0-9]{3})-(?P<year>20[0-9]{2})(?:(?P<month>[0-9]{2})(?P<day>[0-9]{2}(?:-[0-9]{0,6})?)?)?",
    re.ASCII,
)


class Beginning(NamedTuple):
    """How references begin, of which eService these are, and between which moments their requests were opened."""

    text: str
    eservice: str
    since: datetime
    before: datetime


def beginning(text: str) -> Beginning | None:
    """The references that a text is the beginning of, as far as it names a year, a month or a day."""
    found = BEGINNING.fullmatch(text.strip().upper())
    if found is None:
        return None
    year, month, day = int(found["year"]), int(found["month"] or 0), int((found["day"] or "0")[:2])
    try:
        first = datetime(year, month or 1, day or 1, tzinfo=HONG_KONG)
    except ValueError:
        return None
    if day:
        last = first + timedelta(days=1)
    else:
        last = datetime(year + (month or 12) // 12, (month or 12) % 12 + 1, 1, tzinfo=HONG_KONG)
    return Beginning(found[0], found["eservice"], first.astimezone(UTC), last.astimezone(UTC))
