"""The forms that stay on paper, and every version of them that was ever published."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Table

from app.store.tables.columns import Key, Moment, metadata

CATEGORIES = "'TRANSACTION', 'BACKUP', 'INVESTOR', 'TERMINATION', 'COUNTER', 'ORIGINAL_REQUIRED', 'LOW_USAGE'"

paper_forms = Table(
    "paper_forms",
    metadata,
    Column("id", Key, primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("category", String(20), nullable=False),
    Column("title_en", String(160), nullable=False),
    Column("title_zh", String(80), nullable=False),
    Column("keywords", String(300), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),  # the newest one; none is 0
    Column("changes", Integer, nullable=False, server_default="0"),  # by which a page shown before them is known
    Column("withdrawn_at", Moment),
    CheckConstraint(f"category IN ({CATEGORIES})", name="category"),
)
paper_form_versions = Table(
    "paper_form_versions",
    metadata,
    Column("form_id", ForeignKey("paper_forms.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("dated", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", ForeignKey("people.id")),  # nobody: it came with the portal
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("size BETWEEN 1 AND 10485760", name="size"),
)
