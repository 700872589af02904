"""Help: six sections of questions, each answered from what the portal runs by, to be searched and linked to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from app.store import calendars, definitions, people, words
from app.web import help_answers, pages
from app.web.calendar import special_days
from app.web.drawings import figure
from app.web.guards import portal, public, somebody
from app.web.help_entries import Circumstances, Section
from app.web.languages import gettext as _
from engine.drawings.outline import outline
from engine.hours import hong_kong_day
from engine.people import Person
from engine.running.definition import Definition

bp = Blueprint("help", __name__)
LONGEST_ASKED, MOST_DAYS = 100, 5
TYPICAL = ("P1", "P2")  # the patterns that most eServices follow


@bp.get("/help")
@public
def show() -> str:
    """All of it, or what holds the words that were searched for; without a sign-in nothing of any company."""
    asked = request.args.get("q", "").strip()[:LONGEST_ASKED]
    every = help_answers.sections(_circumstances(somebody()))
    found = [one for one in (_narrowed(section, asked) for section in every) if one.entries]
    return render_template("help/show.html", sections=found, words=asked)


def _narrowed(section: Section, asked: str) -> Section:
    if not words.has_words(asked):
        return section
    kept = tuple(entry for entry in section.entries if words.holds(asked, section.title, *entry.texts()))
    return section._replace(entries=kept)


def _circumstances(person: Person | None) -> Circumstances:
    now, hours = pages.moment()
    today = hong_kong_day(now)
    with portal().database.read() as connection:
        decided = calendars.decided(connection, today)
        admins = [seat.name for seat in people.ccdas_of(connection, person.company)] if person else []
        made = definitions.current(connection)
    known = {one.day: one for one in reversed(decided) if one.holds_from and one.holds_from <= now}
    return Circumstances(
        settings=portal().settings,
        calendar=hours,
        today_line=pages.today_line(),
        days=tuple(list(special_days(hours, today, known))[:MOST_DAYS]),
        person=person,
        administrators=tuple(admins),
        processes=tuple(process for name in TYPICAL for process in _process(made.values(), name)),
        eservices=len([one for one in made.values() if not one.eservice.template]),
    )


def _process(made: Any, name: str) -> list[dict[str, Any]]:
    """A typical process as a picture and as numbered text, both from the drawing that runs; none where none does."""
    one: Definition | None = next((one for one in made if name in one.drawings), None)
    if one is None:
        return []
    exchange = portal().settings.exchange_name
    lanes = _lanes(exchange)
    return [{**figure(one.drawings[name], lanes), "text": outline(one.drawings, name, exchange, lanes)}]


def _lanes(exchange: str) -> dict[str, str]:
    return {
        "maker": _("Maker"),
        "checker": _("Checker"),
        "next_maker": _("Second company, maker"),
        "next_checker": _("Second company, checker"),
        "broker": _("Broker"),
        "desk_maker": _("%(exchange)s, processor", exchange=exchange),
        "desk_checker": _("%(exchange)s, approver", exchange=exchange),
    }
