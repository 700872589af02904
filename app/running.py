"""The running portal: web server, worker and, in the demo, a mail server, until somebody stops it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from app.commands.portal import Portal
from app.config import Settings
from app.factory import create_app, open_portal
from app.outside.clock import Clock
from app.start import CannotStart, Say, publish_key, ready_portal, settings_of
from app.stop import Stop
from app.store import calendars, definitions
from app.supervisor import Supervisor, end_with

HOST, PORT = "127.0.0.1", 8080
WEB_PROCESSES = 2
WEB_THREADS = 8
CONNECTIONS = 512
KILL_SECONDS = 3
LOOPBACK = ("127.0.0.1", "::1", "localhost")
FIRST_PAGE_SECONDS = 60
MOST_FALSE_STARTS = 3


def run(env: dict[str, str], host: str, port: int | None, say: Say) -> None:
    """Start everything, say where it is, and keep it alive until told to stop.

    env: filled by `start.surroundings`. port: None takes the usual one, in the demo the next that is free.
    """
    settings, port = _placed(env, host, port, say)
    # Nothing may be open when children are started: SQLite forgets its locks in a process that forks.
    ready_portal(settings, say).database.close()
    _import_ahead()
    stop, supervisor = Stop().listen(), Supervisor(say)
    try:
        supervisor.start("web", partial(serve, settings, host, port))
        supervisor.start("worker", partial(keep_working, settings))
        if settings.demo:
            supervisor.start("mailbox", partial(take_mail, settings))
        _watch(supervisor, stop, settings, host, port, say)
    finally:
        supervisor.stop()
    say("Stopped.")


def keep_working(settings: Settings) -> None:
    """Work until told to stop."""
    from app.logs import log_of
    from app.worker import work

    stop = Stop().listen()
    portal = open_portal(settings)
    publish_key(portal)
    work(portal, stop, log_of("worker"))
    portal.database.close()


def take_mail(settings: Settings) -> None:
    """Take the demo's mail until told to stop."""
    from app.outside.inbox import receiving

    stop = Stop().listen()
    with receiving(settings.root / "mail", settings.smtp_port):
        while not stop.wait(3600):
            pass


def serve(settings: Settings, host: str, port: int, processes: int = WEB_PROCESSES, clock: Clock | None = None) -> None:
    """Serve pages until told to stop; a web process that dies is replaced at once."""
    import multiprocessing

    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    main = os.getpid()

    def application() -> Any:
        end_with(main, signal.SIGKILL)
        app = create_app(settings, clock)
        threading.Thread(target=_warm_up, args=(app.extensions["portal"],), daemon=True).start()
        return app

    multiprocessing.set_start_method("fork", force=True)
    Granian(
        "app.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=processes,
        blocking_threads=WEB_THREADS,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.error,
        log_access=False,
    ).serve(target_loader=application, wrap_loader=False)


def any_port(host: str) -> int:
    """A port at which nothing listens right now."""
    with _socket(host) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _warm_up(portal: Portal) -> None:
    """Have the calendar and the drawings at hand before somebody asks: together they take half a second."""
    with portal.database.read() as connection:
        calendars.at(connection, portal.clock.now())
        definitions.current(connection)


def _import_ahead() -> None:
    """What the children need, imported once: they start in an instant, and share its memory."""
    import app.web
    import app.worker  # noqa: F401


# --- where it is ------------------------------------------------------------------------------------------------------
def _placed(env: dict[str, str], host: str, port: int | None, say: Say) -> tuple[Settings, int]:
    demo = env["CLIENT_CONNECT_DEMO"] == "1"
    if demo and host not in LOOPBACK:
        raise CannotStart(
            f"Expected the demo to be served on this machine only, but --host is {host}. "
            "Leave demo mode (CLIENT_CONNECT_DEMO=0) and set your own secret."
        )
    port = free_port(host, port, demo, say)
    if demo:
        env = {**env, "CLIENT_CONNECT_SMTP_HOST": HOST, "CLIENT_CONNECT_SMTP_PORT": str(any_port(HOST))}
        env.setdefault("CLIENT_CONNECT_BASE_URL", f"http://{_bracketed(host)}:{port}")
    return settings_of(env), port


def free_port(host: str, port: int | None, demo: bool, say: Say) -> int:
    """The port to listen at: the wanted one, or in the demo the next that is free; raises `CannotStart`."""
    if port == 0:
        return any_port(host)
    if port is not None or not demo:
        wanted = PORT if port is None else port
        if not _is_free(host, wanted):
            raise CannotStart(
                f"Expected to listen at {host}:{wanted}, but something else does: end it, or choose with --port."
            )
        return wanted
    for candidate in range(PORT, PORT + 100):
        if _is_free(host, candidate):
            if candidate != PORT:
                say(f"Port {PORT} is taken by something else: using {candidate}.")
            return candidate
    raise CannotStart(f"Expected a free port from {PORT} to {PORT + 99}, but there is none: choose one with --port.")


def _is_free(host: str, port: int) -> bool:
    with _socket(host) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except PermissionError as error:
            raise CannotStart(
                f"Expected to listen at {host}:{port}, but this account may not: choose a port from 1024."
            ) from error
        except socket.gaierror as error:
            raise CannotStart(f"Expected an address of this machine, but --host is {host}.") from error
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) == 98:
                return False
            raise CannotStart(f"Expected to listen at {host}:{port}, but: {error}.") from error
    return True


def _socket(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


# --- saying so --------------------------------------------------------------------------------------------------------
def _watch(supervisor: Supervisor, stop: Stop, settings: Settings, host: str, port: int, say: Say) -> None:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while not stop.is_set() and not _answers(host, port, settings):
        supervisor.look()
        if supervisor.deaths("web") >= MOST_FALSE_STARTS or time.monotonic() > deadline:
            raise CannotStart(
                "Expected the web server to show its first page, but it did not: its own words are above."
            )
        stop.wait(0.05)
    if not stop.is_set():
        say(_greeting(settings))
    while not stop.wait(0.25):
        supervisor.look()


def _answers(host: str, port: int, settings: Settings) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104
    try:
        asked.request("GET", "/health", headers={"Host": urlsplit(settings.base_url).netloc})
        return asked.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _greeting(settings: Settings) -> str:
    lines = ["", f"Client Connect is running: {settings.base_url}"]
    if settings.demo:
        from app.seed import demo_logins

        heads = ("Sign in as", "E-mail address", "Password")
        lines += ["", *_table([heads, *demo_logins()]), ""]
        lines.append(f"Codes and notices come to {settings.base_url}/demo/mail; no mail leaves this machine.")
    lines += [f"Everything is kept in {settings.root}. Ctrl-C stops it; starting again keeps the data.", ""]
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
