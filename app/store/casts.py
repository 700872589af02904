"""The cast of a case: who acts, who else can, and who had a hand in it, read at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, bindparam, exists, or_, select, union

from app.store.cases import Case
from app.store.people import MAY_ACT, Seat
from app.store.sides import Party
from app.store.tables import companies, hands, parties, people, rights
from engine import rules
from engine.people import DESK_LANES, PARTY_LANES, Person, Right, side_of_lane
from engine.running.outcome import OpenTask


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who matters to one case, by name.

    people: those who can act now, with their rights for this case. hands: who did what, as (person, lane). parties: the
    companies and desks beside the firm that files and the first desk.
    """

    people: Mapping[int, Person]
    hands: frozenset[tuple[int, str]]
    parties: tuple[Party, ...] = ()

    def with_hand(self, person: int, lane: str) -> Cast:
        """The cast once the person has acted in that lane."""
        return replace(self, hands=self.hands | {(person, lane)})

    def who_can(self, lane: str, holder: str, membership: int | None) -> list[Seat]:
        """Those who may act in a lane and do not check their own work there."""
        barred = rules.makers(lane, self.hands)
        able = (one for one in self.people.values() if one.id not in barred and one.may(lane, holder, membership))
        return [Seat(one.id, one.name, one.email) for one in able]

    def membership_of(self, case: Case, task: OpenTask) -> int | None:
        """The membership for which a company's task is done."""
        if task.lane not in PARTY_LANES:
            return case.membership_id
        place = (side_of_lane(task.lane), task.party)
        return next((party.membership_id for party in self.parties if (party.side, party.participant) == place), None)

    def who_could(self, side: str) -> list[Seat]:
        """Those of a side who may act at all, whatever they did."""
        seats = {(party.holder, party.membership_id) for party in self.parties if party.side == side}
        able = (one for one in self.people.values() if any((r.holder, r.membership) in seats for r in one.rights))
        return [Seat(one.id, one.name, one.email) for one in able]

    def everybody(self) -> list[Seat]:
        """All who can act, whatever their side."""
        return [Seat(one.id, one.name, one.email) for one in self.people.values()]

    def sits(self, person: int, lanes: Collection[str]) -> bool:
        """Whether somebody holds a right in one of these lanes of a desk that takes part."""
        return any(right.lane in lanes for right in self.people[person].rights if right.membership is None)

    def who_did(self, lanes: Iterable[str]) -> list[Seat]:
        """Those who had a hand in these lanes and can still act."""
        did = {person for person, lane in self.hands if lane in lanes}
        return [Seat(one.id, one.name, one.email) for one in self.people.values() if one.id in did]


OWN = or_(
    and_(rights.c.holder == bindparam("function"), rights.c.membership_id == bindparam("membership")),
    and_(rights.c.holder == bindparam("desk"), rights.c.lane.in_(DESK_LANES)),
)
OTHERS = exists(
    select(parties.c.case_id).where(
        parties.c.case_id == bindparam("case"),
        parties.c.holder == rights.c.holder,
        parties.c.membership_id.is_not_distinct_from(rights.c.membership_id),
    )
)


def _question(concerns: ColumnElement[bool]) -> Select[Any]:
    ids = union(
        select(rights.c.person_id).where(concerns),
        select(hands.c.person_id).where(hands.c.case_id == bindparam("case")),
        select(bindparam("acting", type_=Integer)),
    )
    return (
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
        .outerjoin(rights, and_(rights.c.person_id == people.c.id, concerns))
        .outerjoin(hands, and_(hands.c.person_id == people.c.id, hands.c.case_id == bindparam("case")))
        .where(people.c.id.in_(ids))
        .order_by(people.c.name, people.c.id)
    )


OF_CASE, OF_CASE_WITH_PARTIES = _question(OWN), _question(or_(OWN, OTHERS))


def of_case(connection: Connection, case: Case, acting: int = 0, found: Sequence[Party] = ()) -> Cast:
    """The cast of a case with these parties; `acting` belongs to it whatever rights they hold, also when locked."""
    seats = {"function": case.function, "membership": case.membership_id, "desk": case.desk}
    question = OF_CASE_WITH_PARTIES if found else OF_CASE
    rows = connection.execute(question, {**seats, "case": case.id, "acting": acting}).all()
    did = frozenset((row.id, row.did) for row in rows if row.did)
    able = {row.id: _person(row, rows) for row in rows if row.may_act or (row.id == acting and row.active)}
    return Cast(able, did, tuple(found))


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
