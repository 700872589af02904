"""A clerk: one process that opens, fills, checks, answers and processes requests as fast as it can, and says so."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from app.commands.requests import cases as case_commands
from app.commands.requests import claims, files, nudges
from app.commands.requests import tasks as task_commands
from app.commands.requests.steps import By
from app.store import people, tables
from engine.errors import Refused
from tests.commands.office import APPROVE, FORWARD, RETURN, Office, answers
from tests.documents import PDF

FIRM = {"maker": ("mia", "bo"), "checker": ("chen", "bo"), "next_maker": ("ivan",), "next_checker": ("iris",)}
DOERS = {
    "CT027": FIRM | {"desk_maker": ("karen",), "desk_checker": ("kelvin",)},
    "MS001": FIRM | {"desk_maker": ("edith",), "desk_checker": ("eric",)},
}
OPERATIONS = ("olive", "oscar")
MOST_OPEN = 30
COMMENT = "Please look at it again"
ACCOUNT = {
    "action": "SETUP",
    "clearing_house": "HKSCC",
    "currency": "HKD",
    "account_use": "HOUSE",
    "designated_bank": "D00011",
    "branch_code": "021",
    "account_name": "Harbour Bright Securities Limited",
    "debit_kind": "LIMITED",
    "debit_limit": "5,000,000",
    "effective_date": "2026-12-21",
    "declare_true": "yes",
}
AGREED = {
    "answer": "agree",
    "signature_verified": "yes",
    "account_exists": "yes",
    "bank_reference": "JGB-1",
    "acceptance_date": "2026-11-23",
}
SENT_BACK = {"answer": "return", "reason_code": "SIGNATURE", "comment": COMMENT}
WITHOUT_KEY = ("claim", "file")  # what nobody may try again blindly: it carries no action token


class Open(NamedTuple):
    """A task that is open, with what a clerk looks at."""

    task: UUID
    case: int
    key: str
    lane: str
    step: str
    version: int
    reference: str
    eservice: str
    status: str
    claimed_by: int | None
    proposed: list[dict[str, Any]]
    files: int


def work(office: Office, mouth: int, seed: int, unfinished: list[Any] | None) -> None:
    """Finish what an earlier clerk may not have finished, then go on with actions of one's own, for ever."""
    chance = random.Random(seed)
    if unfinished:
        finish(office, mouth, unfinished)
    for action in _actions(office, chance):
        _do(office, mouth, action)


def finish(office: Office, mouth: int, unfinished: list[Any]) -> None:
    """Only finish what an earlier clerk may not have finished."""
    if unfinished[1] not in WITHOUT_KEY:
        _do(office, mouth, unfinished)


def _do(office: Office, mouth: int, action: list[Any]) -> None:
    key, verb = action[:2]
    _say(mouth, "begun", action)
    try:
        left = _act(office, *action)
    except Refused as error:
        _say(mouth, "refused", [key, type(error).__name__])
    else:
        time.sleep(0.003)  # so that many are killed after a commit that nobody heard of
        _say(mouth, verb if verb in WITHOUT_KEY else "done", [left or key])


def _act(office: Office, key: str, verb: str, person: int, what: str, version: int, raw: Any) -> str | None:
    portal, by = office.portal, By(person, "", key)
    if verb == "open":
        case_commands.open_case(portal, what, by, raw)
    elif verb == "leave":
        case_commands.leave_case(portal, what, raw, version=version, reason=COMMENT, by=by)
    elif verb == "answer":
        way, accept = raw
        case_commands.answer_proposal(portal, what, way, accept=accept, version=version, comment=COMMENT, by=by)
    elif verb == "nudge":
        nudges.nudge(portal, what, by)
    elif verb == "claim":
        claims.claim_task(portal, UUID(what), by=By(person))
        return f"{raw} {person}"
    elif verb == "file":
        said = {"version": version, "field": "signed_dda", "name": raw, "content": PDF}
        return str(files.add_file(portal, UUID(what), **said, by=By(person)).id)
    else:
        task_commands.complete_task(portal, UUID(what), version=version, raw=raw, by=by, unchanged_confirmed=True)
    return None


