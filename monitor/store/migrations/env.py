"""Runs the migrations on the connection, and in the transaction, that `monitor.store.migrate` hands over."""

from alembic import context

from monitor.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite's schema changes are transactional too, once BEGIN is taken from its driver.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
