from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Connection

from advocacy.db import Base, Secret, UtcDateTime
from migrations import load_tables

LOCK = 0x61647663
"""Two processes that start at once do not migrate at once."""


def render_item(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write our own column types as what they are in the database: a migration outlives the code of today."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Secret):
        return "sa.LargeBinary()"
    return False


def run(connection: Connection) -> None:
    load_tables()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        user_module_prefix="sa.",
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            msg = f"after migrating, {len(broken)} rows point to rows that are not there; nothing was changed"
            raise RuntimeError(msg)


run(context.config.attributes["connection"])
