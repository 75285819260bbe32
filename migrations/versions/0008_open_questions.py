"""Entries that editors are asked about are found without reading all that were ever seen."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_feed_entry_state_feed_id", "feed_entry", ["state", "feed_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_feed_entry_state_feed_id", table_name="feed_entry")
