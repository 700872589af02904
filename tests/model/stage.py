"""A real office on which the machine plays: its people by first name, their seats, and fresh copies of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, delete, event, select, update

from app.commands.requests.steps import By
from app.store import cases, people, tables, tasks
from app.store.cases import Case
from app.store.tasks import Task
from engine.people import Right
from tests.commands.office import OFFICE_ADDRESS, PEOPLE, Office
from tests.model.rulebook import BANK, CHECKER, DESK, FIRM, MAKER, World

SEATS = {
    ("CT027", FIRM): ("EU_CashTrading", "SEHK-EP", "B00123"),
    ("CT027", DESK): ("CTO", "", ""),
    ("MS001", FIRM): ("EU_MoneySettlement", "HKSCC-DCP", "B00123"),
    ("MS001", BANK): ("EU_MoneySettlement", "DB", "D00011"),
    ("MS001", DESK): ("CCO", "", ""),
}
FIRM_PEOPLE, BANK_PEOPLE = ("mia", "chen", "bo"), ("ivan", "iris")
DESK_PEOPLE = {"CT027": ("karen", "kelvin"), "MS001": ("edith", "eric")}
OPERATIONS = ("olive", "oscar")
STRANGERS = ("leo", "rita", "gary", "daisy", "audrey")
EVERYBODY = (*FIRM_PEOPLE, *BANK_PEOPLE, *DESK_PEOPLE["CT027"], *DESK_PEOPLE["MS001"], *OPERATIONS, *STRANGERS)
SEEDED = {
    *(("mia", code, FIRM, MAKER) for code in DESK_PEOPLE),
    *(("chen", code, FIRM, CHECKER) for code in DESK_PEOPLE),
    *(("bo", code, FIRM, grant) for code in DESK_PEOPLE for grant in (MAKER, CHECKER)),
    ("ivan", "MS001", BANK, MAKER),
    ("iris", "MS001", BANK, CHECKER),
    *((pair[0], code, DESK, "desk_maker") for code, pair in DESK_PEOPLE.items()),
    *((pair[1], code, DESK, "desk_checker") for code, pair in DESK_PEOPLE.items()),
}
# So that the same person could do both, at the bank and at each desk.
TWICE = {
    ("iris", "MS001", BANK, MAKER),
    ("ivan", "MS001", BANK, CHECKER),
    *((pair[0], code, DESK, "desk_checker") for code, pair in DESK_PEOPLE.items()),
}
POSSIBLE = sorted(
    SEEDED
    | TWICE
    | {(who, code, FIRM, grant) for who in FIRM_PEOPLE for code in DESK_PEOPLE for grant in (MAKER, CHECKER)}
)
TEN = time(2, 0, tzinfo=UTC)  # in Hong Kong


def world() -> World:
    """The people as they are when the curtain rises."""
    return World(set(SEEDED | TWICE), frozenset({*OPERATIONS, "audrey"}), frozenset(OPERATIONS))


@dataclass(frozen=True)
class Seen:
    """What the database holds of one request."""

    case: Case
    open_tasks: list[Task]


class Stage:
    """An office, with what the machine needs to move people and read results quickly."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.portal = office.portal
        if self.portal.settings.database_url.startswith("sqlite"):
            # Nobody pulls the plug here: the runs of the crash test do.
            event.listen(self.portal.database.engine, "connect", _hasten)
        with self.portal.database.read() as connection:
            rows = connection.execute(select(tables.people.c.id, tables.people.c.email))
            ids = {row.email: row.id for row in rows}
            kinds = connection.execute(select(tables.memberships)).all()
            self.last_job = 0
        self.ids = {who: ids[PEOPLE[who]] for who in EVERYBODY}
        self.names = {email: who for who, email in PEOPLE.items()}
        self.memberships = {(row.kind, row.participant_id): row.id for row in kinds}

    def by(self, who: str, key: str = "") -> By:
        """The person as commands take them."""
        return By(self.ids[who], OFFICE_ADDRESS, key)

    def membership(self, code: str, side: str) -> int | None:
        """The membership for which a side acts; none for a desk."""
        _, kind, participant = SEATS[code, side]
        return self.memberships.get((kind, participant))

    # --- what administrators do ---------------------------------------------------------------------------------------
    def grant(self, held: tuple[str, str, str, str], given: bool) -> None:
        """Give or take a right."""
        who, code, side, lane = held
        right = Right(lane, SEATS[code, side][0], self.membership(code, side))
        with self.portal.database.write() as connection:
            if given:
                people.grant(connection, self.ids[who], [right])
            else:
                row = tables.rights.c
                mine = (row.person_id == self.ids[who], row.lane == right.lane, row.holder == right.holder)
                connection.execute(
                    delete(tables.rights).where(*mine, row.membership_id.is_not_distinct_from(right.membership))
                )

    def change(self, who: str, **columns: Any) -> None:
        """Lock, unlock, dismiss or take back somebody."""
        with self.portal.database.write() as connection:
            connection.execute(update(tables.people).where(tables.people.c.id == self.ids[who]).values(**columns))

    def set_day(self, day: date) -> None:
        """Ten in the morning of that day."""
        self.office.clock.set(datetime.combine(day, TEN))

    # --- what is there ------------------------------------------------------------------------------------------------
    def seen(self, reference: str) -> Seen:
        """One request as stored."""
        with self.portal.database.read() as connection:
            return _seen(connection, reference)

    def to_do(self, who: str) -> int:
        """How many tasks the list of somebody shows."""
        with self.portal.database.read() as connection:
            person = people.person_for(connection, self.ids[who])
            return 0 if person is None else tasks.to_do_count(connection, person)

    def promised(self) -> tuple[Counter[tuple[str, str]], int]:
        """The letters promised since this was last asked, as (template, who), and the PDFs."""
        jobs = tables.jobs
        query = select(jobs.c.id, jobs.c.kind, jobs.c.payload).where(jobs.c.id > self.last_job).order_by(jobs.c.id)
        with self.portal.database.read() as connection:
            rows = connection.execute(query).all()
        self.last_job = rows[-1].id if rows else self.last_job
        mails = [row.payload for row in rows if row.kind == "mail"]
        letters = Counter((mail["template"], self.names.get(mail["to"], mail["to"])) for mail in mails)
        return letters, len(rows) - len(mails)


def _seen(connection: Connection, reference: str) -> Seen:
    case = cases.by_reference(connection, reference)
    assert case is not None
    return Seen(case, tasks.of_cases(connection, [case.id])[case.id])


def _hasten(raw: Any, _record: Any) -> None:
    raw.execute("PRAGMA synchronous=OFF")
