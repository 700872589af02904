"""One-time codes that were mailed: each for one sign-in, and used once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from app.store.tables import codes, signins

MOST_TRIES = 5  # of one code


def add(connection: Connection, signin: str, digest: str, at: datetime) -> int:
    """Keep the digest of a mailed code and return its number."""
    row = {"signin_id": signin, "digest": digest, "sent_at": at}
    key: int = connection.execute(insert(codes).values(row).returning(codes.c.id)).scalar_one()
    return key


def mailed(connection: Connection, person: int, since: datetime) -> int:
    """How many codes were mailed to a person, whichever sign-in they are for."""
    query = select(func.count()).select_from(codes).join(signins, signins.c.id == codes.c.signin_id)
    return int(connection.scalar(query.where(signins.c.person_id == person, codes.c.sent_at > since)) or 0)


def sent(connection: Connection, signin: str, since: datetime) -> list[datetime]:
    """When codes were mailed for this sign-in since then, newest first."""
    query = select(codes.c.sent_at).where(codes.c.signin_id == signin, codes.c.sent_at > since)
    return list(connection.scalars(query.order_by(codes.c.id.desc())))


def has_unused(connection: Connection, signin: str, since: datetime) -> bool:
    """Whether a code was mailed for this sign-in since then and not used yet."""
    unused = select(codes.c.id).where(codes.c.signin_id == signin, codes.c.used_at.is_(None), codes.c.sent_at > since)
    return connection.scalar(unused.limit(1)) is not None


def take(connection: Connection, signin: str, sent_after: datetime) -> tuple[int, str] | None:
    """Reserve one try of the newest code: its number and digest, or None when it is used, spent or too old."""
    newest = select(func.max(codes.c.id)).where(codes.c.signin_id == signin).scalar_subquery()
    row = connection.execute(
        update(codes)
        .where(codes.c.id == newest, codes.c.used_at.is_(None))
        .where(codes.c.tries < MOST_TRIES, codes.c.sent_at > sent_after)
        .values(tries=codes.c.tries + 1)
        .returning(codes.c.id, codes.c.digest)
    ).one_or_none()
    return None if row is None else (row.id, row.digest)


def use(connection: Connection, code: int, at: datetime) -> bool:
    """Use a mailed code up; False when somebody was faster."""
    unused = update(codes).where(codes.c.id == code, codes.c.used_at.is_(None))
    return connection.scalar(unused.values(used_at=at).returning(codes.c.id)) is not None
