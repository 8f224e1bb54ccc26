"""What Alembic runs to migrate: on the connection, and in the transaction, that it is given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # All steps or none, also on SQLite, whose tables are made in transactions too.
    transactional_ddl=True,
)
context.run_migrations()
