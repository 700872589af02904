"""The administration trail of a company, entry by entry, for its administrators and for those who watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.commands import administration as commands
from app.commands.publishing.bulletins import LOOSE, OPEN_END, PINNED
from app.commands.publishing.documents import CATEGORIES
from app.commands.publishing.publishers import EVERYBODY
from app.store import administration
from app.store.administration import Sealed
from app.web import pages
from app.web.calendar import DAY_KINDS
from app.web.guards import current_person, only, portal
from app.web.languages import gettext as _
from app.web.rights import LANES, tabs
from engine import functions
from engine.errors import NotFound
from engine.exclusions import EXCLUSIONS

bp = Blueprint("administration", __name__)
PAGE = 50
WORDS = {
    "account.added": "Account added",
    "account.changed": "Particulars changed",
    "account.suspended": "Suspended",
    "account.activated": "Activated",
    "account.deactivated": "Deactivated",
    "account.welcomed": "Welcome mail sent again",
    "account.locked": "Locked after five wrong passwords or codes",
    "account.unlocked": "Unlocked",
    "unlock.refused": "Not unlocked: the mail came from another address",
    "forget.refused": "Codes not set up anew: the mail came from another address",
    "rights.changed": "Rights changed",
    "rights.asked": "Other rights asked for",
    "rights.declined": "Rights declined",
    "rights.certified": "Rights looked at and found right",
    "company.added": "Company set up",
    "company.removed": "Company removed",
    "membership.added": "Membership added",
    "membership.ended": "Membership ended",
    "dual_control.set": "Two administrators for each grant",
    "desk.added": "Desk added",
    "desk.ended": "Desk ended",
    "form.added": "PDF form added",
    "form.changed": "PDF form changed",
    "form.published": "PDF form published",
    "form.shipped": "PDF form came with the portal",
    "form.withdrawn": "PDF form withdrawn",
    "bulletin.added": "Circular published",
    "bulletin.changed": "Circular changed",
    "bulletin.withdrawn": "Circular withdrawn",
    "document.added": "Technical document added",
    "document.changed": "Technical document changed",
    "document.published": "Technical document published",
    "document.withdrawn": "Technical document withdrawn",
    "password.set": "Password set",
    "password.reset": "Password set anew",
    "password.changed": "Password changed",
    "channel.set": "Channel of codes chosen",
    "channel.changed": "Channel of codes changed",
    "channel.forgotten": "Codes to be set up anew",
    "recovery_codes.made": "Recovery codes made",
    "recovery_code.used": "Recovery code used",
    "passkey.added": "Passkey added",
    "passkey.removed": "Passkey removed",
    "signin.ended": "Sign-in ended",
    "letters.chosen": "Ways to hear of requests chosen",
    "language.chosen": "Language chosen",
    "feed.made": "Address of the calendar made",
    "feed.revoked": "Address of the calendar revoked",
    "substitute.named": "Substitute named",
    "substitute.agreed": "Substitute agreed to",
    "substitute.declined": "Substitute declined",
    "substitute.ended": "Substitute ended",
    "calendar.proposed": "Exception of the calendar proposed",
    "calendar.approved": "Exception of the calendar approved",
    "calendar.refused": "Exception of the calendar refused",
    "calendar.taken_back": "Exception of the calendar taken back",
    "event.written": "Event written",
    "event.changed": "Event changed",
    "event.published": "Event published",
    "event.closed": "Enrolment closed early",
    "event.cancelled": "Event cancelled",
    "event.attended": "Who came to an event noted",
    "enrolment.withdrawn": "Attendees of an event withdrawn",
}
LABELS = {
    "granted": "Granted",
    "taken": "Taken",
    "held": "Held",
    "sender": "Sender",
    "name": "Name",
    "title": "Title",
    "phone": "Phone",
    "kind": "Kind",
    "participant_id": "Participant ID",
    "code": "Code",
    "name_en": "English name",
    "name_zh": "Chinese name",
    "number": "Form number",
    "category": "Why it is no eService",
    "bulletin": "Circular",
    "document": "Technical document",
    "shelf": "Category",
    "title_en": "English title",
    "title_zh": "Chinese title",
    "text_en": "English text",
    "text_zh": "Chinese text",
    "audience": "For the memberships",
    "pinned": "Pinned",
    "shown_from": "Shown from",
    "shown_until": "Shown until",
    "label": "Version named",
    "effective": "Effective",
    "file_name": "File",
    "keywords": "Keywords",
    "version": "Version",
    "dated": "Version date",
    "sha256": "SHA-256",
    "accounts": "Accounts",
    "channel": "Channel",
    "tasks": "New tasks",
    "moves": "Moves and ends",
    "reminders": "Reminders",
    "day": "Day",
    "day_kind": "It is to be",
    "reason": "Reason",
    "event": "Event",
    "place": "Place",
    "description": "Description",
    "modes": "How people take part",
    "starts_at": "Begins",
    "ends_at": "Ends",
    "opens_on": "Enrolment opens",
    "closes_at": "Enrolment closes",
    "capacity": "Places",
    "max_per_company": "Attendees of one company at most",
    "checker_required": "A checker approves",
    "attendees": "Attendees",
    "references": "Requests",
    "moved_up": "Moved up from the waiting list",
    "substitute": "Substitute",
    "first": "First day",
    "last": "Last day",
}
KINDS = {"business": "Business user", "ccda": "Delegated administrator", "staff": "Staff of a desk"}
PUBLISHED = {EVERYBODY: "Everybody", PINNED: "Yes", LOOSE: "No", OPEN_END: "No last day"}
SPOKEN = KINDS | DAY_KINDS | CATEGORIES | PUBLISHED | {one.name: one.title for one in EXCLUSIONS}


@bp.get("/people/trail")
@only("read the company's trail")
def own() -> str:
    """What was done to the accounts of the reader's own company."""
    return _page(current_person().company, "administration.own", {}, tabs("trail", due=0))


