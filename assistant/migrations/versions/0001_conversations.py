"""Sessions, turns, carts, events, memories and hand-offs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.String(200)


def upgrade() -> None:
    """The tables that conversations are kept in."""
    op.create_table(
        "sessions",
        sa.Column("session", ID, primary_key=True),
        sa.Column("user", ID),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("updated", sa.DateTime, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer, primary_key=True),
        _of_session(index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.UniqueConstraint("session", "number"),
    )
    op.create_table(
        "cart_lines",
        _of_session(primary_key=True),
        sa.Column("product_id", ID, primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("added", sa.DateTime, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("session", ID, nullable=False, index=True),
        sa.Column("user", ID),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "memories",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user", ID, index=True),
        sa.Column("session", ID, nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("session", ID, nullable=False, index=True),
        sa.Column("status", sa.String(20), nullable=False, index=True),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("updated", sa.DateTime, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    )


def _of_session(*, primary_key: bool = False, index: bool = False) -> sa.Column:
    key = sa.ForeignKey("sessions.session", ondelete="CASCADE")
    return sa.Column("session", ID, key, primary_key=primary_key, nullable=False, index=index or None)
