"""How often a program may ask: so many requests of one token in any minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from math import ceil

MOST = 60
WITHIN = 60.0
"""Seconds."""


class Pace:
    """Counts in this process alone: where several serve the pages, a token may ask each of them this often."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # By token; of those that exist only, so there are few.
        self._asked: dict[int, deque[float]] = {}

    def wait(self, token_id: int) -> int:
        """Whole seconds until this token may ask again; 0 when it may, and then it counts as having asked."""
        at = self._clock()
        asked = self._asked.setdefault(token_id, deque())
        while asked and asked[0] <= at - WITHIN:
            asked.popleft()
        if len(asked) >= MOST:
            return ceil(asked[0] + WITHIN - at)
        asked.append(at)
        return 0


__all__ = ["MOST", "WITHIN", "Pace"]
