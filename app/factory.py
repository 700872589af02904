"""Putting a running portal together."""

from __future__ import annotations

import os
from typing import Any

from app.commands.portal import Keys, Portal
from app.config import Settings
from app.outside.blobs import open_blobs
from app.outside.clock import Clock, SystemClock
from app.store.database import connect


def open_portal(settings: Settings, clock: Clock | None = None) -> Portal:
    """The portal of these settings: its database, clock, keys and files."""
    return Portal(
        connect(settings.database_url),
        clock or SystemClock(),
        Keys(settings.secret_key),
        settings,
        open_blobs(settings.files or str(settings.root / "blobs")),
    )


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Any:
    """The Flask application; without settings, those of the environment. Raises `UnsafeSettings`."""
    from app import web

    return web.build(open_portal(settings or Settings.from_environment(os.environ), clock))
