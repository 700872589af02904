"""The accounts of companies, as those who manage them see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from app.store.tables import (
    companies,
    feeds,
    grant_requests,
    memberships,
    passkeys,
    people,
    recovery_codes,
    rights,
    signins,
)
from engine.people import DESK_LANES, Right
from engine.sealed.seal import canonical, digest

ENDED, SUSPENDED, INVITED, ACTIVE = "ended", "suspended", "invited", "active"


class Account(NamedTuple):
    """One account. state: invited until a password is set, active, suspended, or ended."""

    id: int
    company: int
    company_name: str
    email: str
    name: str
    title: str
    phone: str
    kind: str
    state: str
    locked_at: datetime | None
    channel: str | None
    certified_at: datetime | None
    seen_at: datetime | None


class GrantRequest(NamedTuple):
    """Rights that one administrator wants for somebody, until a second agrees."""

    id: int
    person: int
    wanted: frozenset[Right]
    seen: str
    asked_by: int
    asked_at: datetime


# --- reading ----------------------------------------------------------------------------------------------------------
def of_company(connection: Connection, company: int, kinds: Collection[str]) -> list[Account]:
    """The accounts of a company of these kinds, by name; those that have ended come last."""
    query = _accounts().where(people.c.company_id == company, people.c.kind.in_(kinds))
    found = [_account(row) for row in connection.execute(query.order_by(people.c.name, people.c.id))]
    return sorted(found, key=lambda account: account.state == ENDED)


def account(connection: Connection, person: int) -> Account | None:
    """One account."""
    row = connection.execute(_accounts().where(people.c.id == person)).one_or_none()
    return None if row is None else _account(row)


def locked(connection: Connection, person: int) -> Account | None:
    """The same, held until the transaction ends: of two who change it, the second sees what the first did."""
    held = connection.execute(select(people.c.id).where(people.c.id == person).with_for_update(key_share=True)).first()
    return account(connection, person) if held else None


def rights_in(connection: Connection, company: int) -> dict[int, frozenset[Right]]:
    """Who of a company holds which rights."""
    rows = connection.execute(
        select(rights.c.person_id, rights.c.lane, rights.c.holder, rights.c.membership_id)
        .join_from(rights, people)
        .where(people.c.company_id == company)
    )
    held: dict[int, set[Right]] = {}
    for row in rows:
        held.setdefault(row.person_id, set()).add(Right(row.lane, row.holder, row.membership_id))
    return {person: frozenset(found) for person, found in held.items()}


def rights_digest(held: Iterable[Right]) -> str:
    """What a page that shows these rights sends back, so that nobody overwrites what they have not seen."""
    return digest(canonical(sorted([right.lane, right.holder, right.membership or 0] for right in held)))[:16]


# --- changing ---------------------------------------------------------------------------------------------------------
def set_state(connection: Connection, person: int, *, active: bool, ended_at: datetime | None) -> None:
    """Open or close an account."""
    connection.execute(update(people).where(people.c.id == person).values(active=active, ended_at=ended_at))


def set_particulars(connection: Connection, person: int, **particulars: str) -> None:
    """Change name, title or phone."""
    connection.execute(update(people).where(people.c.id == person).values(particulars))


def forget_ways_in(connection: Connection, person: int) -> None:
    """Forget password, channel and the address of the calendar: whoever gets the account back sets them anew."""
    gone = {"password_hash": None, "failures": 0, "locked_at": None}
    connection.execute(update(people).where(people.c.id == person).values(gone))
    connection.execute(delete(feeds).where(feeds.c.person_id == person))
    forget_codes(connection, person)


def forget_codes(connection: Connection, person: int) -> None:
    """Forget where codes come from, and whatever could stand in for one."""
    gone = {"channel": None, "app_secret": None, "app_last_step": 0}
    connection.execute(update(people).where(people.c.id == person).values(gone))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person))
    connection.execute(delete(passkeys).where(passkeys.c.person_id == person))


def take_all_rights(connection: Connection, person: int) -> None:
    """Take every right away."""
    connection.execute(delete(rights).where(rights.c.person_id == person))


def replace_rights(connection: Connection, person: int, held: Collection[Right], wanted: Collection[Right]) -> None:
    """Grant what is wanted and not held, take what is held and not wanted."""
    for right in set(held) - set(wanted):
        same = (rights.c.lane == right.lane, rights.c.holder == right.holder)
        seat = rights.c.membership_id.is_not_distinct_from(right.membership)
        connection.execute(delete(rights).where(rights.c.person_id == person, *same, seat))
    rows = [
        {"person_id": person, "lane": lane, "holder": holder, "membership_id": membership}
        for lane, holder, membership in sorted(set(wanted) - set(held), key=str)
    ]
    if rows:
        connection.execute(insert(rights), rows)


def certify(connection: Connection, person: int, at: datetime) -> None:
    """Keep when somebody's rights were last found right."""
    connection.execute(update(people).where(people.c.id == person).values(certified_at=at))


