"""Browsers from which people have signed in, each kept as the digest of a cookie that outlives sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, update

from app.store.tables import devices


def see(connection: Connection, digest: str, person: int, agent: str, at: datetime) -> bool:
    """Note that a person has signed in from a device again; False when it is new to them."""
    known = update(devices).where(devices.c.id == digest, devices.c.person_id == person)
    seen = known.values(seen_at=at, agent=agent).returning(devices.c.id)
    return connection.execute(seen).first() is not None


def add(connection: Connection, digest: str, person: int, agent: str, at: datetime) -> None:
    """Keep a device that is new to a person."""
    row = {"id": digest, "person_id": person, "agent": agent, "first_at": at, "seen_at": at}
    connection.execute(insert(devices).values(row))
