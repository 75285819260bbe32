"""A story may be posted as its picture instead of a preview of its page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.add_column(sa.Column("as_picture", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("story") as batch:
        batch.alter_column("as_picture", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.drop_column("as_picture")
