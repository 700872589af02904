"""The office that the tests of pages look at, and its people at their browsers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.office import Office, office_at, opened
from tests.web.visitors import Visitors


@pytest.fixture
def office(seeded: Office, tmp_path: Path) -> Iterator[Office]:
    """The demo on SQLite, on Monday 23 November 2026 at 10:00 in Hong Kong."""
    office = opened(seeded, tmp_path)
    yield office
    office.portal.database.close()


@pytest.fixture
def visitor(office: Office) -> Visitors:
    """Signs somebody in and returns their browser."""
    return Visitors(office)


@pytest.fixture
def either_visitor(database_url: str, tmp_path: Path) -> Iterator[Visitors]:
    """The same, once on each kind of database."""
    office = office_at(database_url, tmp_path)
    yield Visitors(office)
    office.portal.database.close()
