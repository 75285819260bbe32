"""What a story said when a share of it was planned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_HASH = sa.String(length=64)


def upgrade() -> None:
    with op.batch_alter_table("share") as batch:
        batch.add_column(sa.Column("planned_hash", _HASH, nullable=False, server_default=""))
    with op.batch_alter_table("share") as batch:
        batch.alter_column("planned_hash", existing_type=_HASH, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("share") as batch:
        batch.drop_column("planned_hash")
