"""The database's tables, made and changed step by step with Alembic: a new step is a file in `versions`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0003"  # the last of `versions`; what is there already is not looked at again
FIRST = "0001"  # what was made before there were steps
_VERSION_TABLE = "alembic_version"


def upgrade(engine: Engine, schema: str = "") -> None:
    """The tables as this version of the program knows them, all or nothing; who comes second waits, and finds it done.

    `schema` is PostgreSQL's, "" elsewhere. Raises SQLAlchemy's DBAPIError where the database does not let it.
    """
    with engine.execution_options(only_reads=True).connect() as connection:
        if _version(connection, schema) == HEAD:
            return
    with engine.begin() as connection:
        if schema:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:schema))"), {"schema": schema})
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        _upgrade(connection, schema)


def configuration(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  (a tenth of a second that no other start needs)

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, schema: str) -> None:
    from alembic import command  # noqa: PLC0415

    config = configuration(connection)
    if _version(connection, schema) is None and inspect(connection).has_table("sessions", schema=schema or None):
        command.stamp(config, FIRST)
    command.upgrade(config, "head")


def _version(connection: Connection, schema: str) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE, schema=schema or None):
        return None
    return connection.scalar(text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # a name of our own  # nosec B608
