"""Tries, codes and open sign-ins: one statement each, so that races have one winner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, and_, bindparam, case, cast, func, insert, or_, select, update

from app.store.substitutes import BEHIND, BETWEEN, lent_of, lent_to
from app.store.tables import companies, people, rights, signins
from engine.people import Person, Right

MOST_TRIES = 5
OPEN_TO_TRIES = and_(people.c.active, people.c.locked_at.is_(None), people.c.failures < MOST_TRIES)

KNOWN = (
    people.c.id,
    people.c.name,
    people.c.email,
    people.c.kind,
    people.c.company_id,
    people.c.channel,
    people.c.password_hash,
    people.c.failures,
)


class Candidate(NamedTuple):
    """Whoever may be behind an address, with one try already taken."""

    id: int
    name: str
    email: str
    kind: str
    company: int
    channel: str | None
    password_hash: str
    failures: int  # this try included


@dataclass(frozen=True, slots=True)
class Signin:
    """One open sign-in; the person's rights are loaded once it is full."""

    id: str
    stage: str
    channel: str | None
    opened_at: datetime
    seen_at: datetime
    address: str
    pending_secret: bytes | None  # made once a mailed code has proved the address
    challenge: bytes | None  # what a passkey has to sign next
    chosen: bool  # the person has a channel of their own, which no sign-in may pass by
    locked: bool
    person: Person

    @property
    def owes_proof(self) -> bool:
        """Whether a mailed code must come before an authenticator may be enrolled."""
        return self.channel == "app" and not self.chosen and self.pending_secret is None

    @property
    def by_mail(self) -> bool:
        """Whether the next code is a mailed one."""
        return self.channel == "email" or self.owes_proof


class OpenSignin(NamedTuple):
    """One open sign-in among those of its owner."""

    id: str
    address: str
    agent: str
    opened_at: datetime
    seen_at: datetime


# One row whatever somebody may do: many hold a hundred rights, and every page asks for them.
SEAT = rights.c.lane + BETWEEN + rights.c.holder + BETWEEN + func.coalesce(cast(rights.c.membership_id, String), "")
HELD = (
    select(func.aggregate_strings(SEAT, BEHIND))
    .where(rights.c.person_id == people.c.id, signins.c.stage == "full")
    .correlate(people, signins)
    .scalar_subquery()
)
SIGNIN = (
    select(
        signins,
        people.c.name,
        people.c.email,
        people.c.kind,
        people.c.company_id,
        people.c.channel.label("own_channel"),
        people.c.language,
        people.c.locked_at,
        companies.c.name_en,
        HELD.label("rights"),
        lent_to(people).label("lent"),
    )
    .join_from(signins, people)
    .join(companies)
    .where(signins.c.id == bindparam("signin"), signins.c.ended_at.is_(None), people.c.active)
)


def take_try_by_email(connection: Connection, email: str) -> Candidate | None:
    """Reserve one of the person's tries before anything is verified; None when there is nobody or no try left."""
    row = connection.execute(
        update(people)
        .where(people.c.email == email, people.c.password_hash.is_not(None), OPEN_TO_TRIES)
        .values(failures=people.c.failures + 1)
        .returning(*KNOWN)
    ).one_or_none()
    return None if row is None else Candidate(*row)


def take_try(connection: Connection, person: int) -> int | None:
    """Reserve one try of a known person and return how many are taken now; None when none was left."""
    return connection.execute(
        update(people)
        .where(people.c.id == person, OPEN_TO_TRIES)
        .values(failures=people.c.failures + 1)
        .returning(people.c.failures)
    ).scalar_one_or_none()


def hold(connection: Connection, person: int) -> None:
    """Let nobody else change an account until the transaction ends: its row before all that belongs to it."""
    connection.execute(select(people.c.id).where(people.c.id == person).with_for_update(key_share=True))


def give_try_back(connection: Connection, person: int, verified: str | None = None) -> bool:
    """Return the try of a right password; False when the person was locked meanwhile.

    verified: the hash that the password was right for; False as well when the person has another one by now.
    """
    same = () if verified is None else (people.c.password_hash == verified,)
    return _changed(
        connection,
        update(people)
        .where(people.c.id == person, people.c.active, people.c.locked_at.is_(None), *same)
        .values(failures=case((people.c.failures > 0, people.c.failures - 1), else_=0))
        .returning(people.c.id),
    )


