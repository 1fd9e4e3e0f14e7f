"""Run by Alembic, over the connection that `assistant.migrations.upgrade` has begun a transaction on."""

from alembic import context

from assistant.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
