"""Kill clerks and workers at random moments, start them again, and count what the database says afterwards.

`python -m tests.crash.harness URL FOLDER SECONDS SEED [PLANTED BUG]` prints one JSON object.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import selectors
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import delete, update

from app.outside.blobs import open_blobs
from app.retold import retell
from app.running import any_port
from app.stop import Stop
from app.store import calendars, definitions, tables
from app.store.database import connect
from app.worker import Worker
from tests.commands.office import MONDAY_TEN, Office, office_at
from tests.crash import clerk

CLERKS, WORKERS = 2, 2
FEWEST_STEPS = 40  # a slow machine lives longer
MINUTES_A_SECOND = 1  # so that the lease of a killed worker ends within a second
FORK = multiprocessing.get_context("fork")
# What carries an action token, and so is done once however often it is tried.
STEPS = ("case.opened", "task.completed", "case.left", "way_out.proposed", "way_out.declined", "task.nudged")


class FastClock:
    """Hong Kong's Monday morning, a minute a second, the same in every process."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def now(self) -> datetime:
        """The time of this run."""
        return MONDAY_TEN + timedelta(minutes=(time.monotonic() - self._begun) * MINUTES_A_SECOND)


class Posts:
    """A mail server that writes down the name of every letter it took."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take one letter."""
        name = next(line for line in envelope.content.splitlines() if line.lower().startswith(b"message-id:"))
        with self._path.open("ab") as file:
            file.write(name.split(b":", 1)[1].strip() + b"\n")
        return "250 Taken"


