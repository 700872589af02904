"""Passkeys: the public half of keys that people keep in their devices."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from app.store.tables import passkeys


class Passkey(NamedTuple):
    """One passkey of a person."""

    id: int
    name: str
    credential: bytes
    public_key: bytes
    signs: int  # how often it has signed, by its own count; some never count
    made_at: datetime
    used_at: datetime | None


def of_person(connection: Connection, person: int) -> list[Passkey]:
    """The passkeys of a person, oldest first."""
    rows = connection.execute(
        select(
            passkeys.c.id,
            passkeys.c.name,
            passkeys.c.credential,
            passkeys.c.public_key,
            passkeys.c.signs,
            passkeys.c.made_at,
            passkeys.c.used_at,
        )
        .where(passkeys.c.person_id == person)
        .order_by(passkeys.c.id)
    )
    return [Passkey(*row) for row in rows]


def is_known(connection: Connection, credential: bytes) -> bool:
    """Whether anybody has a passkey with that credential."""
    return connection.scalar(select(passkeys.c.id).where(passkeys.c.credential == credential)) is not None


def add(
    connection: Connection, person: int, name: str, at: datetime, *, credential: bytes, public_key: bytes, signs: int
) -> None:
    """Keep a passkey of a person."""
    row = {"person_id": person, "name": name, "made_at": at}
    key = {"credential": credential, "public_key": public_key, "signs": signs}
    connection.execute(insert(passkeys).values(row | key))


def use(connection: Connection, passkey: Passkey, signs: int, at: datetime) -> bool:
    """Move the count of a passkey on by compare-and-set; False when it was used or removed meanwhile."""
    same = (passkeys.c.id == passkey.id, passkeys.c.signs == passkey.signs)
    used = update(passkeys).where(*same).values(signs=signs, used_at=at).returning(passkeys.c.id)
    return connection.execute(used).first() is not None


def remove(connection: Connection, person: int, passkey: int) -> str | None:
    """Forget a passkey of a person and return its name; None when they have none such."""
    gone = delete(passkeys).where(passkeys.c.id == passkey, passkeys.c.person_id == person).returning(passkeys.c.name)
    return connection.execute(gone).scalar_one_or_none()
