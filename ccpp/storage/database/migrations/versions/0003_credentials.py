"""Credentials of callers, codes that they are enrolled by, and what may be used once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make three tables."""
    op.create_table(
        "credential",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("data_key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["data_key"], ["data_key.id"], name=op.f("fk_credential_data_key")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_credential")),
    )
    op.create_table(
        "enrolment",
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("needs_pin", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("used", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_enrolment")),
    )
    op.create_table(
        "spent",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_spent")),
    )
    op.create_index(op.f("ix_spent_until"), "spent", ["until"], unique=False)
