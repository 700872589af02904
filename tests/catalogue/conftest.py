"""The office in which the eServices of the catalogue are tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.office import Office, opened, replays


@pytest.fixture
def office(seeded: Office, tmp_path: Path) -> Iterator[Office]:
    """The demo on SQLite."""
    office = opened(seeded, tmp_path)
    yield office
    assert replays(office) == []
    office.portal.database.close()
