"""Events that participants enrol in: what they are, how full they are, and what the forms of eServices know of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, select, update

from app.store.tables import attendees, events, memberships
from engine.hours import HONG_KONG

REGISTER = "event"  # what forms call the events, which no register keeps
KNOWN = timedelta(days=400)  # how long forms know the name of an event that is over
MOST_PAST = 200
COLUMNS = tuple(column.name for column in events.c)


@dataclass(frozen=True, slots=True)
class Event:
    """One event. audience: the kinds of membership that may enrol; none is everybody. changes: how often it changed."""

    id: int
    code: str
    kind: str
    title_en: str
    title_zh: str
    place: str
    description: str
    modes: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    opens_on: date
    closes_at: datetime
    capacity: int
    max_per_company: int
    audience: Sequence[str]
    checker_required: bool
    changes: int
    published_at: datetime | None
    cancelled_at: datetime | None

    @property
    def takes_place(self) -> bool:
        """Whether it was published and not cancelled since."""
        return self.published_at is not None and self.cancelled_at is None

    def is_for(self, kinds: Collection[str]) -> bool:
        """Whether somebody with memberships of these kinds belongs to its audience."""
        return not self.audience or any(kind in self.audience for kind in kinds)

    def is_open(self, now: datetime) -> bool:
        """Whether firms may enrol now."""
        return self.takes_place and self.opens_on <= now.astimezone(HONG_KONG).date() and now < self.closes_at


class Full(NamedTuple):
    """How full an event is: how many have a place, and how many wait for one."""

    seated: int = 0
    waiting: int = 0


# --- looking ----------------------------------------------------------------------------------------------------------
def one(connection: Connection, code: str) -> Event | None:
    """The event with that code, whatever became of it."""
    return _one(connection, _events().where(events.c.code == code))


def locked(connection: Connection, code: str) -> Event | None:
    """The same, and nobody else gives or takes a place of it until this transaction ends."""
    return _one(connection, _events().where(events.c.code == code).with_for_update())


def coming(connection: Connection, now: datetime, *, drafts: bool = False) -> list[Event]:
    """What is not over yet, the next one first; drafts: also what nobody but its keepers knows of."""
    query = _events().where(events.c.ends_at > now).order_by(events.c.starts_at, events.c.id)
    return _listed(connection, query if drafts else query.where(events.c.published_at.is_not(None)))


def past(connection: Connection, now: datetime, *, drafts: bool = False) -> list[Event]:
    """What is over, the last one first, as far as anybody looks back."""
    query = _events().where(events.c.ends_at <= now).order_by(events.c.starts_at.desc(), events.c.id.desc())
    query = query.limit(MOST_PAST)
    return _listed(connection, query if drafts else query.where(events.c.published_at.is_not(None)))


def full(connection: Connection, ids: Collection[int]) -> dict[int, Full]:
    """How full each of these events is."""
    seated = func.count(attendees.c.seated_at)
    query = select(attendees.c.event_id, seated, func.count() - seated)
    query = query.where(attendees.c.event_id.in_(ids), attendees.c.withdrawn_at.is_(None))
    found = {row[0]: Full(*row[1:]) for row in connection.execute(query.group_by(attendees.c.event_id))}
    return {event: found.get(event, Full()) for event in ids}


def _one(connection: Connection, query: Select[Any]) -> Event | None:
    row = connection.execute(query).one_or_none()
    return None if row is None else Event(*row)


def _listed(connection: Connection, query: Select[Any]) -> list[Event]:
    return [Event(*row) for row in connection.execute(query)]


def _events() -> Select[Any]:
    return select(*(events.c[name] for name in COLUMNS))


# --- changing ---------------------------------------------------------------------------------------------------------
def add(connection: Connection, **columns: Any) -> None:
    """Note an event that nobody finds before it is published."""
    connection.execute(insert(events).values(**columns))


def change(connection: Connection, event: Event, **columns: Any) -> None:
    """Let an event say something else, or be published or cancelled."""
    moved = update(events).where(events.c.id == event.id)
    connection.execute(moved.values(changes=events.c.changes + 1, **columns))


def newest_code(connection: Connection, prefix: str) -> str | None:
    """The last code that begins so; of numbers the longer one is the later one."""
    query = select(events.c.code).where(events.c.code.startswith(prefix))
    return connection.scalar(query.order_by(func.length(events.c.code).desc(), events.c.code.desc()).limit(1))


# --- what forms know --------------------------------------------------------------------------------------------------
def as_records(connection: Connection, participant: str, day: date) -> dict[str, dict[str, Any]]:
    """What the forms of a participant know of each event, by its code; asked in one question.

    places_left: how many of its places no other participant holds or waits for. firm_places, firm_emails: those whom
    the same company has named under its other participant IDs.
    """
    since = datetime.combine(day - KNOWN, time(), HONG_KONG)
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(FOR_FORMS, {"participant": participant, "since": since}):
        record = found.setdefault(row.code, record_of(Event(*row[: len(COLUMNS)]), row.others))
        if row.email is not None:
            record["firm_emails"].append(row.email)
            record["firm_places"] += 1
    return found


def record_of(event: Event, others: int = 0) -> dict[str, Any]:
    """What forms know of an event; others: how many places other participants hold or wait for."""
    starts, ends, closes = (at.astimezone(HONG_KONG) for at in (event.starts_at, event.ends_at, event.closes_at))
    return {
        "name": event.title_en,
        "kind": event.kind,
        "starts_on": starts.date().isoformat(),
        "venue": f"{starts:%H:%M} to {ends:%H:%M}, {event.place}",
        "opens_on": event.opens_on.isoformat(),
        "closes_on": closes.date().isoformat(),
        "closes_time": f"{closes:%H:%M}",
        "capacity": event.capacity,
        "max_per_company": event.max_per_company,
        "modes": list(event.modes),
        "checker_required": event.checker_required,
        "memberships": list(event.audience) or None,
        "cancelled": event.cancelled_at is not None,
        "places_left": max(0, event.capacity - others),
        "firm_places": 0,
        "firm_emails": [],
    }


def _for_forms() -> Select[Any]:
    named, theirs = attendees.c.withdrawn_at.is_(None), attendees.alias("theirs")
    firm = select(memberships.c.company_id).where(memberships.c.participant_id == bindparam("participant"))
    elsewhere = and_(
        attendees.c.event_id == events.c.id,
        named,
        attendees.c.company_id.in_(firm),
        attendees.c.participant_id != bindparam("participant"),
    )
    others = (
        select(func.count())
        .where(
            theirs.c.event_id == events.c.id,
            theirs.c.withdrawn_at.is_(None),
            theirs.c.participant_id != bindparam("participant"),
        )
        .correlate(events)
        .scalar_subquery()
    )
    return (
        _events()
        .add_columns(others.label("others"), attendees.c.email)
        .select_from(events.outerjoin(attendees, elsewhere))
        .where(events.c.published_at.is_not(None), events.c.ends_at > bindparam("since"))
        .order_by(events.c.code, attendees.c.id)
    )


FOR_FORMS = _for_forms()
