"""Shares may be planned for a moment their person chose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("share") as batch:
        batch.add_column(sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("planned_why", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("share") as batch:
        batch.alter_column(
            "planned_why", existing_type=sa.String(length=40), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    with op.batch_alter_table("share") as batch:
        batch.drop_column("planned_why")
        batch.drop_column("planned_at")
