"""Counting windows, as the networks limit requests."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """Where one caller stands after a request."""

    allowed: bool
    most: int
    left: int
    until: datetime
    """When counting begins anew, UTC."""


class Quota:
    """At most so many points per caller in each window of so many seconds; windows begin at fixed moments."""

    def __init__(self, most: int, seconds: int) -> None:
        self.most = most
        self.seconds = seconds
        self._used: dict[Hashable, tuple[int, int]] = {}

    def use(self, caller: Hashable, now: datetime, points: int = 1) -> Counted:
        """Count a request. One that is refused costs nothing."""
        window = int(now.timestamp()) // self.seconds
        since, used = self._used.get(caller, (window, 0))
        used = used if since == window else 0
        allowed = used + points <= self.most
        used += points if allowed else 0
        self._used[caller] = (window, used)
        until = datetime.fromtimestamp(window * self.seconds, UTC) + timedelta(seconds=self.seconds)
        return Counted(allowed, self.most, self.most - used, until)

    def clear(self) -> None:
        """Nobody has asked for anything yet."""
        self._used.clear()
