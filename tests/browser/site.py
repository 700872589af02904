"""The whole portal on this machine: pages over HTTP, a worker, and a mail server that takes what it sends."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from app import web
from app.commands import jobs
from app.commands.portal import Portal
from app.outside.inbox import letters, receiving
from app.outside.pdf import check
from app.seed import demo_logins
from engine.sealed.proof import Verdict
from tests.commands.office import Office, opened
from tests.web.visitors import COMPILED

AFTERNOON = datetime(2026, 11, 23, 8, 12, tzinfo=UTC)  # Monday, 16:12 in Hong Kong
PAUSE_SECONDS = 1
POLL_SECONDS = 0.02  # how long a server that is told to stop still waits


class Site:
    """A served office."""

    def __init__(self, office: Office, app: Flask, origin: str, wake: threading.Event) -> None:
        self.office = office
        self.app = app
        self.origin = origin
        self._wake = wake

    @property
    def portal(self) -> Portal:
        """The running portal."""
        return self.office.portal

    def mailed_code(self, office: Office, address: str) -> str:
        """The newest code that was mailed to an address."""
        self.settle()
        mine = (letter for letter in letters(office.portal.settings.root / "mail") if letter.to == address)
        return re.search(r"\d{6}", next(letter.text for letter in mine if "code" in letter.subject))[0]

    def verdict(self, pdf: bytes) -> Verdict:
        """What an auditor learns about a downloaded PDF."""
        return check(pdf)

    def settle(self) -> None:
        """Wait until nothing is promised for the next hour: a job at work is due in a minute, some wait for a day."""
        deadline, soon = time.monotonic() + 10, self.office.clock.now() + timedelta(hours=1)
        while any(job.state == "waiting" and job.due_at <= soon for job in self.office.rows("jobs")):
            assert time.monotonic() < deadline, "the worker did not keep its promises"
            self._wake.set()
            time.sleep(0.02)


@contextmanager
def serving(seeded: Office, root: Path) -> Iterator[Site]:
    """Serve a copy of the demo in a folder of its own until the block ends; its clock stands still."""
    port, smtp_port = _free_port(), _free_port()
    origin = f"http://127.0.0.1:{port}"
    office = opened(seeded, root, base_url=origin, smtp_port=smtp_port)
    office.clock.set(AFTERNOON)
    with receiving(root / "mail", smtp_port), _working(office.portal) as wake, _pages(office.portal, port) as app:
        yield Site(office, app, origin, wake)
    office.portal.database.close()


@contextmanager
def _pages(portal: Portal, port: int) -> Iterator[Flask]:
    app = web.build(portal)
    app.jinja_env.bytecode_cache = COMPILED
    app.config["DEMO_LOGINS"] = demo_logins()
    app.config["SIGN_IN_RATE"] = app.config["FAILED_RATE"] = "10000 per minute"
    server = make_server("127.0.0.1", port, app, threaded=True)
    with _thread(partial(server.serve_forever, poll_interval=POLL_SECONDS)):
        yield app
        server.shutdown()
    server.server_close()


@contextmanager
def _working(portal: Portal) -> Iterator[threading.Event]:
    """A worker that does a round now and then, and at once when it is woken."""
    stop, wake = threading.Event(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            wake.wait(PAUSE_SECONDS)
            wake.clear()
            jobs.keep_promises(portal)
            jobs.fire_due_timers(portal)

    with _thread(work):
        yield wake
        stop.set()
        wake.set()


@contextmanager
def _thread(act) -> Iterator[None]:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    yield
    thread.join(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