def failures(connection: Connection, person: int) -> int:
    """How many tries of a person are gone."""
    return int(connection.scalar(select(people.c.failures).where(people.c.id == person)) or 0)


def lock_when_spent(connection: Connection, person: int, at: datetime) -> bool:
    """Lock the account when all its tries are gone; True for the one call that did it."""
    return _changed(
        connection,
        update(people)
        .where(people.c.id == person, people.c.failures >= MOST_TRIES, people.c.locked_at.is_(None))
        .values(locked_at=at)
        .returning(people.c.id),
    )


def forgive(connection: Connection, person: int, channel: str) -> bool:
    """Forget failed tries after a full sign-in and keep its channel; False when it may not be theirs."""
    return _changed(
        connection,
        update(people)
        .where(people.c.id == person, people.c.active, people.c.locked_at.is_(None))
        .where(func.coalesce(people.c.channel, channel) == channel)
        .values(failures=0, channel=channel)
        .returning(people.c.id),
    )


def unlock(connection: Connection, person: int) -> bool:
    """Open an account to tries again and forget the failed ones; False when it was not locked."""
    return _changed(
        connection,
        update(people)
        .where(people.c.id == person, or_(people.c.locked_at.is_not(None), people.c.failures >= MOST_TRIES))
        .values(locked_at=None, failures=0)
        .returning(people.c.id),
    )


def open_signin(connection: Connection, **signin: Any) -> None:
    """Open a sign-in; `id` is the SHA-256 of its cookie."""
    connection.execute(insert(signins).values(signin))


def signin_for(connection: Connection, signin: str, now: datetime | None = None) -> Signin | None:
    """The sign-in that has not ended, of a person who is active; now: for whom they stand in at that moment."""
    row = connection.execute(SIGNIN, {"signin": signin, "now": now}).one_or_none()
    if row is None:
        return None
    person = Person(
        id=row.person_id,
        name=row.name,
        email=row.email,
        kind=row.kind,
        company=row.company_id,
        company_name=row.name_en,
        language=row.language,
        rights=frozenset(_right(seat) for seat in filter(None, (row.rights or "").split(BEHIND))),
        lent=lent_of(row.lent) if row.stage == "full" else (),
    )
    return Signin(
        id=row.id,
        stage=row.stage,
        channel=row.own_channel if row.stage == "full" else row.channel,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        address=row.address,
        pending_secret=row.pending_secret,
        challenge=row.challenge,
        chosen=row.own_channel is not None,
        locked=row.locked_at is not None,
        person=person,
    )


def _right(seat: str) -> Right:
    lane, holder, membership = seat.split(BETWEEN)
    return Right(lane, holder, int(membership) if membership else None)


def see(connection: Connection, signin: str, at: datetime) -> None:
    """Note when the sign-in was last used."""
    connection.execute(update(signins).where(signins.c.id == signin).values(seen_at=at))


def end(connection: Connection, signin: str, at: datetime) -> bool:
    """End a sign-in; False when it had ended already."""
    return _changed(
        connection,
        update(signins)
        .where(signins.c.id == signin, signins.c.ended_at.is_(None))
        .values(ended_at=at)
        .returning(signins.c.id),
    )


def end_all(connection: Connection, person: int, at: datetime) -> None:
    """End every sign-in of a person."""
    connection.execute(
        update(signins).where(signins.c.person_id == person, signins.c.ended_at.is_(None)).values(ended_at=at)
    )


def end_others(connection: Connection, person: int, but: str, at: datetime) -> int:
    """End every sign-in of a person but one, and return how many of them were full ones."""
    others = (signins.c.person_id == person, signins.c.ended_at.is_(None), signins.c.id != but)
    ended = connection.execute(update(signins).where(*others).values(ended_at=at).returning(signins.c.stage))
    return [row.stage for row in ended].count("full")


