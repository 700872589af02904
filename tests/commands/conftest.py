"""The office that the tests of commands work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.office import Office, office_at


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    """The demo on SQLite."""
    office = office_at(sqlite_url, tmp_path)
    yield office
    office.portal.database.close()


@pytest.fixture
def either_office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The demo, once on each kind of database."""
    office = office_at(database_url, tmp_path)
    yield office
    office.portal.database.close()
