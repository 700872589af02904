"""What every page shares: who I am, the menu, times as Hong Kong reads them, statuses, action tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from flask import g, request, url_for

from app.commands.requests import circumstances
from app.commands.requests.steps import By
from app.store import definitions, menus
from app.store.calendars import published
from app.store.lists import MOST_COUNTED
from app.store.menus import Menu
from app.store.pending import Pending
from app.store.people import Membership
from app.store.sentences import Told
from app.web import browsers
from app.web.desks import desk_name
from app.web.guards import current_person, portal, somebody
from app.web.languages import gettext as _
from app.web.languages import said
from engine import functions, statuses
from engine.forms.spoken import long_date, short_date
from engine.hours import HONG_KONG, WEEKDAYS, Calendar, Now, hong_kong_day
from engine.people import DESK_LANES, Person
from engine.rights import may
from engine.running.definition import Definition
from engine.sentence import say


# --- who I am, and where I can go -------------------------------------------------------------------------------------
def shared() -> dict[str, Any]:
    """The values that every template may use."""
    person = somebody()
    told = {"old_browser": browsers.notice()}
    if person is None or request.endpoint in (None, "static"):
        return {"me": None, **told}
    return {"me": _me(person), **told}


def _me(person: Person) -> dict[str, Any]:
    mine = my_participants(person)
    held = sorted({right.holder for right in person.held if right.lane in DESK_LANES})
    return {
        "name": person.name,
        "company_name": person.company_name,
        "participant_id": mine[0] if len(mine) == 1 else "",
        "is_staff": person.is_staff,
        "desk_names": [desk_name(desk) for desk in held][:3],
        "nav": _menu(person),
        "bell": bell(_known(person).menu.unread),
        "demo": portal().settings.demo,
        "today": unusual_today(),
    }


def _menu(person: Person) -> list[dict[str, Any]]:
    counts = _known(person).menu
    work = [
        _link(_("Dashboard"), url_for("dashboard.show"), "dashboard.show", many(counts.to_do or None)),
        _link(_("All eServices"), url_for("eservices.index"), "eservices.index"),
    ]
    records = _link(_("Registers"), url_for("records.show"), "records.show")
    told = _information()
    own = {"heading": _("Me"), "links": [_link(_("My account"), url_for("account.show"), "account.show")]}
    if person.is_staff:
        return [{"heading": _("Work"), "links": [work[0], records]}, *_administration(person), told, own]
    work.append(records)
    if takes_part(person):
        asked = many(counts.asked or None)
        work.insert(1, _link(_("Other companies"), url_for("counterparts.show"), "counterparts.show", asked))
    functions = sorted({made.eservice.function for made in services(person).values()} & functions_of(person))
    links = [_link(function_title(name), url_for("eservices.function", name=name)) for name in functions]
    menu = [{"heading": _("Work"), "links": work}, *_administration(person)]
    eservices = [{"heading": _("eServices"), "links": links}] if links else []
    return [*menu, *eservices, told, own]


def _information() -> dict[str, Any]:
    """What the exchange publishes to everybody."""
    places = (
        (_("Circulars"), "bulletins.index"),
        (_("Technical documents"), "documents.index"),
        (_("Seminars and events"), "events.index"),
        (_("Forms"), "paper_forms.index"),
        (_("Calendar"), "calendar.show"),
        (_("Help"), "help.show"),
        (_("Support"), "support.show"),
    )
    links = [_link(label, url_for(endpoint)) for label, endpoint in places]
    return {
        "heading": _("Information"),
        "links": [link | {"current": request.path.startswith(link["url"])} for link in links],
    }


def _administration(person: Person) -> list[dict[str, Any]]:
    """What somebody may manage or watch beside requests."""
    links = [
        _link(label, url_for(endpoint), endpoint) | {"current": request.path.startswith(url_for(endpoint))}
        for what, label, endpoint in (
            ("manage people", _("People and rights"), "people.index"),
            ("manage the exchange", _("Companies"), "exchange.companies_list"),
            ("manage the exchange", _("Staff and desks"), "exchange.staff"),
            ("read every company's trail", _("Administration trails"), "administration.index"),
        )
        if may(person, what)
    ]
    return [{"heading": _("Administration"), "links": links}] if links else []


def _link(label: str, url: str, endpoint: str = "", count: int | str | None = None) -> dict[str, Any]:
    current = request.path == url or (endpoint != "" and request.endpoint == endpoint)
    return {"label": label, "url": url, "count": count, "current": current}


def bell(unread: int) -> dict[str, Any]:
    """What the bell shows, and what it says to whoever does not see it."""
    shown = many(unread)
    said = _("1 unread notice") if unread == 1 else _("%(number)s unread notices", number=shown)
    return {"unread": unread, "shown": shown, "said": said if unread else _("Notices, none unread")}


# --- read once for a page ---------------------------------------------------------------------------------------------
class Known(NamedTuple):
    """What does not change within a page."""

    menu: Menu
    services: dict[str, Definition]


def to_do_count(person: Person) -> int:
    """How many things wait for the person."""
    return _known(person).menu.to_do


def memberships_of(person: Person) -> list[Membership]:
    """The participantships of the person's company."""
    return list(_known(person).menu.memberships)


