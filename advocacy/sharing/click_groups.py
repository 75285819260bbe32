"""Clicks on their way to the database: queued one by one, taken and settled in groups."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import structlog

from advocacy.sharing.spool import Batch, Hit, Spool

log = structlog.get_logger(__name__)


class Kept(Enum):
    """What became of a click."""

    STORED = "stored"
    SPOOLED = "spooled"
    LOST = "lost"
    """Neither the database nor the disk took it. The person is redirected all the same."""


@dataclass(slots=True)
class Counts:
    """Clicks since the start of this process."""

    stored: int = 0
    spooled: int = 0
    lost: int = 0
    replayed: int = 0
    groups: int = 0


Waiting = list[tuple[Hit, "asyncio.Future[Kept]"]]


class Engine(Protocol):
    """Brings groups to one kind of database, beside the event loop's other work."""

    async def start(self) -> None:
        """Connect. Raises what the driver raises."""
        ...

    def wake(self) -> None:
        """Something was queued."""
        ...

    async def stop(self) -> None:
        """Finish what is queued, then disconnect."""
        ...


class Groups:
    """The queue. ``add`` is called on the event loop, the rest by the engine on any thread."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.counts = Counts()
        self._loop = asyncio.get_running_loop()
        self._queue: Waiting = []
        self._lock = threading.Lock()
        self._abandoned = False

    def add(self, hit: Hit) -> asyncio.Future[Kept]:
        """Queue a click."""
        future: asyncio.Future[Kept] = self._loop.create_future()
        with self._lock:
            self._queue.append((hit, future))
        if self._abandoned:
            self.settle(self.take(), Kept.LOST)
        return future

    def take(self) -> Waiting:
        """Everything queued so far."""
        with self._lock:
            taken, self._queue = self._queue, []
        return taken

    def settle(self, waiting: Waiting, kept: Kept) -> None:
        """All of these have the same fate."""
        if not waiting:
            return
        self.counts.groups += 1
        setattr(self.counts, kept.value, getattr(self.counts, kept.value) + len(waiting))
        self._loop.call_soon_threadsafe(_resolve, waiting, kept)

    def abandon(self, *, expected: bool) -> None:
        """The engine has ended, asked to or not. Nobody shall wait for it."""
        if not expected:
            log.critical("the click writer broke off; clicks are not stored until a restart")
        self._abandoned = True
        self.settle(self.take(), Kept.LOST)

    def set_aside(self, batch: Batch, why: BaseException) -> Kept:
        """The database did not take it, so the disk has to. Waits for the disk."""
        said = str(why) or type(why).__name__
        try:
            self.spool.write(batch)
        except OSError as error:
            log.critical("clicks are lost", clicks=len(batch.hits), database=said, spool=str(error))
            return Kept.LOST
        log.warning("clicks went to the spool", clicks=len(batch.hits), database=said)
        return Kept.SPOOLED


def _resolve(waiting: Waiting, kept: Kept) -> None:
    for _hit, future in waiting:
        if not future.done():  # the browser may be gone
            future.set_result(kept)
