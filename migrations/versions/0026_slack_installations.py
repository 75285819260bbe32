"""Where the Slack app is installed, installations under way, and workspaces to which nothing is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "slack_installation",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("is_org", sa.Boolean(), nullable=False),
        sa.Column("enterprise_id", sa.String(64), nullable=False),
        sa.Column("app_id", sa.String(64), nullable=False),
        sa.Column("bot_user_id", sa.String(64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("renew_at", MOMENT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("lost_at", MOMENT, nullable=True),
        sa.Column("installed_by", sa.String(64), nullable=False),
        sa.Column("installed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_installation")),
        sa.UniqueConstraint("tenant", name=op.f("uq_slack_installation_tenant")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "slack_org_team",
        sa.Column("team_id", sa.String(64), nullable=False),
        sa.Column("enterprise_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_slack_org_team")),
    )
    op.create_index(op.f("ix_slack_org_team_enterprise_id"), "slack_org_team", ["enterprise_id"])
    op.create_table(
        "slack_install_state",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_slack_install_state")),
    )
    op.create_index(op.f("ix_slack_install_state_expires_at"), "slack_install_state", ["expires_at"])
    op.create_table(
        "paused_lane",
        sa.Column("lane", sa.String(100), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_paused_lane")),
    )


def downgrade() -> None:
    op.drop_table("paused_lane")
    op.drop_table("slack_install_state")
    op.drop_table("slack_org_team")
    op.drop_table("slack_installation")
