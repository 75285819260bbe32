"""Stories with versions, rights and audiences; review by rules; feeds that are subscribed; stops and reasons."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
COLUMNS: dict[str, tuple[tuple[str, Any, Any], ...]] = {
    "caption": (
        ("quota", sa.Integer(), None),
        ("hashtags", sa.JSON(), "[]"),
        ("mentions", sa.JSON(), "[]"),
    ),
    "channel": (("time_zone", sa.String(length=64), ""),),
    "feed": (
        ("body_hash", sa.String(length=64), ""),
        ("active", sa.Boolean(), sa.true()),
        ("mode", sa.String(length=12), "draft"),
        ("language", sa.String(length=12), ""),
        ("topics", sa.JSON(), "[]"),
        ("every_minutes", sa.Integer(), "30"),
        ("next_at", MOMENT, None),
        ("failures", sa.Integer(), "0"),
        ("ok_at", MOMENT, None),
        ("new_at", MOMENT, None),
    ),
    "feed_entry": (
        ("link_key", sa.String(length=64), ""),
        ("title", sa.String(length=300), ""),
        ("content_hash", sa.String(length=64), ""),
        ("drafted_hash", sa.String(length=64), ""),
        ("state", sa.String(length=12), "drafted"),
        ("entry", sa.JSON(), "{}"),
    ),
    "person": (("location", sa.String(length=120), ""),),
    "placement": (("identity_id", ID, None),),
    "review": (("content", sa.JSON(), None),),
    "story": (
        ("image_rights", sa.String(length=12), ""),
        ("site", sa.String(length=200), ""),
        ("internal", sa.Boolean(), sa.false()),
        ("locations", sa.JSON(), "[]"),
        ("audience_languages", sa.JSON(), "[]"),
        ("leader_ids", sa.JSON(), "[]"),
        ("leaders_minutes", sa.Integer(), "0"),
        ("leaders_told_at", MOMENT, None),
        ("featured", sa.Boolean(), sa.false()),
        ("campaign_id", ID, None),
        ("is_suggestion", sa.Boolean(), sa.false()),
        ("names_suggester", sa.Boolean(), sa.false()),
        ("credit_id", ID, None),
        ("consent", sa.String(length=12), ""),
        ("wall_clock", sa.String(length=16), ""),
        ("urgent", sa.Boolean(), sa.false()),
        ("embargo_until", MOMENT, None),
        ("rights_until", MOMENT, None),
        ("rights_note", sa.String(length=300), ""),
        ("sendings", sa.Integer(), "1"),
        ("version", sa.Integer(), "1"),
        ("source_changed_at", MOMENT, None),
    ),
}
"""Table to new columns: name, type, and what rows that are there already get; nullable when that is ``None``."""


def upgrade() -> None:
    create_tables()
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, default in columns:
                batch.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, default in columns:
                if default is not None:
                    batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    op.create_index(op.f("ix_feed_entry_link_key"), "feed_entry", ["link_key"], unique=False)
    with op.batch_alter_table("placement") as batch:
        batch.alter_column("channel_id", existing_type=ID, nullable=True)
        batch.create_unique_constraint(
            op.f("uq_placement_story_id_identity_id_purpose_round"), ["story_id", "identity_id", "purpose", "round"]
        )
        batch.create_foreign_key(
            op.f("fk_placement_identity_id_identity"), "identity", ["identity_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index(op.f("ix_placement_identity_id"), "placement", ["identity_id"], unique=False)
    with op.batch_alter_table("story") as batch:
        batch.create_foreign_key(
            op.f("fk_story_campaign_id_campaign"), "campaign", ["campaign_id"], ["id"], ondelete="SET NULL"
        )
        batch.create_foreign_key(
            op.f("fk_story_credit_id_person"), "person", ["credit_id"], ["id"], ondelete="SET NULL"
        )


def create_tables() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("goal_kind", sa.String(length=12), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "picture",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("source_url", sa.String(length=2000), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("sha256", name=op.f("uq_picture_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_rule",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("pattern", sa.String(length=500), nullable=False),
        sa.Column("reviewer_ids", sa.JSON(), nullable=False),
        sa.Column("due_hours", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_review_rule_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "topic",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("name", name=op.f("uq_topic_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_token",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)

    op.create_table(
        "halt",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by_id", ID, nullable=True),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("lifted_by_id", ID, nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["person.id"], name=op.f("fk_halt_lifted_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["person.id"], name=op.f("fk_halt_set_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halt")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "topic_person",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_topic_person_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_topic_person_topic_id_topic"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_person")),
        sa.UniqueConstraint("topic_id", "person_id", name=op.f("uq_topic_person_topic_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_topic_person_person_id"), "topic_person", ["person_id"], unique=False)

    op.create_table(
        "language_version",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("image_alt", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_language_version_story_id_story"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language_version")),
        sa.UniqueConstraint("story_id", "language", name=op.f("uq_language_version_story_id_language")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "passed",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passed_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_passed_story_id_story"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed")),
        sa.UniqueConstraint("story_id", "person_id", name=op.f("uq_passed_story_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_passed_person_id"), "passed", ["person_id"], unique=False)

    op.create_table(
        "review_task",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("rule_id", ID, nullable=True),
        sa.Column("rule_name", sa.String(length=120), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("reviewer_ids", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("escalated_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_review_task_decided_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["review_rule.id"], name=op.f("fk_review_task_rule_id_review_rule"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_review_task_story_id_story"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_task")),
        sa.UniqueConstraint("story_id", "fingerprint", "key", name=op.f("uq_review_task_story_id_fingerprint_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_task_decision_due_at", "review_task", ["decision", "due_at"], unique=False)

    op.create_table(
        "story_reason",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_story_reason_story_id_story"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_reason")),
        sa.UniqueConstraint("story_id", "reason", name=op.f("uq_story_reason_story_id_reason")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    with op.batch_alter_table("story") as batch:
        batch.drop_constraint(op.f("fk_story_credit_id_person"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_story_campaign_id_campaign"), type_="foreignkey")
    op.execute("DELETE FROM placement WHERE channel_id IS NULL")
    op.drop_index(op.f("ix_placement_identity_id"), table_name="placement")
    with op.batch_alter_table("placement") as batch:
        batch.drop_constraint(op.f("fk_placement_identity_id_identity"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_placement_story_id_identity_id_purpose_round"), type_="unique")
        batch.alter_column("channel_id", existing_type=ID, nullable=False)
    op.drop_index(op.f("ix_feed_entry_link_key"), table_name="feed_entry")
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, _, _ in columns:
                batch.drop_column(name)
    for table in (
        "story_reason",
        "review_task",
        "passed",
        "language_version",
        "topic_person",
        "halt",
        "api_token",
        "topic",
        "review_rule",
        "picture",
        "campaign",
    ):
        op.drop_table(table)
