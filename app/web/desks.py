"""The desks of the exchange as people read them."""

from __future__ import annotations

from flask import current_app

from app.store import companies
from app.web.guards import portal

KNOWN = "desk_titles"


def desk_name(desk: str) -> str:
    """The title of a desk; its code when there is no such desk.

    No desk ever changes its title: they are read once by each process, and again for one that was added since.
    """
    known: dict[str, str] = current_app.extensions.setdefault(KNOWN, {})
    if desk not in known:
        with portal().database.read() as connection:
            known.update({one.code: one.title for one in companies.desks_all(connection)})
    return known.get(desk, desk)


def desk_title(desk: str) -> str:
    """The same, with the name of the exchange before it."""
    return f"{portal().settings.exchange_name} {desk_name(desk)}"
