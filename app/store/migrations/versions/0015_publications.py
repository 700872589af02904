"""What the exchange publishes: bulletins and who read them, technical documents, their versions and downloads."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CATEGORIES = "'INTERFACE', 'GUIDE', 'PACKAGE', 'CONNECTIVITY', 'OPERATIONS'"
REFUSED = (
    ("bulletins", "DELETE"),
    ("technical_documents", "DELETE"),
    ("technical_versions", "DELETE"),
    ("technical_versions", "UPDATE"),
    ("technical_downloads", "DELETE"),
    ("technical_downloads", "UPDATE"),
)


def upgrade() -> None:
    """Add six tables and what the database itself refuses of them; locks nothing that is in use."""
    _add_bulletins()
    _add_documents()
    _add_visits()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, verb in REFUSED:
        _refuse(table, verb, sqlite=sqlite)


def _add_bulletins() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", KEY, nullable=False),
        sa.Column("title_en", sa.String(160), nullable=False),
        sa.Column("title_zh", sa.String(80), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(200), nullable=False, server_default=""),
        sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("shown_from", sa.Date(), nullable=False),
        sa.Column("shown_until", sa.Date()),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("file_name", sa.String(200), nullable=False, server_default=""),
        sa.Column("sha256", sa.String(64), nullable=False, server_default=""),
        sa.Column("size", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("added_by", KEY),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.CheckConstraint("shown_until >= shown_from", name=op.f("ck_bulletins_shown")),
        sa.CheckConstraint("size BETWEEN 0 AND 10485760", name=op.f("ck_bulletins_size")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_bulletins_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    op.create_index("ix_bulletins_shown", "bulletins", ["shown_from", "id"])
    op.create_table(
        "bulletin_reads",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("bulletin_id", KEY, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_bulletin_reads_person_id")),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_bulletin_reads_bulletin_id")),
        sa.PrimaryKeyConstraint("person_id", "bulletin_id", name=op.f("pk_bulletin_reads")),
    )


def _add_documents() -> None:
    op.create_table(
        "technical_documents",
        sa.Column("id", KEY, nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("title_en", sa.String(160), nullable=False),
        sa.Column("title_zh", sa.String(80), nullable=False),
        sa.Column("keywords", sa.String(300), nullable=False, server_default=""),
        sa.Column("audience", sa.String(200), nullable=False, server_default=""),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("withdrawn_at", MOMENT),
        sa.CheckConstraint(f"category IN ({CATEGORIES})", name=op.f("ck_technical_documents_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technical_documents")),
    )
    op.create_table(
        "technical_versions",
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("label", sa.String(24), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", KEY),
        sa.CheckConstraint("version >= 1", name=op.f("ck_technical_versions_version")),
        sa.CheckConstraint("size BETWEEN 1 AND 10485760", name=op.f("ck_technical_versions_size")),
        sa.CheckConstraint("kind IN ('pdf', 'xls', 'xlsx')", name=op.f("ck_technical_versions_kind")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["technical_documents.id"], name=op.f("fk_technical_versions_document_id")
        ),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name=op.f("fk_technical_versions_published_by")),
        sa.PrimaryKeyConstraint("document_id", "version", name=op.f("pk_technical_versions")),
    )


def _add_visits() -> None:
    op.create_table(
        "technical_downloads",
        sa.Column("id", KEY, nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["technical_documents.id"], name=op.f("fk_technical_downloads_document_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_technical_downloads_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technical_downloads")),
    )
    op.create_index("ix_technical_downloads_document_id", "technical_downloads", ["document_id", "id"])
    op.create_table(
        "technical_visits",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("since", MOMENT),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_technical_visits_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_technical_visits")),
    )


def _refuse(table: str, verb: str, *, sqlite: bool) -> None:
    name = f"{table}_no_{verb.lower()}"
    if sqlite:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'what was published stays'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse('what was published stays')"
        )