def my_participants(person: Person) -> list[str]:
    """The participant ids under which the person may act."""
    held = {right.membership for right in person.held} - {None}
    return sorted({seat.participant_id for seat in memberships_of(person) if seat.id in held}) if held else []


def services(person: Person) -> dict[str, Definition]:
    """The current definition of every eService, by code; staff file none."""
    return dict(_known(person).services)


def _known(person: Person) -> Known:
    if "known" not in g:
        with portal().database.read() as connection:
            made = {} if person.is_staff else definitions.current(connection)
            now, asked = portal().clock.now(), _may_be_asked(person, made)
            g.known = Known(menus.of_person(connection, person, now, asked=asked), made)
    found: Known = g.known
    return found


def _may_be_asked(person: Person, made: Mapping[str, Definition]) -> bool:
    """Whether any eService in which the person holds a right lets other companies take part."""
    told = (one.eservice for one in made.values() if one.eservice.has_next or "brokers" in one.eservice.lists)
    return any(one.function in functions_of(person) for one in told)


# --- rights and desks -------------------------------------------------------------------------------------------------
def functions_of(person: Person) -> frozenset[str]:
    """The business functions in which the person holds any right."""
    return frozenset(right.holder for right in person.held if right.lane not in DESK_LANES)


def takes_part(person: Person) -> bool:
    """Whether the person's company can be named in somebody else's request, as second company or as broker."""
    kinds = {seat.id: seat.kind for seat in memberships_of(person)}
    held = {(right.holder, kinds[right.membership]) for right in person.held if right.membership in kinds}
    told = [made.eservice for made in services(person).values()]
    return any(
        function == one.function and ("brokers" in one.lists or kind in one.next_memberships)
        for one in told
        for function, kind in held
    )


def function_title(name: str) -> str:
    """A business function as people read it."""
    return functions.TITLES.get(name, name)


def acting() -> By:
    """Who acts in this request, from where, with which action token."""
    return By(current_person().id, request.remote_addr or "", request.form.get("key", "")[:64])


def action_token() -> str:
    """A token that makes one action happen once, however often its page is sent."""
    return secrets.token_urlsafe(16)


