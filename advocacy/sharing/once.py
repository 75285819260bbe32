"""Inserting a row that may be there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Base, insert_into


async def insert_new(s: AsyncSession, table: type[Base], values: Mapping[str, Any]) -> int | None:
    """Insert, and answer the new id; ``None`` when a unique constraint says that it is there.

    On PostgreSQL this waits for another unit of work that is inserting the same, so that a read right
    afterwards sees what that one committed.
    """
    statement = insert_into(s, table).values(**values).on_conflict_do_nothing()
    found: int | None = await s.scalar(statement.returning(table.__table__.c.id))
    return found
