"""Support: whom to call or write to, by business function, and the link of a request to send along."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from app.outside.contacts import Contact, Contacts
from app.store import cases, definitions
from app.web import pages
from app.web.guards import portal, public, somebody
from app.web.languages import gettext as _
from engine import functions
from engine.errors import NotFound
from engine.hours import HALF_DAY_CUTOFF
from engine.people import Person

bp = Blueprint("support", __name__)
KEPT = "contacts"
LONGEST_REFERENCE = 24


@bp.get("/support")
@public
def show() -> Any:
    """Every hotline and mailbox; for a request, that of its function first, with its link to send along."""
    reference, person = request.args.get("request", ""), somebody()
    if reference and person is None:
        return redirect(url_for("signin.password", next=request.full_path), 303)
    about = _about(person, reference) if person and reference else None
    known, first = contacts(), about["function"] if about else ""
    names = sorted(functions.TITLES, key=lambda name: (name != first, list(functions.TITLES).index(name)))
    subject = about["reference"] if about else ""
    return render_template(
        "support/show.html",
        about=about,
        general=_view(_("Everything else"), known.general, subject),
        rows=[_view(functions.TITLES[name], known.of(name), subject, is_first=name == first) for name in names],
        noon=f"{HALF_DAY_CUTOFF:%H:%M}",
        today_line=pages.today_line(),
        unlock_mailbox=portal().settings.unlock_mailbox,
    )


def contacts() -> Contacts:
    """The contacts that were read when the portal started."""
    found: Contacts = current_app.extensions[KEPT]
    return found


def _about(person: Person, reference: str) -> dict[str, str]:
    """The request that help is asked for, if the person may see it; raises `NotFound`."""
    with portal().database.read() as connection:
        case = cases.by_reference(connection, reference[:LONGEST_REFERENCE].upper(), person)
        if case is None:
            raise NotFound("the request")
        title = definitions.of_release(connection, case.release).eservice.short_title
    place = url_for("cases.show", reference=case.reference)
    link = f"{portal().settings.base_url}{place}"
    return {"reference": case.reference, "title": title, "function": case.function, "url": place, "link": link}


def _view(title: str, contact: Contact, subject: str, *, is_first: bool = False) -> dict[str, Any]:
    now, hours = pages.moment()
    said = _("Request %(reference)s", reference=subject) if subject else ""
    return {
        "title": _(title),
        "hotline": contact.hotline,
        "call_url": f"tel:{''.join(sign for sign in contact.hotline if sign in '+0123456789')}",
        "mailbox": contact.mailbox,
        "mail_url": f"mailto:{contact.mailbox}" + (f"?subject={quote(said)}" if said else ""),
        "hours": _("%(opens)s to %(closes)s", opens=f"{contact.opens:%H:%M}", closes=f"{contact.closes:%H:%M}"),
        "is_open": contact.is_open(now, hours),
        "is_first": is_first,
    }
