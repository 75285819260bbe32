"""How fast we may speak: gates in front of each lane and each channel, shared by everything that sends."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second, and how many may go at once after a pause."""

    rate: float
    burst: int
    most: int = 0
    """So many in any stretch of ``within`` seconds; without such a limit when 0."""
    within: float = 0.0


# Slack: "several hundred" a minute for a workspace, 1/s a channel with short bursts (docs.slack.dev, rate limits).
# Teams: 50/s for an app and tenant, older pages say 30; 7/s a conversation (msteams-docs, rate limit page).
LANES = {"slack": Pace(5.0, 5), "teams": Pace(20.0, 10)}
# Slack counts each method by itself: chat.update is Tier 3, 50 a minute for a workspace, in bursts if need be. Its
# 1/s a channel is for new messages only. https://docs.slack.dev/apis/web-api/rate-limits
UPDATES = {"slack": Pace(5.0, 5, most=50, within=61.0)}
"""Where rewriting is counted apart from sending."""
CHANNELS = {"slack": Pace(1.0, 1), "teams": Pace(1.0, 2)}
_DEFAULT = Pace(1.0, 1)
LONG_PAUSE = 5.0
"""Seconds; what waits longer than this for its lane is better left in the outbox than claimed."""
Kind = Literal["send", "update"]


class Gate:
    """Lets through what the pace allows; closes for everybody when the vendor asks for a pause."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        self._next = 0.0
        self._closed_until = 0.0
        self._taken: deque[float] = deque(maxlen=pace.most or None)

    def reserve(self) -> float:
        """Take the next place. Answers the seconds to wait for it."""
        now = self._clock()
        step = 1.0 / self._pace.rate
        # Places unused for a while may be taken at once, but no more than the burst.
        self._next = max(self._next, now - step * (self._pace.burst - 1))
        place = max(self._next, self._opens)
        self._next = place + step
        if self._pace.most:
            self._taken.append(max(place, now))
        return max(0.0, place - now)

    @property
    def _opens(self) -> float:
        """When the stretch that holds the most it may has passed; long ago when it holds less."""
        is_full = self._pace.most and len(self._taken) == self._pace.most
        return self._taken[0] + self._pace.within if is_full else 0.0

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
    def is_far(self) -> bool:
        """Would whoever comes now wait for long?"""
        return self.closed_for > LONG_PAUSE or self.room <= 0

    @property
    def room(self) -> int:
        """How many can pass before a stretch is full and the next would wait for long."""
        if not self._pace.most:
            return sys.maxsize
        passed = self._clock() + LONG_PAUSE - self._pace.within
        return self._pace.most - sum(at > passed for at in self._taken)

    @property
    def idle(self) -> bool:
        """Nobody waits here."""
        return max(self._next, self._opens) <= self._clock()


class Limits:
    """All gates of this process."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._updates: dict[str, Gate] = {}
        self._lanes: dict[str, Gate] = {}
        self._channels: dict[str, Gate] = {}

    async def wait(self, platform: str, lane: str, channel: str, kind: Kind = "send") -> None:
        """Wait until both the lane and the channel let a message through."""
        gates = [self.lane(platform, lane, kind)]
        if not self._is_apart(platform, kind):
            gates.insert(0, self._gate(self._channels, CHANNELS, platform, channel))
        for gate in gates:
            delay = gate.reserve()
            if delay > 0:
                await self._sleep(delay)

    @staticmethod
    def _is_apart(platform: str, kind: Kind) -> bool:
        return kind == "update" and platform in UPDATES

    def lane(self, platform: str, lane: str, kind: Kind = "send") -> Gate:
        """The gate of a workspace or tenant; for rewriting its own where the platform counts that apart."""
        if self._is_apart(platform, kind):
            return self._gate(self._updates, UPDATES, platform, lane)
        return self._gate(self._lanes, LANES, platform, lane)

    def paused(self, kind: Kind = "send") -> list[str]:
        """Lanes whose vendor asked for a long pause, or whose next place is far away."""
        own = self._updates if kind == "update" else {}
        shared = {name: gate for name, gate in self._lanes.items() if not self._is_apart(name.partition(":")[0], kind)}
        return [name for name, gate in {**shared, **own}.items() if gate.is_far]

    def channel(self, platform: str, channel: str) -> Gate:
        """The gate of one channel."""
        return self._gate(self._channels, CHANNELS, platform, channel)

    def _gate(self, gates: dict[str, Gate], paces: dict[str, Pace], platform: str, name: str) -> Gate:
        gate = gates.get(name)
        if gate is None:
            if len(gates) > 10_000:
                for idle in [key for key, one in gates.items() if one.idle]:
                    del gates[idle]
            gate = gates[name] = Gate(paces.get(platform, _DEFAULT), self._clock)
        return gate
