"""The office that the tests of commands work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.office import Office, office_at, opened, replays


@pytest.fixture
def office(seeded: Office, tmp_path: Path) -> Iterator[Office]:
    """The demo on SQLite."""
    office = opened(seeded, tmp_path)
    yield office
    assert replays(office) == []
    office.portal.database.close()


@pytest.fixture
def either_office(seeded: Office, database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The demo, once on each kind of database."""
    on_file = database_url.startswith("sqlite")
    office = opened(seeded, tmp_path) if on_file else office_at(database_url, tmp_path)
    yield office
    assert replays(office) == []
    office.portal.database.close()
