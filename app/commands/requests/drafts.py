"""Saving what was typed so far: as often as people like, and never over what a colleague saved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from app.commands.portal import Portal
from app.commands.requests import circumstances
from app.commands.requests.steps import By
from app.commands.requests.tasks import DraftChanged, allowed, draft_mark, lend_hand, note, require_unclaimed
from app.store import answered, tasks
from engine.errors import TaskNotOpen
from engine.forms import form

SAVED = "draft.saved"


def save_draft(
    portal: Portal,
    task_id: UUID,
    *,
    version: int,
    raw: Mapping[str, str],
    explicit: bool,
    by: By,
    seen: str | None = None,
    source: Mapping[str, str] | None = None,
) -> int:
    """Keep what was typed so far and return the case's version, which saving does not change.

    explicit: the person pressed save; such a save, and anybody's first one, stands in the trail. seen: the mark of the
    draft that the page showed; another person's newer one is not overwritten. source: which rows came from a file of
    which SHA-256; such a save stands in the trail too. Raises `NotFound`, `NoRight`, `FourEyes`, `StalePage`,
    `DraftChanged`, `UnknownFields`, `WrongAnswers`, `ServiceClosed`.
    """
    now = portal.clock.now()
    circumstances.require_open_service(now)
    with portal.database.write() as connection:
        at = allowed(connection, tasks.locked(connection, task_id), version, by, now)
        if at.task.kind != "fill":
            raise TaskNotOpen(at.task.key)
        require_unclaimed(connection, at)
        kept = form.clean(at.definition.forms[at.task.form], raw)
        before = answered.draft(connection, at.case.id, at.task.step)
        if seen is not None and before and before.saved_by != at.person.id and draft_mark(before.answers) != seen:
            raise DraftChanged
        first = lend_hand(connection, at)
        answered.keep_draft(
            connection,
            at.case.id,
            at.task.step,
            round=at.case.round,
            answers=kept,
            saved_by=at.person.id,
            saved_at=now,
        )
        took_over = before is not None and before.saved_by != at.person.id
        if first or explicit or took_over or source:
            note(connection, portal, at, SAVED, by, source or {})
        return at.case.version
