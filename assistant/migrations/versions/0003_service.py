"""API keys, what they have used, and answers that are given again to a request sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.String(200)


def upgrade() -> None:
    """The tables of the service."""
    op.create_table(
        "api_keys",
        sa.Column("id", ID, primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("name", ID, nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("per_minute", sa.Integer, nullable=False),
        sa.Column("per_day", sa.Integer, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("revoked", sa.DateTime),
    )
    op.create_table(
        "usage",
        sa.Column("key", ID, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("caller", ID, primary_key=True),
        sa.Column("key", ID, primary_key=True),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "threads",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("session", ID, sa.ForeignKey("sessions.session", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("at", sa.DateTime, nullable=False),
    )
