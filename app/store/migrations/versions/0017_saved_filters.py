"""The filters of lists that people keep under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_DEFAULT = sa.text("is_default")


def upgrade() -> None:
    """Add a table; takes no lock worth naming."""
    op.create_table(
        "saved_filters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("list", sa.String(8), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("folded", sa.String(80), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_saved_filters_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filters"),
        sa.UniqueConstraint("person_id", "folded", name="uq_saved_filters_person_id_folded"),
        sa.CheckConstraint("list IN ('todo', 'waiting', 'drafts', 'history')", name=op.f("ck_saved_filters_list")),
    )
    where = {"sqlite_where": IS_DEFAULT, "postgresql_where": IS_DEFAULT}
    op.create_index("uq_saved_filters_default", "saved_filters", ["person_id", "list"], unique=True, **where)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("saved_filters")
