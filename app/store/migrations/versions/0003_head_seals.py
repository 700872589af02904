"""A seal of the newest trail entry of every case, and from which address an entry was made: beside it, not in it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the empty column; takes the table's lock for a moment and rewrites nothing."""
    op.add_column("cases", sa.Column("seal", sa.String(64), nullable=True))
    op.add_column("trail", sa.Column("address", sa.String(64), nullable=False, server_default=""))
