"""Confidential cases of people who got a nasty comment, breaks from prompts, and messages that wait encrypted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _person(
    name: str, table: str, *, on_delete: str = "SET NULL", nullable: bool = True
) -> tuple[sa.Column[int], object]:
    key = sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}_person"), ondelete=on_delete)
    return sa.Column(name, _ID, nullable=nullable), key


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(_at("break_until", nullable=True))
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "backup_case",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        *_person("person_id", "backup_case", on_delete="CASCADE", nullable=False),
        *_person("helper_id", "backup_case"),
        sa.Column("share_id", _ID, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.Column("screenshot", sa.LargeBinary(), nullable=True),
        sa.Column("person_at", sa.JSON(), nullable=False),
        sa.Column("helper_at", sa.JSON(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        _at("open_since"),
        _at("reminded_at", nullable=True),
        _at("escalated_at", nullable=True),
        _at("created_at"),
        _at("closed_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["share_id"], ["share.id"], name=op.f("fk_backup_case_share_id_share"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_case")),
        sqlite_autoincrement=True,
    )
    for name in ("person_id", "helper_id", "state"):
        op.create_index(op.f(f"ix_backup_case_{name}"), "backup_case", [name])
    op.create_table(
        "backup_message",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        *_person("by_id", "backup_message"),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        _at("at"),
        *_of_case("backup_message"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_backup_message_case_id"), "backup_message", ["case_id"])
    op.create_table(
        "backup_event",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        *_person("by_id", "backup_event"),
        sa.Column("what", sa.String(12), nullable=False),
        _at("at"),
        *_of_case("backup_event"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_backup_event_case_id"), "backup_event", ["case_id"])
    op.create_table(
        "backup_text",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        *_person("changed_by_id", "backup_text"),
        _at("changed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_text")),
        sa.UniqueConstraint("kind", "key", "language", name=op.f("uq_backup_text_kind_key_language")),
        sqlite_autoincrement=True,
    )


def _of_case(table: str) -> tuple[object, object]:
    return (
        sa.ForeignKeyConstraint(
            ["case_id"], ["backup_case.id"], name=op.f(f"fk_{table}_case_id_backup_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for table in ("backup_text", "backup_event", "backup_message", "backup_case"):
        op.drop_table(table)
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("sealed")
    with op.batch_alter_table("person") as batch:
        batch.drop_column("break_until")
