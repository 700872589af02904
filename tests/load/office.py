"""The office that is measured: the demo's people, one small eService with a form of 200 bytes, a clock that runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from app.commands.definitions import read_folder
from app.commands.portal import Keys, Portal
from app.config import Settings
from app.outside.blobs import open_blobs
from app.seed import seed_demo
from app.store import definitions, tables
from app.store.database import connect
from engine.running import definition
from engine.sealed import seal
from tests.commands.office import MONDAY_TEN, ROOT, Office
from tests.load.databases import Measured
from tests.web.visitors import cookie_of, promised_code

CODE = "LD001"
FIRMS = (("mia", "chen"), ("leo", "rita"))
DESK = "karen"
FORM_BYTES = 200


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that was set to a Monday morning and runs on, the same in every process."""

    begun: float

    def now(self) -> datetime:
        """The time of this run."""
        return MONDAY_TEN + timedelta(seconds=time.monotonic() - self.begun)


@dataclass(frozen=True, slots=True)
class Bench:
    """A seeded portal, and the cookies of its people by first name."""

    office: Office
    measured: Measured
    cookies: dict[str, str]

    @property
    def portal(self) -> Portal:
        """The portal."""
        return self.office.portal


def bench(measured: Measured, port: int) -> Bench:
    """Seed the database, deploy the eService and sign everybody in."""
    settings = Settings(
        root=measured.folder / "var", database_url=measured.url, demo=True, base_url=f"http://127.0.0.1:{port}"
    )
    clock = RunningClock(time.monotonic())
    portal = Portal(connect(measured.url), clock, Keys(settings.secret_key), settings, open_blobs("memory:"))
    seed_demo(portal)
    with portal.database.write() as connection:
        definitions.keep_release(connection, CODE, _files(), clock.now())
    office = Office(portal, clock)  # type: ignore[arg-type]
    names = [*FIRMS[0], *FIRMS[1], DESK]
    return Bench(office, measured, {who: cookie_of(office, who, promised_code) for who in names})


def answers(number: int, round_: int = 1) -> dict[str, str]:
    """What the maker of a case fills in: other words for every case and round, 200 bytes as kept."""
    given = {
        "contact": f"Contact {number:06d} of the firm",
        "address": f"{100 + number % 800} Des Voeux Road Central, floor {round_:03d}",
        "city": "Hong Kong",
        "copies": str(1 + number % 99),
        "by": "COURIER" if number % 2 else "MAIL",
        "starts": f"2026-12-{1 + number % 28:02d}",
    }
    missing = FORM_BYTES - len(seal.canonical({**given, "copies": int(given["copies"])}))
    return {**given, "address": given["address"] + " " + "x" * (missing - 1)} if missing > 1 else given


def finished(bench_: Bench) -> list[str]:
    """The references of every case that went through its five tasks."""
    with bench_.portal.database.read() as connection:
        case = tables.cases.c
        rows = connection.execute(select(case.reference).where(case.status == "PENDING_HKEX").order_by(case.id))
        return [row.reference for row in rows]


def _files() -> dict[str, bytes]:
    folder = {**read_folder(ROOT), **read_folder(Path(__file__).parent)}
    return definition.gather(folder, CODE)
