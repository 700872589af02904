"""The office that the tests of the catalogue work in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.catalogue.desk import Desk
from tests.commands.office import Office, opened, replays


@pytest.fixture
def desk_of(seeded: Office, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    """The demo on SQLite with one more eService deployed; whatever was done there comes out the same when replayed."""
    office = opened(seeded, tmp_path)

    def deployed(code: str) -> Desk:
        office.deploy(code)
        return Desk(office, code)

    yield deployed
    assert replays(office) == []
    office.portal.database.close()
