"""Who stands in for whom, and for how long."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, text

from app.store.tables.columns import Key, Moment, metadata

NOT_ENDED = text("ended_at IS NULL")
substitutes = Table(
    "substitutes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("absent_id", ForeignKey("people.id"), nullable=False),
    Column("substitute_id", ForeignKey("people.id"), nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("named_by", ForeignKey("people.id"), nullable=False),
    Column("named_at", Moment, nullable=False),
    Column("agreed_at", Moment),  # empty while it waits for an administrator, and lends nothing
    Column("agreed_by", ForeignKey("people.id")),  # empty where nobody else has to agree
    Column("ended_at", Moment),  # before its time, or noted when the next one was named
    Column("ended_by", ForeignKey("people.id")),
    CheckConstraint("absent_id <> substitute_id", name="two_people"),
    CheckConstraint("begins_at < ends_at", name="period"),
    CheckConstraint("agreed_by NOT IN (named_by, absent_id, substitute_id)", name="four_eyes"),
    CheckConstraint("agreed_by IS NULL OR agreed_at IS NOT NULL", name="agreed"),
    # One at a time for whoever is away: to come, under way, or not yet noted as over.
    Index("uq_substitutes_absent", "absent_id", unique=True, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED),
    Index("ix_substitutes_substitute", "substitute_id", "ends_at"),
)
