"""Being told to stop: by a signal, or by another thread."""

from __future__ import annotations

import os
import select
import signal

TELLING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Set once; whoever waits for it wakes at once."""

    def __init__(self) -> None:
        self._told = False
        self._ear, self._mouth = os.pipe()

    def set(self) -> None:
        """Stop. Safe in a signal handler, where a `threading.Event` may lock itself out."""
        self._told = True
        os.write(self._mouth, b".")

    def is_set(self) -> bool:
        """Whether it was told to stop."""
        return self._told

    def wait(self, seconds: float) -> bool:
        """Wait up to that long; true as soon as it was told to stop."""
        select.select([self._ear], [], [], seconds)
        return self._told

    def listen(self) -> Stop:
        """Be set by Ctrl-C, by a polite kill, or when the terminal closes."""
        for number in TELLING:
            signal.signal(number, lambda _number, _frame: self.set())
        return self
