"""The office that every play begins with, made once, and a fresh copy of it for each."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.commands.office import Office, opened
from tests.model.stage import TWICE, Stage


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


def _grant(office: Office) -> None:
    stage = Stage(office)
    for held in sorted(TWICE):
        stage.grant(held, True)
    office.portal.database.close()


def _folder(root: Path, number: int) -> Path:
    folder = root / str(number)
    folder.mkdir(exist_ok=True)
    return folder
