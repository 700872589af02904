"""Plays an analyst's walk with the real commands: real people with rights, registers, files, timers and a trail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.commands import jobs
from app.commands.requests import cases as case_commands
from app.commands.requests import files
from app.commands.requests import tasks as task_commands
from app.commands.requests.steps import By
from app.commands.requests.tasks import OutOfDate
from app.store import cases, events, people, tables
from app.store.database import Connection
from app.store.tasks import Task
from engine.errors import WarningsOpen, WrongAnswers
from engine.forms import attachment
from engine.hours import HONG_KONG
from engine.people import DESK_LANES, Right, seat_of
from engine.running.definition import Definition
from tests.commands.office import OFFICE_ADDRESS, Office
from tests.documents import PDF, XLSX

FIRM, PARTICIPANT = "CP00001", "B00123"
SYSTEM = "system"
REASON = "As the walk has it"
UNSAID = {
    "kind": "SEMINAR",
    "venue": "Connect Hall",
    "starts_on": "2026-12-15",
    "opens_on": "2026-11-02",
    "closes_on": "2026-12-04",
    "closes_time": "17:00",
    "capacity": 100,
    "max_per_company": 2,
    "modes": ["IN_PERSON"],
    "checker_required": False,
}


@dataclass
class Player:
    """One request of an eService in an office, on its way through one walk."""

    office: Office
    definition: Definition
    walk: Mapping[str, Any]
    reference: str = ""
    changes: int = 0
    firm: int = 0

    def differences(self) -> Iterator[str]:
        """Every place at which the real request is elsewhere than the walk says."""
        self.office.clock.set(datetime.fromisoformat(self.walk["now"]))
        seat = self._seat()
        self._set_registers()
        self._let_companies_in()
        self.reference = case_commands.open_case(self.office.portal, self.code, self._maker(), seat)
        self._put_files()
        for number, step in enumerate(self.walk["steps"], 1):
            if step.get("now"):
                self.office.clock.set(max(self.office.clock.now(), datetime.fromisoformat(step["now"])))
            self.office.clock.set(self.office.clock.now() + timedelta(milliseconds=1))
            try:
                seen = self._do(step)
            except OutOfDate:
                return  # a walk lets weeks go by; the portal has such a request returned to its maker
            if "wrong" not in step.get("expect", {}) and seen["wrong"]:
                yield f"step {number}: wrong are {seen['wrong']}"
            for name, wanted in step.get("expect", {}).items():
                if name in seen and seen[name] != wanted:
                    yield f"step {number}: expected {name} {wanted}, but it is {seen[name]}"

    @property
    def code(self) -> str:
        """Of which eService."""
        return self.definition.eservice.code

    # --- before the walk ----------------------------------------------------------------------------------------------
    def _seat(self) -> int:
        """The membership that files, under the participant ID that walks have; maker and checker may file for it."""
        kind = self.walk.get("case", {}).get("membership", self.definition.eservice.memberships[0])
        table = tables.memberships
        with self.office.portal.database.write() as connection:
            firm = self._firm(connection, kind)
            mine = (table.c.company_id == firm, table.c.kind == kind)
            seat = connection.scalar(select(table.c.id).where(*mine))
            others = (table.c.kind == kind, table.c.participant_id == self.participant, table.c.company_id != firm)
            connection.execute(update(table).where(*others).values(participant_id="Z99999"))
            if seat is None:
                row = {"company_id": firm, "kind": kind, "participant_id": self.participant}
                seat = connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
            connection.execute(update(table).where(table.c.id == seat).values(participant_id=self.participant))
        for lane in ("maker", "checker"):
            self._allow(self._own(lane), Right(lane, self.definition.eservice.function, seat))
        return int(seat)

    def _firm(self, connection: Connection, kind: str) -> int:
        """The company that files: Harbour Bright, unless another of the demo's has that membership and it has not."""
        held = select(tables.memberships.c.company_id).where(tables.memberships.c.kind == kind)
        holders = list(connection.scalars(held))
        usual = int(connection.scalar(select(tables.companies.c.id).where(tables.companies.c.code == FIRM)) or 0)
        self.firm = usual if usual in holders or not holders else holders[0]
        return self.firm

    def _own(self, lane: str) -> int:
        """The maker or the checker of the company that files."""
        mine = tables.people.c.company_id == self.firm
        return self._person(mine & _is(lane))

    @property
    def participant(self) -> str:
        """The participant ID of the walk."""
        return str(self.walk.get("case", {}).get("participant_id", PARTICIPANT))

    def _set_registers(self) -> None:
        """The walk's registers in place of the demo's, and a record for each choice that it names."""
        table = tables.registers
        rows = [*self._records(), *self._choices()]
        with self.office.portal.database.write() as connection:
            connection.execute(delete(table).where(table.c.register.in_(self.definition.registers)))
            connection.execute(delete(tables.attendees))
            connection.execute(delete(tables.events))
            for key, record in [(key, record) for register, key, record in rows if register == events.REGISTER]:
                events.add(connection, **_event(key, record))
            for register, key, record in [one for one in rows if one[0] != events.REGISTER]:
                row = {"register": register, "owner": self.participant, "key": key, "record": record}
                when = {"effective_on": datetime(2025, 1, 2).date(), "set_at": self.office.clock.now()}
                connection.execute(insert(table).values({**row, **when, "reference": None}))

    def _let_companies_in(self) -> None:
        """Every participant that the walk may choose belongs to some company of the demo."""
        kinds = self.definition.eservice.next_memberships or ("CCEP",)
        known = {one.participant_id for one in self.office.rows("memberships")}
        free = [one.id for one in self.office.rows("companies") if not one.is_exchange and one.id != self.firm]
        held = {(one.company_id, one.kind) for one in self.office.rows("memberships")}
        for _, key, _ in [*self._records(), *self._choices()]:
            company = next((one for one in reversed(free) if (one, kinds[0]) not in held), None)
            if attachment.PARTICIPANT.fullmatch(key) and key not in known and company is not None:
                known, held = known | {key}, held | {(company, kinds[0])}
                row = {"company_id": company, "kind": kinds[0], "participant_id": key}
                with self.office.portal.database.write() as connection:
                    added = insert(tables.memberships).values(row).returning(tables.memberships.c.id)
                    seat = int(connection.execute(added).scalar_one())
                for lane in ("maker", "checker"):
                    person = self._person((tables.people.c.company_id == company) & _is(lane))
                    self._allow(person, Right(lane, self.definition.eservice.function, seat))

    def _records(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for register, held in self.walk.get("register", {}).items():
            if _has_keys(held):
                yield from ((register, key, _without_key(record)) for key, record in held.items())
            else:
                yield register, "", held

    def _choices(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for register, pairs in self.walk.get("choices", {}).items():
            known = self.walk.get("register", {}).get(register, {})
            yield from ((register, key, {"name": label}) for key, label in pairs if key not in known)

    def _put_files(self) -> None:
        """As many files as the walk has, of the same kinds and under the names that this request wants."""
        taken: list[str] = []
        for name, wanted in self.walk.get("files", {}).items():
            for file in wanted:
                kind = attachment.extension_of(file["name"])
                taken.append(attachment.expected_name(self.reference, self.participant, taken, kind) or "")
                files.add_file(
                    self.office.portal,
                    self.office.task(self.reference).id,
                    version=self.office.version(self.reference),
                    field=name,
                    name=taken[-1],
                    content=XLSX if kind == "xlsx" else PDF,
                    by=self._maker(),
                )

    # --- one step -----------------------------------------------------------------------------------------------------
    def _do(self, step: Mapping[str, Any]) -> dict[str, Any]:
        stopped: dict[str, Any] = {}
        try:
            if "task" in step:
                self._complete(step["task"], step.get("answers", {}))
            elif "leave" in step:
                self._leave(step["leave"])
            else:
                self._fire(step["fire"])
        except WrongAnswers as error:
            stopped["wrong"] = sorted(error.fields)
        except WarningsOpen as error:
            stopped["warned"] = sorted(error.fields)
        return self._seen() | stopped

    def _complete(self, key: str, raw: Mapping[str, str]) -> None:
        task = next((one for one in self.office.tasks(self.reference) if one.key == key), None)
        assert task is not None, f"{key} is not open, but {[one.key for one in self.office.tasks(self.reference)]}"
        task_commands.complete_task(
            self.office.portal,
            task.id,
            version=self.office.version(self.reference),
            raw={name: said.replace("-000001", self.reference[-7:]) for name, said in raw.items()},
            by=By(self._doer(task), OFFICE_ADDRESS),
            unchanged_confirmed=True,
        )

    def _doer(self, task: Task) -> int:
        """Somebody for the lane of a task, with the right that it asks for."""
        if task.lane in ("maker", "checker"):
            return self._own(task.lane)
        person = self._staff(task) if task.lane in DESK_LANES else self._of_member(task)
        self._allow(person, Right(seat_of(task.lane), task.holder, task.membership_id))
        return person

    def _staff(self, task: Task) -> int:
        login = f"{'proc' if task.lane == 'desk_maker' else 'appr'}.{task.holder.lower()}@exchange.test"
        return self._person(tables.people.c.email == login)

    def _of_member(self, task: Task) -> int:
        """The maker or the checker of the company that takes part."""
        words = "maker" if task.lane == "next_maker" else "checker"
        seat = next(one for one in self.office.rows("memberships") if one.id == task.membership_id)
        return self._person((tables.people.c.company_id == seat.company_id) & _is(words))

    def _person(self, which: Any) -> int:
        with self.office.portal.database.read() as connection:
            return int(connection.scalar(select(tables.people.c.id).where(which).order_by(tables.people.c.id).limit(1)))

    def _allow(self, person: int, right: Right) -> None:
        with self.office.portal.database.write() as connection:
            if right not in people.rights_of(connection, person):
                people.grant(connection, person, [right])

    def _leave(self, name: str) -> None:
        case = self.office.case(self.reference)
        way = next(way for way in case.ways_out if way["name"] == name)
        if set(way["who"]) == {SYSTEM}:
            with self.office.portal.database.write() as connection:
                locked = cases.locked_by_reference(connection, self.reference)
                assert locked is not None
                case_commands.leave_by_system(connection, self.office.portal, locked, name, "MEMBERSHIP_CEASED")
            return
        who = self.office.number("olive") if "ops" in way["who"] else self._own("maker")
        case_commands.leave_case(
            self.office.portal,
            self.reference,
            name,
            version=case.version,
            reason="" if way["reason"] == "none" else REASON,
            by=By(who, OFFICE_ADDRESS),
        )
        if self.office.status(self.reference) == case.status:
            self._confirm(name, way)

    def _confirm(self, name: str, way: Mapping[str, Any]) -> None:
        """What was asked for is confirmed by whom the way out names: operations, or the desk that has the request."""
        desk = self.office.case(self.reference).desk.lower()
        login = "ops2" if "ops" in way["confirm"] else f"proc.{desk}"
        case_commands.answer_proposal(
            self.office.portal,
            self.reference,
            name,
            accept=True,
            version=self.office.version(self.reference),
            comment="",
            by=By(self._person(tables.people.c.email == f"{login}@exchange.test"), OFFICE_ADDRESS),
        )

    def _fire(self, key: str) -> None:
        """Let the timer's time come; the worker fires it, and whatever is due before it."""
        number = self.office.case(self.reference).id
        due = [row.due_at for row in self.office.rows("timers", case_id=number) if row.key == key]
        self.office.clock.set(max([self.office.clock.now(), *due]))
        while jobs.fire_due_timers(self.office.portal):
            pass

    def _seen(self) -> dict[str, Any]:
        held = self.office.rows("registers", reference=self.reference)
        fresh = [[row.register, row.owner] for row in held[self.changes :]]
        self.changes = len(held)
        return {
            "status": self.office.status(self.reference),
            "steps": sorted(task.key for task in self.office.tasks(self.reference)),
            "lanes": sorted({task.lane for task in self.office.tasks(self.reference)}),
            "wrong": [],
            "warned": [],
            "registered": fresh,
        }

    def _maker(self) -> By:
        return By(self._own("maker"), OFFICE_ADDRESS)


def _is(lane: str) -> Any:
    """Whoever the demo calls maker or checker."""
    return tables.people.c.email.like(f"%{lane}@%")


def _has_keys(held: Any) -> bool:
    return isinstance(held, Mapping) and all(isinstance(record, Mapping) for record in held.values())


def _without_key(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in record.items() if name != "key"}


def walks_of(content: bytes) -> list[Mapping[str, Any]]:
    """The walks of a file."""
    found: list[Mapping[str, Any]] = json.loads(content)
    return found


def _event(code: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """An event as the exchange would have published it, of what a walk says that forms know of it."""
    record = {**UNSAID, **record}
    starts = datetime.fromisoformat(f"{record['starts_on']}T14:30").replace(tzinfo=HONG_KONG)
    closes = datetime.fromisoformat(f"{record['closes_on']}T{record['closes_time']}").replace(tzinfo=HONG_KONG)
    said = {name: record[name] for name in ("kind", "max_per_company", "modes", "checker_required", "capacity")}
    return said | {
        "code": code,
        "title_en": record["name"],
        "title_zh": record["name"],
        "place": record["venue"],
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "opens_on": datetime.fromisoformat(record["opens_on"]).date(),
        "closes_at": closes,
        "audience": record.get("memberships", []),
        "published_at": datetime(2026, 10, 1, tzinfo=HONG_KONG),
    }
