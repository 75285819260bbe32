"""The clients of people named in a card: they ask for their own view whenever the card changes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from advocacy.playground.teams.hands import TeamsHands
from advocacy.playground.teams.state import Activity

AT_ONCE = 8
"""Clients that ask at the same time; sixty at once would be a test of this machine, not of the product."""


class Refresher:
    """Background tasks, one per person and card at most."""

    def __init__(self, hands: TeamsHands) -> None:
        self.hands = hands
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)

    def listed(self, activity: Activity) -> list[str]:
        """Object ids of the people whose clients refresh this card by themselves because it names them."""
        refresh = (activity.card or {}).get("refresh")
        named = refresh.get("userIds") or [] if isinstance(refresh, dict) else []
        members = self.hands.state.conversations[activity.conversation].members
        return [one.removeprefix("29:") for one in named if one.removeprefix("29:") in members]

    def changed(self, activity: Activity) -> None:
        """Take note that a card came or changed: let the people it names ask, each as soon as a minute has passed."""
        for person in self.listed(activity):
            key = (activity.id, person)
            if key not in self._tasks:
                task = asyncio.create_task(self._ask(activity, person))
                self._tasks[key] = task
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def _ask(self, activity: Activity, person: str) -> None:
        state, key = self.hands.state, (activity.id, person)
        loop = asyncio.get_running_loop()
        due = state.refreshed.get(key, -self.hands.refresh_every) + self.hands.refresh_every
        # A hair later, so that the client's own once-a-minute rule lets it pass.
        await asyncio.sleep(max(0.0, due - loop.time()) + 0.001)
        async with self._slots:
            # From here on a newer change needs a newer question.
            self._tasks.pop(key, None)
            with contextlib.suppress(LookupError):
                await self.hands.refresh(person, activity.conversation, activity.id)

    async def idle(self) -> None:
        """Wait until nobody asks or waits any more."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def stop(self) -> None:
        """Cancel all that wait or ask."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._tasks.clear()
