"""Stores clicks in groups. The next group starts the moment the last one is on the disk: there is no timer.

A redirect waits for its group, so an answered click is a stored click. Only the writer decides what happens to a
group: it is committed, or, when the database is locked or away, kept in the spool and replayed later.
"""

from __future__ import annotations

import asyncio

from advocacy.db import Database
from advocacy.sharing.click_groups import Counts, Engine, Groups, Kept
from advocacy.sharing.link_table import LinkTable, Target
from advocacy.sharing.spool import Batch, Hit, Spool, new_uid


class ClickWriter:
    """One per process."""

    def __init__(self, db: Database, spool: Spool) -> None:
        self._db = db
        self._spool = spool
        self._groups: Groups | None = None
        self._engine: Engine | None = None

    @property
    def counts(self) -> Counts:
        """Clicks since the start of this process."""
        return self._groups.counts if self._groups else Counts()

    async def start(self) -> None:
        """Open a connection of our own; what an earlier process left in the spool is replayed at once."""
        self._groups = Groups(self._spool)
        engine = _engine(self._groups, self._db)
        await engine.start()
        self._engine = engine

    def add(self, hit: Hit) -> asyncio.Future[Kept]:
        """Queue a click; the result is there once it is safe. Raises ``RuntimeError`` before start and after close."""
        if self._engine is None or self._groups is None:
            msg = "the click writer does not run"
            raise RuntimeError(msg)
        future = self._groups.add(hit)
        self._engine.wake()
        return future

    async def close(self) -> None:
        """Store what is queued, then let the connection go."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.stop()


def _engine(groups: Groups, db: Database) -> Engine:
    if db.is_sqlite:
        from advocacy.sharing.clicks_sqlite import SqliteEngine

        return SqliteEngine(groups, db.url)
    from advocacy.sharing.clicks_postgres import PostgresEngine

    return PostgresEngine(groups, db.url)


__all__ = ["Batch", "ClickWriter", "Counts", "Hit", "Kept", "LinkTable", "Spool", "Target", "new_uid"]
