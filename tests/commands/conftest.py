"""The office that the tests of commands work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.commands.portal import Portal
from tests.commands.office import Office, replays
from tests.signing import still_portal

# Where the databases differ: locks, statements, the order of a step. Everything else runs on both by night.
ON_BOTH = {"test_jobs.py", "test_life.py", "test_races.py", "test_signin.py", "test_traffic.py"}
ON_BOTH |= {"test_managing_at_once.py", "test_mornings.py", "test_notices.py", "test_places.py"}
ON_BOTH |= {"test_own_filters.py", "test_standing_in.py"}
ON_BOTH |= {"test_substitutes.py"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the second database of most tests to the night."""
    for item in items:
        second = "either_office" in getattr(item, "fixturenames", ()) and "postgresql" in item.name
        if second and item.path.name not in ON_BOTH:
            item.add_marker(pytest.mark.long)


@pytest.fixture
def either_office(office_on_each: Office) -> Iterator[Office]:
    """The demo, once on each kind of database; whatever was done in it comes out the same when run again."""
    yield office_on_each
    assert replays(office_on_each) == []


@pytest.fixture
def portal(sqlite_url: str, tmp_path: Path) -> Iterator[Portal]:
    """A portal without companies, on SQLite."""
    portal = still_portal(sqlite_url, tmp_path)
    yield portal
    portal.database.close()


@pytest.fixture
def racing(database_url: str, tmp_path: Path) -> Iterator[Portal]:
    """The same, once on each kind of database."""
    portal = still_portal(database_url, tmp_path)
    yield portal
    portal.database.close()
