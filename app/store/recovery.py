"""Recovery codes, each kept as a digest that fits its owner only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from app.store.tables import recovery_codes


def replace(connection: Connection, person: int, digests: Iterable[str], at: datetime) -> None:
    """Keep these codes of a person, and none of before."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person))
    rows = [{"person_id": person, "digest": digest, "made_at": at} for digest in digests]
    connection.execute(insert(recovery_codes), rows)


def use(connection: Connection, person: int, digest: str, at: datetime) -> bool:
    """Use a code up; False when there is none such, or it was used before."""
    unused = (recovery_codes.c.person_id == person, recovery_codes.c.used_at.is_(None))
    used = update(recovery_codes).where(*unused, recovery_codes.c.digest == digest).values(used_at=at)
    return connection.execute(used.returning(recovery_codes.c.id)).first() is not None


def left(connection: Connection, person: int) -> int:
    """How many codes of a person can still be used."""
    unused = (recovery_codes.c.person_id == person, recovery_codes.c.used_at.is_(None))
    return int(connection.scalar(select(func.count()).select_from(recovery_codes).where(*unused)) or 0)
