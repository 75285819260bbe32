"""An event loop that never sits waiting: when nothing is under way, the time until the next timer is skipped.

Work takes as long as it takes on a processor of its own, so that others who are busy on this machine do not count; to
this come waits for databases, at their true length. Pauses cost nothing: an hour is measured in a minute. The clock on
the wall (``advocacy.db.now``) goes along.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

import time_machine
from sqlalchemy.pool import QueuePool

from advocacy.db import Database

T = TypeVar("T")
_LOOK = 0.05
"""Seconds, true ones, between two looks while a database works."""
_GRACE = 0.0005
"""Seconds, true ones, in which something on loopback may still arrive."""


class _Selector(selectors.DefaultSelector):  # type: ignore[name-defined,misc]
    """Skips where it would wait."""

    loop: Loop

    def select(self, timeout: float | None = None) -> Any:
        """What is ready; nothing when time was skipped."""
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self.loop.working or timeout is None:
            began = time.perf_counter()
            found = super().select(_LOOK if timeout is None else min(timeout, _LOOK))
            self.loop.waited += time.perf_counter() - began
            return found
        found = super().select(min(timeout, _GRACE))
        if not found:
            self.loop.skip(timeout)
        return found


class Loop(asyncio.SelectorEventLoop):
    """Its ``time()`` is work, waits for databases, and what was skipped."""

    def __init__(self, wall: time_machine.Coordinates) -> None:
        self._skipped = 0.0
        self.waited = 0.0
        self._wall = wall
        self._watched: list[Database] = []
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds; what all timers, gates and vendors go by."""
        return time.process_time() + self.waited + self._skipped

    def skip(self, seconds: float) -> None:
        """Let this much time have gone by."""
        self._skipped += seconds
        self._wall.shift(seconds)

    def watch(self, db: Database) -> None:
        """No time is skipped while this database works."""
        self._watched.append(db)

    @property
    def working(self) -> bool:
        """Is a connection to a database in use? Then time goes by as it does."""
        return any(cast("QueuePool", one.engine.pool).checkedout() for one in self._watched)


def run(what: Coroutine[Any, Any, T]) -> T:
    """Run to the end, skipping all pauses."""
    with time_machine.travel(time.time(), tick=True) as wall:
        loop = Loop(wall)
        asyncio.set_event_loop(loop)
        try:
            return loop.run_until_complete(what)
        finally:
            loop.close()
            asyncio.set_event_loop(None)
