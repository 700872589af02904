"""Events as those who keep them write them, and firms as they enrol."""

from __future__ import annotations

from collections.abc import Mapping

from app.commands.publishing import events as commands
from app.commands.publishing import seats
from app.commands.publishing.events import Said
from app.commands.requests import cases
from app.store import attendees, events, registers
from app.store.attendees import Attendee
from app.store.events import Event
from engine.hours import hong_kong_day
from tests.commands.office import Office

SAID = Said(
    title_en="Briefing on the new calendar",
    title_zh="新日曆簡介會",
    kind="BRIEFING",
    modes=("IN_PERSON", "ONLINE"),
    place="Connect Hall",
    starts_on="2026-12-10",
    starts="14:30",
    ends="16:00",
    opens_on="2026-11-23",
    closes_on="2026-12-04",
    closes="17:00",
    capacity="3",
    max_per_company="2",
    audience=(),
    checker="no",
)
# A maker, the kind of membership that they enrol for, and their participant ID.
FIRMS = {
    "mia": ("SEHK-EP", "B00123"),
    "leo": ("SEHK-EP", "B00456"),
    "ivan": ("DB", "D00011"),
    "penny": ("REG", "R00005"),
    "gary": ("HKSCC-GCP", "B00789"),
}


def event(office: Office, code: str) -> Event:
    """The event as it stands."""
    with office.portal.database.read() as connection:
        found = events.one(connection, code)
    assert found is not None
    return found


def written(office: Office, by: str = "lily", **said) -> str:
    """An event that nobody finds yet."""
    return commands.write(office.portal, office.by(by), SAID._replace(**said))


def published(office: Office, by: str = "lily", **said) -> str:
    """An event in which firms enrol, with the eServices that take it."""
    code = written(office, by, **said)
    commands.publish(office.portal, office.by(by), code, 0)
    for eservice in ("EV001", "EV002"):
        office.deploy(eservice)
    return code


def changed(office: Office, code: str, by: str = "lily", **said) -> None:
    """Let an event say something else, as its page stands now."""
    commands.change(office.portal, office.by(by), code, event(office, code).changes, SAID._replace(**said))


def closed(office: Office, code: str, by: str = "lily") -> None:
    """End its enrolment now."""
    commands.close(office.portal, office.by(by), code, event(office, code).changes)


def cancelled(office: Office, code: str, by: str = "lily") -> None:
    """Cancel it."""
    commands.cancel(office.portal, office.by(by), code, event(office, code).changes)


def named(code: str, *people: str, **more: str) -> dict[str, str]:
    """The answers of a firm that enrols these people, by the first half of their addresses."""
    found = {"event": code, "action": "ENROL", "action.confirmed": "yes", "attendees.confirmed": "yes"}
    for place, one in enumerate(people):
        said = {"name": one.title(), "title": "Clerk", "email": f"{one}@firm.test", "mode": "ONLINE"}
        found |= {f"attendees.{place}.{name}": text for name, text in said.items()}
    return {**found, "declare_true": "yes", "pics_ack": "yes", **more}


def drafted(office: Office, who: str, kind: str = "") -> str:
    """A draft of the eService in which firms enrol in seminars."""
    return cases.open_case(office.portal, "EV002", office.by(who), seat_of(office, who, kind))


def seat_of(office: Office, who: str, kind: str = "") -> int:
    """The membership for which somebody enrols."""
    company = office.person(who).company
    return int(office.rows("memberships", company_id=company, kind=kind or FIRMS[who][0])[0].id)


def enrolled(office: Office, code: str, who: str, *people: str, kind: str = "") -> str:
    """A firm has enrolled these people; the reference of its request."""
    reference = drafted(office, who, kind)
    office.complete(reference, who, named(code, *people))
    return reference


def withdrawn(office: Office, code: str, who: str, *people: str) -> int:
    """A firm has given back the places of these people."""
    chosen = [one.id for one in listed(office, code) if one.email.partition("@")[0] in people]
    return seats.withdraw(office.portal, office.by(who), code, chosen)


def listed(office: Office, code: str) -> list[Attendee]:
    """Everybody who is named for an event."""
    with office.portal.database.read() as connection:
        found = events.one(connection, code)
        return attendees.of_event(connection, found.id) if found else []


def seated(office: Office, code: str) -> list[str]:
    """Who has a place, by the first half of the address."""
    return [one.email.partition("@")[0] for one in listed(office, code) if one.seated_at]


def in_line(office: Office, code: str) -> list[str]:
    """Who waits for one, in the order in which they move up."""
    return [one.email.partition("@")[0] for one in listed(office, code) if not one.seated_at]


def enrolment(office: Office, who: str, code: str) -> Mapping[str, object]:
    """What the register of enrolments says of a firm and an event."""
    today = hong_kong_day(office.clock.now())
    with office.portal.database.read() as connection:
        found = registers.current(connection, [FIRMS[who][1]], today, ["enrolment"])
    return next((one.values for one in found if one.key == code), {})
