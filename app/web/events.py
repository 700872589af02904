"""Events: what is coming, what my firm has of it, enrolling, and giving places back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext

from app.commands.publishing import enrolling, seats
from app.commands.publishing.events import KEEP
from app.commands.publishing.seats import LANES
from app.store import attendees, enrolments, events
from app.store.attendees import Attendee
from app.store.database import Connection
from app.store.events import Event, Full
from app.store.people import Membership
from app.web import pages
from app.web.eservices import to_form
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from app.web.languages import ngettext
from engine.errors import NotFound
from engine.forms.spoken import short_date
from engine.hours import HONG_KONG, hong_kong_day
from engine.people import Person
from engine.rights import may

bp = Blueprint("events", __name__, url_prefix="/events")
KINDS = {
    "SEMINAR": lazy_gettext("Seminar"),
    "BRIEFING": lazy_gettext("Briefing"),
    "TRAINING": lazy_gettext("Training"),
    "REHEARSAL": lazy_gettext("Market rehearsal"),
    "PRACTICE": lazy_gettext("Practice session"),
    "CONNECTIVITY": lazy_gettext("Connectivity test"),
}
MODES = {"IN_PERSON": lazy_gettext("In person"), "ONLINE": lazy_gettext("Online")}


class Seen(NamedTuple):
    """Some events, how full they are, whom my firm has named for them, and the how manieth they are in line."""

    events: Sequence[Event]
    full: dict[int, Full]
    mine: list[Attendee]
    places: dict[int, int]

    def of(self, event: Event) -> list[Attendee]:
        """Whom my firm has named for one of them."""
        return [one for one in self.mine if one.event_id == event.id]


# --- pages ------------------------------------------------------------------------------------------------------------
@bp.get("")
@signed_in
def index() -> str:
    """What is coming, and apart from it what is over."""
    person, now, is_past = current_person(), portal().clock.now(), request.args.get("when") == "past"
    keeper, look = may(person, KEEP), events.past if is_past else events.coming
    with portal().database.read() as connection:
        seen = read(connection, person, for_reader(person, look(connection, now, drafts=keeper)))
    return render_template(
        "events/index.html",
        cards=[card(person, seen, event, now) for event in seen.events],
        tabs=_tabs(is_past=is_past),
        is_past=is_past,
        add_url=url_for("kept_events.new") if keeper else "",
    )


@bp.get("/<code>")
@signed_in
def show(code: str) -> str:
    """One event, with the people of my firm."""
    return _page(code)


@bp.post("/<code>/enrolments")
@signed_in
def enrol(code: str) -> Any:
    """Open the eService with the event filled in; whoever may enrol for several memberships says for which."""
    text = request.form.get("membership", "")
    membership = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if membership is None and len(_seats(current_person(), _known(code), "maker")) > 1:
        return _page(code, missing=True), 422
    return to_form(enrolling.enrol(portal(), pages.acting(), code, membership))


@bp.route("/<code>/withdrawal", methods=["GET", "POST"])
@signed_in
def withdraw(code: str) -> Any:
    """Give back the places of some of my firm's people, after a page that asks whose."""
    chosen = [int(one) for one in request.form.getlist("attendee") if one.isascii() and one.isdigit() and len(one) < 16]
    if request.method == "POST" and chosen:
        seats.withdraw(portal(), pages.acting(), code, chosen)
        return redirect(url_for("events.show", code=code), 303)
    person, event = current_person(), _known(code)
    with portal().database.read() as connection:
        seen = read(connection, person, [event])
    named = [one for one in seen.mine if one.participant_id in _participants(person, event)]
    if not named or not event.takes_place or portal().clock.now() >= event.starts_at:
        raise NotFound("attendees who can be withdrawn")
    error = _("Choose whom to withdraw.") if request.method == "POST" else ""
    rows = [_row(one, seen) | {"id": one.id} for one in named]
    page = render_template("events/withdraw.html", event=about(event), rows=rows, error=error)
    return (page, 422) if error else page


def _page(code: str, *, missing: bool = False) -> str:
    person, now, event = current_person(), portal().clock.now(), _known(code)
    with portal().database.read() as connection:
        seen = read(connection, person, [event])
    acts_for = _participants(person, event)
    mine = [one for one in seen.mine if one.participant_id in acts_for]
    return render_template(
        "events/show.html",
        event=card(person, seen, event, now, missing=missing),
        description=event.description.split("\n") if event.description else [],
        facts=_facts(event, seen.full[event.id], now),
        mine=[_row(one, seen) for one in mine],
        withdraw_url=url_for("events.withdraw", code=code) if mine and can_withdraw(event, now) else "",
        keep=_kept(event, now) if may(person, KEEP) else None,
        errors=[("membership", _("Choose for which membership"))] if missing else [],
    )


