"""The trail of a case: sealed entries, only ever added to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from app.store.tables import trail
from engine.sealed import seal

APPEND = insert(trail)
ENTRIES = select(trail.c.entry, trail.c.hash).where(trail.c.case_id == bindparam("case")).order_by(trail.c.seq)


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
    row = {"case_id": case_id, "seq": entry["seq"], "at": at, "action": entry["action"]}
    row |= {"entry": seal.canonical(entry).decode(), "hash": sealed, "address": address[:64]}
    connection.execute(APPEND, row)
    return sealed


def entries(connection: Connection, case_id: int) -> list[Sealed]:
    """Every entry of a case, oldest first."""
    rows = connection.execute(ENTRIES, {"case": case_id})
    return [Sealed(json.loads(row.entry), row.hash) for row in rows]
