"""The click writer's task, with a PostgreSQL connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from advocacy.db import FACTS_LOCK
from advocacy.sharing.click_groups import Groups, Kept
from advocacy.sharing.spool import Batch, new_uid

AWAY_SECONDS = 0.25
"""How long a group waits for the database before it goes to the spool."""
STILL_AWAY_SECONDS = 0.05
"""The same while the last group found it away or locked too, and how long clicks are gathered for one file then."""
CONNECT_SECONDS = 5.0
AGAIN_SECONDS = 0.5
COLUMNS = ("link_id", "at", "visitor", "referrer", "dropped")
# InternalClientError: the driver was told to end while it was about to begin.
TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
LOCK = f"SELECT pg_advisory_xact_lock_shared({FACTS_LOCK})"
# A transaction in one round trip: each costs as much as storing the group. The lock is held before the first id is
# taken, because every row is joined to it.
STORE = f"""
WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({FACTS_LOCK})::text AS held),
batch AS (INSERT INTO click_batch (uid) VALUES ($1)),
before AS (DELETE FROM click_batch WHERE uid = $2)
INSERT INTO click (link_id, at, visitor, referrer, dropped)
SELECT hit.* FROM locked, unnest($3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[]) AS hit
WHERE locked.held IS NOT NULL
"""  # noqa: S608 - the number is ours


class PostgresEngine:
    """One statement per group.

    Whether a commit went through stays open when its connection breaks. So a group's ``uid`` is stored with it, and
    its replay can tell; the next group removes the ``uid`` of the last one that surely went through.
    """

    def __init__(self, groups: Groups, url: str) -> None:
        self._groups = groups
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._awake = asyncio.Event()
        self._trouble = asyncio.Event()
        self._stopping = False
        self._connection: Any = None
        self._stored_uid = ""
        self._patience = AWAY_SECONDS
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect, then begin."""
        self._connection = await self._connect()
        self._trouble.set()  # something may be left in the spool
        self._tasks = [asyncio.create_task(self._run(), name="clicks"), asyncio.create_task(self._mend(), name="spool")]

    def wake(self) -> None:
        """Let the task go on."""
        self._awake.set()

    async def stop(self) -> None:
        """Let the task finish; what is in the spool stays for the next start."""
        self._stopping = True
        self._awake.set()
        writing, mending = self._tasks
        await writing
        mending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await mending
        self._drop_connection()

    async def _run(self) -> None:
        try:
            await self._work()
        finally:
            self._groups.abandon(expected=self._stopping)

    async def _work(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            stopping = self._stopping  # read before the queue: nothing is queued once it is set
            if self._connection is None and not stopping:
                await asyncio.sleep(STILL_AWAY_SECONDS)
            waiting = self._groups.take()
            if waiting:
                fate = Kept.LOST
                try:
                    fate = await self._keep(Batch(new_uid(), [hit for hit, _future in waiting]))
                finally:  # whatever happens, nobody waits for ever
                    self._groups.settle(waiting, fate)
            if stopping:
                return

    async def _keep(self, batch: Batch) -> Kept:
        try:
            async with asyncio.timeout(self._patience):
                await self._store(batch)
        except TROUBLE as error:
            self._patience = STILL_AWAY_SECONDS
            self._drop_connection()
            fate = await asyncio.to_thread(self._groups.set_aside, batch, error)
            self._trouble.set()
            return fate
        self._patience = AWAY_SECONDS
        return Kept.STORED

    async def _store(self, batch: Batch) -> None:
        run = self._connection
        if run is None:
            msg = "the database is away"
            raise ConnectionError(msg)
        await run.execute(STORE, batch.uid, self._stored_uid, *zip(*batch.hits, strict=True))
        self._stored_uid = batch.uid

    async def _mend(self) -> None:
        """After trouble: connect again, and replay the spool on a connection that no click waits for."""
        while True:
            await self._trouble.wait()
            self._trouble.clear()
            try:
                await self._mend_once()
            except TROUBLE:
                self._trouble.set()
                await asyncio.sleep(AGAIN_SECONDS)

    async def _mend_once(self) -> None:
        if self._connection is None:
            self._connection = await self._connect()
        uids = await asyncio.to_thread(self._groups.spool.waiting)
        if not uids:
            self._patience = AWAY_SECONDS
            return
        run = await self._connect()
        try:
            for uid in uids:
                batch = await asyncio.to_thread(self._groups.spool.read, uid)
                if batch is not None:
                    async with asyncio.timeout(CONNECT_SECONDS):
                        self._groups.counts.replayed += await _store_again(run, batch)
                    self._groups.spool.forget(uid)
            self._patience = AWAY_SECONDS  # it takes clicks again, however slowly
        finally:
            run.terminate()

    async def _connect(self) -> Any:
        return await asyncpg.connect(self._url, timeout=CONNECT_SECONDS)

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


async def _store_again(run: Any, batch: Batch) -> int:
    async with run.transaction():
        await run.execute(LOCK)
        # Waits for the first try, should the server still be at it.
        fresh = await run.fetchval(
            "INSERT INTO click_batch (uid) VALUES ($1) ON CONFLICT (uid) DO NOTHING RETURNING id", batch.uid
        )
        if fresh is None:
            return 0
        await run.copy_records_to_table("click", records=batch.hits, columns=COLUMNS)
    return len(batch.hits)
