"""Work of a press that may outlast its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog

log = structlog.get_logger()
T = TypeVar("T")
Late = Callable[[asyncio.Task[T]], Coroutine[Any, Any, None]]


class Background:
    """Keeps what goes on after a press was answered, until it is done."""

    def __init__(self, patience: float = 2.0) -> None:
        self.patience = patience
        """Seconds that a press waits before it is answered without the outcome (Slack wants an answer within 3)."""
        self._running: set[asyncio.Task[Any]] = set()

    async def in_time(
        self, work: Coroutine[Any, Any, T], late: Late[T] | None = None, *, seconds: float | None = None
    ) -> T | None:
        """What the work answers; ``None`` when it takes longer: then ``late`` waits for it and tells the person.

        ``seconds`` is for a press whose answer may take longer than others.
        """
        task = self._start(work)
        finished, _ = await asyncio.wait({task}, timeout=self.patience if seconds is None else seconds)
        if finished:
            return task.result()
        goes_on: asyncio.Task[Any] = task if late is None else self._start(late(task))
        goes_on.add_done_callback(_log_failure)
        return None

    async def settle(self, seconds: float) -> None:
        """Let everything end; what has not by then is given up."""
        if not self._running:
            return
        _, left = await asyncio.wait(self._running, timeout=seconds)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("press.late_failed", exc_info=error)