@bp.get("/administration")
@only("read every company's trail")
def index() -> str:
    """Every company, and how long its administration trail is."""
    with portal().database.read() as connection:
        heads = administration.heads(connection)
    rows = [
        {
            "name": head.name,
            "code": head.code,
            "entries": head.entries,
            "url": url_for("administration.of_company", company=head.company),
        }
        for head in heads
    ]
    return render_template("exchange/trails.html", rows=rows)


@bp.get("/administration/<int:company>")
@only("read every company's trail")
def of_company(company: int) -> str:
    """What was done to the accounts of one company."""
    return _page(company, "administration.of_company", {"company": company}, [])


def lines(found: Iterable[Sealed]) -> list[dict[str, Any]]:
    """Entries as people read them."""
    return [_line(sealed.entry, sealed.hash) for sealed in found]


def _page(company: int, endpoint: str, place: dict[str, int], tabs: list[dict[str, Any]]) -> str:
    before = request.args.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    with portal().database.read() as connection:
        head = administration.head_of(connection, company)
        if head is None:
            raise NotFound("this company")
        found = administration.entries(connection, company, last, PAGE + 1)
        fault = commands.fault(portal(), head, administration.entries(connection, company))
    older = url_for(endpoint, before=found[PAGE - 1].entry["seq"], **place) if len(found) > PAGE else None
    return render_template(
        "people/trail.html",
        tabs=tabs,
        company=head.name,
        lines=lines(found[:PAGE]),
        fault=fault,
        head=head.head[:16],
        older_url=older,
        back="" if tabs else url_for("administration.index"),
    )


def _line(entry: Mapping[str, Any], link: str) -> dict[str, Any]:
    actor, subject = entry["actor"], entry["subject"]
    return {
        "seq": entry["seq"],
        "at": pages.exact_time(commands.moment(entry)),
        "who": _who(actor["name"], entry["facts"].get("for", "")),
        "company": actor["company"],
        "address": actor["address"],
        "what": _(WORDS.get(entry["action"], entry["action"])),
        "whom": subject["name"],
        "email": subject["email"],
        "details": [_detail(name, value) for name, value in entry["facts"].items() if name in LABELS and value],
        "link": link[:12],
    }


def _who(name: str, absent: str) -> str:
    return _("%(who)s for %(absent)s", who=name, absent=absent) if absent else name


def _detail(name: str, value: Any) -> dict[str, Any]:
    values = [_right(one) for one in value] if isinstance(value, list) else [_(SPOKEN.get(str(value), str(value)))]
    return {"label": _(LABELS[name]), "values": values}


def _right(words: str) -> str:
    """A right as a trail keeps it, as people read it."""
    lane, holder, *seat = words.split(" ")
    place = functions.TITLES.get(holder, holder)
    told = _("%(lane)s in %(place)s", lane=_(LANES.get(lane, lane)), place=place)
    return f"{told}, {' '.join(seat)}" if seat else str(told)
