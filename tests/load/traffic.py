"""What one request asks of its database: statements, commits, and on PostgreSQL round trips on the wire.

Statements and commits are SQLAlchemy's own events; beginning a transaction belongs to its commit. Round trips come from
`PQtrace` of libpq, PostgreSQL's own client library: it writes a line for each message that the client sends (F) and
receives (B), in their order. A round trip is a run of sent messages that is followed by received ones: the client has
stopped sending and waits. Pings of the pool, `BEGIN`, `COMMIT` and `ROLLBACK` count like everything else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, BinaryIO

from psycopg import pq
from sqlalchemy import Engine, event


class Traffic:
    """What was asked in a block; messages: by connection."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0
        self.messages: list[list[str]] = []

    @property
    def round_trips(self) -> int:
        """How often a client waited for the server."""
        return sum(_turns(messages) for messages in self.messages)

    def executed(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Note a statement."""
        if not statement.startswith("BEGIN"):
            self.statements.append(" ".join(statement.split()))

    def committed(self, connection: Any) -> None:
        """Note the commit of a transaction that writes; a read has nothing to commit."""
        if connection.get_execution_options().get("writes", False):
            self.commits += 1


@contextmanager
def watched(engine: Engine) -> Iterator[Traffic]:
    """Everything that the block asks through this engine."""
    seen, traces = Traffic(), _Traces()
    heard = [(engine, "before_cursor_execute", seen.executed), (engine, "commit", seen.committed)]
    if engine.dialect.name == "postgresql":
        heard.append((engine, "checkout", traces.begin))
    for where, what, act in heard:
        event.listen(where, what, act)
    yield seen
    for where, what, act in heard:
        event.remove(where, what, act)
    seen.messages = traces.ended()


class _Traces:
    """A file for each connection: libpq writes into it through a buffer of its own."""

    def __init__(self) -> None:
        self._files: dict[Any, BinaryIO] = {}

    def begin(self, driver: Any, _record: Any, _proxy: Any) -> None:
        """Trace a connection from its first use on."""
        if driver not in self._files:
            self._files[driver] = tempfile.TemporaryFile()  # noqa: SIM115  closed when it was read
            driver.pgconn.trace(self._files[driver].fileno())
            driver.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)

    def ended(self) -> list[list[str]]:
        """Stop every trace; what each connection sent and received."""
        return [_read(driver, file) for driver, file in self._files.items()]


def _read(driver: Any, file: BinaryIO) -> list[str]:
    driver.pgconn.untrace()
    file.seek(0)
    messages = file.read().decode().split("\n")
    file.close()
    return messages


def _turns(messages: list[str]) -> int:
    ways = [message[:2] for message in messages if message[:2] in ("F\t", "B\t")]
    return sum(turn == ("F\t", "B\t") for turn in pairwise(ways))
