"""What somebody writes who publishes to participants: the questions about it, and the file that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from app.commands.publishing import publishers
from app.commands.publishing.publishers import Upload
from app.web.languages import gettext as _
from engine.forms import attachment
from engine.functions import MEMBERSHIPS

Field = dict[str, Any]


def question(name: str, label: str, wrong: Mapping[str, str], known: str = "", **more: Any) -> Field:
    """One question; what was typed stays when something was wrong. more: kind, hint, max_length, required, options."""
    value = request.form.get(name, known) if wrong else known
    asked = {"id": name, "name": name, "key": name, "kind": "text", "label": label, "value": value, "required": True}
    return asked | {"errors": [wrong[name]] if name in wrong else []} | more


def titles(wrong: Mapping[str, str], title_en: str = "", title_zh: str = "") -> list[Field]:
    """The questions for the title in two languages."""
    return [
        question("title_en", _("English title"), wrong, title_en, max_length=publishers.LONGEST_EN),
        question("title_zh", _("Traditional Chinese title"), wrong, title_zh, max_length=publishers.LONGEST_ZH),
    ]


def audience(wrong: Mapping[str, str], known: tuple[str, ...] = ()) -> Field:
    """The question for whom something is meant."""
    chosen = request.form.getlist("audience") if wrong else known
    hint = _("Only companies that hold one of these memberships find it. None chosen: everybody.")
    asked = question("audience", _("For the memberships"), wrong, kind="checklist", hint=hint, required=False)
    return asked | {"values": list(chosen), "options": [(kind, kind) for kind in MEMBERSHIPS]}


def said_audience() -> tuple[str, ...]:
    """What was chosen there."""
    return tuple(request.form.getlist("audience")[: 2 * len(MEMBERSHIPS)])


def meant_for(kinds: tuple[str, ...]) -> str:
    """For whom something is, in words."""
    return _("For %(kinds)s", kinds=", ".join(kinds)) if kinds else _("For everybody")


def upload() -> Upload:
    """The file that was chosen, read no further than a file may be long; nothing when none was."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return Upload("", b"")
    return Upload(sent.filename, sent.stream.read(attachment.MOST_BYTES + 1))
