"""Statements are compiled once for all engines of a test process, and SQLite waits for no disk.

Every test opens its database anew, and SQLAlchemy keeps what it compiled for each engine apart: compiling the same
statements again was a third of the suite's time. Engines of one kind are set up alike here, so they may share.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

COMPILED: LRUCache[object, object] = LRUCache(4000)


def share_compiled() -> None:
    """From now on, in this process."""
    for kind in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):  # the dialect is a part of the cache's key
        kind.__eq__ = _are_of_one_kind  # type: ignore[assignment]
        kind.__hash__ = _by_kind  # type: ignore[assignment]
    event.listen(Engine, "engine_connect", _use)


def _are_of_one_kind(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _by_kind(one: Dialect) -> int:
    return hash(type(one))


def _use(connection: Connection) -> None:
    connection.execution_options(compiled_cache=COMPILED)
    if connection.dialect.name == "sqlite" and "hasty" not in connection.info:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")  # no test here outlives a loss of power
        cursor.close()
        connection.info["hasty"] = True
