"""One-time passwords and clients' tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make two tables."""
    op.create_table(
        "challenge",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_challenge")),
    )
    op.create_index(op.f("ix_challenge_asked"), "challenge", ["asked"], unique=False)
    op.create_table(
        "client_token",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_client_token")),
    )
    op.create_index(op.f("ix_client_token_subscriber"), "client_token", ["subscriber"], unique=False)