def _tabs(*, is_past: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("Coming"), "url": url_for("events.index"), "current": not is_past},
        {"label": _("Past"), "url": url_for("events.index", when="past"), "current": is_past},
    ]


# --- who may see what -------------------------------------------------------------------------------------------------
def for_reader(person: Person, found: Iterable[Event]) -> list[Event]:
    """Those that somebody finds: the exchange's people all, others what is for a membership of their firm."""
    if person.is_staff:
        return list(found)
    kinds = [seat.kind for seat in pages.memberships_of(person)]
    return [event for event in found if event.is_for(kinds)]


def _known(code: str) -> Event:
    """An event that I find; anything else does not exist."""
    person = current_person()
    with portal().database.read() as connection:
        event = events.one(connection, code)
    if event is None or not for_reader(person, [event]) or (event.published_at is None and not may(person, KEEP)):
        raise NotFound("the event")
    return event


def read(connection: Connection, person: Person, found: Sequence[Event]) -> Seen:
    """What pages say of these events to somebody."""
    ids = [event.id for event in found]
    mine = [] if person.is_staff else attendees.of_company(connection, person.company, ids)
    waited_for = {one.event_id for one in mine if one.seated_at is None}
    places = attendees.places_in_line(connection, waited_for) if waited_for else {}
    return Seen(found, events.full(connection, ids), mine, places)


def _seats(person: Person, event: Event, *lanes: str) -> list[Membership]:
    made = pages.services(person).values()
    return enrolments.seats_for(person, pages.memberships_of(person), made, event, *lanes)


def _participants(person: Person, event: Event) -> set[str]:
    """The participant IDs whose attendees somebody sees by name: makers and checkers do, others only how many."""
    return {seat.participant_id for seat in _seats(person, event, *LANES)}


def can_withdraw(event: Event, now: datetime) -> bool:
    """Whether places can still be given back."""
    return event.takes_place and now < event.starts_at


# --- an event as pages say it -----------------------------------------------------------------------------------------
def about(event: Event) -> dict[str, Any]:
    """What is the same for every reader."""
    starts, ends = event.starts_at.astimezone(HONG_KONG), event.ends_at.astimezone(HONG_KONG)
    return {
        "code": event.code,
        "title": event.title_en,
        "title_zh": event.title_zh,
        "kind": KINDS[event.kind],
        "when": _(
            "%(day)s, %(from)s to %(until)s HKT",
            day=short_date(starts.date()),
            until=f"{ends:%H:%M}",
            **{"from": f"{starts:%H:%M}"},
        ),
        "place": event.place,
        "url": url_for("events.show", code=event.code),
    }


def card(person: Person, seen: Seen, event: Event, now: datetime, *, missing: bool = False) -> dict[str, Any]:
    """An event as lists show it to somebody."""
    mine = seen.of(event)
    makers = [] if person.is_staff or not event.is_open(now) else _seats(person, event, "maker")
    return {
        **about(event),
        "state": _state(event, now),
        "places": _places(event, seen.full[event.id]) if _counts(event, seen.full[event.id], now) else "",
        "enrolment": _enrolment(event, now),
        "mine": _of_firm(mine, seen),
        "enrol": _enrol(event, makers, mine, missing=missing) if makers else None,
    }


def _state(event: Event, now: datetime) -> dict[str, str]:
    """One word on how an event stands, as its pill shows it."""
    if event.cancelled_at is not None:
        return {"label": _("Cancelled"), "tone": "returned"}
    if event.published_at is None:
        return {"label": _("Not published"), "tone": "draft"}
    if now >= event.ends_at:
        return {"label": _("Over"), "tone": "ended"}
    if event.is_open(now):
        return {"label": _("Open"), "tone": "waiting"}
    closed = now >= event.closes_at
    return {"label": _("Closed"), "tone": "ended"} if closed else {"label": _("Opens later"), "tone": "draft"}


def _counts(event: Event, full: Full, now: datetime) -> bool:
    """Whether it matters how many places are left: while firms may enrol, and as long as anybody waits."""
    return event.takes_place and (now < event.closes_at or (full.waiting > 0 and now < event.starts_at))


