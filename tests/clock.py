"""A clock for what paces itself."""

from __future__ import annotations

import asyncio


class Clock:
    """Time at the gates and at the vendors' limits: whoever waits moves it, so nobody sits waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)
