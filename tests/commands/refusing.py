"""Blocks that are refused, and that a refusal leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DBAPIError

from tests.commands.office import Office

SATURDAY_NINE = {"days": 4, "hours": 23}  # from Monday, 10:00


@contextmanager
def refused(office: Office, reason: type[Exception]) -> Iterator[pytest.ExceptionInfo]:
    """The block is refused for that very reason, and every row of every table stays as it was."""
    before = office.everything()
    with pytest.raises(reason) as caught:
        yield caught
    assert caught.type is reason
    assert office.everything() == before


@contextmanager
def refused_by_database(office: Office) -> Iterator[None]:
    """The block fails in the database, and every row of every table stays as it was."""
    before = office.everything()
    with pytest.raises(DBAPIError):
        yield
    assert office.everything() == before


def lock(office: Office, who: str) -> None:
    """Lock an account."""
    office.run_sql("UPDATE people SET locked_at = :at WHERE id = :id", at=office.clock.now(), id=office.number(who))
