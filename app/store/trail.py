"""The trail of a case: sealed entries, only ever added to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from app.store.tables import trail
from engine import seal


@dataclass(frozen=True, slots=True)
class Sealed:
    """One entry as it was sealed."""

    entry: Mapping[str, Any]
    hash: str


def append(
    connection: Connection, case_id: int, head: str, entry: Mapping[str, Any], at: datetime, address: str
) -> str:
    """Seal an entry behind `head` and return the new head; the address is noted beside it, for operators alone."""
    sealed = seal.link(head, entry)
    connection.execute(
        insert(trail).values(
            case_id=case_id,
            seq=entry["seq"],
            at=at,
            action=entry["action"],
            entry=seal.canonical(entry).decode(),
            hash=sealed,
            address=address[:64],
        )
    )
    return sealed


def entries(connection: Connection, case_id: int) -> list[Sealed]:
    """Every entry of a case, oldest first."""
    rows = connection.execute(
        select(trail.c.entry, trail.c.hash).where(trail.c.case_id == case_id).order_by(trail.c.seq)
    )
    return [Sealed(json.loads(row.entry), row.hash) for row in rows]
