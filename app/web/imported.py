"""What a form page offers beside rows that may come from a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import request, url_for

from app.web.work import At
from engine.forms.rows import is_blank, rows_of


def views(at: At, raw: Mapping[str, str], wrong: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """The template and the upload of every such field, by its key.

    wrong: the names of answers that need attention. asks_how: whether rows were typed already. how: what was chosen.
    """
    return {
        entry.key: {
            "sheet": {
                "template_url": url_for("spreadsheets.template", task_id=at.task.id, field=entry.key),
                "upload_url": url_for("spreadsheets.fill", task_id=at.task.id, field=entry.key),
                "how": request.form.get(f"file.{entry.key}.how", ""),
                "is_wrong": entry.key in wrong,
                "asks_how": any(not is_blank(row) for row in rows_of(entry, raw)),
            }
        }
        for entry in at.form.fields
        if entry.importable
    }
