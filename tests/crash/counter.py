"""People at real browsers, and a web server whose processes are killed while they work."""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from app.outside.blobs import open_blobs
from app.retold import retell
from app.running import any_port
from app.store.database import connect
from tests.commandline import children_of
from tests.commands.office import Office, office_at
from tests.crash.harness import STEPS, FastClock
from tests.load.browser import Answer, Browser, over_http
from tests.load.journey import Begun, decided, filled
from tests.load.server import HOST, serving
from tests.web.visitors import cookie_of, promised_code

PEOPLE = ("mia", "chen", "karen", "kelvin")
PROCESSES = 2
PATIENCE_SECONDS = 60
GIVEN = {
    "scope": "FIRM",
    "notional_check_applied": "yes",
    "uses_bss_vendor": "no",
    "effective_date-day": "27",
    "effective_date-month": "11",
    "effective_date-year": "2026",
    "approving_ro": "AMB404",
    "declare_true": "yes",
    "pics_ack": "yes",
}


class Counters:
    """What was asked, acknowledged and killed."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.answered = 0
        self.asked_again = 0
        self.kills = 0


class Stubborn:
    """A person who sends the very same page again until somebody answers."""

    def __init__(self, port: int, counters: Counters) -> None:
        self._port, self._counters = port, counters
        self._send = over_http(HOST, port)

    def __call__(self, method: str, path: str, headers: dict[str, str], body: str) -> Answer:
        """One request, however often it takes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._send(method, path, headers, body)
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline, f"nobody answers {method} {path}"
                self._counters.asked_again += 1
                time.sleep(0.02)
                self._send = over_http(HOST, self._port)
                continue
            self._counters.answered += 1
            if method == "POST" and answer.status == 303 and _is_step(path):
                self._counters.acknowledged += 1
            return answer


def served(url: str, folder: Path, seconds: float, seed: int) -> dict[str, object]:
    """Let people work for that long while web processes are killed; what the database says afterwards."""
    port, counters = any_port(HOST), Counters()
    office = office_at(url, folder)
    clock = FastClock()
    settings = replace(office.portal.settings, base_url=f"http://{HOST}:{port}")
    portal = replace(office.portal, settings=settings, clock=clock, blobs=open_blobs(str(folder / "blobs")))
    cookies = {who: cookie_of(Office(portal, clock), who, promised_code) for who in PEOPLE}  # type: ignore[arg-type]
    portal.database.close()
    with serving(settings, port, PROCESSES, clock) as (main, *_):
        over = threading.Event()
        killer = threading.Thread(target=_kill, args=(main, over, random.Random(seed), counters))
        killer.start()
        try:
            _work({who: Browser(Stubborn(port, counters), cookie) for who, cookie in cookies.items()}, seconds)
        finally:
            over.set()
            killer.join()
    again = replace(portal, database=connect(url))
    try:
        return _told(Office(again, clock), counters)  # type: ignore[arg-type]
    finally:
        again.database.close()


def _work(people: dict[str, Browser], seconds: float) -> None:
    begun, number = time.monotonic(), 0
    while time.monotonic() - begun < seconds or number < 2:
        number += 1
        _one_life(people, number)


def _one_life(people: dict[str, Browser], number: int) -> None:
    """A request from its draft to its end."""
    mia, action = people["mia"], "/eservices/CT027/requests"
    page = mia.post(action, mia.get("/eservices").hidden(action))
    case = Begun(number, page.text.partition('<span class="reference">')[2].partition("<")[0])
    filled("submit", mia, case, "/?tab=drafts", {**GIVEN, "limit_hkd": str(31_000_000 + number)}).finish()
    for who, decision in (("chen", "approve"), ("karen", "forward"), ("kelvin", "approve")):
        decided(decision, people[who], case, {"decision": decision}).finish()


def _kill(main: int, over: threading.Event, chance: random.Random, counters: Counters) -> None:
    """Kill one web process after another, each time once some pages were answered again."""
    enough = 0
    while not over.wait(chance.uniform(0.01, 0.1)):
        children = children_of(main)
        if counters.answered < enough or not children:
            continue
        try:
            os.kill(chance.choice(children), signal.SIGKILL)
        except ProcessLookupError:
            continue
        counters.kills += 1
        enough = counters.answered + chance.randint(1, 4)


def _is_step(path: str) -> bool:
    return path.endswith(("/completion", "/requests"))


def _told(office: Office, counters: Counters) -> dict[str, object]:
    entries = Counter(row.action for row in office.rows("trail"))
    cases = office.rows("cases")
    return {
        "acknowledged": counters.acknowledged,
        "asked_again": counters.asked_again,
        "kills": counters.kills,
        "kept": len(office.rows("idempotency")),
        "steps": sum(entries[action] for action in STEPS),
        "cases": len(cases),
        "completed": sum(case.status == "COMPLETED" for case in cases),
        "broken": [case.reference for case in cases if not retell(office.portal, case.reference, [].append)],
    }
