"""What the exchange publishes to participants: its bulletins, and technical documents with every version of them."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text, false

from app.store.tables.columns import Key, Moment, metadata

CATEGORIES = "'INTERFACE', 'GUIDE', 'PACKAGE', 'CONNECTIVITY', 'OPERATIONS'"

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Key, primary_key=True),
    Column("title_en", String(160), nullable=False),
    Column("title_zh", String(80), nullable=False),
    Column("text_en", Text, nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("audience", String(200), nullable=False, server_default=""),  # kinds of membership; empty: everybody
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("shown_from", Date, nullable=False),  # days in Hong Kong, both of them included
    Column("shown_until", Date),
    Column("words", Text, nullable=False, server_default=""),  # by which it is found
    Column("file_name", String(200), nullable=False, server_default=""),
    Column("sha256", String(64), nullable=False, server_default=""),  # of the PDF with it, if there is one
    Column("size", Integer, nullable=False, server_default="0"),
    Column("changes", Integer, nullable=False, server_default="0"),  # by which a page shown before them is known
    Column("added_by", ForeignKey("people.id")),  # nobody: it came with the portal
    Column("added_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    CheckConstraint("shown_until >= shown_from", name="shown"),
    CheckConstraint("size BETWEEN 0 AND 10485760", name="size"),
    Index("ix_bulletins_shown", "shown_from", "id"),
)
bulletin_reads = Table(
    "bulletin_reads",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("bulletin_id", ForeignKey("bulletins.id"), primary_key=True),
    Column("read_at", Moment, nullable=False),
)
technical_documents = Table(
    "technical_documents",
    metadata,
    Column("id", Key, primary_key=True),
    Column("category", String(16), nullable=False),
    Column("title_en", String(160), nullable=False),
    Column("title_zh", String(80), nullable=False),
    Column("keywords", String(300), nullable=False, server_default=""),
    Column("audience", String(200), nullable=False, server_default=""),  # kinds of membership; empty: everybody
    Column("words", Text, nullable=False, server_default=""),  # by which it is found
    Column("version", Integer, nullable=False, server_default="0"),  # the newest one; none is 0
    Column("changes", Integer, nullable=False, server_default="0"),  # by which a page shown before them is known
    Column("withdrawn_at", Moment),
    CheckConstraint(f"category IN ({CATEGORIES})", name="category"),
)
technical_versions = Table(
    "technical_versions",
    metadata,
    Column("document_id", ForeignKey("technical_documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("label", String(24), nullable=False),  # as its authors number it: 2.1
    Column("effective_on", Date, nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", ForeignKey("people.id")),  # nobody: it came with the portal
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("size BETWEEN 1 AND 10485760", name="size"),
    CheckConstraint("kind IN ('pdf', 'xls', 'xlsx')", name="kind"),
)
technical_downloads = Table(
    "technical_downloads",
    metadata,
    Column("id", Key, primary_key=True),
    Column("document_id", ForeignKey("technical_documents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_technical_downloads_document_id", "document_id", "id"),
)
technical_visits = Table(
    "technical_visits",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("seen_at", Moment, nullable=False),  # when the list was last looked at
    Column("since", Moment),  # the end of the visit before this one; what came later is new
)
