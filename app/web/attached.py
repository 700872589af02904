"""Supporting documents as pages show them: beside the question that asks for them, and in the request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from app.commands.requests import files as commands
from app.store import files
from app.store.files import File
from app.store.story import Story
from app.web import pages
from app.web.languages import gettext as _
from app.web.work import At
from engine.forms import attachment
from engine.forms.schema import Field
from engine.people import COMPANY, EXCHANGE, side_of_lane

ACCEPT = ",".join(f".{kind}" for kind in attachment.KINDS)


def views(at: At) -> dict[str, dict[str, Any]]:
    """What a form page shows of every file field, by its key."""
    asked = [entry for entry in at.form.fields if entry.kind == "file"]
    if not asked:
        return {}
    participant, side = at.participant, side_of_lane(at.task.lane)
    mine = [f for f in at.story.uploads if f.present and (f.side, f.participant_id) == (side, participant)]
    return {entry.key: _view(at, entry, mine, participant) for entry in asked}


def listed(told: Story, found: Iterable[File]) -> list[dict[str, str]]:
    """Files as a request lists them, each with the way to its bytes."""
    return [
        {
            "name": file.name,
            "kind": file.kind.upper(),
            "size": attachment.spoken_size(file.size),
            "url": url_for("files.download", reference=told.case.reference, file_id=file.id),
            "by": _putter(told, file),
            "at": pages.day_and_time(file.put_at),
        }
        for file in found
    ]


def _putter(told: Story, file: File) -> str:
    """Who put a file there; of another company the company alone is told."""
    if told.side in (None, EXCHANGE, file.side) or file.side == EXCHANGE:
        return file.putter
    if file.side == COMPANY:
        return told.company.name_en
    return next((party.company for party in told.parties if party.participant == file.participant_id), "")


def _view(at: At, entry: Field, mine: list[File], participant: str) -> dict[str, Any]:
    here = [file for file in mine if (file.step, file.field) == (at.task.step, entry.key)]
    taken = [file.name for file in mine if file.state == files.KEPT]
    most, task = commands.most_of(entry), {"task_id": at.task.id}

    def next_name(kind: str) -> str:
        return attachment.expected_name(at.case.reference, participant, taken, kind) or ""

    return {
        "files": [_file(at, entry, file, participant, next_name(file.kind)) for file in here],
        "expected_name": next_name(attachment.KINDS[0]),
        "accept": ACCEPT,
        "most": most,
        "can_add": len(here) < most and len(mine) < attachment.MOST_NAMES,
        "upload_url": url_for("files.upload", field=entry.key, **task),
        "act_url": url_for("files.act", **task),
        "privacy": _(
            "This form asks for documents. On a phone or a shared device others may see them or they may stay behind "
            "in it: we recommend to submit from a PC."
        ),
    }


def _file(at: At, entry: Field, file: File, participant: str, expected: str) -> dict[str, Any]:
    (shown,) = listed(at.story, [file])
    misnamed = file.state == files.MISNAMED
    return {
        **shown,
        "id": str(file.id),
        "state": file.state,
        "trouble": _trouble(at, file, participant) if misnamed else "",
        "expected_name": expected if misnamed else file.name,
        "rename_value": f"{entry.key}:rename:{file.id}",
        "remove_value": f"{entry.key}:remove:{file.id}",
    }


def _trouble(at: At, file: File, participant: str) -> str:
    return attachment.fault(file.name, at.case.reference, participant) or _(
        "Expected a name of its own, but a file of another question has this name: rename it."
    )
