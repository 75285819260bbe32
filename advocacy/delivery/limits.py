"""How fast we may speak: gates in front of each lane and each channel, shared by everything that sends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second, and how many may go at once after a pause."""

    rate: float
    burst: int


# Slack: "several hundred" a minute for a workspace, 1/s a channel with short bursts (docs.slack.dev, rate limits).
# Teams: 50/s for an app and tenant, older pages say 30; 7/s a conversation (msteams-docs, rate limit page).
LANES = {"slack": Pace(5.0, 5), "teams": Pace(20.0, 10)}
CHANNELS = {"slack": Pace(1.0, 1), "teams": Pace(1.0, 2)}
_DEFAULT = Pace(1.0, 1)
LONG_PAUSE = 5.0
"""Seconds; what waits longer than this for its lane is better left in the outbox than claimed."""


class Gate:
    """Lets through what the pace allows; closes for everybody when the vendor asks for a pause."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        self._next = 0.0
        self._closed_until = 0.0

    def reserve(self) -> float:
        """Take the next place. Answers the seconds to wait for it."""
        now = self._clock()
        step = 1.0 / self._pace.rate
        # Places unused for a while may be taken at once, but no more than the burst.
        self._next = max(self._next, now - step * (self._pace.burst - 1))
        wait = self._next - now
        self._next += step
        return max(0.0, wait)

    def close(self, seconds: float) -> None:
        """Nobody passes for this long."""
        step = 1.0 / self._pace.rate
        self._closed_until = max(self._closed_until, self._clock() + seconds)
        self._next = max(self._next, self._clock() + seconds + step * (self._pace.burst - 1))

    @property
    def closed_for(self) -> float:
        """Seconds until anybody passes again; not counting those who wait in front."""
        return max(0.0, self._closed_until - self._clock())

    @property
    def idle(self) -> bool:
        """Nobody waits here."""
        return self._next <= self._clock()


class Limits:
    """All gates of this process."""

    def __init__(self) -> None:
        self._lanes: dict[str, Gate] = {}
        self._channels: dict[str, Gate] = {}

    async def wait(self, platform: str, lane: str, channel: str) -> None:
        """Wait until both the lane and the channel let a message through."""
        for gate in (self._gate(self._channels, CHANNELS, platform, channel), self.lane(platform, lane)):
            delay = gate.reserve()
            if delay > 0:
                await asyncio.sleep(delay)

    def lane(self, platform: str, lane: str) -> Gate:
        """The gate of a workspace or tenant."""
        return self._gate(self._lanes, LANES, platform, lane)

    def paused(self) -> list[str]:
        """Lanes whose vendor asked for a long pause."""
        return [name for name, gate in self._lanes.items() if gate.closed_for > LONG_PAUSE]

    def channel(self, platform: str, channel: str) -> Gate:
        """The gate of one channel."""
        return self._gate(self._channels, CHANNELS, platform, channel)

    @staticmethod
    def _gate(gates: dict[str, Gate], paces: dict[str, Pace], platform: str, name: str) -> Gate:
        gate = gates.get(name)
        if gate is None:
            if len(gates) > 10_000:
                for idle in [key for key, one in gates.items() if one.idle]:
                    del gates[idle]
            gate = gates[name] = Gate(paces.get(platform, _DEFAULT))
        return gate
