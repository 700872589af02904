"""What one request asks of its database: statements, commits, and on PostgreSQL round trips on the wire.

Statements and commits are SQLAlchemy's own events; beginning a transaction belongs to its commit. Round trips come from
`PQtrace` of libpq, PostgreSQL's own client library: it writes a line for each message that the client sends (F) and
receives (B), in their order. A round trip is a run of sent messages that is followed by received ones: the client has
stopped sending and waits. Pings of the pool, `BEGIN`, `COMMIT` and `ROLLBACK` count like everything else.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, BinaryIO

from psycopg import pq
from sqlalchemy import Engine, event


class Traffic:
    """What was asked in a block."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0
        self.messages: list[str] = []

    @property
    def round_trips(self) -> int:
        """How often the client waited for the server."""
        ways = [message.split("\t")[0] for message in self.messages]
        return sum(turn == ("F", "B") for turn in pairwise(ways))

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
    seen = Traffic()
    with tempfile.TemporaryFile() as file:
        heard = [(engine, "before_cursor_execute", seen.executed), (engine, "commit", seen.committed)]
        if engine.dialect.name == "postgresql":
            heard.append((engine, "checkout", _tracing(file)))
        for where, what, act in heard:
            event.listen(where, what, act)
        yield seen
        for where, what, act in heard:
            event.remove(where, what, act)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        seen.messages = file.read().decode().splitlines()
        _untrace(engine)


def _tracing(file: BinaryIO) -> Any:
    def trace(driver: Any, _record: Any, _proxy: Any) -> None:
        driver.pgconn.trace(file.fileno())
        driver.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)

    return trace


def _untrace(engine: Engine) -> None:
    """Stop the trace of every connection that now lies in the pool."""
    if engine.dialect.name != "postgresql":
        return
    held = [engine.raw_connection() for _ in range(engine.pool.checkedin())]  # type: ignore[attr-defined]
    for connection in held:
        connection.driver_connection.pgconn.untrace()  # type: ignore[union-attr]
        connection.close()
