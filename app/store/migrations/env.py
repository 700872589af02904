"""Alembic's entry: one connection, one transaction, no settings file."""

from alembic import context

from app.store.database import connect
from app.store.tables import metadata

database = connect(context.config.attributes["url"])
with database.write() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=False, compare_type=False)
    with context.begin_transaction():
        context.run_migrations()
database.close()
