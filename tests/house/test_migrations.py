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


def test_the_migrations_make_exactly_the_tables_of_the_code(database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(database_url, database):
    migrate(database_url)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
