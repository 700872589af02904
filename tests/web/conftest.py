"""The office that the tests of pages look at, and its people at their browsers."""

from __future__ import annotations

import pytest

from tests.commands.office import Office
from tests.web.visitors import Visitors


@pytest.fixture
def office(office_on_sqlite: Office) -> Office:
    """The demo on SQLite, on Monday 23 November 2026 at 10:00 in Hong Kong."""
    return office_on_sqlite


@pytest.fixture
def visitor(office: Office) -> Visitors:
    """Signs somebody in and returns their browser."""
    return Visitors(office)


@pytest.fixture
def either_visitor(office_on_each: Office) -> Visitors:
    """The same, once on each kind of database."""
    return Visitors(office_on_each)
