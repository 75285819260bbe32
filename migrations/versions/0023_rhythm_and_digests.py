"""When and how often people want to hear from us; what they were told unasked; and the stories in their digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _to(table: str) -> list[sa.ForeignKeyConstraint]:
    """To a person, who takes all of it along."""
    name = op.f(f"fk_{table}_person_id_person")
    return [sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=name, ondelete="CASCADE")]


def upgrade() -> None:
    op.create_table(
        "rhythm",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("days", sa.String(27), nullable=True),
        sa.Column("hour", sa.String(5), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("quiet", sa.String(11), nullable=True),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Integer(), nullable=False),
        *_to("rhythm"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_rhythm")),
    )
    op.create_index(op.f("ix_rhythm_due_at"), "rhythm", ["due_at"])
    op.create_table(
        "prompt",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marker", sa.String(64), nullable=False),
        *_to("prompt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("marker", name=op.f("uq_prompt_marker")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prompt_person_id_at", "prompt", ["person_id", "at"])
    op.create_table(
        "digest_line",
        sa.Column("marker", sa.String(64), nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        *_to("digest_line"),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_digest_line_story_id_story"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("marker", "story_id", name=op.f("pk_digest_line")),
    )
    op.create_index(op.f("ix_digest_line_story_id"), "digest_line", ["story_id"])
    op.create_index(op.f("ix_digest_line_person_id"), "digest_line", ["person_id"])


def downgrade() -> None:
    op.drop_table("digest_line")
    op.drop_table("prompt")
    op.drop_table("rhythm")
