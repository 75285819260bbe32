"""Permissions that their network has to take back; why a connection broke, and what its person was told of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("account") as batch:
        for name in ("problem", "warned"):
            batch.add_column(sa.Column(name, sa.String(length=12), nullable=False, server_default=""))
    with op.batch_alter_table("account") as batch:
        for name in ("problem", "warned"):
            batch.alter_column(name, existing_type=sa.String(length=12), existing_nullable=False, server_default=None)
    # They were told when it broke, with the share that met it.
    op.execute("UPDATE account SET warned = 'broken' WHERE state = 'broken'")
    op.create_table(
        "revocation",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("network", sa.String(length=24), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=False),
        sa.Column("handle", sa.String(length=255), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_revocation_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revocation_person_id", "revocation", ["person_id"], unique=False)
    op.create_index("ix_revocation_state_due_at", "revocation", ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_revocation_state_due_at", table_name="revocation")
    op.drop_index("ix_revocation_person_id", table_name="revocation")
    op.drop_table("revocation")
    with op.batch_alter_table("account") as batch:
        for name in ("warned", "problem"):
            batch.drop_column(name)