def _places(event: Event, full: Full) -> str:
    left = max(0, event.capacity - full.seated)
    if left:
        return ngettext("%(num)s of %(all)s places left", "%(num)s of %(all)s places left", left, all=event.capacity)
    if not full.waiting:
        return _("All %(all)s places are taken; whoever enrols now waits", all=event.capacity)
    return ngettext(
        "All %(all)s places are taken; %(num)s person waits",
        "All %(all)s places are taken; %(num)s people wait",
        full.waiting,
        all=event.capacity,
    )


def _enrolment(event: Event, now: datetime) -> str:
    """When enrolment opens, closes, or closed; of what does not take place any more nothing."""
    if event.cancelled_at is not None or now >= event.ends_at:
        return ""
    closes = moment(event.closes_at)
    if now >= event.closes_at:
        return _("Enrolment closed on %(at)s", at=closes)
    if event.opens_on > hong_kong_day(now):
        return _("Enrolment opens on %(day)s and closes on %(at)s", day=short_date(event.opens_on), at=closes)
    return _("Enrolment closes on %(at)s", at=closes)


def moment(at: datetime) -> str:
    """A day and a time with its year: Fri 3 Dec 2027, 17:00 HKT."""
    local = at.astimezone(HONG_KONG)
    return f"{short_date(local.date())}, {local:%H:%M} HKT"


def _of_firm(mine: Sequence[Attendee], seen: Seen) -> list[str]:
    """What a firm has of an event, in sentences."""
    seated = [one for one in mine if one.seated_at]
    line = sorted(seen.places[one.id] for one in mine if one.id in seen.places)
    said = []
    if seated:
        said.append(
            ngettext(
                "%(num)s attendee of your firm has a place",
                "%(num)s attendees of your firm have places",
                len(seated),
            )
        )
    if line:
        said.append(
            ngettext(
                "%(num)s attendee of your firm is on the waiting list, as number %(place)s",
                "%(num)s attendees of your firm are on the waiting list, the first as number %(place)s",
                len(line),
                place=line[0],
            )
        )
    return said


def _enrol(event: Event, makers: Sequence[Membership], mine: Sequence[Attendee], *, missing: bool) -> dict[str, Any]:
    options = [(seat.id, f"{seat.participant_id} · {seat.kind}") for seat in makers]
    return {
        "url": url_for("events.enrol", code=event.code),
        "label": _("Change your attendees") if mine else _("Enrol"),
        "options": options if len(options) > 1 else [],
        "error": _("Choose for which membership") if missing else "",
    }


def _facts(event: Event, full: Full, now: datetime) -> list[dict[str, Any]]:
    said = about(event)
    everybody = _("Every membership")
    rows = [
        (_("Kind"), said["kind"]),
        (_("When"), said["when"]),
        (_("Place"), event.place),
        (_("How people take part"), ", ".join(str(MODES[mode]) for mode in event.modes)),
        (_("Enrolment opens"), short_date(event.opens_on)),
        (_("Enrolment closes"), moment(event.closes_at)),
        (_("Places"), _places(event, full) if _counts(event, full, now) else str(event.capacity)),
        (_("Attendees of one company at most"), str(event.max_per_company)),
        (_("For"), ", ".join(event.audience) or everybody),
        (_("A checker of the firm approves"), _("Yes") if event.checker_required else _("No")),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def _row(one: Attendee, seen: Seen) -> dict[str, Any]:
    place = seen.places.get(one.id)
    return {
        "name": one.name,
        "title": one.title,
        "mode": MODES.get(one.mode, one.mode),
        "participant_id": one.participant_id,
        "reference": one.reference,
        "state": _("Has a place") if one.seated_at else _("Waiting list, number %(place)s", place=place),
        "tone": "success" if one.seated_at else "waiting",
    }


def _kept(event: Event, now: datetime) -> dict[str, str]:
    """What whoever keeps events can do with one, by address; nothing where it cannot be done now."""
    goes_on = event.cancelled_at is None and now < event.ends_at
    is_out = event.published_at is not None
    urls = {
        "attendees": is_out,
        "change": goes_on and now < event.starts_at,
        "publish": goes_on and not is_out,
        "close": goes_on and is_out and now < event.closes_at,
        "cancel": goes_on,
    }
    found = {name: url_for(f"kept_events.{name}", code=event.code) for name, possible in urls.items() if possible}
    return {**found, "changes": str(event.changes)}
