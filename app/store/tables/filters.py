"""The filters of lists that people keep under a name."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint, text

from app.store.tables.columns import Key, Moment, metadata

IS_DEFAULT = text("is_default")
saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("list", String(8), nullable=False),  # which list of the dashboard
    Column("name", String(40), nullable=False),
    Column("folded", String(80), nullable=False),  # the name without its capitals: nobody tells two apart by these
    Column("words", JSON, nullable=False),  # as the address says it
    Column("is_default", Boolean, nullable=False),
    Column("saved_at", Moment, nullable=False),
    CheckConstraint("list IN ('todo', 'waiting', 'drafts', 'history')", name="list"),
    UniqueConstraint("person_id", "folded"),
    Index(
        "uq_saved_filters_default",
        "person_id",
        "list",
        unique=True,
        sqlite_where=IS_DEFAULT,
        postgresql_where=IS_DEFAULT,
    ),
)
