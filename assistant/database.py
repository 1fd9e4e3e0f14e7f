"""`aisle.db`: sessions, their turns, carts and what shoppers did, in SQLite through SQLAlchemy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, ForeignKey, String, Text, UniqueConstraint, create_engine, event, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from data.errors import AisleError

LOCKED = 3.0  # seconds that a write waits for another's: ours take milliseconds, and a shopper is waiting, too


class Base(DeclarativeBase):
    pass


def _now() -> datetime:
    return datetime.now(UTC)


class SessionRow(Base):
    __tablename__ = "sessions"

    session: Mapped[str] = mapped_column(String(200), primary_key=True)
    user: Mapped[str | None] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(default=_now)
    updated: Mapped[datetime] = mapped_column(default=_now, onupdate=_now)


class TurnRow(Base):
    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("session", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("sessions.session", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=_now)
    record: Mapped[str] = mapped_column(Text)  # the Turn as JSON


class CartRow(Base):
    __tablename__ = "cart_lines"

    session: Mapped[str] = mapped_column(ForeignKey("sessions.session", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    quantity: Mapped[int]
    added: Mapped[datetime] = mapped_column(default=_now)


class EventRow(Base):
    """What shoppers did, in the terms of the interactions table, so that it can be learnt from later."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(String(200), index=True)
    user: Mapped[str | None] = mapped_column(String(200))
    product_id: Mapped[str] = mapped_column(String(200))
    event: Mapped[str] = mapped_column(String(40))
    value: Mapped[float] = mapped_column(default=1.0)
    at: Mapped[datetime] = mapped_column(default=_now)


class MemoryRow(Base):
    """What a shopper has told of themselves (`assistant.turn.Told`); a guest's, where `user` is None, goes with the
    session."""

    __tablename__ = "memories"

    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str | None] = mapped_column(String(200), index=True)
    session: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(80), default="")
    value: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(default=_now)


class HandoffRow(Base):
    """A conversation that waits for a person. The record is the `Handoff` as JSON."""

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(String(200), index=True)
    status: Mapped[str] = mapped_column(String(20), default="open", index=True)
    created: Mapped[datetime] = mapped_column(default=_now)
    updated: Mapped[datetime] = mapped_column(default=_now, onupdate=_now)
    record: Mapped[str] = mapped_column(Text)


class Database:
    """Opens or makes the file; every `transaction` is all or nothing, and `reading` waits for nobody.

    Raises AisleError where the file is not a database or cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": LOCKED})
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _take_turns)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._readers = sessionmaker(self._engine.execution_options(only_reads=True), expire_on_commit=False)
        try:
            Base.metadata.create_all(self._engine)
        except DatabaseError as error:
            if "locked" in str(error.orig):
                raise AisleError(f"{file} is locked by another program: close that one, then start again.") from error
            raise AisleError(
                f"{file} cannot be opened as a database ({error.orig}): move it away, the next start makes a new one."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A view of how things stand, also while another program holds the file locked. Nothing may be written."""
        with self._readers.begin() as session:
            yield session

    def close(self) -> None:
        self._engine.dispose()


def ensure_session(session: Session, name: str, user: str | None = None) -> SessionRow:
    row = session.get(SessionRow, name)
    if row is None:
        row = SessionRow(session=name, user=user)
        session.add(row)
        session.flush()
    elif user is not None:
        row.user = user
    return row


def sessions_of(session: Session, user: str | None = None) -> list[SessionRow]:
    query = select(SessionRow).order_by(SessionRow.updated.desc())
    if user is not None:
        query = query.where(SessionRow.user == user)
    return list(session.scalars(query))


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_take_turns` says, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _take_turns(connection: Connection) -> None:
    """Two tabs that read a cart and then write it must do so one after the other; who only reads need not wait."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("only_reads") else "BEGIN IMMEDIATE")
