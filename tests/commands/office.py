"""An office of the demo: its people open, submit, check and process requests in one line each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from threading import Barrier
from typing import Any

from sqlalchemy import delete, func, select, text

from app.commands import definitions as definition_commands
from app.commands.portal import Keys, Portal
from app.commands.requests import cases as case_commands
from app.commands.requests import claims, drafts
from app.commands.requests import tasks as task_commands
from app.commands.requests.steps import By
from app.config import Settings
from app.outside.blobs import open_blobs
from app.outside.clock import StillClock
from app.retold import retell
from app.seed import seed_demo
from app.store import cases, definitions, people, tables, tasks, trail
from app.store.cases import Case
from app.store.database import connect
from app.store.tasks import Task
from engine.people import Person, Right
from engine.running import definition
from engine.sealed import seal

ROOT = Path(__file__).parents[2]
MONDAY_TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OFFICE_ADDRESS = "203.0.113.7"
PEOPLE = {
    "mia": "mia.maker@harbourbright.test",
    "chen": "chen.checker@harbourbright.test",
    "bo": "bo.both@harbourbright.test",
    "karen": "proc.cto@exchange.test",
    "kelvin": "appr.cto@exchange.test",
    "daisy": "proc.dto@exchange.test",
    "david": "appr.dto@exchange.test",
    "fanny": "proc.dco@exchange.test",
    "felix": "appr.dco@exchange.test",
    "leo": "maker@lionrock.test",
    "rita": "checker@lionrock.test",
    "olive": "ops1@exchange.test",
    "audrey": "auditor@exchange.test",
    "oscar": "ops2@exchange.test",
    "ivan": "bank.maker@jadegate.test",
    "iris": "bank.checker@jadegate.test",
    "edith": "proc.cco@exchange.test",
    "eric": "appr.cco@exchange.test",
    "alan": "proc.cps@exchange.test",
    "amy": "appr.cps@exchange.test",
    "irene": "proc.itc@exchange.test",
    "helen": "proc.crm@exchange.test",
    "henry": "appr.crm@exchange.test",
    "janet": "proc.msv@exchange.test",
    "lily": "proc.evt@exchange.test",
    "gary": "gcp.maker@victoriapeak.test",
    "gina": "gcp.checker@victoriapeak.test",
    "ada": "ccda1@harbourbright.test",
    "ben": "ccda2@harbourbright.test",
    "carmen": "ccda@lionrock.test",
    "joyce": "ccda@jadegate.test",
    "paul": "ccda@pearlriver.test",
    "penny": "maker@pearlriver.test",
    "agnes": "admin@exchange.test",
    "andy": "analyst@exchange.test",
}
GIVEN = {
    "limit_hkd": "50,000,000",
    "scope": "FIRM",
    "notional_check_applied": "yes",
    "uses_bss_vendor": "no",
    "effective_date": "2026-11-27",
    "approving_ro": "AMB404",
    "remarks": "",
    "declare_true": "yes",
    "pics_ack": "yes",
}
CODES = ("CT027", "PA002", "MS001")
APPROVE = {"decision": "approve"}
RETURN = {"decision": "return", "comment": "The date is too early"}
FORWARD = {"decision": "forward"}
COMPILED: dict[str, dict[Any, Any]] = {}


def office_at(url: str, root: Path) -> Office:
    """The demo over a migrated database, with its eServices deployed, at Monday, 10:00 in Hong Kong."""
    settings = Settings(root=root, database_url=url, demo=True)
    clock = StillClock(MONDAY_TEN)
    portal = Portal(connect(url), clock, Keys(settings.secret_key), settings, open_blobs("memory:"))
    seed_demo(portal)
    with portal.database.write() as connection:
        for code in CODES:
            definitions.keep_release(connection, code, _files(code), clock.now())
    return Office(portal, clock)


def opened(seeded: Office, root: Path, url: str = "", **settings) -> Office:
    """A copy of an office in a folder of its own; url: where its database has been copied to, unless it is a file."""
    if not url:
        shutil.copyfile(seeded.portal.settings.root / "portal.db", root / "portal.db")
    chosen = replace(
        seeded.portal.settings, root=root, database_url=url or f"sqlite:///{root / 'portal.db'}", **settings
    )
    clock = StillClock(seeded.clock.now())
    database = connect(chosen.database_url)
    # Each statement is written as SQL once a run instead of once a test.
    database.engine.dialect = seeded.portal.database.engine.dialect
    database.engine.update_execution_options(compiled_cache=COMPILED.setdefault(database.engine.name, {}))
    portal = replace(seeded.portal, database=database, clock=clock, settings=chosen, blobs=open_blobs("memory:"))
    return Office(portal, clock)


def answers(**changes: str) -> dict[str, str]:
    """What a maker fills in, with some of it changed."""
    return {**GIVEN, **changes}


@dataclass(frozen=True)
class Office:
    """The portal and its people, by first name."""

    portal: Portal
    clock: StillClock
    forged: list[str] = field(default_factory=list, compare=False)

    def by(self, who: str, key: str = "") -> By:
        """The person as commands take them."""
        return By(self.number(who), OFFICE_ADDRESS, key)

    def number(self, who: str) -> int:
        """The person's id."""
        with self.portal.database.read() as connection:
            query = select(tables.people.c.id).where(tables.people.c.email == PEOPLE[who])
            return int(connection.execute(query).scalar_one())

    def person(self, who: str) -> Person:
        """The person with their rights of now."""
        with self.portal.database.read() as connection:
            found = people.person_for(connection, self.number(who), self.clock.now())
        assert found is not None
        return found

    # what people do
    def open_draft(self, who: str = "mia", key: str = "", code: str = "CT027") -> str:
        """Open a draft."""
        return case_commands.open_case(self.portal, code, self.by(who, key))

    def save(
        self, reference: str, who: str = "mia", *, explicit: bool = True, version: int | None = None, **changes: str
    ) -> int:
        """Save the draft with these answers."""
        return drafts.save_draft(
            self.portal,
            self.task(reference).id,
            version=version or self.version(reference),
            raw=answers(**changes),
            explicit=explicit,
            by=self.by(who),
        )

    def complete(
        self,
        reference: str,
        who: str,
        raw: dict[str, str] | None,
        *,
        task: Task | None = None,
        version: int | None = None,
        key: str = "",
        confirmed: bool = False,
    ) -> str:
        """Complete the open task of a request, as its page stands now unless told otherwise."""
        return self.page(reference, who, raw, task=task, version=version, key=key, confirmed=confirmed)()

    def page(
        self,
        reference: str,
        who: str,
        raw: dict[str, str] | None,
        *,
        task: Task | None = None,
        version: int | None = None,
        key: str = "",
        confirmed: bool = False,
    ) -> Callable[[], str]:
        """An open page: calling it presses its button, however much later."""
        return partial(
            task_commands.complete_task,
            self.portal,
            (task or self.task(reference)).id,
            version=version or self.version(reference),
            raw=raw,
            by=self.by(who, key),
            unchanged_confirmed=confirmed,
        )

    def submit(self, reference: str, who: str = "mia", *, key: str = "", **changes: str) -> str:
        """Submit the request."""
        return self.complete(reference, who, answers(**changes), key=key)

    def approve(self, reference: str, who: str = "chen", *, key: str = "") -> str:
        """Approve as the company's checker."""
        return self.complete(reference, who, APPROVE, key=key)

    def give_back(self, reference: str, who: str = "chen", **comments: str) -> str:
        """Return the request, with comments on single answers if any."""
        return self.complete(reference, who, RETURN | {f"comment.{field}": said for field, said in comments.items()})

    def process(self, reference: str, who: str = "karen") -> str:
        """Process at the exchange and send for approval."""
        return self.complete(reference, who, FORWARD)

    def accept(self, reference: str, who: str = "kelvin") -> str:
        """Approve at the exchange."""
        return self.complete(reference, who, APPROVE)

    def leave(self, reference: str, name: str, who: str, reason: str = "", *, version: int | None = None) -> str:
        """Leave the request by a way out."""
        seen = version or self.version(reference)
        return case_commands.leave_case(self.portal, reference, name, version=seen, reason=reason, by=self.by(who))

    def answer(
        self, reference: str, name: str, who: str, *, accept: bool, comment: str = "", version: int | None = None
    ) -> str:
        """Confirm or decline what somebody else has proposed."""
        seen = version or self.version(reference)
        return case_commands.answer_proposal(
            self.portal, reference, name, accept=accept, version=seen, comment=comment, by=self.by(who)
        )

    def take_back(self, reference: str, name: str, who: str) -> str:
        """Take back what they have proposed themselves."""
        return case_commands.take_back_proposal(self.portal, reference, name, self.by(who))

    def abort(self, reference: str, reason: str = "Opened by a broken batch") -> str:
        """Abort, as two operators do."""
        self.leave(reference, "abort", "olive", reason)
        return self.answer(reference, "abort", "oscar", accept=True)

    def claim(self, reference: str, who: str, *, take_over: bool = False) -> str:
        """Claim the open task of a request."""
        return claims.claim_task(self.portal, self.task(reference).id, take_over=take_over, by=self.by(who))

    def release(self, reference: str, who: str) -> str:
        """Release it again."""
        return claims.release_task(self.portal, self.task(reference).id, self.by(who))

    def deploy(self, code: str, changed: Mapping[str, bytes] | None = None) -> None:
        """Deploy an eService or template, with some of its files changed."""
        names = {**_files(code), **(changed or {})}
        with self.portal.database.write() as connection:
            definitions.keep_release(connection, code, names, self.clock.now())

    def revoke(self, who: str, lane: str = "checker") -> None:
        """Take a lane away from somebody."""
        with self.portal.database.write() as connection:
            mine = tables.rights.c.person_id == self.number(who)
            connection.execute(delete(tables.rights).where(mine, tables.rights.c.lane == lane))

    def grant(self, who: str, *rights: Right) -> None:
        """Give somebody rights."""
        with self.portal.database.write() as connection:
            people.grant(connection, self.number(who), rights)

    def beside(self) -> Office:
        """The same office, reached through another process's connections."""
        return replace(self, portal=replace(self.portal, database=connect(self.portal.settings.database_url)))

    # requests at a certain point
    def submitted(self) -> str:
        """A request that waits for its checker."""
        return self.submit(self.open_draft())

    def sent(self) -> str:
        """A request that waits for the exchange."""
        return self.approve(self.submitted())

    def processed(self) -> str:
        """A request that waits for the exchange's approval."""
        return self.process(self.sent())

    def completed(self) -> str:
        """A request that was completed."""
        return self.accept(self.processed())

    # what can be seen
    def case(self, reference: str) -> Case:
        """The request as stored."""
        with self.portal.database.read() as connection:
            found = cases.by_reference(connection, reference)
        assert found is not None
        return found

    def version(self, reference: str) -> int:
        """What a page shown now would send back."""
        return self.case(reference).version

    def status(self, reference: str) -> str:
        """The request's status."""
        return self.case(reference).status

    def task(self, reference: str) -> Task:
        """The one open task of a request."""
        (task,) = self.tasks(reference)
        return task

    def tasks(self, reference: str) -> list[Task]:
        """Every open task of a request."""
        number = self.case(reference).id
        with self.portal.database.read() as connection:
            return tasks.of_cases(connection, [number])[number]

    def trail(self, reference: str) -> list[trail.Sealed]:
        """The trail of a request."""
        number = self.case(reference).id
        with self.portal.database.read() as connection:
            return trail.entries(connection, number)

    def actions(self, reference: str) -> list[tuple[str, str]]:
        """The trail in short: action and step."""
        return [(sealed.entry["action"], sealed.entry["step"]) for sealed in self.trail(reference)]

    def is_whole(self, reference: str) -> bool:
        """Whether every link of the trail, computed again, is the one that was stored, up to the case's head."""
        case, head = self.case(reference), seal.first_link(reference)
        sealed = self.trail(reference)
        for number, one in enumerate(sealed, 1):
            head = seal.link(head, one.entry)
            if one.hash != head or one.entry["seq"] != number:
                return False
        return (case.head, case.entries) == (head, len(sealed))

    def rows(self, name: str, **where: Any) -> list[Any]:
        """Rows of a table."""
        table = tables.metadata.tables[name]
        with self.portal.database.read() as connection:
            return list(connection.execute(select(table).filter_by(**where)))

    def mailed(self, template: str) -> list[str]:
        """Who was promised a mail of that kind, by address."""
        jobs = self.rows("jobs", kind="mail")
        return sorted(job.payload["to"] for job in jobs if job.payload["template"] == template)

    def everything(self) -> dict[str, list[Any]]:
        """Every row of every table that a step may write, as the driver tells it."""
        with self.portal.database.read() as connection:
            return {name: connection.exec_driver_sql(query).all() for name, query in _everything().items()}

    def counts(self) -> dict[str, int]:
        """How many rows each table holds."""
        with self.portal.database.read() as connection:
            return {
                table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in tables.metadata.sorted_tables
            }

    def run_sql(self, statement: str, **values: Any) -> None:
        """What somebody with the database's password could try."""
        self.forged.append(statement)
        with self.portal.database.write() as connection:
            connection.execute(text(statement), values)


def replays(office: Office) -> list[str]:
    """What is said of the requests that do not come out the same when run again; of a forged office nothing."""
    if any("UPDATE people" not in statement for statement in office.forged):
        return []
    said: list[str] = []
    for row in office.rows("cases"):
        told: list[str] = []
        if not retell(office.portal, row.reference, told.append):
            said.append(f"{row.reference}: {told[-1]}")
    return said


def race(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised when all of them began at the same moment."""
    start = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except Exception as error:  # the losers of a race are its result
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


@cache
def _everything() -> dict[str, str]:
    return {
        table.name: f"SELECT * FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}"
        for table in tables.metadata.sorted_tables
    }


@cache
def _folder() -> dict[str, bytes]:
    return definition_commands.read_folder(ROOT)


@cache
def _files(code: str) -> dict[str, bytes]:
    return definition.gather(_folder(), code)
