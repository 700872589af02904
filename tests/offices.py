"""The demo's office, made once on each kind of database and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.office import Office, office_at, opened, replays
from tests.postgresql import TEMPLATE, copied


@pytest.fixture(scope="session")
def seeded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A closed office to copy."""
    folder = tmp_path_factory.mktemp("seeded")
    shutil.copyfile(sqlite_template, folder / "portal.db")
    office = office_at(f"sqlite:///{folder / 'portal.db'}", folder)
    office.portal.database.close()
    return office


@pytest.fixture(scope="session")
def seeded_on_postgresql(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The same on PostgreSQL."""
    with copied(postgresql_server, TEMPLATE) as url:
        office = office_at(url, tmp_path_factory.mktemp("seeded"))
        office.portal.database.close()
        yield office


@pytest.fixture
def office_on_postgresql(seeded_on_postgresql: Office, postgresql_server: str, tmp_path: Path) -> Iterator[Office]:
    """The demo on PostgreSQL."""
    template = seeded_on_postgresql.portal.database.engine.url.database
    with copied(postgresql_server, template) as url:
        office = opened(seeded_on_postgresql, tmp_path, url)
        yield office
        office.portal.database.close()


@pytest.fixture
def office_on_sqlite(seeded: Office, tmp_path: Path) -> Iterator[Office]:
    """The demo on SQLite."""
    office = opened(seeded, tmp_path)
    yield office
    office.portal.database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def office_on_each(request: pytest.FixtureRequest) -> Office:
    """The demo, once on each kind of database."""
    return request.getfixturevalue(f"office_on_{request.param}")


@pytest.fixture
def office(office_on_sqlite: Office) -> Iterator[Office]:
    """The demo on SQLite; whatever was done in it comes out the same when run again."""
    yield office_on_sqlite
    assert replays(office_on_sqlite) == []
