"""What goes to everybody lets all else pass, and each lane's turn is found without looking at the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("bulk", server_default=None)
        batch.drop_index("ix_outbox_state_urgent_due_at")
        batch.create_index("ix_outbox_turns", ["state", "urgent", "lane", "bulk", "due_at"])


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("ix_outbox_turns")
        batch.create_index("ix_outbox_state_urgent_due_at", ["state", "urgent", "due_at"])
        batch.drop_column("bulk")
