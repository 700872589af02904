"""Claiming a task: saying that I do it, so that nobody else does it meanwhile."""

from __future__ import annotations

from uuid import UUID

from app.commands.portal import Portal
from app.commands.requests import circumstances
from app.commands.requests.steps import By
from app.commands.requests.tasks import Claimed, allowed, name_of, note, require_unclaimed
from app.store import tasks

CLAIMED, RELEASED = "task.claimed", "task.released"


def claim_task(portal: Portal, task_id: UUID, *, take_over: bool = False, by: By) -> str:
    """Say that I do this task, so that nobody else does it meanwhile; returns the reference of its case.

    take_over: also when somebody else has said so before. Raises `NotFound`, `NoRight`, `FourEyes`, `TaskNotOpen`,
    `Claimed`, `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    with portal.database.write() as connection:
        at = allowed(connection, tasks.locked(connection, task_id), None, by, now)
        before = at.task.claimed_by
        if before == by.person:
            return at.case.reference
        if before is not None and before not in at.person.eyes and not take_over:
            raise Claimed(name_of(connection, before))
        tasks.claim(connection, task_id, by.person, now)
        note(connection, portal, at, CLAIMED, by, {"from": before} if before else {})
        return at.case.reference


def release_task(portal: Portal, task_id: UUID, by: By) -> str:
    """Say that I do not do this task after all; returns the reference of its case. Raises as `claim_task` does."""
    now = portal.clock.now()
    circumstances.require_open_service(now)
    with portal.database.write() as connection:
        at = allowed(connection, tasks.locked(connection, task_id), None, by, now)
        require_unclaimed(connection, at)
        if at.task.claimed_by is not None:
            tasks.claim(connection, task_id, None, None)
            note(connection, portal, at, RELEASED, by, {})
        return at.case.reference
