"""Keeping processes alive together: one that dies starts again, and none outlives the one that started it."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

from app.stop import TELLING

STOP_SECONDS = 4
SETTLED_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


@dataclass(slots=True)
class Child:
    """One process to keep alive, and how often it died of late."""

    name: str
    run: Callable[[], None]
    process: BaseProcess
    started_at: float
    deaths: int = 0
    due_at: float | None = None


class Supervisor:
    """Starts processes, starts them again when they end, and ends them all."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._children: list[Child] = []

    def start(self, name: str, run: Callable[[], None]) -> None:
        """Start a process and keep it alive from now on."""
        self._children.append(Child(name, run, _started(name, run), time.monotonic()))

    def deaths(self, name: str) -> int:
        """How often the process of that name died without settling in between."""
        return sum(child.deaths for child in self._children if child.name == name)

    def look(self) -> None:
        """Notice who ended, and start again whoever's pause is over."""
        now = time.monotonic()
        for child in self._children:
            if child.due_at is None:
                self._notice(child, now)
            elif child.due_at <= now:
                child.process, child.started_at, child.due_at = _started(child.name, child.run), now, None

    def stop(self) -> None:
        """Tell every process to stop, and end those that have not after some seconds."""
        running = [child.process for child in self._children if child.process.is_alive()]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            process.join(max(0, deadline - time.monotonic()))
            if process.is_alive():
                os.killpg(process.pid or 0, signal.SIGKILL)
                process.join()

    def _notice(self, child: Child, now: float) -> None:
        code = child.process.exitcode
        if code is None:
            return
        settled = now - child.started_at > SETTLED_SECONDS
        child.deaths = 1 if settled else child.deaths + 1
        pause = min(2 ** (child.deaths - 1), LONGEST_PAUSE_SECONDS)
        child.due_at = now + pause
        self._say(f"The {child.name} ended ({_cause(code)}). It starts again in {pause} s.")


def end_with(parent: int, number: int = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent dies, however that dies."""
    _prctl(PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def _started(name: str, run: Callable[[], None]) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=_live, args=(name, run, os.getpid()), name=name)
    process.start()
    return process


def _live(name: str, run: Callable[[], None], parent: int) -> None:
    # Ctrl-C reaches every process of the terminal's group, but only the parent knows in which order to stop.
    os.setpgid(0, 0)
    for number in TELLING:
        signal.signal(number, signal.SIG_DFL)
    end_with(parent)
    _prctl(PR_SET_NAME, ctypes.create_string_buffer(f"portal-{name}".encode()[:15]))
    run()


def _prctl(option: int, value: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):  # Linux only; elsewhere a killed parent leaves its children behind
        libc.prctl(option, value, 0, 0, 0)


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"