def open_of(connection: Connection, person: int, seen_after: datetime, opened_after: datetime) -> list[OpenSignin]:
    """The full sign-ins of a person that have not ended, the last one seen first."""
    rows = connection.execute(
        select(signins.c.id, signins.c.address, signins.c.agent, signins.c.opened_at, signins.c.seen_at)
        .where(signins.c.person_id == person, signins.c.ended_at.is_(None), signins.c.stage == "full")
        .where(signins.c.seen_at > seen_after, signins.c.opened_at > opened_after)
        .order_by(signins.c.seen_at.desc(), signins.c.id)
    )
    return [OpenSignin(*row) for row in rows]


def has_been_in(connection: Connection, person: int) -> bool:
    """Whether a person was ever fully signed in."""
    full = select(signins.c.id).where(signins.c.person_id == person, signins.c.stage == "full").limit(1)
    return connection.scalar(full) is not None


def choose(connection: Connection, signin: str, channel: str) -> None:
    """Keep the channel chosen for this sign-in."""
    connection.execute(update(signins).where(signins.c.id == signin).values(channel=channel))


def keep_pending(connection: Connection, signin: str, sealed: bytes) -> None:
    """Keep an authenticator's secret until its first code proves it; the first secret stays."""
    connection.execute(
        update(signins).where(signins.c.id == signin, signins.c.pending_secret.is_(None)).values(pending_secret=sealed)
    )


def app_secret(connection: Connection, person: int) -> bytes | None:
    """The sealed secret of the authenticator that the person has proven to hold."""
    return connection.scalar(select(people.c.app_secret).where(people.c.id == person))


def use_step(connection: Connection, person: int, step: int) -> bool:
    """Use an authenticator's time step up by compare-and-set; False when it was used before."""
    return _changed(
        connection,
        update(people)
        .where(people.c.id == person, people.c.app_last_step < step)
        .values(app_last_step=step)
        .returning(people.c.id),
    )


def adopt_app(connection: Connection, person: int, sealed: bytes, step: int) -> bool:
    """Keep a proven authenticator; False when the person has a channel already."""
    return _changed(
        connection,
        update(people)
        .where(people.c.id == person, people.c.channel.is_(None))
        .values(channel="app", app_secret=sealed, app_last_step=step)
        .returning(people.c.id),
    )


def keep_change(connection: Connection, signin: str, sealed: bytes | None) -> None:
    """Keep the change of a channel that was begun in this sign-in, or forget it."""
    connection.execute(update(signins).where(signins.c.id == signin).values(pending_secret=sealed))


def keep_challenge(connection: Connection, signin: str, challenge: bytes) -> None:
    """Keep what a passkey has to sign next, in place of what it had to sign before."""
    connection.execute(update(signins).where(signins.c.id == signin).values(challenge=challenge))


def take_challenge(connection: Connection, signin: str) -> bytes | None:
    """What a passkey had to sign, for the one who takes it first; None when there is nothing."""
    challenge = connection.scalar(select(signins.c.challenge).where(signins.c.id == signin))
    if challenge is None:
        return None
    kept = update(signins).where(signins.c.id == signin, signins.c.challenge == challenge)
    return challenge if _changed(connection, kept.values(challenge=None).returning(signins.c.id)) else None


def change_channel(
    connection: Connection, person: int, old: str, new: str, *, app: tuple[bytes | None, int] = (None, 0)
) -> bool:
    """Change where codes come from; app: sealed secret and used step. False when it comes from elsewhere by now."""
    secret, step = app
    return _changed(
        connection,
        update(people)
        .where(people.c.id == person, people.c.active, people.c.channel == old)
        .values(channel=new, app_secret=secret, app_last_step=step)
        .returning(people.c.id),
    )


def password_hash(connection: Connection, person: int) -> str | None:
    """The stored hash of a person's password."""
    return connection.scalar(select(people.c.password_hash).where(people.c.id == person))


def keep_password(connection: Connection, person: int, password_hash: str) -> None:
    """Replace the stored hash of a person's password."""
    connection.execute(update(people).where(people.c.id == person).values(password_hash=password_hash))


def _changed(connection: Connection, statement: Any) -> bool:
    return connection.execute(statement).first() is not None
