"""What the exchange manages: companies with their memberships and administrators, its own staff, and its desks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.managing import accounts as account_commands
from app.commands.managing import companies as commands
from app.commands.managing import memberships
from app.commands.managing.accounts import Particulars, WrongParticulars
from app.commands.managing.companies import DeskInUse, WrongCompany
from app.store import accounts, companies
from app.store.accounts import Account
from app.store.companies import Desk, Firm, Seat
from app.web import pages
from app.web.guards import only, portal
from app.web.languages import gettext as _
from app.web.people import new_page, row
from engine import functions
from engine.errors import NotFound
from engine.people import Right
from engine.rights import CCDA, EXCHANGE_KINDS, STAFF

bp = Blueprint("exchange", __name__, url_prefix="/exchange")
manages = only("manage the exchange")
STAFF_WORDS = {
    STAFF: "Staff of a desk",
    "ops": "Operations",
    "auditor": "Auditor",
    "analyst": "Analyst",
    "admin": "Administrator",
}


# --- companies --------------------------------------------------------------------------------------------------------
@bp.get("/companies")
@manages
def companies_list() -> str:
    """Every company."""
    return _companies_page({})


@bp.post("/companies")
@manages
def add_company() -> Any:
    """Set up a company."""
    said = [request.form.get(name, "") for name in ("code", "name_en", "name_zh")]
    try:
        company = commands.add_company(portal(), pages.acting(), *said)
    except WrongCompany as error:
        return _companies_page(error.fields), 422
    return redirect(url_for("exchange.company", company=company), 303)


@bp.get("/companies/<int:company>")
@manages
def company(company: int) -> str:
    """One company: memberships, delegated administrators, and whether a grant needs two of them."""
    return _company_page(company, {})


@bp.post("/companies/<int:company>/memberships")
@manages
def add_membership(company: int) -> Any:
    """Give a company a membership."""
    form = request.form
    try:
        commands.add_membership(portal(), pages.acting(), company, form.get("kind", ""), form.get("participant_id", ""))
    except WrongCompany as error:
        return _company_page(company, error.fields), 422
    return redirect(url_for("exchange.company", company=company), 303)


@bp.route("/companies/<int:company>/memberships/<int:membership>/end", methods=["GET", "POST"])
@manages
def end_membership(company: int, membership: int) -> Any:
    """End a membership, after a page that says what goes with it."""
    with portal().database.read() as connection:
        firm, seat = _firm_and_seat(connection, company, membership)
    back = url_for("exchange.company", company=company)
    if request.method != "POST":
        return render_template(
            "exchange/end.html",
            heading=_("End the membership %(seat)s", seat=f"{seat.kind} {seat.participant_id}"),
            line=firm.name_en,
            sentence=_(
                "Every right for it is taken. Its open requests are aborted, and those of others that wait for it go "
                "back to their makers. It can be added again, but what was ended stays ended."
            ),
            label=_("End the membership"),
            url=url_for("exchange.end_membership", company=company, membership=membership),
            back=back,
        )
    memberships.end_membership(portal(), seat.participant_id, seat.kind, by=pages.acting())
    return redirect(back, 303)


@bp.post("/companies/<int:company>/dual-control")
@manages
def dual_control(company: int) -> Any:
    """Let each grant need a second administrator, or no longer."""
    commands.set_dual_control(portal(), pages.acting(), company, on=request.form.get("on") == "yes")
    return redirect(url_for("exchange.company", company=company), 303)


@bp.route("/companies/<int:company>/remove", methods=["GET", "POST"])
@manages
def remove_company(company: int) -> Any:
    """End every account of a company that holds no membership any more."""
    with portal().database.read() as connection:
        firm = _known(connection, company)
    if request.method == "POST":
        commands.remove_company(portal(), pages.acting(), company)
        return redirect(url_for("exchange.companies_list"), 303)
    return render_template(
        "exchange/end.html",
        heading=_("Remove %(name)s", name=firm.name_en),
        line=firm.code,
        sentence=_("All its accounts are deactivated. Its requests and its trail stay."),
        label=_("Remove the company"),
        url=url_for("exchange.remove_company", company=company),
        back=url_for("exchange.company", company=company),
    )


@bp.route("/companies/<int:company>/administrators", methods=["GET", "POST"])
@manages
def add_ccda(company: int) -> Any:
    """Set up a delegated administrator."""
    with portal().database.read() as connection:
        firm = _known(connection, company)
    here, back = url_for("exchange.add_ccda", company=company), url_for("exchange.company", company=company)
    return _added(company, CCDA, here, back, _("Add a delegated administrator of %(name)s", name=firm.name_en))


# --- staff and desks --------------------------------------------------------------------------------------------------
@bp.get("/staff")
@manages
def staff() -> str:
    """The people of the exchange, and its desks."""
    return _staff_page({})


@bp.route("/staff/new", methods=["GET", "POST"])
@manages
def add_staff() -> Any:
    """Add somebody to the exchange."""
    kind = request.values.get("kind", STAFF)
    if kind not in EXCHANGE_KINDS:
        raise NotFound("this page")
    with portal().database.read() as connection:
        exchange = companies.exchange(connection)
    here = url_for("exchange.add_staff", kind=kind)
    heading = _("Add to the exchange: %(kind)s", kind=_(STAFF_WORDS[kind]))
    return _added(exchange, kind, here, url_for("exchange.staff"), heading)


@bp.post("/desks")
@manages
def add_desk() -> Any:
    """Add a desk."""
    try:
        commands.add_desk(portal(), pages.acting(), request.form.get("code", ""), request.form.get("title", ""))
    except WrongCompany as error:
        return _staff_page(error.fields), 422
    return redirect(url_for("exchange.staff"), 303)


@bp.post("/desks/<code>/end")
@manages
def end_desk(code: str) -> Any:
    """Let a desk be staffed no more."""
    try:
        commands.end_desk(portal(), pages.acting(), code)
    except DeskInUse as error:
        return _staff_page({"code": str(error)}), 409
    return redirect(url_for("exchange.staff"), 303)


# --- pages ------------------------------------------------------------------------------------------------------------
def _added(company: int, kind: str, here: str, back: str, heading: str) -> Any:
    if request.method != "POST":
        return new_page(here, back, heading, {})
    form = request.form
    known = Particulars(form.get("name", ""), form.get("title", ""), form.get("phone", ""))
    try:
        person = account_commands.add(portal(), pages.acting(), company, kind, form.get("email", ""), known)
    except WrongParticulars as error:
        return new_page(here, back, heading, error.fields), 422
    return redirect(url_for("people.show", person=person, done="added"), 303)


def _companies_page(wrong: dict[str, str]) -> str:
    with portal().database.read() as connection:
        rows = [_firm(one) for one in companies.firms(connection)]
    fields = _company_fields(wrong)
    return render_template("exchange/companies.html", rows=rows, new=fields, errors=list(wrong.items()))


def _company_page(number: int, wrong: dict[str, str]) -> str:
    with portal().database.read() as connection:
        firm = _known(connection, number)
        seats = companies.seats(connection, number)
        ccdas = accounts.of_company(connection, number, [CCDA])
        unfinished = {one.id for one in seats if one.ended_at and memberships.unfinished(connection, one.id)}
    return render_template(
        "exchange/company.html",
        firm=_firm(firm),
        seats=[_seat(number, one, is_unfinished=one.id in unfinished) for one in seats],
        ccdas=[row(one, frozenset()) for one in ccdas],
        add_ccda=url_for("exchange.add_ccda", company=number),
        new=[
            _select("kind", _("Membership"), [(kind, kind) for kind in functions.MEMBERSHIPS], wrong),
            _text("participant_id", _("Participant ID"), _("A letter and five digits, such as B00123"), 6, wrong),
        ],
        errors=list(wrong.items()),
        trail_url=url_for("administration.of_company", company=number),
        remove_url="" if firm.memberships else url_for("exchange.remove_company", company=number),
    )


def _staff_page(wrong: dict[str, str]) -> str:
    with portal().database.read() as connection:
        exchange = companies.exchange(connection)
        people = accounts.of_company(connection, exchange, EXCHANGE_KINDS)
        held = accounts.rights_in(connection, exchange)
        desks = companies.desks_open(connection)
    groups = [
        {
            "title": _(word),
            "url": url_for("exchange.add_staff", kind=kind),
            "rows": [row(one, held.get(one.id, frozenset())) for one in people if one.kind == kind],
        }
        for kind, word in STAFF_WORDS.items()
    ]
    return render_template(
        "exchange/staff.html",
        groups=groups,
        desks=[_desk(one, people, held) for one in desks],
        new=[
            _text("code", _("Code"), _("Two to eight letters, as drawings name it"), 8, wrong),
            _text("title", _("Name"), "", commands.LONGEST_TITLE, wrong),
        ],
        errors=list(wrong.items()),
    )


def _desk(desk: Desk, people: list[Account], held: dict[int, frozenset[Right]]) -> dict[str, Any]:
    workers = [one.name for one in people if any(right.holder == desk.code for right in held.get(one.id, ()))]
    return {**desk._asdict(), "people": workers, "url": url_for("exchange.end_desk", code=desk.code)}


def _known(connection: Any, company: int) -> Firm:
    firm = companies.firm(connection, company)
    if firm is None or firm.is_exchange:
        raise NotFound("this company")
    return firm


def _firm_and_seat(connection: Any, company: int, membership: int) -> tuple[Firm, Seat]:
    firm = _known(connection, company)
    seat = next((one for one in companies.seats(connection, company) if one.id == membership), None)
    if seat is None or (seat.ended_at and not memberships.unfinished(connection, seat.id)):
        raise NotFound("this membership")
    return firm, seat


def _firm(one: Firm) -> dict[str, Any]:
    return {**one._asdict(), "url": url_for("exchange.company", company=one.id)}


def _seat(company: int, seat: Seat, *, is_unfinished: bool) -> dict[str, Any]:
    return {
        "is_unfinished": is_unfinished,
        "kind": seat.kind,
        "participant_id": seat.participant_id,
        "ended": pages.day_and_time(seat.ended_at) if seat.ended_at else "",
        "end_url": url_for("exchange.end_membership", company=company, membership=seat.id),
    }


def _company_fields(wrong: dict[str, str]) -> list[dict[str, Any]]:
    return [
        _text("code", _("Code"), _("Two letters and five digits, such as CP00006"), 7, wrong),
        _text("name_en", _("English name"), "", commands.LONGEST_EN, wrong),
        _text("name_zh", _("Chinese name"), "", commands.LONGEST_ZH, wrong, optional=True),
    ]


def _text(
    name: str, label: str, hint: str, most: int, wrong: dict[str, str], *, optional: bool = False
) -> dict[str, Any]:
    said = request.form.get(name, "") if wrong else ""
    field = {"id": name, "name": name, "key": name, "kind": "text", "label": label, "hint": hint, "value": said}
    return field | {"max_length": most, "required": not optional, "errors": [wrong[name]] if name in wrong else []}


def _select(name: str, label: str, options: list[tuple[str, str]], wrong: dict[str, str]) -> dict[str, Any]:
    field = _text(name, label, "", 40, wrong)
    return field | {"kind": "select", "options": options}
