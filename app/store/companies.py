"""Companies and desks, as the exchange manages them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from app.store.tables import companies, desks, memberships, people


class Firm(NamedTuple):
    """One company, with how much of it there is."""

    id: int
    code: str
    name_en: str
    name_zh: str
    is_exchange: bool
    dual_control: bool
    memberships: int
    accounts: int


class Seat(NamedTuple):
    """One membership of a company, also one that has ended."""

    id: int
    kind: str
    participant_id: str
    ended_at: datetime | None


class Desk(NamedTuple):
    """One desk of the exchange."""

    code: str
    title: str
    ended_at: datetime | None = None


def firms(connection: Connection) -> list[Firm]:
    """Every company, by its code; the exchange is not among them."""
    query = _firms().where(companies.c.is_exchange.is_(False)).order_by(companies.c.code)
    return [Firm(*row) for row in connection.execute(query)]


def firm(connection: Connection, company: int) -> Firm | None:
    """One company, also the exchange itself."""
    row = connection.execute(_firms().where(companies.c.id == company)).one_or_none()
    return None if row is None else Firm(*row)


def exchange(connection: Connection) -> int:
    """The company that is the exchange."""
    return int(connection.execute(select(companies.c.id).where(companies.c.is_exchange)).scalar_one())


def id_by_code(connection: Connection, code: str) -> int | None:
    """The company with that code."""
    return connection.scalar(select(companies.c.id).where(companies.c.code == code))


def needs_two(connection: Connection, company: int) -> bool:
    """Whether a grant needs a second administrator there."""
    return bool(connection.scalar(select(companies.c.dual_control).where(companies.c.id == company)))


def set_dual_control(connection: Connection, company: int, *, on: bool) -> None:
    """Let grants need a second administrator, or no longer."""
    connection.execute(update(companies).where(companies.c.id == company).values(dual_control=on))


def seats(connection: Connection, company: int) -> list[Seat]:
    """The memberships of a company, those that have ended last."""
    columns = (memberships.c.id, memberships.c.kind, memberships.c.participant_id, memberships.c.ended_at)
    rows = connection.execute(select(*columns).where(memberships.c.company_id == company).order_by(*columns[1:3]))
    return sorted((Seat(*row) for row in rows), key=lambda seat: seat.ended_at is not None)


def reopen_membership(connection: Connection, membership: int) -> None:
    """Let a membership that had ended go on."""
    connection.execute(update(memberships).where(memberships.c.id == membership).values(ended_at=None))


def holders(connection: Connection, participant_id: str) -> list[int]:
    """The companies that hold or held any membership under that participant ID."""
    query = select(memberships.c.company_id).where(memberships.c.participant_id == participant_id)
    return list(connection.scalars(query))


def desks_all(connection: Connection) -> list[Desk]:
    """Every desk, also those that have ended."""
    return [Desk(*row) for row in connection.execute(select(desks).order_by(desks.c.code))]


def desks_open(connection: Connection) -> list[Desk]:
    """The desks that can be staffed."""
    return [desk for desk in desks_all(connection) if desk.ended_at is None]


def add_desk(connection: Connection, code: str, title: str) -> None:
    """Add a desk."""
    connection.execute(insert(desks).values(code=code, title=title))


def end_desk(connection: Connection, code: str, at: datetime) -> None:
    """Let a desk be staffed no more."""
    connection.execute(update(desks).where(desks.c.code == code).values(ended_at=at))


def _firms():  # type: ignore[no-untyped-def]
    held = select(func.count()).where(memberships.c.company_id == companies.c.id, memberships.c.ended_at.is_(None))
    known = select(func.count()).where(people.c.company_id == companies.c.id, people.c.ended_at.is_(None))
    return select(
        companies.c.id,
        companies.c.code,
        companies.c.name_en,
        companies.c.name_zh,
        companies.c.is_exchange,
        companies.c.dual_control,
        held.correlate(companies).scalar_subquery(),
        known.correlate(companies).scalar_subquery(),
    )
