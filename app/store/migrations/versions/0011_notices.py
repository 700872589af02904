"""Notices in the portal, how people want to hear of requests, and the addresses of their calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add three tables and an index of the registers by request, which is built in one pass over them."""
    op.create_table(
        "notices",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("template", sa.String(24), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("read_at", MOMENT),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notices_person_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    op.create_index("ix_notices_person_at", "notices", ["person_id", "at", "id"])
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_notices_unread", "notices", ["person_id", "at"], postgresql_where=unread, sqlite_where=unread)
    op.create_table(
        "letter_choices",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("letters", sa.String(12), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.CheckConstraint("letters IN ('tasks', 'moves', 'reminders')", name=op.f("ck_letter_choices_letters")),
        sa.CheckConstraint("way IN ('mail', 'digest', 'portal')", name=op.f("ck_letter_choices_way")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letter_choices_person_id")),
        sa.PrimaryKeyConstraint("person_id", "letters", name=op.f("pk_letter_choices")),
    )
    op.create_index("ix_letter_choices_way", "letter_choices", ["way", "person_id"])
    op.create_table(
        "feeds",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_feeds_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_feeds_digest")),
    )
    op.create_index(op.f("ix_registers_reference"), "registers", ["reference"])
