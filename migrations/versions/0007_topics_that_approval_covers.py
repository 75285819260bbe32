"""Approval covers the topics of a story that decide on who sees it, or who reviews it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.add_column(sa.Column("guarded", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("story") as batch:
        batch.alter_column("guarded", existing_type=sa.JSON(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.drop_column("guarded")
