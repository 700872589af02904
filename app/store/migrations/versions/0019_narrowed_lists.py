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
FOUND_BY = "words || ' ' || about_words || ' zdesk' || lower(desk) || 'z'"
BEFORE = f"array_to_tsvector(array_remove(string_to_array({FOUND_BY}, ' '), ''))"
# Each word is also kept by its beginnings, so that one of which many words begin is read no further than a page needs.
BEGINNINGS = f"detail=none, prefix='{' '.join(str(size) for size in range(1, 17))}', "
# That it takes long is what keeps PostgreSQL from asking it of one request after the other.
IN_WORDS = f"""CREATE FUNCTION in_words(words text, about_words text, desk text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000 AS $$ BEGIN RETURN {BEFORE}; END $$"""
# A desk has few of all eServices: their shares do not multiply.
TOGETHER = "CREATE STATISTICS cases_together (mcv) ON desk, function, eservice, status FROM cases"

OF_PARTIES = "UPDATE parties SET closed_at = NEW.closed_at WHERE case_id = NEW.id"
ENDED = "AFTER UPDATE OF closed_at ON cases"
ON_SQLITE = f"CREATE TRIGGER cases_parties_ended {ENDED} BEGIN {OF_PARTIES}; END"
ON_POSTGRESQL = (
    f"CREATE FUNCTION end_parties() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {OF_PARTIES}; RETURN NULL; END $$",
    f"CREATE TRIGGER cases_parties_ended {ENDED} FOR EACH ROW "
    "WHEN (NEW.closed_at IS DISTINCT FROM OLD.closed_at) EXECUTE FUNCTION end_parties()",
)


def upgrade() -> None:
    """Add two columns and build indexes; a million requests take two minutes, and none can be written meanwhile."""
    op.add_column("parties", sa.Column("eservice", sa.String(16), nullable=False, server_default=""))
    op.add_column("parties", sa.Column("closed_at", sa.DateTime(timezone=True)))
    for name in ("eservice", "closed_at"):
        op.execute(f"UPDATE parties SET {name} = (SELECT {name} FROM cases WHERE cases.id = parties.case_id)")  # noqa: S608
    op.create_index("ix_parties_eservice", "parties", ["holder", "membership_id", "eservice", "case_id"])
    where = {"sqlite_where": IS_OPEN, "postgresql_where": IS_OPEN}
    op.create_index("ix_parties_open", "parties", ["holder", "membership_id", "case_id"], **where)
    for name, columns in INDEXES.items():
        op.create_index(f"ix_cases_{name}", "cases", columns)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(ON_SQLITE)
        _keep_words(BEGINNINGS)
        return
    for statement in (*ON_POSTGRESQL, IN_WORDS):
        op.execute(statement)
    op.drop_index("ix_cases_words", "cases")
    op.execute("CREATE INDEX ix_cases_words ON cases USING gin (in_words(words, about_words, desk))")
    op.execute(TOGETHER)


def _keep_words(options: str) -> None:
    op.execute("DROP TABLE case_words")
    op.execute(f"CREATE VIRTUAL TABLE case_words USING fts5(words, {options}tokenize='unicode61 remove_diacritics 0')")
    op.execute(f"INSERT INTO case_words (rowid, words) SELECT id, {FOUND_BY} FROM cases")  # noqa: S608  our own words


def downgrade() -> None:
    """Take all of it away again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER cases_parties_ended")
        _keep_words("")
    else:
        op.execute("DROP TRIGGER cases_parties_ended ON cases")
        op.execute("DROP FUNCTION end_parties")
        op.execute("DROP STATISTICS cases_together")
        op.drop_index("ix_cases_words", "cases")
        op.execute("DROP FUNCTION in_words")
        op.execute(f"CREATE INDEX ix_cases_words ON cases USING gin ({BEFORE})")
    for name in INDEXES:
        op.drop_index(f"ix_cases_{name}", "cases")
    for name in ("eservice", "open"):
        op.drop_index(f"ix_parties_{name}", "parties")
    for name in ("closed_at", "eservice"):
        op.drop_column("parties", name)
