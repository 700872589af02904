"""One company alone can hold a membership under a participant ID."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAME = "ix_memberships_kind_participant_id"


def upgrade() -> None:
    """Add the index; the table is small."""
    op.create_index(op.f(NAME), "memberships", ["kind", "participant_id"], unique=True)


def downgrade() -> None:
    """Take the index away."""
    op.drop_index(op.f(NAME), "memberships")
