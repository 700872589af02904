"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ENDED = "'APPROVED', 'COMPLETED', 'REJECTED', 'WITHDRAWN', 'DISCARDED', 'ABORTED'"
OPEN = (
    "'DRAFT', 'PENDING_CHECKER', 'RETURNED_BY_CHECKER', 'PENDING_NEXT_COMPANY', 'RETURNED_BY_NEXT_COMPANY', "
    "'PENDING_HKEX', 'RETURNED_BY_HKEX'"
)


def upgrade() -> None:
    """Create them on an empty database; nobody waits for a lock."""
    _companies()
    _people()
    _signins()
    _artefacts()
    _cases()
    _waiting()
    _answers()
    _effects()
    _promises()


def _companies() -> None:
    op.create_table(
        "companies",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("name_zh", sa.String(length=80), server_default="", nullable=False),
        sa.Column("is_exchange", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_companies"),
        sa.UniqueConstraint("code", name="uq_companies_code"),
    )
    op.create_table(
        "memberships",
        sa.Column("id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("participant_id", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_memberships_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_memberships"),
        sa.UniqueConstraint("company_id", "kind", name="uq_memberships_company_id_kind"),
    )
    op.create_index("ix_memberships_company_id", "memberships", ["company_id"], unique=False)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=80), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=24), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=True),
        sa.Column("app_secret", sa.LargeBinary(), nullable=True),
        sa.Column("app_last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_at", MOMENT, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'app')", name=op.f("ck_people_channel")),
        sa.CheckConstraint(
            "kind IN ('business', 'ccda', 'staff', 'ops', 'auditor', 'admin', 'analyst')", name=op.f("ck_people_kind")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_people_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
    )
    op.create_index("ix_people_company_id", "people", ["company_id"], unique=False)
    op.create_table(
        "rights",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("membership_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name="fk_rights_membership_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_rights_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rights"),
        sa.UniqueConstraint(
            "person_id", "lane", "holder", "membership_id", name="uq_rights_person_id_lane_holder_membership_id"
        ),
    )
    op.create_index("ix_rights_seat", "rights", ["lane", "holder", "membership_id"], unique=False)


def _signins() -> None:
    op.create_table(
        "signins",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("address", sa.String(length=64), server_default="", nullable=False),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        sa.Column("pending_secret", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("stage IN ('password', 'full')", name=op.f("ck_signins_stage")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_signins_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signins"),
    )
    op.create_index("ix_signins_person_id", "signins", ["person_id"], unique=False)
    op.create_table(
        "codes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("signin_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["signin_id"], ["signins.id"], name="fk_codes_signin_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
    )
    op.create_index("ix_codes_signin_id", "codes", ["signin_id"], unique=False)
    op.create_table(
        "people_trail",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_people_trail_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people_trail"),
    )
    op.create_index("ix_people_trail_person_id", "people_trail", ["person_id"], unique=False)


def _artefacts() -> None:
    op.create_table(
        "artefacts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_artefacts"),
    )
    op.create_table(
        "releases",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("eservice", sa.String(length=16), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("deployed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_releases"),
    )
    op.create_index("ix_releases_eservice", "releases", ["eservice"], unique=False)
    op.create_table(
        "eservices",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.sha256"], name="fk_eservices_release"),
        sa.PrimaryKeyConstraint("code", name="pk_eservices"),
    )


def _cases() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "cases",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("eservice", sa.String(length=16), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("function", sa.String(length=40), nullable=False),
        sa.Column("desk", sa.String(length=8), nullable=False),
        sa.Column("company_id", KEY, nullable=False),
        sa.Column("membership_id", KEY, nullable=False),
        sa.Column("participant_id", sa.String(length=8), nullable=False),
        sa.Column("opened_by", KEY, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=28), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("about", sa.String(length=240), server_default="", nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("ways_out", sa.JSON(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(f"(closed_at IS NOT NULL) = (status IN ({ENDED}))", name=op.f("ck_cases_closed")),
        sa.CheckConstraint(f"status IN ({OPEN}, {ENDED})", name=op.f("ck_cases_status")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_cases_company_id"),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name="fk_cases_membership_id"),
        sa.ForeignKeyConstraint(["opened_by"], ["people.id"], name="fk_cases_opened_by"),
        sa.ForeignKeyConstraint(["release"], ["releases.sha256"], name="fk_cases_release"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("reference", name="uq_cases_reference"),
    )
    op.create_index("ix_cases_desk", "cases", ["desk", "id"], unique=False)
    op.create_index("ix_cases_membership", "cases", ["membership_id", "function", "id"], unique=False)
    op.create_index("ix_cases_status", "cases", ["membership_id", "status", "id"], unique=False)


def _waiting() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("membership_id", KEY, nullable=True),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_tasks_case_id"),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name="fk_tasks_membership_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("case_id", "key", name="uq_tasks_case_id_key"),
    )
    op.create_index("ix_tasks_case_id", "tasks", ["case_id"], unique=False)
    op.create_index("ix_tasks_seat", "tasks", ["lane", "holder", "membership_id", "due_at"], unique=False)
    op.create_table(
        "timers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_timers_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_timers"),
        sa.UniqueConstraint("case_id", "key", name="uq_timers_case_id_key"),
    )
    op.create_index("ix_timers_case_id", "timers", ["case_id"], unique=False)
    op.create_index("ix_timers_due_at", "timers", ["due_at"], unique=False)


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(length=32), server_default="", nullable=False),
        sa.Column("saved_by", KEY, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_answers_case_id"),
        sa.ForeignKeyConstraint(["saved_by"], ["people.id"], name="fk_answers_saved_by"),
        sa.PrimaryKeyConstraint("case_id", "step", "entry", name="pk_answers"),
    )
    op.create_table(
        "hands",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_hands_case_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_hands_person_id"),
        sa.PrimaryKeyConstraint("case_id", "person_id", "lane", name="pk_hands"),
    )
    op.create_table(
        "remarks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=60), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_remarks_case_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_remarks_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_remarks"),
    )
    op.create_index("ix_remarks_case_id", "remarks", ["case_id"], unique=False)


def _effects() -> None:
    op.create_table(
        "trail",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_trail_case_id"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_trail"),
    )
    op.create_table(
        "registers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=80), server_default="", nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registers"),
        sa.UniqueConstraint("register", "owner", "key", "reference", name="uq_registers_register_owner_key_reference"),
    )
    op.create_index("ix_registers_owner", "registers", ["register", "owner", "key", "effective_on", "id"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_idempotency_person_id"),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_idempotency"),
    )


def _promises() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=480), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="waiting", nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'incident')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
    )
    op.create_index("ix_jobs_state_due", "jobs", ["state", "due_at"], unique=False)
    op.create_table(
        "documents",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_documents_case_id"),
        sa.PrimaryKeyConstraint("case_id", "kind", name="pk_documents"),
    )
