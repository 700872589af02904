"""A clerk: one process that opens, submits, checks and processes requests as fast as it can, and says what it did."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.commands import cases as case_commands
from app.commands import tasks as task_commands
from app.commands.steps import By
from app.store import tables
from engine.errors import Refused
from tests.commands.office import APPROVE, FORWARD, RETURN, Office, answers

DOERS = {"maker": ("mia", "bo"), "checker": ("chen", "bo"), "desk_maker": ("karen",), "desk_checker": ("kelvin",)}
MOST_OPEN = 30


def work(office: Office, mouth: int, seed: int, unfinished: list[Any] | None) -> None:
    """Finish what an earlier clerk may not have finished, then go on with actions of one's own, for ever."""
    chance = random.Random(seed)
    if unfinished:
        _do(office, mouth, unfinished)
    for action in _actions(office, chance):
        _do(office, mouth, action)


def finish(office: Office, mouth: int, unfinished: list[Any]) -> None:
    """Only finish what an earlier clerk may not have finished."""
    _do(office, mouth, unfinished)


def _do(office: Office, mouth: int, action: list[Any]) -> None:
    key = action[0]
    _say(mouth, "begun", action)
    try:
        _act(office, *action)
    except Refused as error:
        _say(mouth, "refused", [key, type(error).__name__])
    else:
        time.sleep(0.003)  # so that many are killed after a commit that nobody heard of
        _say(mouth, "done", [key])


def _act(office: Office, key: str, verb: str, person: int, what: str, version: int, raw: Any) -> None:
    by = By(person, "", key)
    if verb == "open":
        case_commands.open_case(office.portal, what, by)
    elif verb == "leave":
        case_commands.leave_case(office.portal, what, "withdraw", version=version, reason=raw, by=by)
    else:
        task_commands.complete_task(
            office.portal, UUID(what), version=version, raw=raw, by=by, unchanged_confirmed=True
        )


def _actions(office: Office, chance: random.Random) -> Iterator[list[Any]]:
    people = {who: office.number(who) for doers in DOERS.values() for who in doers}
    while True:
        key = f"{chance.getrandbits(64):016x}"
        open_tasks = _open_tasks(office)
        if not open_tasks or (len(open_tasks) < MOST_OPEN and chance.random() < 0.4):
            yield [key, "open", people["mia"], "CT027", 0, None]
            continue
        task, lane, step, version, reference = chance.choice(open_tasks)
        person = people[chance.choice(DOERS[lane])]
        if lane == "checker" and chance.random() < 0.1:
            yield [key, "leave", person, reference, version, "Not needed"]
        else:
            yield [key, "complete", person, str(task), version, _answer(lane, step, chance)]


def _answer(lane: str, step: str, chance: random.Random) -> dict[str, str]:
    if lane == "maker":
        return answers(limit_hkd=str(chance.randint(31, 99) * 1_000_000))
    if lane == "checker":
        return RETURN if chance.random() < 0.3 else APPROVE
    return FORWARD if lane == "desk_maker" else APPROVE


def _open_tasks(office: Office) -> list[Any]:
    task, case = tables.tasks, tables.cases
    query = select(task.c.id, task.c.lane, task.c.step, case.c.version, case.c.reference).join_from(task, case)
    with office.portal.database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def _say(mouth: int, what: str, said: list[Any]) -> None:
    # One write of less than a page: a kill leaves the whole line or nothing.
    os.write(mouth, json.dumps([what, said]).encode() + b"\n")
