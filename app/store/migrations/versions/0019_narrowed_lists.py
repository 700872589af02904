"""Indexes by which narrowed lists begin with their newest, and words are found however many requests hold them."""

import sqlalchemy as sa
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
IS_OPEN = sa.text("closed_at IS NULL")

# --- words ------------------------------------------------------------------------------------------------------------
BEFORE = ("words", "about_words", "desk")
FOUND_BEFORE = "{0}words || ' ' || {0}about_words || ' zdesk' || lower({0}desk) || 'z'"
FOUND_BY = FOUND_BEFORE + " || ' ' || {0}seats"
# Each word is also kept by its beginnings, so that one of which many words begin is read no further than a page needs.
BEGINNINGS = f"detail=none, prefix='{' '.join(str(size) for size in range(1, 17))}', "
# Those who take part find requests by words of theirs, as the firm and the desk do.
SEAT = (
    "CASE WHEN membership_id IS NULL THEN 'zdesk' || lower(holder) || 'z' "
    "ELSE 'z' || membership_id || 'z' || replace(lower(holder), '_', '') || 'z' END"
)
SEATS = f"(SELECT {{}}({SEAT}, ' ') FROM parties WHERE case_id = cases.id)"  # noqa: S608
KNOWN = f"UPDATE cases SET seats = {SEATS} WHERE id IN (SELECT case_id FROM parties)"  # noqa: S608  our own words

# PostgreSQL keeps each word with the stretch of 16,384 numbers that its request is of, so that the newest are found
# without the others. That it takes long is what keeps it from asking this of one request after the other.
IN_WORDS = f"""CREATE FUNCTION in_words(id bigint, words text, about_words text, desk text, seats text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000 AS $$ DECLARE stretch text := to_hex(id >> 14) || '.';
BEGIN
  RETURN array_to_tsvector(array_remove(
    string_to_array(stretch || replace({FOUND_BY.format("")}, ' ', ' ' || stretch), ' '), stretch));
END $$"""
# What has not found its place in the index would be read anew for each stretch.
WORDS = (
    "CREATE INDEX ix_cases_words ON cases USING gin (in_words(id, words, about_words, desk, seats)) "
    "WITH (fastupdate = off)"
)
WORDS_BEFORE = (
    "CREATE INDEX ix_cases_words ON cases USING gin "
    f"(array_to_tsvector(array_remove(string_to_array({FOUND_BEFORE.format('')}, ' '), '')))"
)
# A desk has few of all eServices: their shares do not multiply.
TOGETHER = "CREATE STATISTICS cases_together (mcv) ON desk, function, eservice, status FROM cases"

# --- who takes part ---------------------------------------------------------------------------------------------------
KEPT = ("eservice", "closed_at", "status")
OF_PARTIES = "UPDATE parties SET closed_at = NEW.closed_at, status = NEW.status WHERE case_id = NEW.id"
MOVED = "AFTER UPDATE OF closed_at, status ON cases"
ON_SQLITE = (
    f"CREATE TRIGGER cases_parties_moved {MOVED} "
    f"WHEN NEW.status IS NOT OLD.status OR NEW.closed_at IS NOT OLD.closed_at BEGIN {OF_PARTIES}; END"
)
ON_POSTGRESQL = (
    f"CREATE FUNCTION move_parties() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {OF_PARTIES}; RETURN NULL; END $$",
    f"CREATE TRIGGER cases_parties_moved {MOVED} FOR EACH ROW "
    "WHEN ((NEW.status, NEW.closed_at) IS DISTINCT FROM (OLD.status, OLD.closed_at)) EXECUTE FUNCTION move_parties()",
)


def upgrade() -> None:
    """Add four columns and build indexes; a million requests take three minutes, and none can be written meanwhile."""
    op.add_column("parties", sa.Column("eservice", sa.String(16), nullable=False, server_default=""))
    op.add_column("parties", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column("parties", sa.Column("status", sa.String(28), nullable=False, server_default=""))
    for name in KEPT:
        op.execute(f"UPDATE parties SET {name} = (SELECT {name} FROM cases WHERE cases.id = parties.case_id)")  # noqa: S608
    for name in ("eservice", "status"):
        op.create_index(f"ix_parties_{name}", "parties", ["holder", "membership_id", name, "case_id"])
    where = {"sqlite_where": IS_OPEN, "postgresql_where": IS_OPEN}
    op.create_index("ix_parties_open", "parties", ["holder", "membership_id", "case_id"], **where)
    op.add_column("cases", sa.Column("seats", sa.Text(), nullable=False, server_default=""))
    _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for name, columns in INDEXES.items():
        op.create_index(f"ix_cases_{name}", "cases", columns)


def _sqlite() -> None:
    guard = op.get_bind().exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'cases_ended'").scalar_one()
    op.execute("DROP TRIGGER cases_ended")  # what has ended is found by those who took part, too
    op.execute(KNOWN.format("group_concat"))
    op.execute(guard)
    op.execute(ON_SQLITE)
    _keep_words(BEGINNINGS, FOUND_BY, (*BEFORE, "seats"))


def _postgresql() -> None:
    op.drop_index("ix_cases_words", "cases")
    op.execute("ALTER TABLE cases DISABLE TRIGGER cases_ended")  # as above
    op.execute(KNOWN.format("string_agg"))
    op.execute("ALTER TABLE cases ENABLE TRIGGER cases_ended")
    for statement in (*ON_POSTGRESQL, IN_WORDS, WORDS, TOGETHER):
        op.execute(statement)


def _keep_words(options: str, found_by: str, columns: tuple[str, ...]) -> None:
    """SQLite's own tables of words, filled with those of every request and kept by triggers."""
    for name in ("new", "changed"):
        op.execute(f"DROP TRIGGER cases_words_{name}")
    op.execute("DROP TABLE case_words")
    op.execute(f"CREATE VIRTUAL TABLE case_words USING fts5(words, {options}tokenize='unicode61 remove_diacritics 0')")
    op.execute(f"INSERT INTO case_words (rowid, words) SELECT id, {found_by.format('')} FROM cases")  # noqa: S608
    new, differ = found_by.format("NEW."), " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in columns)
    keep = f"INSERT INTO case_words (rowid, words) VALUES (NEW.id, {new})"  # noqa: S608
    change = f"UPDATE case_words SET words = {new} WHERE rowid = NEW.id"  # noqa: S608
    op.execute(f"CREATE TRIGGER cases_words_new AFTER INSERT ON cases BEGIN {keep}; END")
    changed = f"AFTER UPDATE OF {', '.join(columns)} ON cases WHEN {differ}"
    op.execute(f"CREATE TRIGGER cases_words_changed {changed} BEGIN {change}; END")


def downgrade() -> None:
    """Take all of it away again."""
    for name in INDEXES:
        op.drop_index(f"ix_cases_{name}", "cases")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER cases_parties_moved")
        _keep_words("", FOUND_BEFORE, BEFORE)
    else:
        op.execute("DROP TRIGGER cases_parties_moved ON cases")
        op.execute("DROP FUNCTION move_parties")
        op.execute("DROP STATISTICS cases_together")
        op.drop_index("ix_cases_words", "cases")
        op.execute("DROP FUNCTION in_words")
        op.execute(WORDS_BEFORE)
    op.drop_column("cases", "seats")
    for name in ("eservice", "status", "open"):
        op.drop_index(f"ix_parties_{name}", "parties")
    for name in KEPT:
        op.drop_column("parties", name)
