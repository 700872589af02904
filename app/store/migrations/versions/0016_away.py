"""Who stands in for whom, and that the database lets nobody check in somebody's place what either of them made."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NOT_ENDED = sa.text("ended_at IS NULL")
PEOPLE = ("absent_id", "substitute_id", "named_by", "agreed_by", "ended_by")
ON_BEHALF = """NEW.entry LIKE '%"for":{"id":%'"""
# In somebody's place nobody checks what either of the two prepared, and a completed task has the hands of both.
OWN_WORK = """SELECT 1 FROM hands WHERE case_id = NEW.case_id AND person_id IN (ACTOR, ABSENT)
  AND ((LANE IN ('checker', 'next_checker') AND lane IN ('maker', 'next_maker', 'broker'))
    OR (LANE = 'desk_checker' AND lane = 'desk_maker'))"""
BOTH = "(SELECT count(*) FROM hands WHERE case_id = NEW.case_id AND person_id IN (ACTOR, ABSENT) AND lane = LANE) = 2"
REFUSED = f"EXISTS ({OWN_WORK}) OR (NEW.action = 'task.completed' AND NOT {BOTH})"
# Both of one company and of one kind, and no kind that administers or watches.
STRANGERS = """NOT EXISTS (SELECT 1 FROM people a JOIN people s ON s.id = NEW.substitute_id
  WHERE a.id = NEW.absent_id AND a.company_id = s.company_id AND a.kind = s.kind AND a.kind IN ('business', 'staff'))"""
SAID = "nobody checks in the place of whoever made it"
SAID_OF = "a substitute is a colleague"


def upgrade() -> None:
    """Add a table, a column with a default, and triggers; takes no lock worth naming."""
    op.add_column("cases", sa.Column("opened_for", sa.String(120), nullable=False, server_default=""))
    op.create_table(
        "substitutes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("absent_id", KEY, nullable=False),
        sa.Column("substitute_id", KEY, nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("named_by", KEY, nullable=False),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("agreed_by", KEY, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", KEY, nullable=True),
        *(sa.ForeignKeyConstraint([one], ["people.id"], name=f"fk_substitutes_{one}") for one in PEOPLE),
        sa.PrimaryKeyConstraint("id", name="pk_substitutes"),
        sa.CheckConstraint("absent_id <> substitute_id", name=op.f("ck_substitutes_two_people")),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("ck_substitutes_period")),
        sa.CheckConstraint(
            "agreed_by NOT IN (named_by, absent_id, substitute_id)", name=op.f("ck_substitutes_four_eyes")
        ),
        sa.CheckConstraint("agreed_by IS NULL OR agreed_at IS NOT NULL", name=op.f("ck_substitutes_agreed")),
    )
    where = {"sqlite_where": NOT_ENDED, "postgresql_where": NOT_ENDED}
    op.create_index("uq_substitutes_absent", "substitutes", ["absent_id"], unique=True, **where)
    op.create_index("ix_substitutes_substitute", "substitutes", ["substitute_id", "ends_at"])
    _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()


def _sqlite() -> None:
    named = {"ACTOR": "$.actor.id", "ABSENT": "$.actor.for.id", "LANE": "$.actor.lane"}
    refused = _with({name: f"json_extract(NEW.entry, '{path}')" for name, path in named.items()})
    op.execute(
        f"CREATE TRIGGER trail_four_eyes BEFORE INSERT ON trail WHEN {ON_BEHALF} AND ({refused}) "
        f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    )
    op.execute(
        f"CREATE TRIGGER substitutes_colleagues BEFORE INSERT ON substitutes WHEN {STRANGERS} "
        f"BEGIN SELECT RAISE(ABORT, '{SAID_OF}'); END"
    )
    op.execute(
        "CREATE TRIGGER substitutes_whose BEFORE UPDATE OF absent_id, substitute_id ON substitutes "
        f"BEGIN SELECT RAISE(ABORT, '{SAID_OF}'); END"
    )


def _postgresql() -> None:
    actor = "(NEW.entry::json -> 'actor')"
    named = {
        "ACTOR": f"({actor} ->> 'id')::bigint",
        "ABSENT": f"({actor} -> 'for' ->> 'id')::bigint",
        "LANE": f"({actor} ->> 'lane')",
    }
    for name, wrong, said in (("trail_four_eyes", _with(named), SAID), ("substitutes_colleagues", STRANGERS, SAID_OF)):
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {wrong} THEN "
            f"RAISE EXCEPTION '{said}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
        )
    op.execute(
        f"CREATE TRIGGER trail_four_eyes BEFORE INSERT ON trail FOR EACH ROW WHEN ({ON_BEHALF}) "
        "EXECUTE FUNCTION trail_four_eyes()"
    )
    op.execute(
        "CREATE TRIGGER substitutes_colleagues BEFORE INSERT ON substitutes FOR EACH ROW "
        "EXECUTE FUNCTION substitutes_colleagues()"
    )
    op.execute(
        "CREATE TRIGGER substitutes_whose BEFORE UPDATE OF absent_id, substitute_id ON substitutes FOR EACH ROW "
        f"EXECUTE FUNCTION refuse('{SAID_OF}')"
    )


def _with(named: dict[str, str]) -> str:
    """The refusal with its capital words filled in; `lane` of the hands stays a column."""
    said = REFUSED
    for name, expression in named.items():
        said = said.replace(name, expression)
    return said


def downgrade() -> None:
    """Take all of it away again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER trail_four_eyes")
    else:
        op.execute("DROP TRIGGER trail_four_eyes ON trail")
        op.execute("DROP FUNCTION trail_four_eyes")
    op.drop_table("substitutes")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION substitutes_colleagues")
    op.drop_column("cases", "opened_for")
