"""People who press: one after the other, as fast as they are answered, or so many a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from benchmarks._press_requests import Sent

CONNECTIONS = 64
"""At a given rate; enough for answers that take a third of a second at 200 presses a second."""
Next = Callable[[], Sent]
Right = Callable[[int, bytes], bool]


@dataclass(slots=True)
class Seen:
    """What was seen of some presses."""

    waits: list[float] = field(default_factory=list)
    """Seconds until each was acknowledged."""
    sent: dict[int, float] = field(default_factory=dict)
    """When each press that was answered well was sent."""
    answered: list[float] = field(default_factory=list)
    """Seconds until the private answer to each arrived, where it comes apart from the acknowledgement."""
    wrong: int = 0
    missed: int = 0
    """Presses that were due and never got a connection: the server was too far behind."""
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Presses a second."""
        return len(self.sent) / self.seconds

    @property
    def cpu_each(self) -> float:
        """Seconds of CPU for each press."""
        return self.cpu / len(self.sent)

    def wait_ms(self, part: float) -> float:
        """So much of the answers came within this, in ms (0.5 is the median, 1 the longest)."""
        return _part(self.waits, part)

    def answer_ms(self, part: float) -> float:
        """The same of the private answers."""
        return _part(self.answered, part)


def _part(waits: list[float], part: float) -> float:
    return sorted(waits)[min(int(len(waits) * part), len(waits) - 1)] * 1000 if waits else float("nan")


async def flat_out(port: int, connections: int, seconds: float, press: Next, right: Right) -> Seen:
    """Each connection presses again as soon as it is answered, at least once."""
    seen = Seen()
    began = time.perf_counter()

    async def one() -> None:
        async with _Connection(port) as connection:
            while True:
                await _press(connection, press(), time.perf_counter(), seen, right)
                if time.perf_counter() >= began + seconds:
                    return

    await asyncio.gather(*(one() for _ in range(connections)))
    seen.seconds = time.perf_counter() - began
    return seen


async def paced(port: int, rate: float, seconds: float, press: Next, right: Right) -> Seen:
    """So many presses a second, whatever the server does: a wait counts from when its press was due."""
    seen = Seen()
    due: asyncio.Queue[float | None] = asyncio.Queue()

    async def one() -> None:
        async with _Connection(port) as connection:
            while (at := await due.get()) is not None:
                await _press(connection, press(), at, seen, right)

    everybody = [asyncio.create_task(one()) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    asked = 0
    while (passed := time.perf_counter() - began) < seconds:
        while asked < passed * rate:
            due.put_nowait(began + asked / rate)
            asked += 1
        await asyncio.sleep(0.001)
    seen.missed = due.qsize()
    while not due.empty():
        due.get_nowait()
    for _ in everybody:
        due.put_nowait(None)
    await asyncio.gather(*everybody)
    seen.seconds = time.perf_counter() - began
    return seen


async def _press(connection: _Connection, press: Sent, began: float, seen: Seen, right: Right) -> None:
    status, body = await connection.ask(press.request)
    seen.waits.append(time.perf_counter() - began)
    if right(status, body):
        seen.sent[press.number] = began
    else:
        seen.wrong += 1


class _Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._writer.close()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body; status 0 when the server hung up. After that it connects anew, as a platform does."""
        if self._writer.is_closing() or self._reader.at_eof():
            await self.__aenter__()
        self._writer.write(request)
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            return int(head.split(b" ", 2)[1]), await self._reader.readexactly(int(length or 0))
        except (asyncio.IncompleteReadError, OSError) as broken:
            return 0, str(broken).encode()


__all__ = ["Seen", "flat_out", "paced"]
