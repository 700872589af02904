"""The office that the tests of pages look at, and its people at their browsers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.outside.blobs import open_blobs
from app.outside.clock import StillClock
from app.store.database import connect
from tests.commands.office import Office, office_at
from tests.web.visitors import Visitors


@pytest.fixture(scope="session")
def seeded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A closed office to copy."""
    folder = tmp_path_factory.mktemp("seeded")
    shutil.copyfile(sqlite_template, folder / "portal.db")
    office = office_at(f"sqlite:///{folder / 'portal.db'}", folder)
    office.portal.database.close()
    return office


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


def opened(seeded: Office, root: Path, **settings) -> Office:
    """A copy of an office in a folder of its own."""
    copied = root / "portal.db"
    shutil.copyfile(seeded.portal.settings.root / "portal.db", copied)
    chosen = replace(seeded.portal.settings, root=root, database_url=f"sqlite:///{copied}", **settings)
    clock = StillClock(seeded.clock.now())
    blobs = open_blobs("memory:")
    return Office(
        replace(seeded.portal, database=connect(chosen.database_url), clock=clock, settings=chosen, blobs=blobs), clock
    )
