"""The first tables."""

from alembic import op

from app.store.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them on an empty database."""
    metadata.create_all(op.get_bind())
