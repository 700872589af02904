"""What the migrations make of an empty database."""

from pathlib import Path

import pytest
from sqlalchemy import inspect

from app.store.database import MIGRATIONS, connect, is_migrated, migrate
from app.store.tables import metadata


def as_made(database) -> dict[str, tuple]:
    """Every table with what its columns, keys, indexes and checks are called."""
    seen = inspect(database.engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)],
            sorted(check["name"] for check in seen.get_check_constraints(table)),
            sorted(key["name"] for key in seen.get_unique_constraints(table)),
            sorted(key["name"] for key in seen.get_foreign_keys(table)),
            # By which words PostgreSQL finds requests is an index of the migrations alone.
            sorted(index["name"] for index in seen.get_indexes(table) if index["name"] != "ix_cases_words"),
            seen.get_pk_constraint(table)["name"],
        )
        for table in seen.get_table_names()
        # What SQLite finds words by are tables of its own, which it calls case_words and more.
        if table != "alembic_version" and not table.startswith("case_words")
    }


@pytest.fixture
def migrated(database_url):
    database = connect(database_url)
    yield database
    database.close()


@pytest.fixture
def created(migrated, tmp_path):
    """The tables of the code, made beside the migrated ones without any migration."""
    if not migrated.is_sqlite:
        with migrated.write() as connection:
            connection.exec_driver_sql("ALTER SCHEMA public RENAME TO migrated")
            connection.exec_driver_sql("CREATE SCHEMA public")
        database = connect(migrated.engine.url.render_as_string(hide_password=False))
    else:
        database = connect(f"sqlite:///{tmp_path / 'created.db'}")
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


def test_an_empty_database_is_not_migrated_until_it_is(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    before = connect(url)
    assert not is_migrated(before)
    migrate(url)
    after = connect(url)
    assert is_migrated(after)
    before.close()
    after.close()


def test_migrations_make_every_column_key_index_and_check_of_the_code(migrated, request):
    made = as_made(migrated)
    assert made == as_made(request.getfixturevalue("created"))


def test_no_migration_asks_the_code_for_its_tables():
    texts = [path.read_text(encoding="utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]
    assert texts and not [text for text in texts if "from app" in text or "import app" in text]
