"""A seal of the newest trail entry of every case; a case that moved before this one has none."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the empty column; takes the table's lock for a moment and rewrites nothing."""
    op.add_column("cases", sa.Column("seal", sa.String(64), nullable=True))
