"""A second company, several desks, claims, proposals, idle timers, and memberships that end."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add a table and columns that are empty or have defaults; the tasks that are open now get their seat."""
    op.create_table(
        "parties",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("participant", sa.String(8), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("membership_id", KEY, nullable=True),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_parties_case_id"),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name="fk_parties_membership_id"),
        sa.PrimaryKeyConstraint("case_id", "side", "participant", name="pk_parties"),
        sa.CheckConstraint("side IN ('next', 'broker', 'exchange')", name=op.f("ck_parties_side")),
    )
    op.create_index("ix_parties_seat", "parties", ["holder", "membership_id", "case_id"])
    op.add_column("memberships", sa.Column("ended_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("membership", sa.String(24), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("sent_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("proposed", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("timers", sa.Column("idle", sa.Boolean(), nullable=False, server_default=sa.false()))
    _tasks()


def _tasks() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("seat", sa.String(16), nullable=False, server_default=""))
        tasks.add_column(sa.Column("claimed_by", KEY, nullable=True))
        tasks.add_column(sa.Column("claimed_at", MOMENT, nullable=True))
        tasks.create_foreign_key("fk_tasks_claimed_by", "people", ["claimed_by"], ["id"])
        tasks.drop_index("ix_tasks_seat")
        tasks.create_index("ix_tasks_seat", ["seat", "holder", "membership_id", "due_at"])
    op.execute("UPDATE tasks SET seat = lane")
    kind = "(SELECT kind FROM memberships WHERE memberships.id = cases.membership_id)"
    op.execute(f"UPDATE cases SET membership = {kind} WHERE closed_at IS NULL")  # noqa: S608
    op.execute("UPDATE cases SET sent_at = changed_at WHERE received_on IS NOT NULL AND closed_at IS NULL")
