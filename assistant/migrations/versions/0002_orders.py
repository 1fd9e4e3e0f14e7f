"""Checkout and orders, and what makes a request that is sent twice count once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.String(200)
FINAL = ("orders", "order_lines")


def upgrade() -> None:
    """Tables, columns and triggers; rows that are there stay as they are."""
    with op.batch_alter_table("turns") as turns:
        turns.add_column(sa.Column("key", ID))
        turns.create_unique_constraint("turns_session_key", ["session", "key"])
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_index("ix_events_user", "events", ["user"])
    op.create_table(
        "cart_changes",
        sa.Column("session", ID, sa.ForeignKey("sessions.session", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", ID, primary_key=True),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("before", sa.Integer, nullable=False),
        sa.Column("after", sa.Integer, nullable=False),
        sa.Column("obstacle", ID, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "sold",
        sa.Column("product_id", ID, primary_key=True),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
    )
    op.create_table(
        "checkouts",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("order", ID, nullable=False, unique=True),
        sa.Column("session", ID, sa.ForeignKey("sessions.session", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("expires", sa.DateTime, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("placed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "orders",
        sa.Column("order", ID, primary_key=True),
        sa.Column("session", ID, nullable=False, index=True),
        sa.Column("user", ID, index=True),
        sa.Column("placed", sa.DateTime, nullable=False, index=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total", sa.Double, nullable=False),
    )
    op.create_table(
        "order_lines",
        sa.Column("order", ID, sa.ForeignKey("orders.order"), primary_key=True),
        sa.Column("product_id", ID, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("price", sa.Double, nullable=False),
    )
    op.create_table(
        "payments",
        sa.Column("order", ID, sa.ForeignKey("orders.order"), primary_key=True),
        sa.Column("reference", ID, nullable=False),
        sa.Column("captured", sa.DateTime, index=True),
    )
    _make_final()


def _make_final() -> None:
    """An order that was placed stays as it was placed, whatever a later version of the program tries."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'an order that was placed is never changed'; END $$"
        )
    for table in FINAL:
        for change in ("UPDATE", "DELETE"):
            name = f"{table}_no_{change.lower()}"
            if op.get_bind().dialect.name == "postgresql":
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {change} ON {table} BEGIN "
                    "SELECT RAISE(ABORT, 'an order that was placed is never changed'); END"
                )
