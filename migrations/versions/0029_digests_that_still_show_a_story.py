"""Digests that still show a story are found by one index."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_digest_line_story_id_drawn", "digest_line", ["story_id", "drawn"])
    op.drop_index(op.f("ix_digest_line_story_id"), "digest_line")


def downgrade() -> None:
    op.create_index(op.f("ix_digest_line_story_id"), "digest_line", ["story_id"])
    op.drop_index("ix_digest_line_story_id_drawn", "digest_line")
