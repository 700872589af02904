"""The portal's own web server in processes of its own, and the CPU time that the kernel counted for them."""

from __future__ import annotations

import ctypes
import http.client
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.config import Settings
from app.outside.clock import Clock
from app.running import serve
from tests.commandline import children_of

HOST = "127.0.0.1"
PATIENCE_SECONDS = 30
FORK = multiprocessing.get_context("fork")


@contextmanager
def serving(settings: Settings, port: int, processes: int, clock: Clock) -> Iterator[list[int]]:
    """Serve the portal until the block ends; gives the ids of the server's processes.

    Nothing of the database may be open in this process: SQLite forgets its locks in a process that forks.
    """
    main = FORK.Process(target=_serve, args=(settings, port, processes, clock))
    main.start()
    try:
        _wait(port, settings)
        yield [main.pid or 0, *children_of(main.pid or 0)]
    finally:
        main.terminate()
        main.join(PATIENCE_SECONDS)


def cpu_seconds(pids: Sequence[int]) -> float:
    """The CPU time, in user and kernel mode, of all threads of these processes so far."""
    return sum(_cpu_seconds(pid) for pid in pids)


def _cpu_seconds(pid: int) -> float:
    # Nanoseconds; /proc/PID/stat counts the same in hundredths of a second.
    clock = ctypes.c_int()
    failed = ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock))
    if failed:
        raise OSError(failed, os.strerror(failed))
    return time.clock_gettime(clock.value)


def _serve(settings: Settings, port: int, processes: int, clock: Clock) -> None:
    os.setpgid(0, 0)
    serve(settings, HOST, port, processes, clock)


def _wait(port: int, settings: Settings) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        asked = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            asked.request("GET", "/health", headers={"Host": settings.base_url.partition("//")[2]})
            if asked.getresponse().status < 500:
                return
        except OSError:
            assert time.monotonic() < deadline, "the web server did not start"
            time.sleep(0.05)
        finally:
            asked.close()
