"""The click writer's thread, with an SQLite connection of its own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterable

from sqlalchemy.engine import make_url

from advocacy.sharing.click_groups import Groups, Kept
from advocacy.sharing.spool import Batch, Hit, new_uid

LOCKED_MS = 250
"""How long a group waits for another writer before it goes to the spool."""
STILL_LOCKED_MS = 50
"""The same while the last group found it locked too."""
REPLAY_SECONDS = 0.5
"""How often the spool is tried again while nothing else happens."""
REPLAY_AT_ONCE = 50
# One statement for a group: sqlite3 lets go of the interpreter at each row of an executemany and then has to wait
# for it again, behind a busy event loop.
INSERT = (
    "INSERT INTO click (link_id, at, visitor, referrer, dropped)"
    " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?)"
)


class SqliteEngine:
    """Commits with ``synchronous=FULL``: a commit is on the disk."""

    def __init__(self, groups: Groups, url: str) -> None:
        self._groups = groups
        self._path = make_url(url).database or ""
        self._awake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="clicks", daemon=True)
        self._connection: sqlite3.Connection
        self._behind = True
        """May anything be in the spool?"""
        self._patience = LOCKED_MS

    async def start(self) -> None:
        """Connect, then begin."""
        self._connection = await asyncio.to_thread(self._connect)
        self._awake.set()
        self._thread.start()

    def wake(self) -> None:
        """Let the thread go on."""
        if not self._awake.is_set():
            self._awake.set()

    async def stop(self) -> None:
        """Let the thread finish."""
        self._stopping = True
        self._awake.set()
        await asyncio.to_thread(self._thread.join)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={LOCKED_MS}"):
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._groups.abandon(expected=self._stopping)
            self._connection.close()

    def _work(self) -> None:
        while True:
            self._awake.wait(REPLAY_SECONDS if self._behind else None)
            self._awake.clear()
            stopping = self._stopping  # read before the queue: nothing is queued once it is set
            fate = self._one_group()
            if stopping:
                return
            if self._behind and fate in {None, Kept.STORED}:
                self._replay()

    def _one_group(self) -> Kept | None:
        waiting = self._groups.take()
        if not waiting:
            return None
        fate = Kept.LOST
        try:
            fate = self._keep(Batch(new_uid(), [hit for hit, _future in waiting]))
        finally:  # whatever happens, nobody waits for ever
            self._groups.settle(waiting, fate)
        return fate

    def _keep(self, batch: Batch) -> Kept:
        try:
            self._store(batch)
        except sqlite3.Error as error:
            self._be_patient(STILL_LOCKED_MS)
            self._behind = True
            return self._groups.set_aside(batch, error)
        self._be_patient(LOCKED_MS)
        return Kept.STORED

    def _be_patient(self, milliseconds: int) -> None:
        if self._patience != milliseconds:
            self._connection.execute(f"PRAGMA busy_timeout={milliseconds}").close()
            self._patience = milliseconds

    def _replay(self) -> None:
        """Bring a part of the spool into the database. A group that is there already is not stored again."""
        spool = self._groups.spool
        try:
            uids = spool.waiting()
            batches = [batch for batch in map(spool.read, uids[:REPLAY_AT_ONCE]) if batch is not None]
            if batches:
                self._groups.counts.replayed += self._store_again(batches)
            for batch in batches:
                spool.forget(batch.uid)
        except (sqlite3.Error, OSError):
            return  # still locked; the next turn tries again
        self._behind = len(uids) > REPLAY_AT_ONCE
        if self._behind:
            self._awake.set()

    def _store(self, batch: Batch) -> None:
        """One statement, which is a transaction of its own: the interpreter is let go of, and waited for, once."""
        self._connection.execute(INSERT, (_rows(batch),))

    def _store_again(self, batches: Iterable[Batch]) -> int:
        stored = 0
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        try:
            for batch in batches:
                if not _is_new(run, batch.uid):
                    continue
                run.execute(INSERT, (_rows(batch),))
                stored += len(batch.hits)
            run.execute("COMMIT")
        except sqlite3.Error:
            if run.in_transaction:
                run.execute("ROLLBACK")
            raise
        return stored


def _is_new(run: sqlite3.Connection, uid: str) -> bool:
    return run.execute("INSERT OR IGNORE INTO click_batch (uid) VALUES (?)", (uid,)).rowcount > 0


def _rows(batch: Batch) -> str:
    return json.dumps([_row(hit) for hit in batch.hits])


def _row(hit: Hit) -> tuple[object, ...]:
    link_id, at, visitor, referrer, dropped = hit
    # As SQLAlchemy writes moments: in UTC, as they are here, and without saying so.
    return link_id, at.isoformat(" ", "microseconds")[:26], visitor, referrer, dropped
