"""Requests of two companies: the firm asks for a bank account, its bank answers, the exchange decides."""

from __future__ import annotations

from datetime import date

from app.commands.requests import cases as case_commands
from app.commands.requests import files
from app.commands.requests.steps import By
from app.store import people
from app.store.files import File
from tests.commands.office import APPROVE, FORWARD, Office
from tests.documents import PDF

ASKED = {
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
    "declare_true": "yes",
    "remarks": "for the exchange only",
}
AGREED = {
    "answer": "agree",
    "signature_verified": "yes",
    "account_exists": "yes",
    "bank_reference": "JGB-1",
    "acceptance_date": "2026-11-23",
    "internal_note": "known since 2010",
}
NOT_OURS = {"answer": "return", "reason_code": "SIGNATURE", "comment": "Another signature"}
AGREE = {"decision": "agree"}
BACK = {"decision": "back", "comment": "Look at the name again"}
MISMATCH = {"decision": "return", "reason_code": "MISMATCH", "comment": "Another account number"}
REFUSE = {"decision": "reject", "reason_code": "NOT_AGREED", "comment": "We know no such account"}
LONG_AGO = date(2025, 3, 13)


def asked(**changes: str) -> dict[str, str]:
    """What the firm asks for, with some of it changed."""
    return {**ASKED, **changes}


def seat_of(office: Office, who: str, kind: str) -> int:
    """The membership of that kind of somebody's company."""
    with office.portal.database.read() as connection:
        seats = people.memberships_of(connection, office.person(who).company)
    return next(seat.id for seat in seats if seat.kind == kind)


def drafted(office: Office, who: str = "mia") -> str:
    """A draft with its signed authorisation."""
    reference = case_commands.open_case(office.portal, "MS001", office.by(who), seat_of(office, who, "HKSCC-DCP"))
    attach(office, reference, who)
    return reference


def attach(office: Office, reference: str, who: str = "mia", suffix: str = "") -> File:
    """Put the signed authorisation at the open form."""
    name = f"Supporting Document_{reference}_B00123{suffix}.pdf"
    task, version, by = office.task(reference), office.version(reference), By(office.number(who))
    return files.add_file(office.portal, task.id, version=version, field="signed_dda", name=name, content=PDF, by=by)


def submitted(office: Office, who: str = "mia", **changes: str) -> str:
    """It waits for the firm's checker."""
    return office.complete(drafted(office, who), who, asked(**changes))


def at_bank(office: Office, **changes: str) -> str:
    """It waits for the bank's maker."""
    return office.complete(submitted(office, **changes), "chen", APPROVE)


def answered(office: Office) -> str:
    """It waits for the bank's checker."""
    return office.complete(at_bank(office), "ivan", AGREED)


def agreed(office: Office) -> str:
    """It waits for the desk."""
    return office.complete(answered(office), "iris", AGREE)


def processed(office: Office) -> str:
    """It waits for the desk's approver."""
    return office.complete(agreed(office), "edith", FORWARD)


def approved(office: Office) -> str:
    """It was approved."""
    return office.complete(processed(office), "eric", APPROVE)


def sent_back(office: Office) -> str:
    """The bank has returned it."""
    return office.complete(answered(office), "iris", MISMATCH)
