"""Where conversations, carts and orders are kept: `aisle.db` in the store's folder, or a PostgreSQL database.

`AISLE_DATABASE_URL` names the latter (`postgresql://user:password@host/name`), or `AISLE_DATABASE_URL_FILE` a file that
holds it. Each store has a schema of its own there, so that one database serves several.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from assistant.environment import said_by
from assistant.migrations import upgrade
from assistant.tables import Base, SessionRow
from data.errors import AisleError
from data.store import Store

LOCKED = 3.0  # seconds that a write waits for another's: ours take milliseconds, and a shopper is waiting, too
URL_VARIABLE = "AISLE_DATABASE_URL"


class Database:
    """Opens it, or makes it, with its tables as this version knows them; every `transaction` is all or nothing, and
    `reading` waits for nobody.

    Raises AisleError where it cannot be reached, read or written.
    """

    def __init__(self, place: Path | URL, schema: str = "") -> None:
        self.schema = schema
        self.file = place if isinstance(place, Path) else None
        self.url = URL.create("sqlite", database=str(place)) if isinstance(place, Path) else place
        if isinstance(place, Path):
            place.parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(self.url, connect_args={"timeout": LOCKED})
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", _take_turns)
        else:
            self._engine = create_engine(
                self.url, connect_args=postgres_options(schema), pool_size=10, max_overflow=20, pool_pre_ping=True
            )
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._readers = sessionmaker(self._engine.execution_options(only_reads=True), expire_on_commit=False)
        try:
            upgrade(self._engine, schema)
        except DBAPIError as error:
            raise AisleError(self._unusable(error)) from error

    @classmethod
    def of(cls, store: Store) -> Database:
        """The one that the environment names, or the file in the store's folder."""
        url = configured_url()
        return cls(store.database_file) if url is None else cls(url, schema=schema_of(store.name))

    @property
    def is_postgres(self) -> bool:
        return self.file is None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A view of how things stand, also while another program holds the file locked. Nothing may be written."""
        with self._readers.begin() as session:
            yield session

    @contextmanager
    def exclusively(self, what: str) -> Iterator[None]:
        """On PostgreSQL, one program at a time."""
        if not self.is_postgres:
            yield
            return
        # Outside of any transaction: LangGraph's tables get indexes that wait for all of those to end.
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            name = {"what": f"{self.schema}.{what}"}
            connection.execute(text("SELECT pg_advisory_lock(hashtext(:what))"), name)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext(:what))"), name)

    def ping(self) -> None:
        """Raises SQLAlchemyError where it cannot be asked."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        self._engine.dispose()

    def _unusable(self, error: DBAPIError) -> str:
        if self.file is None:
            return f"{self.url.render_as_string()} cannot be used as a database: {_first_line(error)}"
        if "locked" in str(error.orig):
            return f"{self.file} is locked by another program: close that one, then start again."
        return (
            f"{self.file} cannot be opened as a database ({error.orig}): move it away, the next start makes a new one."
        )


def configured_url() -> URL | None:
    """What the environment says. Raises AisleError where that is no address of a PostgreSQL database."""
    said = said_by(URL_VARIABLE)
    if not said:
        return None
    try:
        url = make_url(said)
    except ArgumentError:
        raise AisleError(f"{URL_VARIABLE} is no address of a database: postgresql://user:password@host/name.") from None
    if url.get_backend_name() != "postgresql":
        raise AisleError(f"{URL_VARIABLE} names a {url.get_backend_name()} database: it has to be a PostgreSQL one.")
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError as error:
        raise AisleError("PostgreSQL needs its driver: pip install 'aisle[postgres]'.") from error
    return url.set(drivername="postgresql+psycopg")


def schema_of(store: str) -> str:
    return "aisle_" + re.sub(r"\W+", "_", store.casefold())


def postgres_options(schema: str) -> dict[str, Any]:
    """Of a connection: names are looked up in the store's schema, and a lock is waited for as long as in SQLite."""
    return {
        "options": f"-c search_path={schema} -c lock_timeout={LOCKED * 1000:.0f} -c timezone=UTC",
        "connect_timeout": 5,
    }


def insert_if_absent(transaction: Session, table: type[Base], **values: Any) -> None:
    """A row, unless one with its primary key is there already, also from a transaction that runs at the same time."""
    insert = postgresql.insert if transaction.get_bind().dialect.name == "postgresql" else sqlite.insert
    transaction.execute(insert(table).values(**values).on_conflict_do_nothing())


def ensure_session(transaction: Session, name: str, user: str | None = None) -> SessionRow:
    """The session's row, made where it is missing, and locked: what is written of one session is written in turn."""
    insert_if_absent(transaction, SessionRow, session=name, user=user, title="")
    row = transaction.scalars(
        select(SessionRow).where(SessionRow.session == name).with_for_update().execution_options(populate_existing=True)
    ).one()
    if user is not None:
        row.user = user
    return row


def sessions_of(
    transaction: Session,
    user: str | None = None,
    limit: int | None = None,
    after: tuple[datetime, str] | None = None,
) -> list[SessionRow]:
    query = select(SessionRow).order_by(SessionRow.updated.desc(), SessionRow.session).limit(limit)
    if user is not None:
        query = query.where(SessionRow.user == user)
    if after is not None:
        at, session = after
        earlier = SessionRow.updated < at
        query = query.where(earlier | ((SessionRow.updated == at) & (SessionRow.session > session)))
    return list(transaction.scalars(query))


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).strip().splitlines() or ["no word"])[0]


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_take_turns` says, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _take_turns(connection: Connection) -> None:
    """Two tabs that read a cart and then write it must do so one after the other; who only reads need not wait."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("only_reads") else "BEGIN IMMEDIATE")
