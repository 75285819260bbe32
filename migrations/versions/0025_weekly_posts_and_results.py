"""Which channels get a weekly post, and how often editors were told what came of a story."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("channel") as batch:
        batch.add_column(sa.Column("cheers", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("channel") as batch:
        batch.alter_column("cheers", server_default=None)
    # Of stories that were there before, nobody is told out of turn.
    with op.batch_alter_table("story") as batch:
        batch.add_column(sa.Column("results_told", sa.Integer(), nullable=False, server_default="2"))
    with op.batch_alter_table("story") as batch:
        batch.alter_column("results_told", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.drop_column("results_told")
    with op.batch_alter_table("channel") as batch:
        batch.drop_column("cheers")
