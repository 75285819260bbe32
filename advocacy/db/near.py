"""An SQLite connection that runs brief statements where they are asked for, without a thread in between.

aiosqlite hands each call to a thread: four of them for one SELECT, which cost several times what SQLite takes for it.
A unit of work that says ``near`` finds a handful of rows by their keys, in microseconds; only what may wait, for
another writer or for the disk, is left to the thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiosqlite

BUSY_SECONDS = 15.0
"""How long a unit of work waits for another process that writes."""
_PATIENT = f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}"
_ROWS_AT_ONCE = 64


class NearConnection(aiosqlite.Connection):
    """``near`` is set anew by each unit of work when it begins."""

    near = False
    _under_way = 0
    """Calls that the thread has not finished: nothing may run beside them, be it that their caller was cancelled."""

    @property
    def is_near(self) -> bool:
        """May ``at_once`` be called?"""
        return self.near and not self._under_way and self._connection is not None

    def at_once(self, sql: str, parameters: Sequence[Any]) -> sqlite3.Cursor:
        """Run a brief statement here and now. Raises ``sqlite3.Error``."""
        return self._conn.execute(sql, parameters)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.is_near and fn.__name__ != "commit":
            if not (args and isinstance(args[0], str) and args[0].startswith("BEGIN")):
                return fn(*args, **kwargs)
            if (begun := self._begun_at_once(fn, args)) is not None:
                return begun

        def in_thread() -> Any:
            try:
                return fn(*args, **kwargs)
            finally:
                self._under_way -= 1

        self._under_way += 1
        return await super()._execute(in_thread)  # type: ignore[no-untyped-call]

    def _begun_at_once(self, begin: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Begin if nobody else writes at this moment; ``None`` when somebody does."""
        self._conn.execute("PRAGMA busy_timeout=0").close()
        try:
            return begin(*args)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return None
        finally:
            self._conn.execute(_PATIENT).close()


def connector(path: str) -> Callable[..., Awaitable[NearConnection]]:
    """What opens connections to a file, for SQLAlchemy's ``async_creator``."""

    async def connect(*_args: Any, **_options: Any) -> NearConnection:
        connection = NearConnection(
            lambda: sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False), _ROWS_AT_ONCE
        )
        connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with those it opens itself
        await connection
        return connection

    return connect


__all__ = ["BUSY_SECONDS", "NearConnection", "connector"]
