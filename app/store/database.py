"""One database, SQLite or PostgreSQL, with the transaction as a visible block."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import greenlet
import psycopg
from psycopg import pq
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DisconnectionError, IntegrityError

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["Connection", "Database", "IntegrityError", "alembic", "connect", "migrate", "together"]

MIGRATIONS = Path(__file__).with_name("migrations")


class Database:
    """Writes come one at a time per process on SQLite, and lock rows on PostgreSQL.

    A read sees one snapshot on SQLite; on PostgreSQL each of its questions has its own.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite's busy wait is not fair: threads of one process queue here instead.
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with self._turn, self.engine.connect() as raw:
            connection = raw.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give every pooled connection back."""
        self.engine.dispose()


def connect(url: str) -> Database:
    """Open the database at an SQLAlchemy URL (`sqlite:////path` or `postgresql+psycopg://...`)."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, pool_size=8)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_size=8, pool_reset_on_return=None)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "close", _leave_postgresql)
        event.listen(engine, "checkout", _require_alive)
        event.listen(engine, "reset", _reset_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "rollback", _skip_postgresql)
        event.listen(engine, "do_execute", _execute_postgresql)
    return Database(engine)


def together(connection: Connection, *asks: Callable[[], Any]) -> list[Any]:
    """What these questions answer, in their order; PostgreSQL is asked all of them in one round trip.

    asks: each asks one question of `connection` and depends on no other.
    """
    driver: Any = connection.connection.driver_connection
    if not hasattr(driver, "lasting"):
        return [ask() for ask in asks]
    runs = [greenlet.greenlet(ask) for ask in asks]
    driver.asker = greenlet.getcurrent()
    try:
        found = [run.switch() for run in runs]  # each stops where it has sent its question
        driver.lasting.sync()
    except Exception as error:
        raise _told(runs, error) from None
    finally:
        driver.asker = None
    return [value if run.dead else run.switch() for run, value in zip(runs, found, strict=True)]


def _told(runs: Iterable[greenlet.greenlet], error: Exception) -> Exception:
    """The error as SQLAlchemy tells it, once every question that waits has ended with it."""
    told: list[Exception] = []
    for run in runs:
        try:
            if run and not run.dead:
                run.throw(error)
        except Exception as wrapped:
            told.append(wrapped)
    return told[0] if told else error


class NewerDatabase(Exception):
    """A newer release has migrated the database further than this one knows."""


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest migration; raises `NewerDatabase`."""
    at = _revision(url)
    known = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    if at == known[-1]:
        return
    if at is not None and at not in known:
        raise NewerDatabase(at)
    # Alembic takes a third of a second to import: only a database that is behind pays for it.
    from alembic import command

    command.upgrade(alembic(url), "head")


def alembic(url: str) -> Config:
    """How Alembic finds the migrations and the database at `url`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def _revision(url: str) -> str | None:
    database = connect(url)
    try:
        with database.read() as connection:
            if not is_migrated(database):
                return None
            revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return revision
    finally:
        database.close()


def is_migrated(database: Database) -> bool:
    """Whether any migration has run yet."""
    return inspect(database.engine).has_table("alembic_version")


def _prepare_sqlite(raw: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN would start deferred transactions that lose updates.
    raw.isolation_level = None
    cursor = raw.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.connection.driver_connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")  # type: ignore[union-attr]


# --- PostgreSQL: a round trip only where an answer is needed ----------------------------------------------------------
# A connection lives in pipeline mode: what is executed leaves at once, and only a sync waits for answers. Questions are
# synced, and changes whose number of rows is read; inserts and deletes that return nothing go with the next sync, at
# the latest with COMMIT, which is always synced. After one that fails the server skips all up to the sync, also COMMIT,
# and the sync raises its error: nothing is lost, and nothing is committed by halves.
def _prepare_postgresql(driver: Any, _record: Any) -> None:
    driver.autocommit = True  # `_begin_postgresql` begins, in the round trip of the first question
    # Beyond it a search forgets which requests it has found in the index and reads every one beside them.
    driver.execute("SET work_mem = '32MB'")
    # It reckons with whole ranges of which a list reads one page, and would compile each such question for longer.
    driver.execute("SET jit = off")
    driver.entered = driver.pipeline()
    driver.lasting = driver.entered.__enter__()


def _leave_postgresql(driver: Any, _record: Any) -> None:
    with suppress(psycopg.Error):
        driver.entered.__exit__(None, None, None)


def _begin_postgresql(connection: Connection) -> None:
    # A read needs no transaction: each question sees its own snapshot with or without one.
    if connection.get_execution_options().get("writes", False):
        _driver(connection).execute("BEGIN")


def _execute_postgresql(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    cursor.execute(statement, parameters)
    if (asker := getattr(cursor.connection, "asker", None)) is not None:
        asker.switch()  # back in `together`, which goes on here when every question has been answered
        return True
    lasting = getattr(cursor.connection, "lasting", None)
    if lasting is not None and _is_answered(context):
        lasting.sync()
    return True


def _skip_postgresql(connection: Connection) -> None:
    """Hear what the server has skipped after an error, so that the rollback does not raise it over the error itself."""
    with suppress(psycopg.Error):
        connection.connection.driver_connection.lasting.sync()  # type: ignore[union-attr]


def _is_answered(context: Any) -> bool:
    """Whether somebody waits for what the statement says; outside a transaction everything is waited for."""
    if not context.root_connection.get_execution_options().get("writes", False) or context.compiled is None:
        return True
    return not (context.isinsert or context.isdelete) or bool(context.compiled.effective_returning)


def _require_alive(driver: psycopg.Connection[Any], _record: Any, _proxy: Any) -> None:
    """Refuse a connection at which the server has said something while it lay in the pool: it said farewell.

    This notices a server that stopped or started again, without asking it before every use.
    """
    waiting = select.poll()
    try:
        waiting.register(driver.fileno(), select.POLLIN)
        silent = not waiting.poll(0)
    except psycopg.Error:
        silent = False
    if not silent:
        raise DisconnectionError("Expected an open connection, but the server has ended it.")


def _reset_postgresql(driver: psycopg.Connection[Any], _record: Any, _state: Any) -> None:
    if not driver.closed and driver.pgconn.transaction_status != pq.TransactionStatus.IDLE:
        driver.rollback()


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    return driver
