"""Accounts as people manage them: links, recovery codes, passkeys, devices, grants by two, desks and their trail."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DESKS = {
    "CPS": "Clearing Participant Services",
    "MPA": "Participantship Administration",
    "CTO": "Cash Trading Operations",
    "DTO": "Derivatives Trading Operations",
    "CCO": "CCASS Operations",
    "DCO": "DCASS Operations",
    "CRM": "Clearing Risk Management",
    "ITC": "Connectivity",
    "MSV": "Market Surveillance",
    "EVT": "Client Events",
}


def upgrade() -> None:
    """Add tables and columns; every new column has a default, so nothing that is in use is locked for long."""
    op.add_column("companies", sa.Column("dual_control", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("companies", sa.Column("entries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("companies", sa.Column("head", sa.String(64), nullable=False, server_default=""))
    op.add_column("companies", sa.Column("seal", sa.String(64), nullable=False, server_default=""))
    op.add_column("people", sa.Column("ended_at", MOMENT))
    op.add_column("people", sa.Column("added_at", MOMENT))
    op.add_column("people", sa.Column("certified_at", MOMENT))
    op.add_column("signins", sa.Column("challenge", sa.LargeBinary()))
    _ways_in()
    _grants()
    desks = op.create_table(
        "desks",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_desks")),
    )
    op.bulk_insert(desks, [{"code": code, "title": title} for code, title in DESKS.items()])


def _ways_in() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.CheckConstraint("purpose IN ('welcome', 'reset')", name=op.f("ck_links_purpose")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signs", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passkeys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkeys_credential")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("agent", sa.String(200), nullable=False, server_default=""),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_devices_person_id")),
        sa.PrimaryKeyConstraint("id", "person_id", name=op.f("pk_devices")),
    )
    for table in ("links", "recovery_codes", "passkeys"):
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])


def _grants() -> None:
    op.create_table(
        "grant_requests",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("seen", sa.String(64), nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_by", KEY),
        sa.Column("answered_at", MOMENT),
        sa.Column("accepted", sa.Boolean()),
        sa.CheckConstraint("answered_by <> asked_by", name=op.f("ck_grant_requests_four_eyes")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_grant_requests_person_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_grant_requests_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_grant_requests_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_requests")),
    )
    op.create_index(op.f("ix_grant_requests_person_id"), "grant_requests", ["person_id"])
    op.create_table(
        "administration_trail",
        sa.Column("company_id", KEY, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject_id", KEY),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_administration_trail_company_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["people.id"], name=op.f("fk_administration_trail_subject_id")),
        sa.PrimaryKeyConstraint("company_id", "seq", name=op.f("pk_administration_trail")),
    )
    op.create_index(op.f("ix_administration_trail_subject_id"), "administration_trail", ["subject_id"])
    table = "administration_trail"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse('{table} is append-only')"
        )