def version() -> int:
    """The version of the request that the page was rendered from."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def before() -> int | None:
    """The row that the page before this one ended with, as its address says."""
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def who(told: Told) -> str:
    """Who did something, and in whose place."""
    return _("%(who)s for %(absent)s", who=told.who, absent=told.behalf) if told.behalf else told.who


# --- times ------------------------------------------------------------------------------------------------------------
def day_and_time(at: datetime) -> str:
    """A moment in a timeline: 23 Nov 16:31 HKT."""
    local = at.astimezone(HONG_KONG)
    return say("{day.day} {day:%b %H:%M} HKT", day=local)


def plain_day(day: date) -> str:
    """A day in a list: 23 Nov 2026."""
    return say("{day.day} {day:%b %Y}", day=day)


def exact_time(at: datetime) -> str:
    """A moment in a trail: 23 Nov 2026 16:31:04 HKT."""
    local = at.astimezone(HONG_KONG)
    return say("{day.day} {day:%b %Y %H:%M:%S} HKT", day=local)


def week_day(day: date) -> str:
    """A day not far away: Mon 23 Nov."""
    return say("{weekday} {day.day} {day:%b}", weekday=say(WEEKDAYS[day.weekday()]), day=day)


def clock_time(at: datetime) -> str:
    """The time of day in Hong Kong: 16:31."""
    return f"{at.astimezone(HONG_KONG):%H:%M}"


def due(at: datetime | None, now: datetime) -> dict[str, Any] | None:
    """When something is due, and whether that is today or past."""
    if at is None:
        return None
    local, today = at.astimezone(HONG_KONG), now.astimezone(HONG_KONG).date()
    if local.date() == today:
        return {"text": _("Today %(time)s", time=f"{local:%H:%M}"), "overdue": True}
    text = week_day(local)
    return {"text": text if at > now else _("Overdue since %(day)s", day=text), "overdue": at <= now}


def moment(time: datetime | None = None) -> Now:
    """A moment, or else this one, with the calendar that holds then; read once for a page."""
    if time is None and "now" in g:
        found: Now = g.now
        return found
    with portal().database.read() as connection:
        made = circumstances.at(connection, time or portal().clock.now())
    if time is None:
        g.now = made
    return made


def today_line() -> str:
    """One line on what time it is in Hong Kong and what submitting now means."""
    now, hours = moment()
    local = now.astimezone(HONG_KONG)
    day = local.date()
    parts = [said(say("{day}, {local:%H:%M} HKT", day=long_date(local), local=local))]
    if hours.in_maintenance(now):
        until = hours.maintenance_end(now)
        return " · ".join([*parts, _("maintenance until %(time)s, no eService now", time=day_and_time(until))])
    received = hours.received_on(now, "17:00")
    if not hours.is_business_day(day):
        parts.append(_("not a business day"))
    else:
        parts.append(_("half day") if day in hours.half else _("business day"))
    if received == day:
        until = hours.cutoff(day, "17:00")
        parts.append(_("submissions until %(time)s count as received today", time=f"{until:%H:%M}"))
    else:
        parts.append(_("submissions now count as received on %(day)s", day=short_date(received)))
    return " · ".join(parts)


def maintenance_span(hours: Calendar) -> tuple[str, str]:
    """When the weekly maintenance begins and ends: Saturday 08:00, Sunday 00:00."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    begin, end = (f"{days[day]} {time:%H:%M}" for day, time in (hours.maintenance_from, hours.maintenance_to))
    return begin, end


def unusual_today() -> dict[str, str] | None:
    """What everybody has to know of this day, on every page: that the counters are closed, or the hours changed."""
    now, hours = moment()
    day, usual = hong_kong_day(now), published(now)
    if day in hours.no_counter:
        again = short_date(hours.counter_day(day))
        return {
            "strong": _("Severe weather: the counters are closed today."),
            "text": _("eServices go on as on any day; what you would bring or collect waits until %(day)s.", day=again),
        }
    if hours.is_business_day(day) == usual.is_business_day(day) and (day in hours.half) == (day in usual.half):
        return None
    if not hours.is_business_day(day):
        strong = _("The exchange is closed today, although its calendar was published otherwise.")
    elif day in hours.half:
        strong = _("Today is a half day: every cut-off is at 12:00 HKT.")
    else:
        strong = _("Today is a business day, although the calendar was published otherwise.")
    return {"strong": strong, "text": ""}


def many(count: int | None) -> str:
    """A count as a tab shows it; of more than 99 nobody reads how many."""
    if count is None:
        return ""
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def time_left(until: datetime, now: datetime) -> str:
    """How long until a cut-off, in words."""
    left = until - now
    if left < timedelta(0):
        return _("passed")
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    if hours >= 48:
        return _("%(days)s days", days=hours // 24)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes) if hours else _("%(m)s minutes", m=minutes)


def pending_line(one: Pending) -> dict[str, str]:
    """A change that is under way, as pages say it."""
    day = one.effective_on
    return {
        "reference": one.reference,
        "url": url_for("cases.show", reference=one.reference) if one.can_open else "",
        "what": _("holds from %(day)s", day=f"{day.day} {day:%b %Y}") if day else status(one.status)["label"],
    }


# --- statuses ---------------------------------------------------------------------------------------------------------
def status(code: str) -> dict[str, str]:
    """A status as its pill shows it."""
    return {
        "code": code,
        "label": statuses.label(code, portal().settings.exchange_name),
        "tone": statuses.STATUSES[code].tone,
    }
