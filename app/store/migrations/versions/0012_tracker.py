"""Two indexes: how long ended requests of an eService took, and how much a person has written lately."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two indexes; on PostgreSQL writing to both tables waits for as long as they are built, some seconds."""
    op.create_index("ix_cases_closed", "cases", ["eservice", "status", "closed_at"])
    op.create_index("ix_answers_written", "answers", ["saved_by", "step", "saved_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_answers_written", "answers")
    op.drop_index("ix_cases_closed", "cases")
