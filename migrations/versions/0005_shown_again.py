"""A story that was not for somebody can be shown to them again, and they are still counted once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("passed") as batch:
        batch.add_column(sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("passed") as batch:
        batch.alter_column("hidden", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM passed WHERE NOT hidden")
    with op.batch_alter_table("passed") as batch:
        batch.drop_column("hidden")
