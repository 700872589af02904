"""One database, SQLite or PostgreSQL, with the transaction as a visible block."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import IntegrityError

__all__ = ["Connection", "Database", "IntegrityError", "connect", "migrate"]

MIGRATIONS = Path(__file__).with_name("migrations")


class Database:
    """Reads see one snapshot; writes come one at a time per process on SQLite and lock rows on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite's busy wait is not fair: threads of one process queue here instead.
        self._turn = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        if self._turn is None:
            with self.engine.begin() as connection:
                yield connection
            return
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
        engine = create_engine(url, pool_size=8, pool_pre_ping=True)
    return Database(engine)


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
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


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
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
