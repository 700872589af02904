"""One eService of the catalogue in use: its people by their address, its requests in one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.commands.requests import cases as case_commands
from app.commands.requests import circumstances, files
from app.commands.requests import tasks as task_commands
from app.commands.requests.steps import By
from app.store import definitions, registers, tables
from app.store.tasks import Task
from engine.errors import WrongAnswers
from engine.forms import form
from tests.commands.attaching import PDF
from tests.commands.office import APPROVE, FORWARD, OFFICE_ADDRESS, Office

HOUSES = {"proc": "exchange.test", "appr": "exchange.test"}
HARBOUR = "harbourbright.test"


@dataclass(frozen=True)
class Desk:
    """An office where one more eService is deployed. People are named as `mia.maker` or `ccda@lionrock.test`."""

    office: Office
    code: str

    def by(self, who: str) -> By:
        """The person as commands take them."""
        house = HOUSES.get(who.partition(".")[0], HARBOUR)
        address = who if "@" in who else f"{who}@{house}"
        with self.office.portal.database.read() as connection:
            query = select(tables.people.c.id).where(tables.people.c.email == address)
            return By(int(connection.execute(query).scalar_one()), OFFICE_ADDRESS, "")

    def opened(self, participant: str, kind: str, who: str = "mia.maker") -> str:
        """A new draft for one membership."""
        table = tables.memberships.c
        with self.office.portal.database.read() as connection:
            wanted = (table.participant_id == participant) & (table.kind == kind)
            membership = int(connection.execute(select(table.id).where(wanted)).scalar_one())
        return case_commands.open_case(self.office.portal, self.code, self.by(who), membership)

    def shown(self, reference: str, **typed: str) -> dict[str, Any]:
        """What stands in the open form at first, what was typed since, and what nobody may change."""
        case, task = self.office.case(reference), self.office.task(reference)
        now = self.office.clock.now()
        with self.office.portal.database.read() as connection:
            definition = definitions.of_release(connection, case.release)
            facts = circumstances.facts_at(connection, definition, case, task.step, now, case.participant_id)
        asked = definition.forms[task.form]
        raw = {**form.prefilled(asked, facts), **typed}
        return {**raw, **form.fixed(asked, facts, raw)}

    def put(self, reference: str, field: str, suffix: str = "", who: str = "mia.maker") -> None:
        """Put a PDF beside the open form."""
        case, task = self.office.case(reference), self.office.task(reference)
        name = f"Supporting Document_{reference}_{case.participant_id}{suffix}.pdf"
        files.add_file(
            self.office.portal, task.id, version=case.version, field=field, name=name, content=PDF, by=self.by(who)
        )

    def complete(self, reference: str, who: str, raw: dict[str, str], step: str = "") -> str:
        """Complete the open task, or the one of them whose key ends in `step`."""
        task = self.task(reference, step)
        version = self.office.version(reference)
        return task_commands.complete_task(self.office.portal, task.id, version=version, raw=raw, by=self.by(who))

    def refused(self, reference: str, raw: dict[str, str], who: str = "mia.maker") -> set[str]:
        """The fields that are said to be wrong when this is submitted."""
        try:
            self.complete(reference, who, raw)
        except WrongAnswers as error:
            return set(error.fields)
        return set()

    def task(self, reference: str, step: str = "") -> Task:
        """The open task whose key ends so."""
        return next(task for task in self.office.tasks(reference) if task.key.endswith(step))

    def sent(self, reference: str, raw: dict[str, str], maker: str = "mia.maker", checker: str = "chen.checker") -> str:
        """Submit and check: the request is with the exchange."""
        self.complete(reference, maker, raw)
        return self.complete(reference, checker, APPROVE)

    def accepted(self, reference: str, *desks: str, given: dict[str, str] | None = None) -> str:
        """Process at every desk, then approve at the first."""
        for name in desks:
            step = f"#{name}" if len(desks) > 1 else ""
            self.complete(reference, f"proc.{name.lower()}", {**FORWARD, **(given or {})}, step)
        return self.complete(reference, f"appr.{desks[0].lower()}", APPROVE)

    def register(self, name: str, owner: str, on: Any) -> dict[str, dict[str, Any]]:
        """What a register says of an owner on a day, by key."""
        with self.office.portal.database.read() as connection:
            found = registers.current(connection, [owner], on, [name])
        return {record.key: dict(record.values) for record in found}
