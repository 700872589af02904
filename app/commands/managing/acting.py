"""Who manages accounts: read again once nobody else can change their own account or those they are about to change."""

from __future__ import annotations

from app.commands import administration
from app.commands.requests import steps
from app.commands.requests.steps import By
from app.store.database import Connection
from engine.people import Person


def alone(connection: Connection, by: By, *companies: int) -> Person:
    """Whoever acts, with the rights of the moment from which on these companies and their own are held.

    Raises `NotFound` when their account was closed while they waited.
    """
    administration.hold(connection, steps.acting(connection, by).company, *companies)
    return steps.acting(connection, by)
