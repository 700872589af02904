"""Supporting documents: one row for each upload; the bytes lie elsewhere, by their SHA-256."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OF_ENDED = """SELECT 1 FROM cases WHERE id = NEW.case_id
  AND status IN ('APPROVED', 'COMPLETED', 'REJECTED', 'WITHDRAWN', 'DISCARDED', 'ABORTED')"""
FIXED = ("id", "case_id", "step", "field", "original_name", "sha256", "size", "kind", "put_by")


def upgrade() -> None:
    """Add the table and what the database itself refuses of it; locks nothing that is in use."""
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(60), nullable=False),
        sa.Column("field", sa.String(120), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("participant_id", sa.String(8), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("original_name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("put_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("put_at", MOMENT, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=True),
        sa.CheckConstraint("side IN ('company', 'next', 'exchange')", name=op.f("ck_files_side")),
        sa.CheckConstraint("kind IN ('pdf', 'xls', 'xlsx')", name=op.f("ck_files_kind")),
        sa.CheckConstraint("state IN ('misnamed', 'kept', 'removed', 'superseded')", name=op.f("ck_files_state")),
        sa.CheckConstraint("size BETWEEN 1 AND 10485760", name=op.f("ck_files_size")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_files_case_id")),
        sa.ForeignKeyConstraint(["put_by"], ["people.id"], name=op.f("fk_files_put_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_case_id"), "files", ["case_id"])
    _guard_sqlite() if op.get_bind().dialect.name == "sqlite" else _guard_postgresql()


def _guard_sqlite() -> None:
    op.execute("CREATE TRIGGER files_no_delete BEFORE DELETE ON files BEGIN SELECT RAISE(ABORT, 'files stay'); END")
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    op.execute(
        f"CREATE TRIGGER files_fixed BEFORE UPDATE ON files WHEN {changed} "
        "BEGIN SELECT RAISE(ABORT, 'a file stays what it was'); END"
    )
    for verb in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER files_ended_{verb.lower()} BEFORE {verb} ON files "
            f"WHEN EXISTS ({OF_ENDED}) "
            "BEGIN SELECT RAISE(ABORT, 'the case has ended'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER files_no_delete BEFORE DELETE ON files FOR EACH ROW EXECUTE FUNCTION refuse('files stay')"
    )
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
    op.execute(
        f"CREATE TRIGGER files_fixed BEFORE UPDATE ON files FOR EACH ROW WHEN ({changed}) "
        "EXECUTE FUNCTION refuse('a file stays what it was')"
    )
    op.execute(
        "CREATE FUNCTION files_of_open_cases() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF EXISTS ({OF_ENDED}) THEN "
        "RAISE EXCEPTION 'the case has ended' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER files_ended BEFORE INSERT OR UPDATE ON files "
        "FOR EACH ROW EXECUTE FUNCTION files_of_open_cases()"
    )
