"""The cast of a case: who acts, who else can, and who had a hand in it, read at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, bindparam, exists, or_, select, union

from app.store.cases import Case
from app.store.people import MAY_ACT, Seat
from app.store.sides import Party
from app.store.substitutes import HOLDS, lent_of, lent_to
from app.store.tables import companies, hands, parties, people, rights, substitutes
from engine import rules
from engine.people import DESK_LANES, PARTY_LANES, Absent, Person, Right, side_of_lane
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

    def with_hands(self, found: Collection[int], lane: str) -> Cast:
        """The cast once these have acted in that lane: somebody, and the colleague for whom they did."""
        return replace(self, hands=self.hands | {(person, lane) for person in found})

    def who_can(self, lane: str, holder: str, membership: int | None) -> list[Seat]:
        """Those who may act in a lane and do not check their own work there."""
        able = (rules.could(one, lane, holder, membership, self.hands) for one in self.people.values())
        return [Seat(one.id, one.name, one.email, one.behalf.name if one.behalf else "") for one in able if one]

    def membership_of(self, case: Case, task: OpenTask) -> int | None:
        """The membership for which a company's task is done."""
        if task.lane not in PARTY_LANES:
            return case.membership_id
        place = (side_of_lane(task.lane), task.party)
        return next((party.membership_id for party in self.parties if (party.side, party.participant) == place), None)

    def who_could(self, side: str) -> list[Seat]:
        """Those of a side who may act at all, whatever they did."""
        seats = {(party.holder, party.membership_id) for party in self.parties if party.side == side}
        able = (one for one in self.people.values() if any((r.holder, r.membership) in seats for r in one.held))
        return [Seat(one.id, one.name, one.email) for one in able]

    def everybody(self) -> list[Seat]:
        """All who can act, whatever their side."""
        return [Seat(one.id, one.name, one.email) for one in self.people.values()]

    def sits(self, person: int, lanes: Collection[str]) -> bool:
        """Whether somebody holds a right in one of these lanes of a desk that takes part."""
        return any(right.lane in lanes for right in self.people[person].held if right.membership is None)

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
        select(substitutes.c.substitute_id)
        .join(rights, rights.c.person_id == substitutes.c.absent_id)
        .where(HOLDS, concerns),
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
            lent_to(people).label("lent"),
        )
        .join_from(people, companies)
        .outerjoin(rights, and_(rights.c.person_id == people.c.id, concerns))
        .outerjoin(hands, and_(hands.c.person_id == people.c.id, hands.c.case_id == bindparam("case")))
        .where(people.c.id.in_(ids))
        .order_by(people.c.name, people.c.id)
    )


OF_CASE, OF_CASE_WITH_PARTIES = _question(OWN), _question(or_(OWN, OTHERS))


def of_case(connection: Connection, case: Case, now: datetime, acting: int = 0, found: Sequence[Party] = ()) -> Cast:
    """The cast of a case with these parties; `acting` belongs to it whatever rights they hold, also when locked.

    now: whoever stands in for somebody at that moment belongs to it too.
    """
    seats = {"function": case.function, "membership": case.membership_id, "desk": case.desk}
    question = OF_CASE_WITH_PARTIES if found else OF_CASE
    rows = connection.execute(question, {**seats, "case": case.id, "acting": acting, "now": now}).all()
    did = frozenset((row.id, row.did) for row in rows if row.did)
    concerned = {(case.function, case.membership_id), (case.desk, None), *((p.holder, p.membership_id) for p in found)}
    able = {row.id: _person(row, rows, concerned) for row in rows if row.may_act or (row.id == acting and row.active)}
    return Cast(able, did, tuple(found))


def _person(row: Any, rows: Iterable[Any], concerned: Collection[tuple[str, int | None]]) -> Person:
    mine = (one for one in rows if one.id == row.id and one.lane)
    lent = (_concerning(one, concerned) for one in lent_of(row.lent))
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        kind=row.kind,
        company=row.company_id,
        company_name=row.name_en,
        rights=frozenset(Right(one.lane, one.holder, one.membership_id) for one in mine),
        lent=tuple(one for one in lent if one.rights),
    )


def _concerning(absent: Absent, concerned: Collection[tuple[str, int | None]]) -> Absent:
    """Whoever is away, with no more of their rights than matter to the case."""
    return absent._replace(rights=frozenset(one for one in absent.rights if (one.holder, one.membership) in concerned))
