"""Notices: what I was told about requests, and the bell that counts what I have not read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for

from app.store import definitions, notices
from app.store.database import Connection
from app.store.notices import Notice
from app.web import pages
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from engine.hours import hong_kong_time

bp = Blueprint("notices", __name__, url_prefix="/notices")
PAGE = 30
SAID = {
    "task.opened": "Waits for you: %(task)s",
    "task.returned": "%(status)s: correct it and submit it again",
    "task.reminder": "Still waits for you: %(task)s",
    "task.overdue": "Overdue: %(task)s",
    "task.idle": "Not submitted yet",
    "task.cutoff": "Not submitted, and due today",
    "task.due_moved": "Due at another time: %(task)s",
    "task.nudged": "%(who)s asks you to look at it",
    "comment.added": "%(who)s has written a comment",
    "case.moved": "Now: %(status)s",
    "case.ended": "Ended: %(status)s",
    "case.effective": "Takes effect today",
    "way_out.proposed": "%(who)s asks you to confirm: %(task)s",
    "way_out.declined": "%(who)s has declined: %(task)s",
    "event.waiting": "On the waiting list of %(event)s: %(number)s of those you have enrolled",
    "event.place_given": "Moved up from the waiting list of %(event)s: %(number)s",
    "event.changed": "Time or place has changed: %(event)s",
    "event.cancelled": "Cancelled by the exchange: %(event)s",
    "event.withdrawn": "%(who)s has withdrawn attendees from %(event)s: %(number)s",
}


@bp.get("")
@signed_in
def show() -> str:
    """What I was told, newest first."""
    person, now = current_person(), portal().clock.now()
    before = request.args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    with portal().database.read() as connection:
        found = notices.listed(connection, person, now, before=before_id, most=PAGE + 1)
        rows = [_row(connection, one) for one in found[:PAGE]]
    older = url_for("notices.show", before=found[PAGE - 1].id) if len(found) > PAGE else None
    return render_template("notices.html", rows=rows, older_url=older, is_first=before_id is None)


@bp.get("/<int:notice>")
@signed_in
def open_one(notice: int) -> Any:
    """Note that I have read a notice, and lead to its request, or to the event that it tells of."""
    with portal().database.write() as connection:
        found = notices.read(connection, current_person(), notice, portal().clock.now())
    if found is None:
        abort(404)
    if "code" in found.payload:
        return redirect(url_for("events.show", code=found.payload["code"]), 303)
    return redirect(url_for("cases.show", reference=found.reference), 303)


@bp.post("/reading")
@signed_in
def read_all() -> Any:
    """Note that I have read all of them."""
    with portal().database.write() as connection:
        notices.read_all(connection, current_person().id, portal().clock.now())
    return redirect(url_for("notices.show"), 303)


@bp.get("/count")
@signed_in
def count() -> Any:
    """How many are unread, for the bell of a page that stays open."""
    with portal().database.read() as connection:
        unread = notices.unread(connection, current_person(), portal().clock.now())
    return jsonify(pages.bell(unread))


def _row(connection: Connection, one: Notice) -> dict[str, Any]:
    words = {"task": "", "who": "", **one.payload}
    words["status"] = pages.status(words["status"])["label"] if "status" in words else ""
    due, behalf = words.pop("due_at", ""), words.pop("for", "")
    return {
        "said": _(SAID[one.template], **words),
        "url": url_for("notices.open_one", notice=one.id),
        "title": definitions.of_release(connection, one.release).eservice.short_title,
        "reference": one.reference,
        "behalf": behalf,
        "due": hong_kong_time(datetime.fromisoformat(due)) if due else "",
        "at": pages.day_and_time(one.at),
        "unread": one.read_at is None,
    }
