"""Where conversations stand between two turns: in the store's database, and in memory as long as that takes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite import SqliteSaver

from assistant.database import LOCKED, Database, postgres_options
from assistant.state import DialogueState

if TYPE_CHECKING:
    from langgraph.checkpoint.postgres import PostgresSaver

try:
    from psycopg import Error as PostgresError

    DRIVER_ERRORS: tuple[type[Exception], ...] = (sqlite3.Error, PostgresError)
except ImportError:  # no PostgreSQL without its driver
    DRIVER_ERRORS = (sqlite3.Error,)

CONNECTIONS = 10


class Checkpoints:
    """`saver` is what the dialogue's graph writes to, a checkpoint for each session."""

    def __init__(self, database: Database) -> None:
        self.saver: BaseCheckpointSaver[str]
        if database.file is not None:
            connection = sqlite3.connect(database.file, check_same_thread=False, timeout=LOCKED)
            self.saver, self._undo, self._close = _in_sqlite(connection)
        else:
            self.saver, self._close = _in_postgres(database)
            self._undo = _nothing
        self._unsaved: dict[str, DialogueState] = {}

    def unsaved(self, session: str) -> DialogueState | None:
        """The state that the database did not take, None where it has the latest."""
        return self._unsaved.get(session)

    def keep(self, session: str, dialogue: DialogueState) -> None:
        """After a write that failed. The shopper has seen the turn's list: "the second one" must mean that list."""
        self._unsaved[session] = dialogue
        self._undo()

    def saved(self, session: str) -> None:
        self._unsaved.pop(session, None)

    def forget(self, session: str) -> None:
        self._unsaved.pop(session, None)
        self.saver.delete_thread(session)

    def close(self) -> None:
        self._close()


def _in_sqlite(connection: sqlite3.Connection) -> tuple[SqliteSaver, Callable[[], None], Callable[[], None]]:
    saver = SqliteSaver(connection)
    saver.setup()  # its tables, now, and not in the first turn, which may find the file locked

    def undo() -> None:
        with saver.lock:
            connection.rollback()

    return saver, undo, connection.close


def _in_postgres(database: Database) -> tuple[PostgresSaver, Callable[[], None]]:
    from langgraph.checkpoint.postgres import PostgresSaver  # noqa: PLC0415  (of the extra `postgres`)
    from psycopg import Connection  # noqa: PLC0415
    from psycopg.rows import DictRow, dict_row  # noqa: PLC0415
    from psycopg_pool import ConnectionPool  # noqa: PLC0415

    pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
        database.url.set(drivername="postgresql").render_as_string(hide_password=False),
        kwargs={
            "autocommit": True,
            "prepare_threshold": 0,
            "row_factory": dict_row,
            **postgres_options(database.schema),
        },
        min_size=1,
        max_size=CONNECTIONS,
        open=True,
    )
    saver = PostgresSaver(pool)
    with database.exclusively("checkpoints"):
        saver.setup()
    return saver, pool.close


def _nothing() -> None:
    """A connection of the pool undoes by itself what failed."""
