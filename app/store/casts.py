"""The cast of a case: who acts, who else can, and who had a hand in it, read at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, or_, select, union

from app.store.cases import Case
from app.store.people import MAY_ACT, Seat
from app.store.tables import companies, hands, people, rights
from engine import rules
from engine.people import DESK_LANES, Person, Right


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who matters to one case, by name.

    people: those who can act now, with their rights for this case. hands: who did what, as (person, lane).
    """

    people: Mapping[int, Person]
    hands: frozenset[tuple[int, str]]

    def with_hand(self, person: int, lane: str) -> Cast:
        """The cast once the person has acted in that lane."""
        return replace(self, hands=self.hands | {(person, lane)})

    def who_can(self, lane: str, holder: str, membership: int | None) -> list[Seat]:
        """Those who may act in a lane and do not check their own work there."""
        barred = rules.makers(lane, self.hands)
        able = (one for one in self.people.values() if one.id not in barred and one.may(lane, holder, membership))
        return [Seat(one.id, one.name, one.email) for one in able]

    def who_did(self, lanes: Iterable[str]) -> list[Seat]:
        """Those who had a hand in these lanes and can still act."""
        did = {person for person, lane in self.hands if lane in lanes}
        return [Seat(one.id, one.name, one.email) for one in self.people.values() if one.id in did]


CONCERNS = or_(
    and_(rights.c.holder == bindparam("function"), rights.c.membership_id == bindparam("membership")),
    and_(rights.c.holder == bindparam("desk"), rights.c.lane.in_(DESK_LANES)),
)
IDS = union(
    select(rights.c.person_id).where(CONCERNS),
    select(hands.c.person_id).where(hands.c.case_id == bindparam("case")),
    select(bindparam("acting", type_=Integer)),
)
OF_CASE = (
    select(
        people.c.id,
        people.c.name,
        people.c.email,
        people.c.kind,
        people.c.company_id,
        companies.c.name_en,
        people.c.active,
        MAY_ACT.label("may_act"),
        rights.c.lane,
        rights.c.holder,
        rights.c.membership_id,
        hands.c.lane.label("did"),
    )
    .join_from(people, companies)
    .outerjoin(rights, and_(rights.c.person_id == people.c.id, CONCERNS))
    .outerjoin(hands, and_(hands.c.person_id == people.c.id, hands.c.case_id == bindparam("case")))
    .where(people.c.id.in_(IDS))
    .order_by(people.c.name, people.c.id)
)


def of_case(connection: Connection, case: Case, acting: int = 0) -> Cast:
    """The cast of a case; `acting` belongs to it whatever rights they hold, also when locked while at work."""
    seats = {"function": case.function, "membership": case.membership_id, "desk": case.desk}
    rows = connection.execute(OF_CASE, {**seats, "case": case.id, "acting": acting}).all()
    did = frozenset((row.id, row.did) for row in rows if row.did)
    able = {row.id: _person(row, rows) for row in rows if row.may_act or (row.id == acting and row.active)}
    return Cast(able, did)


def _person(row: Any, rows: Iterable[Any]) -> Person:
    mine = (one for one in rows if one.id == row.id and one.lane)
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        kind=row.kind,
        company=row.company_id,
        company_name=row.name_en,
        rights=frozenset(Right(one.lane, one.holder, one.membership_id) for one in mine),
    )
