"""What `aisle.db` holds, as SQLAlchemy sees it; the tables themselves are made by `assistant/migrations`."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

ID = String(200)


class Moment(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps no zone and PostgreSQL would turn it into its own: stored bare, read as UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Moment, str: ID}  # noqa: RUF012  (SQLAlchemy's own way of saying it)


class SessionRow(Base):
    __tablename__ = "sessions"

    session: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str | None] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class TurnRow(Base):
    """`key` is what the caller named the message by, so that the same message sent twice is one turn."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("session", "number"), UniqueConstraint("session", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("sessions.session", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    key: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=now)
    record: Mapped[str] = mapped_column(Text)  # the Turn as JSON


class CartRow(Base):
    __tablename__ = "cart_lines"

    session: Mapped[str] = mapped_column(ForeignKey("sessions.session", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[str] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    added: Mapped[datetime] = mapped_column(default=now)


class ChangeRow(Base):
    """A change to a cart that has happened, by the key of the request that asked for it: asked for again, it has."""

    __tablename__ = "cart_changes"

    session: Mapped[str] = mapped_column(ForeignKey("sessions.session", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str]
    before: Mapped[int]
    after: Mapped[int]
    obstacle: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)


class SoldRow(Base):
    """Pieces that were ordered here since the shop's table of products said how many there are: `as_of` is when that
    was written, in nanoseconds."""

    __tablename__ = "sold"

    product_id: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(default=0)


class CheckoutRow(Base):
    """A summary that waits for the shopper's confirmation. `mark` is the token's (`assistant.checkout.mark_of`): the
    token itself is known to the shopper alone."""

    __tablename__ = "checkouts"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    order: Mapped[str] = mapped_column(unique=True)  # the number that it will have
    session: Mapped[str] = mapped_column(ForeignKey("sessions.session", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    summary: Mapped[str] = mapped_column(Text)  # the CheckoutSummary as JSON
    placed: Mapped[bool] = mapped_column(default=False)


class OrderRow(Base):
    """Placed here. Rows of this table and the next are never changed: the database refuses it."""

    __tablename__ = "orders"

    order: Mapped[str] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(index=True)
    user: Mapped[str | None] = mapped_column(index=True)
    placed: Mapped[datetime] = mapped_column(default=now, index=True)
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[float]
    lines: Mapped[list[OrderLineRow]] = relationship(order_by="OrderLineRow.product_id", lazy="selectin")
    payment: Mapped[PaymentRow] = relationship()


class OrderLineRow(Base):
    __tablename__ = "order_lines"

    order: Mapped[str] = mapped_column(ForeignKey("orders.order"), primary_key=True)
    product_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    price: Mapped[float]


class PaymentRow(Base):
    """What the provider has reserved for an order, and when it was taken."""

    __tablename__ = "payments"

    order: Mapped[str] = mapped_column(ForeignKey("orders.order"), primary_key=True)
    reference: Mapped[str]
    captured: Mapped[datetime | None] = mapped_column(index=True)


class EventRow(Base):
    """What shoppers did, in the terms of the interactions table, so that it can be learnt from later."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(index=True)
    user: Mapped[str | None] = mapped_column(index=True)
    product_id: Mapped[str]
    event: Mapped[str] = mapped_column(String(40))
    value: Mapped[float] = mapped_column(default=1.0)
    at: Mapped[datetime] = mapped_column(default=now)


class MemoryRow(Base):
    """What a shopper has told of themselves (`assistant.turn.Told`); a guest's, where `user` is None, goes with the
    session."""

    __tablename__ = "memories"

    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str | None] = mapped_column(index=True)
    session: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(80), default="")
    value: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)


class HandoffRow(Base):
    """A conversation that waits for a person. The record is the `Handoff` as JSON."""

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20), default="open", index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    record: Mapped[str] = mapped_column(Text)


class ApiKeyRow(Base):
    """A key is `aisle_<id>_<secret>`; of the secret, 32 random bytes, only the hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    scope: Mapped[str] = mapped_column(String(20))
    per_minute: Mapped[int]
    per_day: Mapped[int]
    created: Mapped[datetime] = mapped_column(default=now)
    revoked: Mapped[datetime | None]


class UsageRow(Base):
    """Requests of a key on a day (UTC)."""

    __tablename__ = "usage"

    key: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int] = mapped_column(default=0)


class AnswerRow(Base):
    """What a request was answered that its caller has named by an idempotency key."""

    __tablename__ = "answers"

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now, index=True)


class ThreadRow(Base):
    """Which session goes on from a conversation that a client sends whole, by the digest of what was said in it."""

    __tablename__ = "threads"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("sessions.session", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
