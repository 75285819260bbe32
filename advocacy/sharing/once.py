"""What makes things happen once: inserting a row that may be there already, and a key for one post."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Base, insert_into

T = TypeVar("T", bound=Base)
_TID_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"


def new_key() -> str:
    """A key for one post: a record key as Bluesky wants it (13 signs, https://atproto.com/specs/tid), then chance."""
    number = (time.time_ns() // 1000) << 10 | secrets.randbelow(1024)
    tid = "".join(_TID_SIGNS[number >> shift & 31] for shift in range(60, -1, -5))
    return f"{tid}-{secrets.token_hex(8)}"


async def insert_new(s: AsyncSession, table: type[T], values: Mapping[str, Any]) -> T | None:
    """Insert, and answer the new row; ``None`` when a unique constraint says that it is there.

    On PostgreSQL this waits for another unit of work that is inserting the same, so that a read right
    afterwards sees what that one committed.
    """
    statement = insert_into(s, table).values(**values).on_conflict_do_nothing()
    found: T | None = await s.scalar(statement.returning(table))
    return found
