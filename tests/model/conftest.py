"""The office that every play begins with, made once, and a fresh copy of it for each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from app.outside.blobs import open_blobs
from app.outside.clock import StillClock
from app.store.database import connect
from tests.commands.office import MONDAY_TEN, Office, office_at, opened
from tests.model.stage import TWICE, Stage
from tests.postgresql import order


@pytest.fixture
def fresh(seeded: Office, tmp_path: Path) -> Callable[[], Stage]:
    """What makes a fresh office on SQLite."""
    first = opened(seeded, _folder(tmp_path, 0))
    _grant(first)
    numbers = count(1)

    def made() -> Stage:
        number = next(numbers)
        if number > 1:
            shutil.rmtree(tmp_path / str(number - 1))
        return Stage(opened(first, _folder(tmp_path, number)))

    return made


@pytest.fixture
def fresh_on_postgresql(postgresql_server: str, postgresql_url: str, tmp_path: Path) -> Iterator[Callable[[], Stage]]:
    """The same on PostgreSQL: every office is a copy of one database."""
    first = office_at(postgresql_url, tmp_path)
    _grant(first)
    original = first.portal.database.engine.url.database
    made: list[str] = []

    def copied() -> Stage:
        for name in made:
            order(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")
        made[:] = [f"model_{uuid4().hex}"]
        order(postgresql_server, f"CREATE DATABASE {made[0]} TEMPLATE {original}")
        url = postgresql_server.format(made[0])
        settings = replace(first.portal.settings, database_url=url)
        clock = StillClock(MONDAY_TEN)
        portal = replace(
            first.portal, database=connect(url), settings=settings, clock=clock, blobs=open_blobs("memory:")
        )
        return Stage(Office(portal, clock))

    yield copied
    for name in made:
        order(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def _grant(office: Office) -> None:
    stage = Stage(office)
    for held in sorted(TWICE):
        stage.grant(held, True)
    office.portal.database.close()


def _folder(root: Path, number: int) -> Path:
    folder = root / str(number)
    folder.mkdir(exist_ok=True)
    return folder
