"""The product's door in bad weather: a database that is locked, a key host that is silent, new keys."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from benchmarks._databases import locked
from benchmarks._press_load import Next, Right, Seen, paced
from benchmarks._press_requests import SERVICE, TeamsPresses
from benchmarks._press_vendors import Vendors

PROBE_EVERY = 0.005
CALM = 2.0
GENTLE = 5.0
"""Presses a second while something is broken: the question is what waits, not how many fit."""


async def while_locked(url: str, port: int, seconds: float, press: Next, right: Right) -> Seen:
    """Press while somebody else holds the database."""
    holder = locked(url, "share")
    await asyncio.to_thread(holder.__enter__)
    try:
        return await paced(port, 2 * GENTLE, seconds, press, right)
    finally:
        await asyncio.to_thread(holder.__exit__, None, None, None)


@dataclass(slots=True)
class Keyless:
    """What happened around the signing keys."""

    stall_ms: float
    """The longest time in which the server answered nobody, beyond what it takes without trouble."""
    refused: int
    """Valid requests that were not let in."""
    forged: int
    """Forged requests that were let in."""
    asked: int
    """How often the key host was asked."""


async def without_keys(vendors: Vendors, port: int, seconds: float, presses: TeamsPresses, right: Right) -> Keyless:
    """New keys; then the key host says nothing while people press and somebody forges."""
    usual = await _longest(port, asyncio.create_task(paced(port, GENTLE, seconds, presses.next, right)))
    asked = vendors.keys_asked
    presses.tokens.rotate(keep_old=False)
    fresh = asyncio.create_task(paced(port, GENTLE, CALM, presses.next, right))
    stall = await _longest(port, fresh)
    vendors.keys_speak.clear()
    forging = asyncio.create_task(_forge(port, presses, seconds))
    silent = asyncio.create_task(paced(port, GENTLE, seconds, presses.next, right))
    stall = max(stall, await _longest(port, silent))
    vendors.keys_speak.set()
    forged = await forging
    refused = silent.result().wrong + fresh.result().wrong
    return Keyless(max(0.0, stall - usual), refused, forged, vendors.keys_asked - asked)


async def _forge(port: int, presses: TeamsPresses, seconds: float) -> int:
    """Somebody signs with keys that nobody published; answers how often that was let in."""
    bearer = presses.tokens.bearer(SERVICE, kid="unheard-of")
    seen = await paced(port, 1.0, seconds, lambda: presses.next(bearer), lambda status, _body: status == 200)
    return len(seen.sent)


async def _longest(port: int, work: asyncio.Task[Seen]) -> float:
    """How long a bare look at the server took at most (ms), while this goes on."""
    longest = 0.0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not work.done():
        began = time.perf_counter()
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        longest = max(longest, time.perf_counter() - began)
        await asyncio.sleep(PROBE_EVERY)
    writer.close()
    return longest * 1000
