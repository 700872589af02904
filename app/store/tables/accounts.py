"""Companies, their people, and how these sign in."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
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
    false,
)

from app.store.tables.columns import Key, Moment, metadata

companies = Table(
    "companies",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("name_en", String(160), nullable=False),
    Column("name_zh", String(80), nullable=False, server_default=""),
    Column("is_exchange", Boolean, nullable=False, default=False),
    Column("dual_control", Boolean, nullable=False, server_default=false()),  # a grant needs a second administrator
    Column("entries", Integer, nullable=False, server_default="0"),  # of its administration trail
    Column("head", String(64), nullable=False, server_default=""),
    Column("seal", String(64), nullable=False, server_default=""),
)
memberships = Table(
    "memberships",
    metadata,
    Column("id", Key, primary_key=True),
    Column("company_id", ForeignKey("companies.id"), nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("participant_id", String(8), nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("company_id", "kind"),
    Index("ix_memberships_kind_participant_id", "kind", "participant_id", unique=True),
)
people = Table(
    "people",
    metadata,
    Column("id", Key, primary_key=True),
    Column("company_id", ForeignKey("companies.id"), nullable=False, index=True),
    Column("email", String(254), nullable=False, unique=True),  # case-folded: it is the login ID
    Column("name", String(120), nullable=False),
    Column("title", String(80), nullable=False, server_default=""),
    Column("phone", String(24), nullable=False, server_default=""),
    Column("kind", String(16), nullable=False),
    Column("password_hash", String(200)),
    Column("channel", String(8)),
    Column("app_secret", LargeBinary),
    Column("app_last_step", BigInteger, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_at", Moment),
    Column("active", Boolean, nullable=False, default=True),
    Column("ended_at", Moment),  # deactivated for good; an account that is not active and has not ended is suspended
    Column("added_at", Moment),
    Column("certified_at", Moment),  # when an administrator last looked at the rights and found them right
    Column("language", String(8), nullable=False, server_default=""),  # empty: as the browser asks
    CheckConstraint("kind IN ('business', 'ccda', 'staff', 'ops', 'auditor', 'admin', 'analyst')", name="kind"),
    CheckConstraint("channel IN ('email', 'app')", name="channel"),
)
rights = Table(
    "rights",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("lane", String(16), nullable=False),  # maker, checker, desk_maker, desk_checker
    Column("holder", String(40), nullable=False),  # a business function (EU_CashTrading) or a desk (CTO)
    Column("membership_id", ForeignKey("memberships.id")),  # empty for a desk
    UniqueConstraint("person_id", "lane", "holder", "membership_id"),
    Index("ix_rights_seat", "lane", "holder", "membership_id"),
)
signins = Table(
    "signins",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("stage", String(8), nullable=False),  # password, then full
    Column("channel", String(8)),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("address", String(64), nullable=False, server_default=""),
    Column("agent", String(200), nullable=False, server_default=""),
    Column("pending_secret", LargeBinary),  # an authenticator's secret until its first code proves it
    Column("challenge", LargeBinary),  # what a passkey has to sign next
    CheckConstraint("stage IN ('password', 'full')", name="stage"),
)
codes = Table(
    "codes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("signin_id", ForeignKey("signins.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("used_at", Moment),
)
links = Table(
    "links",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the token in the mail
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("purpose", String(8), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("used_at", Moment),
    CheckConstraint("purpose IN ('welcome', 'reset')", name="purpose"),
)
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
)
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("signs", BigInteger, nullable=False, server_default="0"),  # the counter of the authenticator
    Column("name", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
)
devices = Table(
    "devices",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of a cookie that outlives sign-ins
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("agent", String(200), nullable=False, server_default=""),
    Column("first_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
grant_requests = Table(
    "grant_requests",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("wanted", JSON, nullable=False),  # the rights, as they would be
    Column("seen", String(64), nullable=False),  # the digest of those that they would replace
    Column("asked_by", ForeignKey("people.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answered_by", ForeignKey("people.id")),
    Column("answered_at", Moment),
    Column("accepted", Boolean),
    CheckConstraint("answered_by <> asked_by", name="four_eyes"),
)
administration_trail = Table(
    "administration_trail",
    metadata,
    Column("company_id", ForeignKey("companies.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject_id", ForeignKey("people.id"), index=True),
    Column("entry", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)
desks = Table(
    "desks",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("ended_at", Moment),
)
calendar_exceptions = Table(
    "calendar_exceptions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("day", Date, nullable=False),
    Column("kind", String(12), nullable=False),  # see engine.hours
    Column("reason", String(200), nullable=False),
    Column("proposed_by", ForeignKey("people.id"), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("decision", String(12), nullable=False, server_default=""),  # empty while it waits
    Column("decided_by", ForeignKey("people.id")),
    Column("decided_at", Moment),
    Column("holds_from", Moment),  # of one that was approved
    CheckConstraint("decision IN ('', 'approved', 'refused', 'taken_back')", name="decision"),
    CheckConstraint("decision NOT IN ('approved', 'refused') OR decided_by <> proposed_by", name="four_eyes"),
    CheckConstraint("(holds_from IS NOT NULL) = (decision = 'approved')", name="holds"),
)
people_trail = Table(
    "people_trail",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("person_id", ForeignKey("people.id"), index=True),  # empty when an unknown address was tried
    Column("action", String(40), nullable=False),
    Column("facts", JSON, nullable=False),
)
