"""The Rights Guidance Notes as of now, from what is deployed."""

from __future__ import annotations

from app.commands.portal import Portal
from app.store import definitions
from engine.hours import hong_kong_time
from engine.running.guidance import Note, notes


def current_notes(portal: Portal) -> tuple[Note, ...]:
    """What every right opens now."""
    with portal.database.read() as connection:
        return notes([made.eservice for made in definitions.current(connection).values()])


def notes_pdf(portal: Portal) -> bytes:
    """The same on paper."""
    from app.outside import guidance  # a second of imports that no page needs

    now = portal.clock.now()
    return guidance.render(current_notes(portal), portal.settings.exchange_name, now, hong_kong_time(now))
