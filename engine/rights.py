"""Who may do what, beside the lanes of a request: one table, asked by pages, menu, search and commands alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from engine.people import Person

BUSINESS, CCDA, STAFF, OPS, AUDITOR, ADMIN, ANALYST = (
    "business",
    "ccda",
    "staff",
    "ops",
    "auditor",
    "admin",
    "analyst",
)
EVENTS_DESK = "EVT"  # whose people meet participants, at events among other places
EXCHANGE_KINDS = (STAFF, OPS, AUDITOR, ADMIN, ANALYST)


class Subject(NamedTuple):
    """Whom something is done to: an account, and the company it belongs to."""

    id: int
    company: int
    kind: str


# What somebody may do by what they are. What they may do in a request, their grants say: see `Person.may`.
MAY: Mapping[str, Callable[[Person], bool]] = {
    "file requests": lambda person: person.kind in (BUSINESS, CCDA),
    "read every request": lambda person: person.kind in (OPS, AUDITOR),
    "abort a request": lambda person: person.kind == OPS,
    "see the components": lambda person: person.kind in (STAFF, OPS, ADMIN, ANALYST),
    "manage people": lambda person: person.kind == CCDA,
    "manage the exchange": lambda person: person.kind == ADMIN,
    "keep the calendar": lambda person: person.kind in (OPS, ADMIN),
    "publish events": lambda person: person.kind == ADMIN or any(r.holder == EVENTS_DESK for r in person.rights),
    "publish": lambda person: person.kind in (OPS, ADMIN),
    "see who downloads": lambda person: person.kind in (OPS, ADMIN, AUDITOR),
    "read the company's trail": lambda person: person.kind == CCDA,
    "read every company's trail": lambda person: person.kind in (AUDITOR, ADMIN),
}
# What they may do to an account. Nobody does any of it to themselves.
MAY_TO: Mapping[str, Callable[[Person, Subject], bool]] = {
    "add": lambda person, subject: _is_over(person, subject),
    "see": lambda person, subject: _is_over(person, subject) or (person.kind == AUDITOR),
    "change": lambda person, subject: _is_over(person, subject),
    "name a substitute": lambda person, subject: subject.kind in (BUSINESS, STAFF) and _is_over(person, subject),
    "unlock": lambda person, subject: _is_over(person, subject),
    "grant functions": lambda person, subject: person.kind == CCDA and _is_over(person, subject),
    "grant desks": lambda person, subject: person.kind == ADMIN and subject.kind == STAFF,
}


def may(person: Person, what: str) -> bool:
    """Whether somebody may do what the table names so."""
    return MAY[what](person)


def may_to(person: Person, what: str, subject: Subject) -> bool:
    """Whether somebody may do that to an account; what they may do to others they may not do to themselves."""
    return person.id != subject.id and MAY_TO[what](person, subject)


def _is_over(person: Person, subject: Subject) -> bool:
    """A delegated administrator is over the business users of the own company, the exchange over all others."""
    if person.kind == CCDA:
        return subject.kind == BUSINESS and subject.company == person.company
    return person.kind == ADMIN and subject.kind in (CCDA, *EXCHANGE_KINDS)
