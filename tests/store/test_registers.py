"""Registers: what is in force on a day, and which request set it."""

from datetime import UTC, date, datetime

import pytest

from app.store import registers
from app.store.database import connect
from engine.running.services import RegisterChange

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def database(database_url):
    database = connect(database_url)
    yield database
    database.close()


def set_limit(database, reference, on=TODAY, *, key="", **values):
    with database.write() as connection:
        change = RegisterChange("order_limit", "B00123", key, values, on)
        registers.change(connection, [change], reference, NOW, TODAY)


def in_force(database, on):
    with database.read() as connection:
        return {record.key: record for record in registers.current(connection, ["B00123"], on)}


def test_a_change_is_in_force_from_its_day_on(database):
    set_limit(database, "A", limit="1")
    set_limit(database, "B", FRIDAY, limit="2")
    limits = [in_force(database, day)[""].values["limit"] for day in (TODAY, date(2026, 11, 26), FRIDAY)]
    assert limits == ["1", "1", "2"]


def test_of_two_changes_for_one_day_the_later_counts(database):
    set_limit(database, "A", FRIDAY, limit="1")
    set_limit(database, "B", FRIDAY, limit="2")
    assert in_force(database, FRIDAY)[""].reference == "B"


def test_a_change_keeps_what_it_does_not_name(database):
    set_limit(database, "A", limit="1", scope="FIRM")
    set_limit(database, "B", limit="2")
    assert in_force(database, TODAY)[""].values == {"limit": "2", "scope": "FIRM"}


def test_records_with_keys_stand_side_by_side(database):
    set_limit(database, "A", key="ONE", limit="1")
    set_limit(database, "B", key="TWO", limit="2")
    assert set(in_force(database, TODAY)) == {"ONE", "TWO"}


def test_nothing_is_known_of_somebody_else(database):
    set_limit(database, "A", limit="1")
    with database.read() as connection:
        assert registers.current(connection, ["B00456"], TODAY) == []
