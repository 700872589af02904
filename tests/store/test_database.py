"""What a transaction promises on both databases, also where PostgreSQL is not waited for."""

from functools import partial

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from app.store import tables
from app.store.database import IntegrityError, connect, together

COUNTERS = tables.counters
ROW = {"name": "one", "value": 1}


@pytest.fixture
def database(database_url):
    opened = connect(database_url)
    yield opened
    opened.close()


def names(database):
    with database.read() as connection:
        return list(connection.scalars(select(COUNTERS.c.name).order_by(COUNTERS.c.name)))


def test_a_transaction_that_only_writes_is_kept(database):
    with database.write() as connection:
        connection.execute(insert(COUNTERS), ROW)
    assert names(database) == ["one"]


def test_a_write_that_fails_undoes_the_ones_before_and_behind_it(database):
    with database.write() as connection:
        connection.execute(insert(COUNTERS), ROW)
    with pytest.raises(IntegrityError), database.write() as connection:
        for name in ("two", "one", "three"):
            connection.execute(insert(COUNTERS), {"name": name, "value": 1})
    assert names(database) == ["one"]


def test_a_block_that_raises_keeps_nothing(database):
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        connection.execute(insert(COUNTERS), ROW)
        raise ZeroDivisionError
    assert names(database) == []


def test_a_transaction_reads_what_it_has_written(database):
    with database.write() as connection:
        connection.execute(insert(COUNTERS), ROW)
        assert connection.scalar(select(func.count()).select_from(COUNTERS)) == 1


def test_questions_that_are_asked_together_are_answered_in_their_order(database):
    with database.read() as connection:
        asks = [partial(connection.scalar, select(number)) for number in (3, 1, 2)]
        assert together(connection, *asks) == [3, 1, 2]


def test_a_question_asked_together_that_fails_is_told_and_leaves_the_database_usable(database):
    with pytest.raises(DBAPIError), database.read() as connection:
        together(
            connection, partial(connection.scalar, text("SELECT 1")), partial(connection.scalar, text("SELECT nothing"))
        )
    assert names(database) == []


def test_an_answer_that_needs_no_question_may_be_among_them(database):
    with database.read() as connection:
        assert together(connection, lambda: "known", partial(connection.scalar, select(2))) == ["known", 2]


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(postgresql_url):
    database, other = connect(postgresql_url), connect(postgresql_url)
    assert names(database) == []
    with other.read() as connection:
        mine = "pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {mine}")).all()
    assert names(database) == []
    database.close()
    other.close()
