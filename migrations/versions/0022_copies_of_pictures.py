"""Our own copy of a story's picture that lies elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COPY = sa.String(length=80)


def upgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.add_column(sa.Column("image_copy", _COPY, nullable=False, server_default=""))
    with op.batch_alter_table("story") as batch:
        batch.alter_column("image_copy", existing_type=_COPY, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.drop_column("image_copy")
