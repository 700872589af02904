"""The command line as its users meet it: another process, and what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from app.cli import main

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 40


class Done(NamedTuple):
    """How a sub-command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def this_process(monkeypatch: Any, capsys: Any, root: Path, *arguments: str, **env: str) -> Done:
    """What a sub-command said in this very process, with everything it keeps in `root`."""
    with monkeypatch.context() as own:
        for name in os.environ:
            if name.startswith("CLIENT_CONNECT_"):
                own.delenv(name)
        for name, value in {"CLIENT_CONNECT_ROOT": str(root), **env}.items():
            own.setenv(name, value)
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, *capsys.readouterr())


def another_process(root: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """What a sub-command said, as its users start it."""
    return subprocess.run(
        _command(arguments),
        cwd=ROOT,
        env=_environment(root, env),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


class Running:
    """A portal that was started and can be watched."""

    def __init__(self, root: Path, arguments: tuple[str, ...], env: dict[str, str]) -> None:
        self.root = root
        self._output = (root.parent / f"{root.name}.out").open("w+")
        self.process = subprocess.Popen(
            _command(arguments), cwd=ROOT, env=_environment(root, env), stdout=self._output, stderr=subprocess.STDOUT
        )

    @property
    def said(self) -> str:
        """Everything that it printed so far."""
        return Path(self._output.name).read_text()

    @property
    def address(self) -> str:
        """Where its pages are."""
        return self.wait_for("is running: ").partition("is running: ")[2].split()[0]

    def wait_for(self, words: str) -> str:
        """What it said once these words were among it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.said:
            assert self.process.poll() is None and time.monotonic() < deadline, self.said
            time.sleep(0.05)
        return self.said

    def page(self, path: str = "/sign-in") -> str:
        """A page, asked for again while a process that was killed is being replaced."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(self.address + path, timeout=5) as answer:  # noqa: S310  our own address
                    return answer.read().decode()
            except OSError:
                assert time.monotonic() < deadline, self.said
                time.sleep(0.1)

    def children(self, name: str = "") -> list[int]:
        """The processes that it started, all or those of one name."""
        return [pid for pid in children_of(self.process.pid) if name in process_name(pid)]

    def family(self) -> list[int]:
        """Its processes and theirs."""
        return [pid for child in self.children() for pid in (child, *children_of(child))]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def started(root: Path, *arguments: str, **env: str) -> Iterator[Running]:
    """A portal that runs until the block ends."""
    running = Running(root, arguments or ("--port", "0"), env)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        running._output.close()


def children_of(parent: int) -> list[int]:
    """The processes whose parent that is."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _stat(path)[1:2] == [str(parent)]]


def process_name(pid: int) -> str:
    """What the process calls itself."""
    return Path(f"/proc/{pid}/comm").read_text().strip()


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    state = _stat(Path(f"/proc/{pid}/stat"))
    return bool(state) and state[0] != "Z"


def wait_until_gone(pids: list[int], seconds: float) -> list[int]:
    """Those that still run after that long."""
    deadline = time.monotonic() + seconds
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [pid for pid in pids if is_running(pid)]


def _stat(path: Path) -> list[str]:
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "app.cli", *arguments]


def _environment(root: Path, env: dict[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CLIENT_CONNECT_")}
    return {**own, "CLIENT_CONNECT_ROOT": str(root), **env}
