"""Records of invented cases, sealed as the portal seals them."""

import base64
import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.outside.paper import PRODUCER
from engine.sealed.proof import fingerprint
from engine.sealed.record import (
    Answers,
    Drawing,
    Entry,
    File,
    Form,
    Line,
    Record,
    Row,
    Seal,
    Section,
    documents,
    statement,
)
from engine.sealed.seal import answers_hash, digest, first_link, link

PROCESSES = Path(__file__).parent.parent / "processes"
REFERENCE = "CT027-20261123-000042"
OPENED = datetime(2026, 11, 23, 2, 2, 4, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
HARBOUR, EXCHANGE = "Harbour Bright Securities Limited", "HKEX Cash Trading Operations"
FIRST = {"limit_hkd": "90000000", "effective_date": "2026-11-24", "vendor": ""}
SECOND = {"limit_hkd": "50000000", "effective_date": "2026-11-26", "vendor": ""}
STORY = [
    ("case.opened", "Opened", "Mia Chan", HARBOUR, "", "Draft", "", None),
    ("task.completed", "Submitted", "Mia Chan", HARBOUR, "Draft", "Pending checker", "", FIRST),
    (
        "task.completed",
        "Returned by the checker",
        "Chen Wai",
        HARBOUR,
        "Pending checker",
        "Returned by checker",
        "Too early: see T+3, 太早了。",
        None,
    ),
    ("task.completed", "Submitted", "Mia Chan", HARBOUR, "Returned by checker", "Pending checker", "", SECOND),
    ("task.completed", "Approved by the checker", "Chen Wai", HARBOUR, "Pending checker", "HKEX processing", "", None),
    ("notice.sent", "Reminder sent", "Client Connect", "", "", "", "", None),
    ("task.completed", "Processed", "Lau Ka Yan 劉嘉欣", EXCHANGE, "", "", "Checked against the register.", None),
    ("task.completed", "Approved", "Ng Siu Ming", EXCHANGE, "HKEX processing", "Completed", "", None),
    ("register.changed", "Limit set", "Client Connect", "", "", "", "", None),
]


def at(minutes: int) -> datetime:
    """A moment so many minutes after the case was opened."""
    return OPENED + timedelta(minutes=minutes)


def chained(facts: list[dict[str, Any]], reference: str = REFERENCE) -> tuple[Entry, ...]:
    """The entries of a trail, each linked to the one before."""
    head, entries = first_link(reference), []
    for entry in facts:
        entries.append(Entry(entry, head, link(head, entry)))
        head = entries[-1].hash
    return tuple(entries)


def fact(
    seq: int,
    action: str,
    who: str,
    company: str,
    *,
    moved: tuple[str, str] = ("", ""),
    comment: str = "",
    hashed: str | None = None,
) -> dict[str, Any]:
    """One entry of a trail as the portal stores it."""
    return {
        "seq": seq,
        "at": at(seq * 11).isoformat(),
        "actor": {"id": 7, "name": who, "company": company, "lane": "maker"},
        "action": action,
        "step": "submit" if hashed else None,
        "status_from": moved[0].upper().replace(" ", "_"),
        "status_to": moved[1].upper().replace(" ", "_"),
        "release": "f" * 40,
        "comment": comment,
        "facts": {},
        "answers_hash": hashed,
        "state_hash": digest(str(seq).encode()),
    }


def sealed(record: Record, key: Ed25519PrivateKey | None = KEY) -> Record:
    """The record with its seal, signed when there is a key."""
    seal = Seal(record.entries[-1].hash, len(record.entries))
    if key:
        signed = statement(record.reference, seal.head, seal.count, documents(record))
        seal = dataclasses.replace(
            seal,
            key_id=fingerprint(pem(key)),
            signature=base64.b64encode(key.sign(signed)).decode(),
            public_key=pem(key).decode(),
        )
    return dataclasses.replace(record, seal=seal)


def pem(key: Ed25519PrivateKey) -> bytes:
    """The public half of a key."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def story(reference: str = REFERENCE, steps: list[tuple[Any, ...]] = STORY, **changes: Any) -> Record:
    """A case that was returned once and then completed; `changes` replace fields before it is sealed."""
    facts: list[dict[str, Any]] = []
    lines: list[Line] = []
    answers: list[Answers] = []
    for seq, (action, label, who, company, before, after, comment, values) in enumerate(steps, start=1):
        given = _given(len(answers) + 1, values) if values else None
        answers += [given] if given else []
        facts.append(
            fact(
                seq, action, who, company, moved=(before, after), comment=comment, hashed=given.hash if given else None
            )
        )
        details = ("New limit (HKD): 50,000,000", "Register: order limit") if action == "register.changed" else ()
        lines.append(Line(label, who, company, _shown(seq), before, after, comment, details))
    return sealed(
        dataclasses.replace(
            _plain(reference),
            entries=chained(facts, reference),
            entry_lines=tuple(lines),
            answers=tuple(answers),
            **changes,
        )
    )


def _given(number: int, values: Mapping[str, Any]) -> Answers:
    salt = f"{number:032x}"
    return Answers(number, "submit", values, salt, answers_hash(salt, values))


def _shown(seq: int) -> str:
    return f"{at(seq * 11) + timedelta(hours=8):%d %b %Y %H:%M:%S} HKT"


def _plain(reference: str) -> Record:
    return Record(
        reference=reference,
        title="Confirmation of OTP-C Order Consideration Limit Setting",
        title_zh="OTP-C 買賣盤價值上限設定確認",
        company=HARBOUR,
        company_zh="海港明證券有限公司",
        participant_id="B00123",
        status="Completed",
        opened_at=OPENED,
        closed_at=at(99),
        entries=(),
        entry_lines=(),
        seal=Seal("", 0),
        round_titles=("Round 1", "Round 2"),
        sections=(_limit(), _vendor()),
        files=(File(f"Supporting Document_{reference}_B00123_01.pdf", 48_231, digest(b"file")),),
        drawings=(_drawing("CT027", "OTP-C Order Consideration Limit"), _drawing("P1", "Maker, checker, exchange")),
        forms=(Form("CT027", b'{"type":"default","id":"CT027","components":[]}'),),
        release="f" * 40,
        producer=PRODUCER,
    )


def _limit() -> Section:
    rows = (
        Row("New limit (HKD)", "30,000,000", ("90,000,000", "50,000,000"), True),
        Row("Effective date", "", ("Tue 24 Nov 2026", "Thu 26 Nov 2026"), True),
        Row("Scope", "All markets", ("All markets", "All markets")),
    )
    return Section("The limit", rows)


def _vendor() -> Section:
    rows = (
        Row("Responsible officer", "", ("Chan Tai Man 陳大文 (AMB404)", "Chan Tai Man 陳大文 (AMB404)")),
        Row("Vendor", "", ("", "")),
        Row("Notional value checks are in place", "", ("yes", "yes")),
    )
    return Section("Who answers for it", rows)


def _drawing(process_id: str, title: str) -> Drawing:
    done = {
        "begin",
        "submit",
        "submitted",
        "review",
        "checked",
        "opened",
        "request",
        "outcome",
        "set_limit",
        "completed",
    }
    lanes = {
        "maker": "Your company, maker",
        "checker": "Your company, checker",
        "desk_maker": EXCHANGE,
        "desk_checker": f"{EXCHANGE}, approval",
    }
    return Drawing(
        process_id,
        title,
        (PROCESSES / f"{process_id}.bpmn").read_bytes(),
        frozenset({"process"}),
        frozenset(done),
        lanes,
    )
