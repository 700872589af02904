"""What rights open: the Guidance Notes, and why somebody sees an eService or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from app.commands.managing import guidance
from app.store import people
from app.web import pages
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from engine.people import Person, Right
from engine.rights import CCDA
from engine.running.definition import EService

bp = Blueprint("access", __name__)


@bp.get("/guidance")
@signed_in
def notes() -> str:
    """The CCDA Rights Guidance Notes."""
    at = pages.day_and_time(portal().clock.now())
    return render_template("access/notes.html", notes=guidance.current_notes(portal()), at=at)


@bp.get("/guidance.pdf")
@signed_in
def notes_pdf() -> Response:
    """The same on paper."""
    response = Response(guidance.notes_pdf(portal()), mimetype="application/pdf")
    response.headers["Content-Disposition"] = "attachment; filename=rights-guidance-notes.pdf"
    return response


@bp.get("/access")
@signed_in
def mine() -> str:
    """Every eService, whether I may open or check it, and if not, what is missing and who can change it."""
    person = current_person()
    with portal().database.read() as connection:
        admins = [seat.name for seat in people.ccdas_of(connection, person.company)]
    services = sorted((made.eservice for made in pages.services(person).values()), key=lambda one: one.code)
    rows = [_row(person, one, admins) for one in services]
    return render_template("access/mine.html", rows=rows, is_ccda=person.kind == CCDA, is_staff=person.is_staff)


def _row(person: Person, service: EService, admins: list[str]) -> dict[str, Any]:
    kinds = (*service.memberships, *service.next_memberships)
    seats = [seat for seat in pages.memberships_of(person) if seat.kind in kinds]
    lanes = [
        (lane, seat.participant_id)
        for lane in ("maker", "checker")
        for seat in seats
        if Right(lane, service.function, seat.id) in person.rights
    ]
    return {
        "code": service.code,
        "title": service.title,
        "function": pages.function_title(service.function),
        "can": [_can(lane, participant) for lane, participant in lanes],
        "why": _why(person, service, bool(seats), {lane for lane, _seat in lanes}, admins),
    }


def _can(lane: str, participant: str) -> str:
    if lane == "maker":
        return _("You fill and submit it for %(participant)s", participant=participant)
    return _("You check it for %(participant)s", participant=participant)


def _why(person: Person, service: EService, entitled: bool, lanes: set[str], admins: list[str]) -> list[str]:
    """What is missing, and who can change it; nothing when both lanes are held."""
    if not entitled:
        kinds = ", ".join((*service.memberships, *service.next_memberships))
        exchange = portal().settings.exchange_name
        return [
            _("Your company holds none of the memberships that entitle to it: %(kinds)s.", kinds=kinds),
            _("%(exchange)s sets up memberships.", exchange=exchange),
        ]
    if person.kind == CCDA:
        return [_("You grant it to the people of your company, and file nothing yourself.")]
    title = pages.function_title(service.function)
    words = {"maker": _("Maker"), "checker": _("Checker")}
    missing = [words[lane] for lane in words if lane not in lanes]
    if not missing:
        return []
    lacks = _("You do not hold %(lanes)s in %(title)s.", lanes=_(" and ").join(missing), title=title)
    if not admins:
        return [lacks, _("Your company has no delegated administrator who could grant it: ask the exchange.")]
    return [lacks, _("%(names)s can grant it.", names=_(" or ").join(admins))]
