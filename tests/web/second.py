"""Requests in which a second company takes part: MS001 at every point of its way, and PA002 with its rows."""

from __future__ import annotations

from app.commands.requests import cases as case_commands
from app.commands.requests import drafts
from tests.commands.attaching import put, right_name
from tests.commands.office import FORWARD, Office

FIELD = "signed_dda"
ACCOUNT = {
    "action": "SETUP",
    "clearing_house": "HKSCC",
    "currency": "HKD",
    "account_use": "HOUSE",
    "designated_bank": "D00011",
    "branch_code": "021",
    "account_no": "12345678",
    "account_name": "Harbour Bright Securities Limited",
    "debit_kind": "LIMITED",
    "debit_limit": "5,000,000",
    "effective_date": "2026-12-15",
    "remarks": "",
    "declare_true": "yes",
}
ACCEPTED = {
    "answer": "agree",
    "signature_verified": "yes",
    "account_exists": "yes",
    "bank_reference": "JGB-1",
    "acceptance_date": "2026-11-23",
    "internal_note": "",
}
REFUSED = {"answer": "return", "reason_code": "SIGNATURE", "comment": "The signature differs"}
AGREE = {"decision": "agree"}
BACK_TO_FIRM = {"decision": "return", "reason_code": "MISMATCH", "comment": "Please look at the account again"}


def membership(office: Office, kind: str = "HKSCC-DCP") -> int:
    """The row of Harbour Bright's membership of that kind."""
    (row,) = [row for row in office.rows("memberships", kind=kind) if row.participant_id[1:] == "00123"]
    return int(row.id)


def opened(office: Office, code: str = "MS001", who: str = "mia", kind: str = "HKSCC-DCP") -> str:
    """A draft for the clearing membership."""
    return case_commands.open_case(office.portal, code, office.by(who), membership(office, kind))


def signed(office: Office, reference: str = "", who: str = "mia") -> str:
    """A draft with its signed authorisation."""
    reference = reference or opened(office, who=who)
    put(office, reference, right_name(reference), who=who, field=FIELD)
    return reference


def kept(office: Office, reference: str, who: str, raw: dict[str, str]) -> str:
    """A request in which somebody has saved a draft."""
    task, version = office.task(reference).id, office.version(reference)
    drafts.save_draft(office.portal, task, version=version, raw=raw, explicit=True, by=office.by(who))
    return reference


def submitted(office: Office, **changes: str) -> str:
    """A request that waits for the firm's own checker."""
    return office.complete(signed(office), "mia", {**ACCOUNT, **changes})


def at_bank(office: Office, **changes: str) -> str:
    """A request that waits for the bank's maker."""
    return office.approve(submitted(office, **changes))


def filled_by_bank(office: Office, reference: str = "", **changes: str) -> str:
    """A request that waits for the bank's checker."""
    return office.complete(reference or at_bank(office), "ivan", {**ACCEPTED, **changes})


def returned_by_bank(office: Office, **comments: str) -> str:
    """A request that the bank's checker has returned to the firm."""
    said = {f"comment.{key}": text for key, text in comments.items()}
    return office.complete(filled_by_bank(office), "iris", {**BACK_TO_FIRM, **said})


def agreed(office: Office, **changes: str) -> str:
    """A request that waits for the exchange."""
    return office.complete(filled_by_bank(office, **changes), "iris", AGREE)


def processed(office: Office) -> str:
    """A request that waits for the exchange's approval."""
    return office.complete(agreed(office), "edith", FORWARD)


def approved(office: Office) -> str:
    """A request that the exchange has approved."""
    return office.complete(processed(office), "eric", {"decision": "approve"})
