"""The events that participants enrol in, and everybody who is or was enrolled."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from app.store.tables.columns import Key, Moment, metadata

KINDS = "'SEMINAR', 'BRIEFING', 'TRAINING', 'REHEARSAL', 'PRACTICE', 'CONNECTIVITY'"

events = Table(
    "events",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("title_en", String(120), nullable=False),
    Column("title_zh", String(80), nullable=False),
    Column("place", String(160), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("modes", JSON, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("max_per_company", Integer, nullable=False),
    Column("audience", JSON, nullable=False),  # kinds of membership; none is everybody
    Column("checker_required", Boolean, nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),  # by which a page shown before them is known
    Column("published_at", Moment),
    Column("cancelled_at", Moment),
    CheckConstraint(f"kind IN ({KINDS})", name="kind"),
    CheckConstraint("capacity BETWEEN 1 AND 9999", name="capacity"),
    CheckConstraint("max_per_company BETWEEN 1 AND 50", name="max_per_company"),
    CheckConstraint("starts_at < ends_at AND closes_at <= starts_at", name="times"),
    Index("ix_events_ends_at", "ends_at"),
)
attendees = Table(
    "attendees",
    metadata,
    Column("id", Key, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False),
    Column("company_id", ForeignKey("companies.id"), nullable=False),
    Column("participant_id", String(16), nullable=False),
    Column("reference", String(24), nullable=False),  # of the request that named them last
    Column("name", String(60), nullable=False),
    Column("title", String(60), nullable=False),
    Column("email", String(254), nullable=False),
    Column("phone", String(24), nullable=False, server_default=""),
    Column("mode", String(12), nullable=False),
    Column("dietary", String(120), nullable=False, server_default=""),
    Column("arrived_at", Moment, nullable=False),
    Column("seated_at", Moment),  # until then they wait
    Column("withdrawn_at", Moment),
    Column("attended", Boolean),
    Index("ix_attendees_event", "event_id", "withdrawn_at", "id"),
    Index("ix_attendees_company", "company_id", "event_id"),
)
Index(
    "uq_attendees_email",
    attendees.c.event_id,
    attendees.c.company_id,
    attendees.c.email,
    unique=True,
    postgresql_where=attendees.c.withdrawn_at.is_(None),
    sqlite_where=attendees.c.withdrawn_at.is_(None),
)
