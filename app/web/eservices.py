"""The eServices by business function, and opening a request."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.requests import cases as commands
from app.store import cases, tasks
from app.store.people import Membership
from app.web import pages
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from app.web.languages import ngettext
from engine.errors import NotFound
from engine.people import Person
from engine.running.definition import EService

bp = Blueprint("eservices", __name__, url_prefix="/eservices")


@bp.get("")
@signed_in
def index() -> str:
    """Every eService of the functions in which I hold a right."""
    return _page(current_person(), None)


@bp.get("/<name>")
@signed_in
def function(name: str) -> str:
    """The eServices of one business function."""
    person = current_person()
    if name not in pages.functions_of(person):
        raise NotFound("the business function")
    return _page(person, name)


@bp.post("/<code>/requests")
@signed_in
def open_case(code: str) -> Any:
    """Open a draft and lead to its form; whoever may file for several memberships says for which."""
    membership = _membership()
    if membership is None and len(open_seats(current_person(), code)) > 1:
        return _page(current_person(), _function_of(code), missing=code), 422
    return to_form(commands.open_case(portal(), code, pages.acting(), membership))


def to_form(reference: str) -> Any:
    """Lead to the form of a request that was just opened; to the request itself once that was sent on."""
    with portal().database.read() as connection:
        case = cases.by_reference(connection, reference)
        open_tasks = tasks.of_cases(connection, [case.id])[case.id] if case else []
    if not open_tasks:
        return redirect(url_for("cases.show", reference=reference), 303)
    return redirect(url_for("tasks.show", task_id=open_tasks[0].id), 303)


def open_services(person: Person) -> list[EService]:
    """The eServices whose blank form the person may open: makers only."""
    return [one.eservice for one in pages.services(person).values() if open_seats(person, one.eservice.code)]


def open_seats(person: Person, code: str) -> list[Membership]:
    """The memberships for which the person may open a request of that eService."""
    made = pages.services(person).get(code)
    return [seat for seat in pages.memberships_of(person) if made and _may_open(person, made.eservice, seat)]


def seats_asked(person: Person, code: str, missing: str = "") -> dict[str, Any] | None:
    """The question for which of several memberships; None where there is only one."""
    seats = open_seats(person, code)
    if len(seats) < 2:
        return None
    return {
        "id": f"membership-{code}",
        "options": [(seat.id, f"{seat.participant_id} · {seat.kind}") for seat in seats],
        "error": _("Choose for which membership") if missing == code else "",
    }


def _may_open(person: Person, service: EService, seat: Membership) -> bool:
    return seat.kind in service.memberships and person.may("maker", service.function, seat.id)


def _membership() -> int | None:
    text = request.form.get("membership", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _function_of(code: str) -> str | None:
    made = pages.services(current_person()).get(code)
    return made.eservice.function if made else None


def _page(person: Person, only: str | None, missing: str = "") -> str:
    made, mine = pages.services(person), pages.functions_of(person)
    shown = sorted({one.eservice.function for one in made.values()} & mine if only is None else {only})
    functions = [
        {
            "code": name,
            "title": pages.function_title(name),
            "url": url_for("eservices.function", name=name),
            "services": [
                _view(person, one.eservice, missing) for one in made.values() if one.eservice.function == name
            ],
        }
        for name in shown
    ]
    errors = [(f"membership-{missing}", _("Choose for which membership"))] if missing else []
    return render_template("eservices/index.html", functions=functions, errors=errors)


def _view(person: Person, service: EService, missing: str) -> dict[str, Any]:
    can_open = bool(open_seats(person, service.code))
    return {
        "code": service.code,
        "title": service.title,
        "title_zh": service.titles.get("zh_Hant", ""),
        "replaces": service.replaces,
        "cutoff": _("cut-off %(time)s HKT", time=service.cutoff),
        "lead": _lead(service.lead_days),
        "can_open": can_open,
        "open_url": url_for("eservices.open_case", code=service.code),
        "seats": seats_asked(person, service.code, missing),
        "why_not": "" if can_open else _why_not(service, pages.memberships_of(person)),
    }


def _lead(days: int) -> str:
    """How long after receipt a request takes effect at the earliest; nothing where no time has to pass."""
    if not days:
        return ""
    return ngettext(
        "effective at the earliest %(num)s business day after receipt",
        "effective at the earliest %(num)s business days after receipt",
        days,
    )


def _why_not(service: EService, seats: list[Membership]) -> str:
    if not any(seat.kind in service.memberships for seat in seats):
        return _("For %(kinds)s only", kinds=", ".join(service.memberships))
    return _("You check these; only makers open them")
