"""What the exchange decides about single days, and that a decision stays as it was taken."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "calendar_exceptions"
DECIDED = "a decision about the calendar stays"


def upgrade() -> None:
    """Add the table with its guard."""
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("proposed_by", KEY, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decision", sa.String(12), server_default="", nullable=False),
        sa.Column("decided_by", KEY),
        sa.Column("decided_at", MOMENT),
        sa.Column("holds_from", MOMENT),
        sa.CheckConstraint(
            "decision IN ('', 'approved', 'refused', 'taken_back')", name=op.f("ck_calendar_exceptions_decision")
        ),
        sa.CheckConstraint(
            "decision NOT IN ('approved', 'refused') OR decided_by <> proposed_by",
            name=op.f("ck_calendar_exceptions_four_eyes"),
        ),
        sa.CheckConstraint(
            "(holds_from IS NOT NULL) = (decision = 'approved')", name=op.f("ck_calendar_exceptions_holds")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name=op.f("fk_calendar_exceptions_proposed_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_calendar_exceptions_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_exceptions")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {TABLE}_decided BEFORE UPDATE ON {TABLE} WHEN OLD.decision <> '' "
            f"BEGIN SELECT RAISE(ABORT, '{DECIDED}'); END"
        )
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{DECIDED}'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {TABLE}_decided BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN (OLD.decision <> '') "
            f"EXECUTE FUNCTION refuse('{DECIDED}')"
        )
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW "
            f"EXECUTE FUNCTION refuse('{DECIDED}')"
        )


def downgrade() -> None:
    """Forget every exception."""
    op.drop_table(TABLE)
