"""What the database itself refuses: changing the trail, reopening an ended case, checking one's own work."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ENDED = "('APPROVED', 'COMPLETED', 'REJECTED', 'WITHDRAWN', 'DISCARDED', 'ABORTED')"
APPEND_ONLY = ("trail", "people_trail", "artefacts", "releases")
OWN_WORK = """SELECT 1 FROM hands WHERE case_id = NEW.case_id AND person_id = NEW.person_id
  AND ((NEW.lane IN ('checker', 'next_checker') AND lane IN ('maker', 'next_maker', 'broker'))
    OR (NEW.lane = 'desk_checker' AND lane = 'desk_maker'))"""


def upgrade() -> None:
    """Add the triggers; takes no lock worth naming on new tables."""
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        f"CREATE TRIGGER cases_ended BEFORE UPDATE ON cases WHEN OLD.status IN {ENDED} "
        "BEGIN SELECT RAISE(ABORT, 'the case has ended'); END"
    )
    op.execute(
        f"CREATE TRIGGER hands_four_eyes BEFORE INSERT ON hands WHEN EXISTS ({OWN_WORK}) "
        "BEGIN SELECT RAISE(ABORT, 'nobody checks their own work'); END"
    )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = '23514'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse('{table} is append-only')"
        )
    op.execute(
        f"CREATE TRIGGER cases_ended BEFORE UPDATE ON cases FOR EACH ROW WHEN (OLD.status IN {ENDED}) "
        "EXECUTE FUNCTION refuse('the case has ended')"
    )
    op.execute(
        "CREATE FUNCTION four_eyes() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF EXISTS ({OWN_WORK}) THEN "
        "RAISE EXCEPTION 'nobody checks their own work' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
    )
    op.execute("CREATE TRIGGER hands_four_eyes BEFORE INSERT ON hands FOR EACH ROW EXECUTE FUNCTION four_eyes()")