# --- grants that need two ---------------------------------------------------------------------------------------------
def ask(connection: Connection, person: int, wanted: Collection[Right], seen: str, by: int, at: datetime) -> int:
    """Keep which rights are wanted, instead of whatever was asked for before."""
    open_ones = (grant_requests.c.person_id == person, grant_requests.c.answered_at.is_(None))
    connection.execute(update(grant_requests).where(*open_ones).values(answered_at=at, accepted=False))
    row = {"person_id": person, "wanted": [list(right) for right in sorted(wanted, key=str)], "seen": seen}
    made = insert(grant_requests).values(row | {"asked_by": by, "asked_at": at}).returning(grant_requests.c.id)
    return int(connection.execute(made).scalar_one())


def asked(connection: Connection, company: int, person: int | None = None) -> list[GrantRequest]:
    """What waits for a second administrator in a company, or for one person."""
    query = (
        select(grant_requests)
        .join_from(grant_requests, people, grant_requests.c.person_id == people.c.id)
        .where(people.c.company_id == company, grant_requests.c.answered_at.is_(None))
        .order_by(grant_requests.c.id)
    )
    if person is not None:
        query = query.where(grant_requests.c.person_id == person)
    return [
        GrantRequest(
            row.id,
            row.person_id,
            frozenset(Right(lane, holder, membership) for lane, holder, membership in row.wanted),
            row.seen,
            row.asked_by,
            row.asked_at,
        )
        for row in connection.execute(query)
    ]


def answer(connection: Connection, number: int, by: int | None, at: datetime, *, accepted: bool) -> bool:
    """Answer a request, or take it back, by nobody; of two who do, one is told that they did."""
    waiting = (grant_requests.c.id == number, grant_requests.c.answered_at.is_(None))
    values = {"answered_by": by, "answered_at": at, "accepted": accepted}
    return connection.execute(update(grant_requests).where(*waiting).values(values)).rowcount == 1


# --- rows -------------------------------------------------------------------------------------------------------------
def close_asked(connection: Connection, person: int, at: datetime) -> None:
    """Let nothing that was asked for somebody, or by them, be agreed to any more."""
    connection.execute(
        update(grant_requests)
        .where(or_(grant_requests.c.person_id == person, grant_requests.c.asked_by == person))
        .where(grant_requests.c.answered_at.is_(None))
        .values(answered_at=at, accepted=False)
    )


def _accounts() -> Select[Any]:
    seen = select(func.max(signins.c.seen_at)).where(signins.c.person_id == people.c.id, signins.c.stage == "full")
    return select(people, companies.c.name_en, seen.correlate(people).scalar_subquery().label("seen")).join(companies)


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        company=row.company_id,
        company_name=row.name_en,
        email=row.email,
        name=row.name,
        title=row.title,
        phone=row.phone,
        kind=row.kind,
        state=_state(row),
        locked_at=row.locked_at,
        channel=row.channel,
        certified_at=row.certified_at,
        seen_at=row.seen,
    )


def _state(row: Any) -> str:
    if row.active:
        return ACTIVE if row.password_hash else INVITED
    return ENDED if row.ended_at else SUSPENDED


def seats(connection: Connection, company: int) -> Mapping[int, tuple[str, str]]:
    """Kind and participant ID of every membership of a company, also of those that have ended."""
    rows = connection.execute(
        select(memberships.c.id, memberships.c.kind, memberships.c.participant_id).where(
            memberships.c.company_id == company
        )
    )
    return {row.id: (row.kind, row.participant_id) for row in rows}


def in_words(held: Iterable[Right], names: Mapping[int, tuple[str, str]]) -> Sequence[str]:
    """Rights as a trail keeps them: `maker EU_CashTrading SEHK-EP B00123`, `desk_maker CTO`."""
    said = []
    for right in held:
        seat = "" if right.lane in DESK_LANES or right.membership is None else " ".join(names[right.membership])
        said.append(f"{right.lane} {right.holder} {seat}".strip())
    return sorted(said)
