"""Rounds through the directories of workspaces and tenants, and whom only a directory named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("identity") as batch:
        batch.add_column(sa.Column("met", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("identity") as batch:
        batch.alter_column("met", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.create_table(
        "listed_profile",
        sa.Column("identity_id", ID, nullable=False),
        sa.Column("stamp", sa.String(64), nullable=False),
        sa.Column("read_stamp", sa.String(64), nullable=False),
        sa.Column("department", sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_listed_profile_identity_id_identity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_listed_profile")),
        sqlite_autoincrement=True,
    )
    _rounds()


def _rounds() -> None:
    op.create_table(
        "roster_sync",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("following", sa.Text(), nullable=False),
        sa.Column("next_mark", sa.Text(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_sync")),
        sa.UniqueConstraint("platform", "tenant", name=op.f("uq_roster_sync_platform_tenant")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "roster_page",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("sync_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sync_id"], ["roster_sync.id"], name=op.f("fk_roster_page_sync_id_roster_sync"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_page")),
        sa.UniqueConstraint("sync_id", "number", name=op.f("uq_roster_page_sync_id_number")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("roster_page", "roster_sync", "listed_profile"):
        op.drop_table(table)
    with op.batch_alter_table("identity") as batch:
        batch.drop_column("met")
