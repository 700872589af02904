"""Indexes by which a list of one eService or function begins with its newest, however few requests it holds."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXES = {
    "membership_eservice": ["membership_id", "function", "eservice", "id"],
    "desk_eservice": ["desk", "eservice", "id"],
    "function": ["function", "id"],
    "desk_function": ["desk", "function", "id"],
}


def upgrade() -> None:
    """Build four indexes; with a million requests that takes seconds, during which none can be written."""
    for name, columns in INDEXES.items():
        op.create_index(f"ix_cases_{name}", "cases", columns)


def downgrade() -> None:
    """Take them away again."""
    for name in INDEXES:
        op.drop_index(f"ix_cases_{name}", "cases")
