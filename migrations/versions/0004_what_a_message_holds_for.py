"""Messages in the outbox know the approved content they speak of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("holds_for", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column(
            "holds_for", existing_type=sa.String(length=64), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("holds_for")
