"""How fast we may speak: gates in front of each lane and each channel, shared by everything that sends."""

from __future__ import annotations

import asyncio
import math
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
# Teams: 50 requests/s for an app and tenant, older pages say 30; 7/s a conversation (msteams-docs, rate limit page).
LANES = {"slack": Pace(5.0, 5), "teams": Pace(25.0, 5)}
# Slack counts each method by itself: chat.update is Tier 3, 50 a minute for a workspace, in bursts if need be. Its
# 1/s a channel is for new messages only. https://docs.slack.dev/apis/web-api/rate-limits
UPDATES = {"slack": Pace(5.0, 5, most=50, within=61.0)}
"""Where rewriting is counted apart from sending."""
CHANNELS = {"slack": Pace(1.0, 1), "teams": Pace(1.0, 2)}
_DEFAULT = Pace(1.0, 1)
TO_A_PERSON = {"teams": 2}
"""Requests of a message to a person, where it is not one: their chat is asked for before something is put into it."""
LEAST_AHEAD = 4
SLOWER, SLOWEST, FASTER = 0.85, 0.3, 0.002
"""Each pause that a vendor asks for takes so much off the pace, down to a least part of it; so much of it comes back in
a second. At half of what we think the vendor takes, one call in a hundred is refused."""
LONG_PAUSE = 5.0
"""Seconds; what waits longer than this for its lane is better left in the outbox than claimed."""
_SOON = 1e-6
"""Seconds that nobody can wait for."""
Kind = Literal["send", "update"]


class Gate:
    """Lets through what the pace allows; closes for everybody when the vendor asks for a pause."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self.turn = asyncio.Lock()
        """Held by the first in the queue of those who are not urgent."""
        self._pace = pace
        self._clock = clock
        self._next = 0.0
        self._closed_until = 0.0
        self._part, self._part_at = 1.0, 0.0
        self._taken: deque[float] = deque(maxlen=pace.most or None)

    def reserve(self, places: int = 1) -> float:
        """Take the next place, or so many in a row. Answers the seconds to wait for the first."""
        now, place = self._clock(), self._place()
        self._next = place + self._step * places
        if self._pace.most:
            self._taken.append(max(place, now))
        return max(0.0, place - now)

    @property
    def delay(self) -> float:
        """Seconds until the next place, which stays free."""
        return max(0.0, self._place() - self._clock())

    @property
    def ahead(self) -> int:
        """So many messages are taken out of the outbox at a time: what leaves in a second.

        More would be in doubt after a kill, fewer would not fill the pace.
        """
        return max(LEAST_AHEAD, math.ceil(self._pace.rate))

    @property
    def _step(self) -> float:
        """Seconds between two places; longer while the vendor finds us too fast."""
        part = min(1.0, self._part + (self._clock() - self._part_at) * FASTER)
        return 1.0 / (self._pace.rate * part)

    def _place(self) -> float:
        # Places unused for a while may be taken at once, but no more than the burst.
        self._next = max(self._next, self._clock() - self._step * (self._pace.burst - 1))
        return max(self._next, self._opens)

    @property
    def _opens(self) -> float:
        """When the stretch that holds the most it may has passed; long ago when it holds less."""
        is_full = self._pace.most and len(self._taken) == self._pace.most
        return self._taken[0] + self._pace.within if is_full else 0.0

    def close(self, seconds: float) -> None:
        """Nobody passes for this long, and after it fewer in a second than before."""
        now = self._clock()
        if now >= self._closed_until:  # others that were under way hear of the same pause
            self._part = max(SLOWEST, SLOWER / (self._step * self._pace.rate))
        self._closed_until = max(self._closed_until, now + seconds)
        self._part_at = self._closed_until
        self._next = max(self._next, now + seconds + self._step * (self._pace.burst - 1))

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

    async def wait(
        self, platform: str, lane: str, channel: str, kind: Kind = "send", *, urgent: bool = False, requests: int = 1
    ) -> None:
        """Wait until both the lane and the channel let a message through, which may be several requests.

        Who is urgent takes the very next place; the others take theirs only when it has come.
        """
        if not self._is_apart(platform, kind):
            await self._sleep_for(self._gate(self._channels, CHANNELS, platform, channel).reserve())
        gate = self.lane(platform, lane, kind)
        if urgent:
            await self._sleep_for(gate.reserve(requests))
            return
        async with gate.turn:
            while (delay := gate.delay) > _SOON:
                await self._sleep(delay)
            gate.reserve(requests)

    async def _sleep_for(self, seconds: float) -> None:
        if seconds > 0:
            await self._sleep(seconds)

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
