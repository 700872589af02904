"""Events that participants enrol in: one row for each, and one for everybody who is named for a place."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'SEMINAR', 'BRIEFING', 'TRAINING', 'REHEARSAL', 'PRACTICE', 'CONNECTIVITY'"
IS_NAMED = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    """Add two tables; what the register said of events is written down again by the exchange. Locks nothing in use."""
    _add_events()
    _add_attendees()
    op.create_index("ix_attendees_event", "attendees", ["event_id", "withdrawn_at", "id"])
    op.create_index("ix_attendees_company", "attendees", ["company_id", "event_id"])
    op.create_index(
        "uq_attendees_email",
        "attendees",
        ["event_id", "company_id", "email"],
        unique=True,
        postgresql_where=IS_NAMED,
        sqlite_where=IS_NAMED,
    )


def _add_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("title_en", sa.String(120), nullable=False),
        sa.Column("title_zh", sa.String(80), nullable=False),
        sa.Column("place", sa.String(160), nullable=False),
        sa.Column("description", sa.Text(), nullable=False, server_default=""),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("max_per_company", sa.Integer(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("checker_required", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("published_at", MOMENT),
        sa.Column("cancelled_at", MOMENT),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_events_kind")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 9999", name=op.f("ck_events_capacity")),
        sa.CheckConstraint("max_per_company BETWEEN 1 AND 50", name=op.f("ck_events_max_per_company")),
        sa.CheckConstraint("starts_at < ends_at AND closes_at <= starts_at", name=op.f("ck_events_times")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("code", name=op.f("uq_events_code")),
    )
    op.create_index("ix_events_ends_at", "events", ["ends_at"])


def _add_attendees() -> None:
    op.create_table(
        "attendees",
        sa.Column("id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=False),
        sa.Column("participant_id", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(24), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(24), nullable=False, server_default=""),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("dietary", sa.String(120), nullable=False, server_default=""),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("seated_at", MOMENT),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("attended", sa.Boolean()),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_attendees_event_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_attendees_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendees")),
    )
