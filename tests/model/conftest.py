"""The office that every play begins with, made once, and a fresh copy of it for each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.commands.office import Office, opened
from tests.model.stage import TWICE, Stage
from tests.postgresql import copied


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
def fresh_on_postgresql(
    seeded_on_postgresql: Office, postgresql_server: str, tmp_path: Path
) -> Iterator[Callable[[], Stage]]:
    """The same on PostgreSQL."""
    granted, newest = ExitStack(), ExitStack()
    template = seeded_on_postgresql.portal.database.engine.url.database
    url = granted.enter_context(copied(postgresql_server, template))
    first = opened(seeded_on_postgresql, tmp_path, url)
    original = first.portal.database.engine.url.database
    _grant(first)

    def made() -> Stage:
        newest.close()
        return Stage(opened(first, tmp_path, newest.enter_context(copied(postgresql_server, original))))

    yield made
    newest.close()
    granted.close()


def _grant(office: Office) -> None:
    stage = Stage(office)
    for held in sorted(TWICE):
        stage.grant(held, True)
    office.portal.database.close()


def _folder(root: Path, number: int) -> Path:
    folder = root / str(number)
    folder.mkdir(exist_ok=True)
    return folder
