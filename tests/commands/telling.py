"""Who hears of what somebody does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.commands.office import Office


def told(office: Office, template: str, act: Callable[[], Any]) -> list[str]:
    """Who is promised a mail of that kind by an act."""
    before = office.mailed(template)
    act()
    after = office.mailed(template)
    for address in before:
        after.remove(address)
    return after
