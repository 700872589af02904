"""A request may set a record of a register more than once: at different times, each time as a row of its own."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ONCE = "uq_registers_register_owner_key_reference"
EACH_TIME = "uq_registers_register_owner_key_reference_set_at"
COLUMNS = ["register", "owner", "key", "reference"]


def upgrade() -> None:
    """Let the time tell one row of a request from the next."""
    with op.batch_alter_table("registers") as registers:
        registers.drop_constraint(op.f(ONCE), type_="unique")
        registers.create_unique_constraint(op.f(EACH_TIME), [*COLUMNS, "set_at"])


def downgrade() -> None:
    """One row for each request again; fails where one has set a record twice."""
    with op.batch_alter_table("registers") as registers:
        registers.drop_constraint(op.f(EACH_TIME), type_="unique")
        registers.create_unique_constraint(op.f(ONCE), COLUMNS)
