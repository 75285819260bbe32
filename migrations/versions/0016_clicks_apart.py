"""Clicks of a story by network and reason; those that were folded already are taken over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = ("clicks", "repeated", "own", "programs", "ended")


def upgrade() -> None:
    op.create_table(
        "story_click",
        sa.Column("story_id", ID, autoincrement=False, nullable=False),
        sa.Column("network", sa.String(24), nullable=False),
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("story_id", "network", "person_id", name=op.f("pk_story_click")),
    )
    op.execute(
        """
        INSERT INTO story_click (story_id, network, person_id, clicks, repeated, own, programs, ended)
        SELECT link.story_id, link.network, coalesce(link.person_id, 0),
            sum(CASE WHEN click.dropped = '' THEN 1 ELSE 0 END), 0, 0,
            sum(CASE WHEN click.dropped IN ('bot', 'head', 'prefetch') THEN 1 ELSE 0 END),
            sum(CASE WHEN click.dropped = 'stopped' THEN 1 ELSE 0 END)
        FROM click JOIN link ON link.id = click.link_id
        WHERE click.id <= (SELECT max(last_id) FROM watermark WHERE source = 'click')
        GROUP BY link.story_id, link.network, coalesce(link.person_id, 0)
        """
    )


def downgrade() -> None:
    op.drop_table("story_click")