# --- what to do next --------------------------------------------------------------------------------------------------
def _actions(office: Office, chance: random.Random) -> Iterator[list[Any]]:
    people_of = {who: office.number(who) for who in _everybody()}
    membership = _memberships(office)
    while True:
        key = f"{chance.getrandbits(64):016x}"
        open_tasks = _open_tasks(office)
        if not open_tasks or (len(open_tasks) < MOST_OPEN and chance.random() < 0.3):
            code = chance.choice(list(DOERS))
            yield [key, "open", people_of["mia"], code, 0, membership[code]]
            continue
        verb, who, what, version, raw = _next(chance.choice(open_tasks), chance)
        yield [key, verb, people_of[who], what, version, raw]


def _next(at: Open, chance: random.Random) -> tuple[str, str, str, int, Any]:
    doers, dice = DOERS[at.eservice], chance.random()
    if at.proposed and dice < 0.5:
        return _answer_to(at, chance)
    if at.status != "DRAFT" and dice < 0.06:
        return "leave", chance.choice(doers["checker"]), at.reference, at.version, "withdraw"
    if dice < 0.08:
        return "leave", chance.choice(OPERATIONS), at.reference, at.version, "abort"
    if at.lane.startswith("next_") and dice < 0.15:
        return "nudge", "mia", at.reference, at.version, None
    who = chance.choice(doers[at.lane])
    if at.claimed_by is None and dice < 0.25 and len(doers[at.lane]) == 1:
        return "claim", who, str(at.task), at.version, f"{at.case} {at.key}"
    if at.eservice == "MS001" and at.step == "submit" and not at.files:
        return "file", who, str(at.task), at.version, f"Supporting Document_{at.reference}_B00123.pdf"
    return "complete", who, str(at.task), at.version, _answers(at, chance)


def _answer_to(at: Open, chance: random.Random) -> tuple[str, str, str, int, Any]:
    way = at.proposed[0]["name"]
    lanes = DOERS[at.eservice]
    who = OPERATIONS if way == "abort" else (*lanes["desk_maker"], *lanes["desk_checker"])
    return "answer", chance.choice(who), at.reference, at.version, [way, chance.random() < 0.3]


def _answers(at: Open, chance: random.Random) -> dict[str, str]:
    if at.step == "submit":
        number = chance.randint(31, 99) * 1_000_000
        if at.eservice == "MS001":
            return {**ACCOUNT, "account_no": str(chance.randint(10_000_000, 99_999_999))}
        return answers(limit_hkd=str(number))
    goes_back = chance.random() < 0.25
    if at.step == "review":
        return RETURN if goes_back else APPROVE
    if at.step == "next_fill":
        return SENT_BACK if goes_back else AGREED
    if at.step == "next_review":
        return {"decision": "back", "comment": COMMENT} if goes_back else {"decision": "agree"}
    if at.step == "next_confirm":
        return {"decision": "return", "reason_code": "MISMATCH", "comment": COMMENT}
    return FORWARD if at.lane == "desk_maker" else APPROVE


def _everybody() -> set[str]:
    return {who for doers in DOERS.values() for lane in doers.values() for who in lane} | set(OPERATIONS)


def _memberships(office: Office) -> dict[str, int]:
    kinds = {"CT027": "SEHK-EP", "MS001": "HKSCC-DCP"}
    with office.portal.database.read() as connection:
        own = people.memberships_of(connection, office.person("mia").company)
    return {code: next(seat.id for seat in own if seat.kind == kind) for code, kind in kinds.items()}


def _open_tasks(office: Office) -> list[Open]:
    task, case, file = tables.tasks.c, tables.cases.c, tables.files
    put = select(func.count()).where(file.c.case_id == case.id).scalar_subquery()
    query = select(
        *(
            task.id,
            task.case_id,
            task.key,
            task.lane,
            task.step,
            case.version,
            case.reference,
            case.eservice,
            case.status,
        ),
        *(task.claimed_by, case.proposed, put),
    ).join_from(tables.tasks, tables.cases)
    with office.portal.database.read() as connection:
        return [Open(*row) for row in connection.execute(query)]


def _say(mouth: int, what: str, said: list[Any]) -> None:
    # One write of less than a page: a kill leaves the whole line or nothing.
    os.write(mouth, json.dumps([what, said]).encode() + b"\n")
