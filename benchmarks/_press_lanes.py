"""One way to press on one server, measured in rounds that are interleaved with all others."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from advocacy.db import driver_url
from benchmarks._press_load import Right, Seen, flat_out, paced
from benchmarks._press_requests import SlackPresses, TeamsPresses
from benchmarks._press_vendors import Vendors

CROWD = 32
PER_SECOND = 200
DRAIN = 20.0
"""Seconds in which private answers and late commits must be there."""
LOOK_EVERY = 0.02
BEGINS = 2.0
"""Seconds in which all jobs of a product have begun once."""
WAITING = "SELECT count(*) FROM outbox WHERE state <> 'sent'"
LEFT = f"{'':14}{'wrong':>6}{'CPU ms':>8}{'idle p50':>10}{'answer':>8}"
MIDDLE = f"{f'{CROWD} at once: a second':>24}{'p50':>7}{'p99':>7}"
RIGHT = f"{f'{PER_SECOND} a second: got':>22}{'p50':>7}{'p99':>8}{'missed':>8}"


@dataclass
class Lane:
    """A platform's presses on one server."""

    name: str
    server: str
    vendors: Vendors
    port: int
    process: psutil.Process
    presses: SlackPresses | TeamsPresses
    idle: list[Seen] = field(default_factory=list)
    crowd: list[Seen] = field(default_factory=list)
    minute: Seen | None = None

    @property
    def right(self) -> Right:
        """What a good acknowledgement is."""
        return _in_slack if isinstance(self.presses, SlackPresses) else _in_teams

    @property
    def all(self) -> list[Seen]:
        """Everything that was measured."""
        return [*self.idle, *self.crowd, *([self.minute] if self.minute else [])]

    @property
    def wrong(self) -> int:
        """Presses without a good answer."""
        return sum(one.wrong for one in self.all)

    async def flat_out(self, connections: int, seconds: float) -> Seen:
        """Measure full load."""
        return await self._measured(flat_out(self.port, connections, seconds, self.presses.next, self.right))

    async def paced(self, rate: float, seconds: float) -> Seen:
        """Measure a given load."""
        return await self._measured(paced(self.port, rate, seconds, self.presses.next, self.right))

    async def _measured(self, work: Awaitable[Seen]) -> Seen:
        """Do it, wait for the private answers, and see what it cost."""
        before = sum(self.process.cpu_times()[:2])
        seen = await work
        if isinstance(self.presses, SlackPresses):
            answers = self.vendors.answers
            await until(lambda: seen.sent.keys() <= answers.keys())
            seen.wrong += len(seen.sent.keys() - answers.keys())
            seen.answered = [answers[one] - at for one, at in seen.sent.items() if one in answers]
            answers.clear()
        seen.cpu = sum(self.process.cpu_times()[:2]) - before
        return seen


async def until(there: Callable[[], bool]) -> None:
    """Wait for it, not for ever."""
    deadline = time.perf_counter() + DRAIN
    while not there() and time.perf_counter() < deadline:  # noqa: ASYNC110 - two sides, and no hurry
        await asyncio.sleep(LOOK_EVERY)


def _in_slack(status: int, body: bytes) -> bool:
    return status == 200 and not body


def _in_teams(status: int, body: bytes) -> bool:
    return status == 200 and b"AdaptiveCard" in body and b"LinkedIn" in body


async def rounds(lanes: list[Lane], count: int, seconds: float) -> None:
    """All lanes in turn, several times, so that a slow moment of the machine hits them alike."""
    for lane in lanes:
        await lane.flat_out(2, 0.3)
    for number in range(count):
        for lane in lanes if number % 2 == 0 else lanes[::-1]:
            lane.idle.append(await lane.flat_out(1, seconds))
            lane.crowd.append(await lane.flat_out(CROWD, seconds))


def report(lanes: list[Lane]) -> None:
    """Print a line per lane: medians of the rounds, times in ms."""
    print(LEFT + MIDDLE + RIGHT)
    for lane in lanes:
        idle, crowd = lane.idle, lane.crowd
        line = f"{lane.name:14}{lane.wrong:6}"
        line += f"{middle(crowd, cpu) * 1000:8.2f}{middle(idle, p50):10.2f}"
        line += f"{middle(idle, lambda one: one.answer_ms(0.5)):8.2f}" if idle[0].answered else f"{'':8}"
        line += f"{middle(crowd, rate):24.0f}{middle(crowd, p50):7.0f}{middle(crowd, p99):7.0f}"
        if (one := lane.minute) is not None:
            line += f"{rate(one):22.0f}{p50(one):7.0f}{p99(one):8.0f}{one.missed:8}"
        print(line)


def middle(seen: list[Seen], what: Callable[[Seen], float]) -> float:
    """Median of the rounds."""
    return statistics.median(what(one) for one in seen)


def ratio(mine: list[Seen], theirs: list[Seen], what: Callable[[Seen], float]) -> float:
    """One against the other: the median of the ratios of the rounds."""
    return statistics.median(what(one) / what(other) for one, other in zip(mine, theirs, strict=True))


def cpu(seen: Seen) -> float:
    """Seconds of CPU for each press."""
    return seen.cpu_each


def rate(seen: Seen) -> float:
    """Presses a second."""
    return seen.rate


def p50(seen: Seen) -> float:
    """Median wait in ms."""
    return seen.wait_ms(0.5)


def p99(seen: Seen) -> float:
    """Wait of the slowest in a hundred, in ms."""
    return seen.wait_ms(0.99)


async def missing(needed: dict[str, int], patience: float = DRAIN) -> int:
    """Answered shares (by database) that are not stored after so many seconds, in which late ones may come."""
    deadline = time.perf_counter() + patience
    while True:
        lost = sum([max(0, count - await stored(url)) for url, count in needed.items()])
        if not lost or time.perf_counter() > deadline:
            return lost
        await asyncio.sleep(0.1)


async def settled(*urls: str) -> None:
    """A product that starts looks at all its cards and rewrites some: wait until that is over."""
    deadline = time.perf_counter() + DRAIN
    await asyncio.sleep(BEGINS)
    while sum([await _count(url, WAITING) for url in urls]) and time.perf_counter() < deadline:  # noqa: ASYNC110 - other processes
        await asyncio.sleep(0.1)


async def stored(url: str) -> int:
    """How many shares are in the database; the usual app's table has the same name."""
    return await _count(url, "SELECT count(*) FROM share")


async def _count(url: str, query: str) -> int:
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        count = await connection.scalar(text(query))
    await engine.dispose()
    return int(count or 0)
