"""What analysts deploy, the requests, and what leaves the machine."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from app.store.tables.columns import Key, Moment, metadata

# --- what analysts deploy ---------------------------------------------------------------------------------------------
artefacts = Table(
    "artefacts",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
releases = Table(
    "releases",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the manifest: every file's name and SHA-256
    Column("eservice", String(16), nullable=False, index=True),
    Column("manifest", Text, nullable=False),
    Column("deployed_at", Moment, nullable=False),
)
eservices = Table(
    "eservices",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("release", ForeignKey("releases.sha256"), nullable=False),
)

# --- cases ------------------------------------------------------------------------------------------------------------
counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)
# The words by which PostgreSQL finds requests, written as its index is.
IN_WORDS = "in_words(cases.id, cases.words, cases.about_words, cases.desk, cases.seats)"
STRETCH = 14  # of the bits of a number so many are left out to say of which stretch it is
IS_OPEN = text("closed_at IS NULL")
TERMINAL = "'APPROVED', 'COMPLETED', 'REJECTED', 'WITHDRAWN', 'DISCARDED', 'ABORTED'"
OPEN = (
    "'DRAFT', 'PENDING_CHECKER', 'RETURNED_BY_CHECKER', 'PENDING_NEXT_COMPANY', 'RETURNED_BY_NEXT_COMPANY', "
    "'PENDING_HKEX', 'RETURNED_BY_HKEX'"
)
cases = Table(
    "cases",
    metadata,
    Column("id", Key, primary_key=True),
    Column("reference", String(24), nullable=False, unique=True),
    Column("eservice", String(16), nullable=False),
    Column("release", ForeignKey("releases.sha256"), nullable=False),
    Column("function", String(40), nullable=False),
    Column("desk", String(8), nullable=False),
    Column("company_id", ForeignKey("companies.id"), nullable=False),
    Column("membership_id", ForeignKey("memberships.id"), nullable=False),
    Column("participant_id", String(8), nullable=False),
    Column("opened_by", ForeignKey("people.id"), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("received_on", Date),
    Column("status", String(28), nullable=False),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("about", String(240), nullable=False, server_default=""),
    Column("state", LargeBinary, nullable=False),
    Column("ways_out", JSON, nullable=False),
    Column("head", String(64), nullable=False),  # hash of the newest trail entry
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("seal", String(64)),  # the portal's own seal of the newest entry
    Column("membership", String(24), nullable=False, server_default=""),  # its kind, such as SEHK-EP
    Column("sent_at", Moment),  # when others than the firm itself first read it
    Column("proposed", JSON, nullable=False, server_default="[]"),  # ways out that wait for somebody to confirm them
    CheckConstraint(f"status IN ({OPEN}, {TERMINAL})", name="status"),
    CheckConstraint(f"(closed_at IS NOT NULL) = (status IN ({TERMINAL}))", name="closed"),
    Column("words", Text, nullable=False, server_default=""),  # what it is found by and never changes
    Column("about_words", Text, nullable=False, server_default=""),  # and what changes with its summary
    Column("opened_for", String(120), nullable=False, server_default=""),  # in whose place, where it was a substitute
    Column("seats", Text, nullable=False, server_default=""),  # the words by which those who take part find it
    Index("ix_cases_membership", "membership_id", "function", "id"),
    Index("ix_cases_desk", "desk", "id"),
    # Every list is the newest of some ranges of these, however many requests there are.
    Index("ix_cases_status", "membership_id", "function", "status", "id"),
    Index("ix_cases_desk_status", "desk", "status", "id"),
    Index("ix_cases_any_status", "status", "id"),
    Index("ix_cases_open", "membership_id", "function", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    Index("ix_cases_desk_open", "desk", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    Index("ix_cases_participant", "participant_id", "eservice", "id"),
    Index("ix_cases_membership_eservice", "membership_id", "function", "eservice", "id"),
    Index("ix_cases_desk_eservice", "desk", "eservice", "id"),
    Index("ix_cases_eservice", "eservice", "id"),
    Index("ix_cases_function", "function", "id"),
    Index("ix_cases_desk_function", "desk", "function", "id"),
    Index("ix_cases_opened", "opened_at", "id"),
    Index("ix_cases_closed", "eservice", "status", "closed_at"),
)
parties = Table(
    "parties",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("side", String(8), primary_key=True),  # next, broker, exchange
    Column("participant", String(8), primary_key=True),  # a participant ID, or a desk beside the first
    Column("holder", String(40), nullable=False),  # what a right must name: the business function, or the desk
    Column("membership_id", ForeignKey("memberships.id")),  # empty for a desk
    Column("since_at", Moment, nullable=False),
    Column("eservice", String(16), nullable=False, server_default=""),  # that of the request, which never changes
    Column("closed_at", Moment),  # when the request ended, kept by a trigger
    Column("status", String(28), nullable=False, server_default=""),  # and so is this
    Index("ix_parties_seat", "holder", "membership_id", "case_id"),
    Index("ix_parties_eservice", "holder", "membership_id", "eservice", "case_id"),
    Index("ix_parties_status", "holder", "membership_id", "status", "case_id"),
    Index("ix_parties_open", "holder", "membership_id", "case_id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    CheckConstraint("side IN ('next', 'broker', 'exchange')", name="side"),
)
tasks = Table(
    "tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("key", String(120), nullable=False),  # where it lies in the drawings, e.g. request/review
    Column("step", String(60), nullable=False),
    Column("name", String(120), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("lane", String(16), nullable=False),
    Column("holder", String(40), nullable=False),
    Column("membership_id", ForeignKey("memberships.id")),
    Column("form", String(60), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("seat", String(16), nullable=False, server_default=""),  # the grant that the lane asks for
    Column("claimed_by", ForeignKey("people.id")),
    Column("claimed_at", Moment),
    UniqueConstraint("case_id", "key"),
    Index("ix_tasks_seat", "seat", "holder", "membership_id", "due_at"),
)
timers = Table(
    "timers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("key", String(120), nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("idle", Boolean, nullable=False, server_default=false()),  # counts from the last time somebody saved
    UniqueConstraint("case_id", "key"),
)
answers = Table(
    "answers",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("step", String(60), primary_key=True),
    Column("entry", Integer, primary_key=True),  # the trail entry that sealed them; 0 is what is being filled
    Column("round", Integer, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("salt", String(32), nullable=False, server_default=""),
    Column("saved_by", ForeignKey("people.id"), nullable=False),
    Column("saved_at", Moment, nullable=False),
    Index("ix_answers_written", "saved_by", "step", "saved_at"),
)
hands = Table(
    "hands",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("lane", String(16), primary_key=True),
    Column("round", Integer, nullable=False),
)
remarks = Table(
    "remarks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("round", Integer, nullable=False),
    Column("entry", Integer, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("lane", String(16), nullable=False),
    Column("field", String(60), nullable=False, server_default=""),  # empty: about the whole request
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
trail = Table(
    "trail",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("action", String(40), nullable=False),
    Column("entry", Text, nullable=False),  # canonical JSON: what the hash was taken over
    Column("hash", String(64), nullable=False),
    Column("address", String(64), nullable=False, server_default=""),  # beside the entry: no participant is given it
)
registers = Table(
    "registers",
    metadata,
    Column("id", Key, primary_key=True),
    Column("register", String(40), nullable=False),
    Column("owner", String(16), nullable=False),  # participant ID or company code
    Column("key", String(80), nullable=False, server_default=""),
    Column("record", JSON, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("reference", String(24), index=True),  # the case that set it
    Column("set_at", Moment, nullable=False),
    Index("ix_registers_owner", "register", "owner", "key", "effective_on", "id"),
    UniqueConstraint("register", "owner", "key", "reference", "set_at"),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("answer", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

# --- what leaves the machine ------------------------------------------------------------------------------------------
jobs = Table(
    "jobs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("key", String(480), nullable=False, unique=True),  # place, template and address of one promise
    Column("payload", JSON, nullable=False),
    Column("state", String(10), nullable=False, server_default="waiting"),  # waiting, done, incident
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("ix_jobs_state_due", "state", "due_at"),
    CheckConstraint("state IN ('waiting', 'done', 'incident')", name="state"),
)
documents = Table(
    "documents",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
)
files = Table(
    "files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("step", String(60), nullable=False),
    Column("field", String(120), nullable=False),
    Column("side", String(8), nullable=False),  # who put it: the company, the next company or the exchange
    Column("participant_id", String(8), nullable=False),
    Column("name", String(200), nullable=False),
    Column("original_name", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("kind", String(4), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("put_by", ForeignKey("people.id"), nullable=False),
    Column("put_at", Moment, nullable=False),
    Column("entry", Integer, nullable=False),  # the trail entry that gave it its name
    Column("gone", Integer),  # the trail entry that removed or superseded it
    CheckConstraint("side IN ('company', 'next', 'exchange')", name="side"),
    CheckConstraint("kind IN ('pdf', 'xls', 'xlsx')", name="kind"),
    CheckConstraint("state IN ('misnamed', 'kept', 'removed', 'superseded')", name="state"),
    CheckConstraint("size BETWEEN 1 AND 10485760", name="size"),
)