class Run:
    """One run: its processes, and what the clerks said they did."""

    def __init__(self, url: str, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        office = office_at(url, folder)
        settings = replace(office.portal.settings, smtp_port=any_port("127.0.0.1"))
        self.clock = FastClock()
        self.portal = replace(office.portal, settings=settings, clock=self.clock)
        # Made once, inherited by every process: a life of a tenth of a second is for steps.
        with office.portal.database.read() as connection:
            calendars.at(connection, MONDAY_TEN)
            definitions.current(connection)
        office.portal.database.close()
        self.pending: dict[int, list[Any] | None] = dict.fromkeys(range(CLERKS))
        self.said: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self.done: list[str] = []
        self.noted: dict[str, list[str]] = {"claim": [], "file": []}
        self.ears = selectors.DefaultSelector()
        self.processes: dict[str, Any] = {}

    # processes
    def fork(self, name: str, act: Callable[..., None], *arguments: Any) -> None:
        """Start a process that has the portal to itself."""
        self.processes[name] = FORK.Process(target=act, args=arguments, name=name)
        self.processes[name].start()

    def own_office(self) -> Office:
        """The office with connections of this very process."""
        portal = replace(
            self.portal,
            database=connect(self.portal.settings.database_url),
            blobs=open_blobs(str(self.folder / "blobs")),
        )
        return Office(portal, self.clock)  # type: ignore[arg-type]

    def start_clerk(self, number: int) -> None:
        """Start a clerk, who first finishes what the one before began."""
        ear, mouth = os.pipe()
        self.ears.register(ear, selectors.EVENT_READ, number)
        seed = self.chance.getrandbits(32)
        self.fork(f"clerk {number}", lambda: clerk.work(self.own_office(), mouth, seed, self.pending[number]))
        os.close(mouth)

    def start_worker(self, number: int) -> None:
        """Start a worker."""
        self.fork(f"worker {number}", self._work)

    def _work(self) -> None:
        worker = Worker(self.own_office().portal, Stop())
        while True:
            worker.round()
            time.sleep(0.01)

    def start_posts(self) -> None:
        """Start the mail server, which nobody kills."""
        self.fork("posts", self._take_letters)
        time.sleep(0.3)

    def _take_letters(self) -> None:
        Controller(Posts(self.folder / "letters"), hostname="127.0.0.1", port=self.portal.settings.smtp_port).start()
        signal.pause()

    # a life of kills
    def live(self, seconds: float) -> None:
        """Let everybody work, and kill somebody every few hundredths of a second."""
        self.start_posts()
        for number in range(CLERKS):
            self.start_clerk(number)
        for number in range(WORKERS):
            self.start_worker(number)
        begun = time.monotonic()
        while (lived := time.monotonic() - begun) < seconds or (len(self.done) < FEWEST_STEPS and lived < 8 * seconds):
            self.hear(self.chance.uniform(0.01, 0.15))
            self.kill_somebody()
            if self.chance.random() < 0.1:
                office = self.own_office()
                self.hurry(office)
                office.portal.database.close()  # SQLite must not be open in a process that forks

    def hurry(self, office: Office) -> None:
        """Let every timer and letter come now, and forget most PDFs, each of which takes half a second."""
        with office.portal.database.write() as connection:
            connection.execute(update(tables.timers).values(due_at=self.clock.now()))
            later = (tables.jobs.c.tries == 0, tables.jobs.c.due_at > self.clock.now())
            connection.execute(update(tables.jobs).where(*later).values(due_at=self.clock.now()))
            job = tables.jobs.c
            untouched = (job.kind == "pdf", job.state == "waiting", job.tries == 0)
            connection.execute(delete(tables.jobs).where(*untouched, job.id % 10 != 0))

    def kill_somebody(self) -> None:
        """Kill one clerk or worker in whatever it does, and start it again."""
        name = self.chance.choice([name for name in self.processes if name != "posts"])
        kind, number = name.split()
        self.end(name)
        self.kills[kind] += 1
        self.start_clerk(int(number)) if kind == "clerk" else self.start_worker(int(number))

    def end(self, name: str) -> None:
        """Kill a process and hear its last words."""
        self.processes[name].kill()
        self.processes[name].join()
        if name.startswith("clerk"):
            self.hear(0, last=int(name.split()[1]))

    def hear(self, seconds: float, last: int | None = None) -> None:
        """Take down what clerks say for that long; the pipe of the last one ends here."""
        end = time.monotonic() + seconds
        while True:
            for key, _ in self.ears.select(max(0, end - time.monotonic())):
                if last in (None, key.data):
                    self._take_down(key.data, os.read(key.fd, 65536))
            if time.monotonic() >= end:
                break
        for key in [key for key in self.ears.get_map().values() if last is not None and key.data == last]:
            while heard := os.read(key.fd, 65536):
                self._take_down(key.data, heard)
            self.ears.unregister(key.fileobj)
            os.close(key.fd)

    def _take_down(self, number: int, heard: bytes) -> None:
        for line in heard.splitlines():
            what, said = json.loads(line)
            self.said[what] += 1
            self.pending[number] = said if what == "begun" else None
            if what == "done":
                self.done.append(said[0])
            elif what in self.noted:
                self.noted[what].append(said[0])

    # the reckoning
    def settle(self) -> Office:
        """End everybody, finish what was begun, and let one worker keep every promise."""
        for name in [name for name in self.processes if name != "posts"]:
            self.end(name)
        office = self.own_office()
        for number, unfinished in self.pending.items():
            if unfinished:
                ear, mouth = os.pipe()
                clerk.finish(office, mouth, unfinished)
                os.close(mouth)  # a clerk who is refused says nothing, and reading would wait for ever
                self._take_down(number, os.read(ear, 65536))
                os.close(ear)
        self.hurry(office)
        worker = Worker(office.portal, Stop())
        while any(worker.round()) or office.rows("jobs", state="waiting"):
            time.sleep(0.05)
        self.processes["posts"].kill()
        return office

    def told(self, office: Office) -> dict[str, Any]:
        """What was promised to people, against what the database says."""
        entries = Counter(row.action for row in office.rows("trail"))
        cases = office.rows("cases")
        path = self.folder / "letters"
        letters = Counter(path.read_bytes().split() if path.exists() else [])
        completed = sum(case.status in ("COMPLETED", "APPROVED") for case in cases)
        return {
            "done": len(self.done),
            "done_twice": len(self.done) - len(set(self.done)),
            "kept": len(office.rows("idempotency")),
            "steps": sum(entries[action] for action in STEPS),
            "fired": entries["timer.fired"],
            "fired_twice": _fired_twice(office),
            "files": len(self.noted["file"]),
            "files_lost": len(set(self.noted["file"]) - {str(row.id) for row in office.rows("files")}),
            "claims": len(self.noted["claim"]),
            "claims_lost": len(set(self.noted["claim"]) - _claimed(office)),
            "two_companies": sum(case.eservice == "MS001" for case in cases),
            "statuses": dict(Counter(case.status for case in cases)),
            "cases": len(cases),
            "broken": [case.reference for case in cases if not retell(office.portal, case.reference, _nothing)],
            "completed": completed,
            "registered": _set_by(office, {case.reference for case in cases}),
            "pdfs": len(office.rows("documents")),
            "pdf_promises": len(office.rows("jobs", kind="pdf")),
            "mails": len(office.rows("jobs", kind="mail")),
            # A PDF that was killed twelve times waits for operations: it is told, not lost.
            "incidents": len(office.rows("jobs", state="incident", kind="pdf")),
            "undone": len([job for job in office.rows("jobs") if job.state != "done"]),
            "letters": len(letters),
            "letters_twice": sum(letters.values()) - len(letters),
            "kills": dict(self.kills),
            "said": dict(self.said),
        }


def _set_by(office: Office, references: set[str]) -> int:
    """How many records these requests have set."""
    return sum(row.reference in references for row in office.rows("registers"))


def _entries(office: Office) -> list[tuple[int, dict[str, Any]]]:
    """Every entry of every trail, case by case, oldest first."""
    rows = sorted(office.rows("trail"), key=lambda row: (row.case_id, row.seq))
    return [(row.case_id, json.loads(row.entry)) for row in rows]


def _fired_twice(office: Office) -> int:
    """How many timers fired again although nobody had done a task of their case in between."""
    fired: set[tuple[int, str]] = set()
    twice = 0
    for case, entry in _entries(office):
        if entry["action"] == "task.completed":
            fired = {one for one in fired if one[0] != case}
        elif entry["action"] == "timer.fired":
            timer = case, entry["facts"]["key"]
            twice += timer in fired
            fired.add(timer)
    return twice


def _claimed(office: Office) -> set[str]:
    """Who claimed what, as the trails tell it."""
    claims = [(case, entry) for case, entry in _entries(office) if entry["action"] == "task.claimed"]
    return {f"{case} {entry['facts']['key']} {entry['actor']['id']}" for case, entry in claims}


def _nothing(_line: str) -> None:
    pass


def _plant(bug: str) -> None:
    from app.store import tasks

    if bug == "forgets keys":
        tasks.claim_key = lambda *_: True  # type: ignore[assignment]


def main(url: str, folder: str, seconds: str, seed: str, bug: str = "") -> None:
    """Run and print what was found."""
    _plant(bug)
    run = Run(url, Path(folder), int(seed))
    run.live(float(seconds))
    print(json.dumps(run.told(run.settle())))


if __name__ == "__main__":
    main(*sys.argv[1:])
