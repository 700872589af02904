"""Registers: versioned records of participants, each value traceable to the case that set it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select

from app.store import events
from app.store.tables import memberships, registers
from engine.running.definition import Definition
from engine.running.services import REMOVED, RegisterChange

EXCHANGE_OWNER = "EXCHANGE"  # whose records every participant may choose from


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
CURRENT_NAMED = CURRENT.where(registers.c.register.in_(bindparam("names", expanding=True)))


def current(
    connection: Connection, owners: Collection[str], on: date, names: Collection[str] | None = None
) -> list[Record]:
    """The records of these owners that are in force on a day, one per register and key; of `names` alone, if given."""
    values = {"owners": list(owners), "on": on}
    if names is None:
        rows = connection.execute(CURRENT, values)
    else:
        rows = connection.execute(CURRENT_NAMED, {**values, "names": list(names)})
    return _newest(rows)


def of_eservice(connection: Connection, definition: Definition, participant: str, on: date) -> list[Record]:
    """What the forms of an eService may know: a participant's own records, and what the exchange keeps for all."""
    return current(connection, [participant, EXCHANGE_OWNER], on, _kept_here(definition))


def of_eservice_each(
    connection: Connection, definition: Definition, participants: Collection[str], on: date
) -> dict[str, list[Record]]:
    """The same for several participants, read at once."""
    values = {"owners": [*participants, EXCHANGE_OWNER], "on": on, "names": _kept_here(definition)}
    rows = connection.execute(CURRENT_NAMED, values).all()
    return {one: _newest(row for row in rows if row.owner in (one, EXCHANGE_OWNER)) for one in participants}


def with_events(
    connection: Connection, definition: Definition, records: list[Record], participant: str, on: date
) -> list[Record]:
    """The same records and, where an eService asks for an event, every event that a participant may choose from."""
    if events.REGISTER not in definition.registers:
        return records
    found = events.as_records(connection, participant, on)
    return [*records, *(Record(events.REGISTER, code, values, on, "") for code, values in found.items())]


def _kept_here(definition: Definition) -> list[str]:
    """The registers that an eService reads; of events there is a table of its own."""
    return sorted(definition.registers - {events.REGISTER})


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a record: which request set it, and from when on it holds."""

    value: Any
    reference: str
    since: date


@dataclass(frozen=True, slots=True)
class Traced:
    """A record as it stands on a day, each value with its source, and what is to become of it."""

    register: str
    key: str
    values: Mapping[str, Value]
    upcoming: tuple[Record, ...]

    @property
    def is_there(self) -> bool:
        """Whether it stands now; else it is only about to be."""
        return bool(self.values)


def traced(connection: Connection, owner: str, on: date, names: Collection[str]) -> list[Traced]:
    """The records of an owner in these registers, with the source of each value."""
    query = select(registers).where(registers.c.owner == owner, registers.c.register.in_(names))
    order = (registers.c.register, registers.c.key, registers.c.effective_on, registers.c.id)
    versions: dict[tuple[str, str], list[Record]] = {}
    for row in connection.execute(query.order_by(*order)):
        versions.setdefault((row.register, row.key), []).append(_record(row))
    found = [_traced(*place, made, on) for place, made in versions.items()]
    return [one for one in found if one.values or one.upcoming]


def _traced(register: str, key: str, versions: Sequence[Record], on: date) -> Traced:
    values: dict[str, Value] = {}
    for version in versions:
        if version.effective_on > on:
            continue
        if version.values.get(REMOVED):
            values = {}
            continue
        for column, value in version.values.items():
            if column not in values or values[column].value != value:
                values[column] = Value(value, version.reference, version.effective_on)
    return Traced(register, key, values, tuple(one for one in versions if one.effective_on > on))


def _newest(rows: Iterable[Any]) -> list[Record]:
    newest = {(row.register, row.key): _record(row) for row in rows}
    return [record for record in newest.values() if not record.values.get(REMOVED)]


def set_by(connection: Connection, reference: str) -> list[RegisterChange]:
    """What a case has set, as the records that came of it."""
    rows = connection.execute(select(registers).where(registers.c.reference == reference).order_by(registers.c.id))
    return [RegisterChange(row.register, row.owner, row.key, row.record, row.effective_on) for row in rows]


def change(
    connection: Connection, changes: Sequence[RegisterChange], reference: str | None, at: datetime, today: date
) -> None:
    """Add the records that a case sets; columns that the case leaves empty keep their value.

    reference: none where no case does.
    """
    owners = sorted({change.owner for change in changes})
    # Two cases that end together each see the other's record, one after the other.
    connection.execute(select(memberships.c.id).where(memberships.c.participant_id.in_(owners)).with_for_update())
    latest = max(today, *(change.effective_on for change in changes))
    names = {change.register for change in changes}
    before = {
        (row.owner, row.register, row.key): row.record for row in connection.execute(_history(owners, names, latest))
    }
    rows = [
        {
            "register": change.register,
            "owner": change.owner,
            "key": change.key,
            "record": {**_kept(before.get((change.owner, change.register, change.key), {})), **change.values},
            "effective_on": change.effective_on,
            "reference": reference,
            "set_at": at,
        }
        for change in changes
    ]
    connection.execute(insert(registers), rows)


def _history(owners: Collection[str], names: Collection[str], on: date) -> Select[Any]:
    query = select(registers).where(registers.c.owner.in_(owners), registers.c.register.in_(names))
    return query.where(registers.c.effective_on <= on).order_by(registers.c.effective_on, registers.c.id)


def _kept(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is left of a record: nothing once it was taken out."""
    return {} if record.get(REMOVED) else record


def _record(row: Any) -> Record:
    return Record(row.register, row.key, row.record, row.effective_on, row.reference or "")
