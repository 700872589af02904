"""The office in which the eServices of the catalogue are tried for real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.office import Office, opened, replays


@pytest.fixture
def office(seeded: Office, tmp_path: Path) -> Iterator[Office]:
    """The demo on SQLite; whatever was done in it comes out the same when run again."""
    office = opened(seeded, tmp_path)
    yield office
    assert replays(office) == []
    office.portal.database.close()
