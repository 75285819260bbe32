"""Teams' rate limits, counted as Teams counts them: several sliding windows at once."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable

Windows = tuple[tuple[int, float], ...]
"""Requests allowed per so many seconds; all must hold."""

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
SENDS: Windows = ((7, 1), (8, 2), (60, 30), (1800, 3600))
READS: Windows = ((14, 1), (16, 2), (120, 30), (3600, 3600))
TENANT: Windows = ((50, 1),)


class Limits:
    """Who asked when, per kind of request and conversation."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._asked: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait(self, kind: str, thread: str, windows: Windows) -> float:
        """Seconds until this request may come again; 0.0 when it may pass now (and then it counts)."""
        now = self.clock()
        asked = self._asked[kind, thread]
        while asked and asked[0] <= now - windows[-1][1]:
            asked.popleft()
        waits = [asked[-count] + window - now for count, window in windows if len(asked) >= count]
        longest = max(waits, default=0.0)
        if longest > 0:
            return longest
        asked.append(now)
        return 0.0

    def clear(self) -> None:
        """Forget all requests."""
        self._asked.clear()
