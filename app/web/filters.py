"""What somebody wants to see of a list, as its address says it: read, shown as a form, and taken away one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request, url_for

from app.store import lists
from app.store.lists import Filter, Place
from app.store.saved_filters import WORDS
from app.web import pages
from app.web.guards import portal
from app.web.languages import gettext as _
from engine import functions, statuses
from engine.forms import typed
from engine.forms.spoken import short_date
from engine.hours import HONG_KONG
from engine.people import Person
from engine.running.definition import EService

LONGEST = 100
OLDEST = "oldest"
YEARS = range(1900, 2200)  # those of the days that forms take
Services = dict[str, EService]


class Asked(NamedTuple):
    """What an address asks for, in its own words; what nobody can ask for is left out."""

    q: str = ""
    status: str = ""
    eservice: str = ""
    function: str = ""
    membership: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything but the membership and the order is asked for."""
        return bool(self.q or self.status or self.eservice or self.function or self.since or self.until)

    def words(self) -> dict[str, str]:
        """The same as an address says it."""
        said = {
            "q": self.q,
            "status": self.status,
            "eservice": self.eservice,
            "function": self.function,
            "membership": self.membership,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "sort": self.sort,
        }
        return {name: value for name, value in said.items() if value}


def asked(words: Mapping[str, str] | None = None) -> Asked:
    """What the address of this page asks for, or what these words would."""
    given = request.args if words is None else words
    said = {name: str(given.get(name, "")).replace("\0", " ").strip()[:LONGEST] for name in WORDS}
    return Asked(
        q=said["q"],
        status=said["status"] if said["status"] in statuses.STATUSES else "",
        eservice=said["eservice"].upper() if said["eservice"].isalnum() else "",
        function=said["function"] if said["function"] in functions.TITLES else "",
        membership=said["membership"].upper()[:8],
        since=_day(said["from"]),
        until=_day(said["to"]),
        sort=OLDEST if said["sort"] == OLDEST else "",
    )


def wanted(person: Person, said: Asked, state: str = "", status: str = "") -> Filter:
    """The same as the lists understand it; state, status: what the list itself is about."""
    return Filter(
        state=state,
        status=said.status or status,
        eservice=said.eservice,
        function=said.function,
        memberships=_memberships(person, said.membership),
        participant_id=said.membership if person.is_staff else "",
        since=_begin(said.since),
        before=_begin(said.until + timedelta(days=1)) if said.until else None,
        text=said.q,
    )


def place(said: Asked) -> Place:
    """From which row the page goes on."""
    row = request.args.get("after", "")
    known = row.isascii() and row.isdigit() and len(row) < 16
    return lists.Place(int(row) if known else None, said.sort == OLDEST)


def _memberships(person: Person, participant: str) -> frozenset[int] | None:
    if not participant or person.is_staff:
        return None
    return frozenset(seat.id for seat in pages.memberships_of(person) if seat.participant_id == participant)


def _day(text: str) -> date | None:
    """A day of which every database knows the beginning and the end."""
    found = typed.day(text)
    return found if found and found.year in YEARS else None


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, datetime.min.time(), HONG_KONG)


# --- as people see it -------------------------------------------------------------------------------------------------
def fields(said: Asked, services: Services, states: tuple[str, ...]) -> list[dict[str, Any]]:
    """The form of the filters, for a list that may hold these eServices and statuses."""
    exchange = portal().settings.exchange_name
    known = sorted({service.function for service in services.values()})
    return [
        _field("q", "text", _("Words"), said.q, _("Reference, title, company, maker or summary"), max_length=LONGEST),
        _select("status", _("Status"), said.status, [(code, statuses.label(code, exchange)) for code in states]),
        _select(
            "eservice",
            _("eService"),
            said.eservice,
            _titles(services),
        ),
        _select("function", _("Function"), said.function, [(one, functions.TITLES[one]) for one in known]),
        _field("from", "date", _("Opened from"), said.since.isoformat() if said.since else "", ""),
        _field("to", "date", _("Opened until"), said.until.isoformat() if said.until else "", ""),
        _select("sort", _("Order"), said.sort, [(OLDEST, _("Oldest first"))], _("Newest first")),
    ]


def _titles(services: Services) -> list[tuple[str, str]]:
    return [(code, f"{code} {service.short_title}") for code, service in services.items()]


def says_nothing() -> bool:
    """Whether the address says nothing but which list is wanted, so that it may begin with a saved filter."""
    return not set(request.args) - {"tab"}


def plain_address(tab: str, words: dict[str, str], *, begins: bool) -> str:
    """The address of a list that asks for no more than these words. begins: whether it would begin with others."""
    return address(tab, words, **({"view": "all"} if begins and not words else {}))


def pills(said: Asked, tab: str, services: Services, *, begins: bool) -> list[dict[str, str]]:
    """What is asked for, one by one, each with the address of the page without it; begins: as in `plain_address`."""
    exchange = portal().settings.exchange_name
    words = said.words()
    told = {
        "q": f"“{said.q}”",
        "status": statuses.label(said.status, exchange) if said.status else "",
        "eservice": services[said.eservice].short_title if said.eservice in services else said.eservice,
        "function": functions.TITLES.get(said.function, ""),
        "from": _("from %(day)s", day=short_date(said.since)) if said.since else "",
        "to": _("until %(day)s", day=short_date(said.until)) if said.until else "",
        "sort": _("oldest first"),
    }
    return [
        {
            "label": told[name],
            "url": plain_address(tab, {other: words[other] for other in words if other != name}, begins=begins),
        }
        for name in told
        if name in words
    ]


def address(tab: str, words: dict[str, str], **more: Any) -> str:
    """The address of a list of the dashboard."""
    query = {**({"tab": tab} if tab != "todo" else {}), **words, **more}
    return url_for("dashboard.show") + (f"?{urlencode(query)}" if query else "")


def _field(name: str, kind: str, label: str, value: str, hint: str, **more: Any) -> dict[str, Any]:
    field = {"id": f"filter-{name}", "name": name, "kind": kind, "label": label, "hint": hint, "value": value}
    return field | more


def _select(name: str, label: str, value: str, options: list[tuple[str, str]], empty: str = "") -> dict[str, Any]:
    return _field(name, "select", label, value, "") | {"options": options, "empty": empty or _("Any")}
