"""Registers: versioned records of participants, each value traceable to the case that set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from app.store.tables import memberships, registers
from engine.services import RegisterChange


@dataclass(frozen=True, slots=True)
class Record:
    """What a register says about an owner from a day on."""

    register: str
    key: str
    values: Mapping[str, Any]
    effective_on: date
    reference: str


CURRENT = (
    select(registers)
    .where(registers.c.owner.in_(bindparam("owners", expanding=True)), registers.c.effective_on <= bindparam("on"))
    .order_by(registers.c.register, registers.c.key, registers.c.effective_on, registers.c.id)
)


def current(connection: Connection, owners: list[str], on: date) -> list[Record]:
    """The records of these owners that are in force on a day, one per register and key."""
    rows = connection.execute(CURRENT, {"owners": owners, "on": on})
    newest = {(row.register, row.key): _record(row) for row in rows}
    return list(newest.values())


def set_by(connection: Connection, reference: str) -> list[RegisterChange]:
    """What a case has set, as the records that came of it."""
    rows = connection.execute(select(registers).where(registers.c.reference == reference).order_by(registers.c.id))
    return [RegisterChange(row.register, row.owner, row.key, row.record, row.effective_on) for row in rows]


def change(connection: Connection, change: RegisterChange, reference: str, at: datetime, on: date) -> None:
    """Add the record that a case sets; columns that the case leaves empty keep their value."""
    # Two cases that end together each see the other's record, one after the other.
    connection.execute(select(memberships.c.id).where(memberships.c.participant_id == change.owner).with_for_update())
    before = next(
        (
            r.values
            for r in current(connection, [change.owner], on)
            if (r.register, r.key) == (change.register, change.key)
        ),
        {},
    )
    connection.execute(
        insert(registers).values(
            register=change.register,
            owner=change.owner,
            key=change.key,
            record={**before, **change.values},
            effective_on=change.effective_on,
            reference=reference,
            set_at=at,
        )
    )


def _record(row: Any) -> Record:
    return Record(row.register, row.key, row.record, row.effective_on, row.reference or "")
