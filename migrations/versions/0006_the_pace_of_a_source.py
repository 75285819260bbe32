"""Feeds know how long their source wants to be left in peace; those pulled by hand so far are no subscriptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feed") as batch:
        batch.add_column(sa.Column("wait_minutes", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("feed") as batch:
        batch.alter_column("wait_minutes", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    op.execute(sa.table("feed", sa.column("active", sa.Boolean())).update().values(active=False))


def downgrade() -> None:
    with op.batch_alter_table("feed") as batch:
        batch.drop_column("wait_minutes")
