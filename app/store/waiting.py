"""Who can do each of many open tasks: two questions, however many tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, false, or_, select

from app.store.people import MAY_ACT, Seat
from app.store.tables import companies, hands, memberships, people, rights
from app.store.tasks import Task
from engine import rules


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who holds the seats of some tasks, who had a hand in their cases, and which company a membership is of."""

    seats: Mapping[tuple[str, str, int | None], Sequence[Seat]]
    hands: Mapping[int, frozenset[tuple[int, str]]]
    companies: Mapping[int, tuple[int, str]]

    def hands_in(self, case_id: int) -> frozenset[tuple[int, str]]:
        """Who did what in a case, as (person, lane)."""
        return self.hands.get(case_id, frozenset())

    def company_of(self, task: Task) -> int:
        """The company for which a task is done; 0 for a desk."""
        return self.companies.get(task.membership_id or 0, (0, ""))[0]

    def who_can(self, task: Task) -> list[Seat]:
        """Those who may do a task and would not check their own work in it, by name."""
        barred = rules.makers(task.lane, self.hands_in(task.case_id))
        seated = self.seats.get((task.seat, task.holder, task.membership_id), ())
        return [seat for seat in seated if seat.id not in barred]


def of_tasks(connection: Connection, tasks: Collection[Task]) -> Waiting:
    """Who can do these tasks now."""
    if not tasks:
        return Waiting({}, {}, {})
    held = {task.membership_id for task in tasks if task.membership_id is not None}
    hands = _hands(connection, {task.case_id for task in tasks})
    return Waiting(_seats(connection, tasks), hands, companies_of(connection, held))


def companies_of(connection: Connection, ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """The company of each membership, by its id: number and name."""
    if not ids:
        return {}
    query = select(memberships.c.id, companies.c.id.label("company"), companies.c.name_en)
    rows = connection.execute(query.join_from(memberships, companies).where(memberships.c.id.in_(ids)))
    return {row.id: (row.company, row.name_en) for row in rows}


def _seats(connection: Connection, tasks: Collection[Task]) -> dict[tuple[str, str, int | None], list[Seat]]:
    wanted = {(task.seat, task.holder, task.membership_id) for task in tasks}
    seat = rights.c.lane, rights.c.holder, rights.c.membership_id
    held = [
        and_(seat[0] == lane, seat[1] == holder, seat[2].is_not_distinct_from(membership))
        for lane, holder, membership in wanted
    ]
    rows = connection.execute(
        select(*seat, people.c.id, people.c.name, people.c.email)
        .join_from(people, rights)
        .where(MAY_ACT, or_(false(), *held))
        .order_by(people.c.name, people.c.id)
    )
    found: dict[tuple[str, str, int | None], list[Seat]] = {}
    for row in rows:
        found.setdefault((row.lane, row.holder, row.membership_id), []).append(Seat(row.id, row.name, row.email))
    return found


def _hands(connection: Connection, case_ids: Collection[int]) -> dict[int, frozenset[tuple[int, str]]]:
    rows = connection.execute(
        select(hands.c.case_id, hands.c.person_id, hands.c.lane).where(hands.c.case_id.in_(case_ids))
    )
    found: dict[int, set[tuple[int, str]]] = {}
    for row in rows:
        found.setdefault(row.case_id, set()).add((row.person_id, row.lane))
    return {case_id: frozenset(did) for case_id, did in found.items()}
