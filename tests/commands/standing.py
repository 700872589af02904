"""Who stands in for whom in the office, and as whom somebody acted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.commands.managing import substitutes
from app.commands.managing.substitutes import Wanted
from app.store import substitutes as kept
from app.store import tasks
from app.store.substitutes import Substitution
from app.store.tasks import ToDo
from engine.hours import hong_kong_day
from tests.commands.office import Office

ADMINISTRATORS = {"mia": "ada", "chen": "ada", "bo": "ada", "leo": "carmen", "rita": "carmen"}


def today(office: Office, days: int = 0) -> date:
    """This day in Hong Kong, or one so many days from it."""
    return hong_kong_day(office.clock.now()) + timedelta(days=days)


def away(office: Office, absent: str, substitute: str, *, first: int = 0, last: int = 4, by: str = "") -> int:
    """Let somebody stand in for somebody, from one day to another as counted from today, and return its number."""
    wanted = Wanted(office.number(substitute), today(office, first), today(office, last))
    who = office.by(by or ADMINISTRATORS.get(absent, "agnes"))
    substitutes.name_for(office.portal, who, office.number(absent), wanted)
    return named(office, absent).id


def named(office: Office, absent: str) -> Substitution:
    """The substitution in which somebody is away."""
    with office.portal.database.read() as connection:
        found = kept.of_person(connection, office.number(absent), office.clock.now())
    return next(one for one in found if one.absent == office.number(absent))


def over(office: Office, number: int, by: str) -> None:
    """End it before its time."""
    substitutes.end(office.portal, office.by(by), number)


def to_do(office: Office, who: str) -> list[ToDo]:
    """What somebody may do now."""
    with office.portal.database.read() as connection:
        return tasks.to_do(connection, office.person(who))


def acted(office: Office, reference: str) -> list[tuple[str, str]]:
    """Who did the newest step of a request, and in whose place."""
    actor: dict[str, Any] = office.trail(reference)[-1].entry["actor"]
    return [(actor["name"], actor.get("for", {}).get("name", ""))]


def hands_of(office: Office, reference: str, lane: str) -> set[int]:
    """Who had a hand in a lane of a request."""
    return {row.person_id for row in office.rows("hands", case_id=office.case(reference).id, lane=lane)}
