"""The tables in the code are the tables that the migrations make."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.store.database import connect, migrate
from app.store.tables import metadata


@pytest.fixture
def database(database_url):
    database = connect(database_url)
    yield database
    database.close()


def differences(connection):
    """What tables have that the code does not say, and the other way round.

    How each database finds words is its own matter: an index of an expression here, tables of its own there.
    """
    options = {"include_name": lambda name, _kind, _where: not str(name).startswith(("case_words", "ix_cases_words"))}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_the_migrations_make_exactly_the_tables_of_the_code(database):
    with database.read() as connection:
        assert differences(connection) == []


def test_migrating_again_changes_nothing(database_url, database):
    migrate(database_url)
    with database.read() as connection:
        assert differences(connection) == []
