"""Indexes by which every list of requests begins with its newest, and words by which requests are found."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("closed_at IS NULL")
# Requests of before are found by their membership, reference and summary, as far as these are Latin.
EARLIER = (
    "'z' || membership_id || 'z' || replace(lower(function), '_', '') || 'z ' || lower(reference) || ' ' || "
    "lower(participant_id) || ' ' || lower(about)"
)
FOUND_BY = "NEW.words || ' ' || NEW.about_words || ' zdesk' || lower(NEW.desk) || 'z'"
KNOWN = f"INSERT INTO case_words (rowid, words) SELECT id, {EARLIER} || ' zdesk' || lower(desk) || 'z' FROM cases"  # noqa: S608
NEW_ONE = (
    "CREATE TRIGGER cases_words_new AFTER INSERT ON cases "
    "BEGIN INSERT INTO case_words (rowid, words) VALUES (NEW.id, FOUND_BY); END"
).replace("FOUND_BY", FOUND_BY)
CHANGED_ONE = (
    "CREATE TRIGGER cases_words_changed AFTER UPDATE OF words, about_words, desk ON cases "
    "WHEN NEW.words IS NOT OLD.words OR NEW.about_words IS NOT OLD.about_words OR NEW.desk IS NOT OLD.desk "
    "BEGIN UPDATE case_words SET words = FOUND_BY WHERE rowid = NEW.id; END"
).replace("FOUND_BY", FOUND_BY)
FILLED = f"UPDATE cases SET words = regexp_replace({EARLIER}, '[^a-z0-9]+', ' ', 'g')"  # noqa: S608  our own words


def upgrade() -> None:
    """Add columns with defaults, and indexes; on a large database building these takes minutes."""
    op.add_column("cases", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("about_words", sa.Text(), nullable=False, server_default=""))
    op.drop_index("ix_cases_status", "cases")
    op.create_index("ix_cases_status", "cases", ["membership_id", "function", "status", "id"])
    op.create_index("ix_cases_desk_status", "cases", ["desk", "status", "id"])
    op.create_index("ix_cases_any_status", "cases", ["status", "id"])
    op.create_index("ix_cases_participant", "cases", ["participant_id", "eservice", "id"])
    op.create_index("ix_cases_eservice", "cases", ["eservice", "id"])
    op.create_index("ix_cases_opened", "cases", ["opened_at", "id"])
    where = {"sqlite_where": IS_OPEN, "postgresql_where": IS_OPEN}
    op.create_index("ix_cases_open", "cases", ["membership_id", "function", "id"], **where)
    op.create_index("ix_cases_desk_open", "cases", ["desk", "id"], **where)
    _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()


def _sqlite() -> None:
    op.execute("CREATE VIRTUAL TABLE case_words USING fts5(words, tokenize='unicode61 remove_diacritics 0')")
    op.execute(KNOWN)
    op.execute(NEW_ONE)
    op.execute(CHANGED_ONE)


def _postgresql() -> None:
    op.execute("ALTER TABLE cases DISABLE TRIGGER cases_ended")  # what has ended is still to be found
    op.execute(FILLED)
    op.execute("UPDATE cases SET words = trim(words)")
    op.execute("ALTER TABLE cases ENABLE TRIGGER cases_ended")
    in_words = f"array_to_tsvector(array_remove(string_to_array({FOUND_BY.replace('NEW.', '')}, ' '), ''))"
    op.execute(f"CREATE INDEX ix_cases_words ON cases USING gin ({in_words})")


def downgrade() -> None:
    """Take all of it away again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER cases_words_new")
        op.execute("DROP TRIGGER cases_words_changed")
        op.execute("DROP TABLE case_words")
    else:
        op.drop_index("ix_cases_words", "cases")
    for name in ("desk_status", "any_status", "participant", "eservice", "opened", "open", "desk_open", "status"):
        op.drop_index(f"ix_cases_{name}", "cases")
    op.create_index("ix_cases_status", "cases", ["membership_id", "status", "id"])
    op.drop_column("cases", "about_words")
    op.drop_column("cases", "words")
