"""The forms that stay on paper: one row for each, and one for each version; nothing published ever goes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CATEGORIES = "'TRANSACTION', 'BACKUP', 'INVESTOR', 'TERMINATION', 'COUNTER', 'ORIGINAL_REQUIRED', 'LOW_USAGE'"
REFUSED = (("paper_forms", "DELETE"), ("paper_form_versions", "DELETE"), ("paper_form_versions", "UPDATE"))


def upgrade() -> None:
    """Add two tables and what the database itself refuses of them; locks nothing that is in use."""
    op.create_table(
        "paper_forms",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("title_en", sa.String(160), nullable=False),
        sa.Column("title_zh", sa.String(80), nullable=False),
        sa.Column("keywords", sa.String(300), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("withdrawn_at", MOMENT),
        sa.CheckConstraint(f"category IN ({CATEGORIES})", name=op.f("ck_paper_forms_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_forms")),
        sa.UniqueConstraint("number", name=op.f("uq_paper_forms_number")),
    )
    op.create_table(
        "paper_form_versions",
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", KEY),
        sa.CheckConstraint("version >= 1", name=op.f("ck_paper_form_versions_version")),
        sa.CheckConstraint("size BETWEEN 1 AND 10485760", name=op.f("ck_paper_form_versions_size")),
        sa.ForeignKeyConstraint(["form_id"], ["paper_forms.id"], name=op.f("fk_paper_form_versions_form_id")),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name=op.f("fk_paper_form_versions_published_by")),
        sa.PrimaryKeyConstraint("form_id", "version", name=op.f("pk_paper_form_versions")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, verb in REFUSED:
        _refuse(table, verb, sqlite=sqlite)


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
