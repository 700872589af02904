"""The language in which a person reads."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; empty means whatever the browser asks for."""
    op.add_column("people", sa.Column("language", sa.String(8), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("people", "language")
