"""What people are told in the portal, how else they want to hear of it, and their calendars' secret addresses."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table

from app.store.tables.columns import Key, Moment, metadata

notices = Table(
    "notices",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("at", Moment, nullable=False),  # nobody sees it before
    Column("template", String(24), nullable=False),
    Column("payload", JSON, nullable=False),  # what its sentence names; never an answer
    Column("key", String(32), nullable=False, unique=True),  # of the letter that was promised with it
    Column("read_at", Moment),
    Index("ix_notices_person_at", "person_id", "at", "id"),
)
Index(
    "ix_notices_unread",
    notices.c.person_id,
    notices.c.at,
    postgresql_where=notices.c.read_at.is_(None),
    sqlite_where=notices.c.read_at.is_(None),
)
letter_choices = Table(
    "letter_choices",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("letters", String(12), primary_key=True),
    Column("way", String(8), nullable=False),
    CheckConstraint("letters IN ('tasks', 'moves', 'reminders')", name="letters"),
    CheckConstraint("way IN ('mail', 'digest', 'portal')", name="way"),
    Index("ix_letter_choices_way", "way", "person_id"),
)
feeds = Table(
    "feeds",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of the token in its address
    Column("made_at", Moment, nullable=False),
)
